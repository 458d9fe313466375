"""Plain words of a request that its fields may not pass over, whatever reader filled them.

These rules know little: a side is a side, "#60" beside a drug is its quantity, a request that opens
with "MRI" is for imaging. They notice a misreading that the proposer's reader and the validator's
re-reading share.
"""

import re
from collections.abc import Iterable, Iterator

from extractor.findings import Code, Finding
from extractor.numbers import number_of
from extractor.record import BodyRegion, Item
from extractor.text import Span, Text
from extractor.treatments.vocabulary import PHARMACEUTICALS
from extractor.validate.regions import regions_in
from extractor.validate.spans import span_of
from extractor.values import DATE, parse_date

_Found = tuple[str, Span, str]


def check_words(item: Item, n: int, text: Text) -> Iterator[Finding]:
    """Yield a finding for each plain word of the request that a field contradicts or leaves out."""
    treatment = span_of(text, item.treatment)
    for rule in (_regions, _drug, _visits, _dates, _category):
        for field, span, message in rule(item, treatment, text):
            where = text.place(span)
            yield Finding.of(Code.UNCOVERED_TEXT, message, f"/items/{n}/{field}", where)


# --- regions, sides, levels ----------------------------------------------------------------------

# One class of letters first, so that the search skips to those.
_SIDE = re.compile(
    r"[LlRrBb](?<!\w.)(?i:(?<=l)eft|(?<=r)ight|(?<=b)ilateral(?:ly)?)\b",
)
_LEVEL = re.compile(
    r"[CLTS](?<!\w.)(?:(?<=[CL])[1-7]|(?<=T)(?:1[0-2]|[1-9])|(?<=S)1)\b"
    r"(?!\s?(?:weight|signal|and\s+T2))"
)
_CARRIES = {
    "left": frozenset({"left", "bilateral"}),
    "right": frozenset({"right", "bilateral"}),
    "bilateral": frozenset({"bilateral"}),
}
# What the other table of regions calls a region of the record.
_ROWS = {
    "head": "head", "face": "head", "jaw": "head", "eye": "head", "ear": "head", "teeth": "head",
    "cervical spine": "neck", "thoracic spine": "mid_back upper_back",
    "lumbar spine": "low_back", "sacroiliac joint": "low_back", "coccyx": "low_back",
    "spine": "spine", "back": "back", "shoulder": "shoulder", "upper arm": "arm shoulder",
    "elbow": "elbow", "forearm": "hand", "wrist": "hand", "hand": "hand", "finger": "hand",
    "thumb": "hand", "chest": "", "abdomen": "hip", "pelvis": "hip", "hip": "hip", "groin": "hip",
    "buttock": "hip", "thigh": "leg", "knee": "knee", "lower leg": "leg knee", "ankle": "foot",
    "foot": "foot", "toe": "foot", "upper extremity": "arm", "lower extremity": "leg",
}  # fmt: skip
_NO_REGION = re.compile(r"[\s-]+(?:therap|to\b)|(?<=digits)", re.IGNORECASE)
_VAGUE = frozenset({"back", "spine", "limb"})


def _regions(item: Item, treatment: Span, text: Text) -> Iterator[_Found]:
    regions = item.body_regions
    if not regions:
        yield from _other_regions((), treatment, text)
        return
    held = treatment.holds(span_of(text, regions[0].evidence))
    words = treatment if held else span_of(text, item.request)
    sides = {region.side for region in regions}
    for side in _SIDE.finditer(text.norm, *words):
        if sides.isdisjoint(_CARRIES[side.group().lower().removesuffix("ly")]):
            yield "body_regions", Span(*side.span()), "No region has this side."
    levels = {level for region in regions for level in region.levels}
    for level in _LEVEL.finditer(text.norm, *words):
        if not any(level.group() in each for each in levels):
            yield "body_regions", Span(*level.span()), "No region has this level."
    yield from _other_regions(regions, words, text)


def _other_regions(regions: Iterable[BodyRegion], words: Span, text: Text) -> Iterator[_Found]:
    """Hold the regions to those that the table of the observations names in the same words."""
    rows = {row for region in regions for row in _ROWS.get(region.region, "").split()}
    for row, (start, end) in regions_in(text.norm[words.start : words.end]):
        span = Span(words.start + start, words.start + end)
        is_level = text.norm[span.end - 1].isdecimal()
        if row in rows or row in _VAGUE or is_level:
            continue
        if not _NO_REGION.match(text.norm, span.end):
            yield "body_regions", span, "No region of the record is this one."


# --- drugs ---------------------------------------------------------------------------------------

_DOSE = re.compile(r"(?<![\w/.#-])\d[\d.,]{0,12}\s{0,9}(?:mg|mcg|%)", re.IGNORECASE)
_DOSE_OF_ONE = re.compile(r"\d\s{0,9}mc?g\b", re.IGNORECASE)
_COUNT = re.compile(r"(?:#|\bqty\.?:?)\s{0,9}\d+", re.IGNORECASE)
_ANOTHER = re.compile(r"[,;/&(]|\b(?:and|with|plus|was)\b", re.IGNORECASE)
_OF_ANOTHER = {
    "strength": re.compile(r"#|\bqty|\bquantity", re.IGNORECASE),
    "quantity": re.compile(r"\d\s{0,9}(?:mg|mcg|%)", re.IGNORECASE),
}
_UNIT_AFTER = re.compile(r"\s{0,9}(?:mg|mcg|%|weeks?|months?|refills?)\b", re.IGNORECASE)


def _drug(item: Item, treatment: Span, text: Text) -> Iterator[_Found]:
    drug = item.drug
    if drug is None:
        is_drug = item.category and item.category.name == PHARMACEUTICALS
        if is_drug and (dose := _DOSE_OF_ONE.search(text.norm, *treatment)):
            yield "drug", Span(*dose.span()), "The dose is of no drug."
        return
    name = span_of(text, drug.name)
    end = treatment.end if treatment.holds(name) else span_of(text, item.request).end
    for field, value, pattern in (
        ("strength", drug.strength, _DOSE),
        ("quantity", drug.quantity, _COUNT),
    ):
        printed = pattern.search(text.norm, name.end, end)
        if value is None:
            if printed and not _ANOTHER.search(text.norm, name.end, printed.start()):
                yield f"drug/{field}", Span(*printed.span()), f"The {field} is not in the record."
            continue
        span = span_of(text, value)
        if _OF_ANOTHER[field].search(text.norm, *span):
            yield f"drug/{field}", span, "The words are not of this kind."
        if _is_cut(span, text) or _is_of_a_date(span, text):
            yield f"drug/{field}", span, "The number goes on as something else."
    strength, quantity, category = drug.strength, drug.quantity, item.category
    if strength and quantity and quantity.start < strength.end and strength.start < quantity.end:
        yield "drug/quantity", span_of(text, quantity), "It is the strength, too."
    if (
        category
        and category.name == PHARMACEUTICALS
        and category.subcategory not in {None, drug.drug_class}
    ):
        yield "category/subcategory", name, "The drug is of another class."


def _is_cut(span: Span, text: Text) -> bool:
    """Say whether a number, or a word with one, goes on before or after *span*."""
    before, after = text.norm[span.start - 1 : span.start], text.norm[span.end : span.end + 1]
    if before.isalnum() or before in {"#", "."} or after.isalnum() or after == "%":
        return True
    return _UNIT_AFTER.match(text.norm, span.end) is not None


def _is_of_a_date(span: Span, text: Text) -> bool:
    around = Span(max(0, span.start - 10), span.end + 10)
    return any(
        match.start() < span.end and span.start < match.end()
        for match in DATE.finditer(text.norm, *around)
    )


# --- visits --------------------------------------------------------------------------------------

_NUMBER = r"(?:\d{1,3}|(?:twenty|thirty)-\w+|\w{3,9})"
_COUNTED = re.compile(
    rf"(?<![-/.])\b(?P<n>{_NUMBER})\s+(?:\(\s?(?P<again>\d+)\s?\)\s+)?(?:[a-z-]+\s+){{0,3}}?"
    r"(?:visits|sessions)\b(?!\s?(?:per|a|each|every|/|weekly))",
    re.IGNORECASE,
)
_OFTEN = re.compile(
    rf"\b(?P<n>{_NUMBER})\s?(?:times|x)\s?(?:a|per|/|each)\s?(?:week|wk)\s+(?:for|x)\s+"
    rf"(?P<m>{_NUMBER})\s+(?:weeks|wks)\b",
    re.IGNORECASE,
)
_NOT_IN_VISITS = frozenset({PHARMACEUTICALS, "Diagnostic Testing", "DMEPOS", "Home Health"})
_IN_VISITS = re.compile(r"therap|visit|session|chiro|acupunct", re.IGNORECASE)
_MAY_COUNT = re.compile(r"visits|sessions|wee?ks", re.IGNORECASE)


def _visits(item: Item, treatment: Span, text: Text) -> Iterator[_Found]:
    if item.visits is None:
        return
    is_no_visit = item.category and item.category.name in _NOT_IN_VISITS
    if is_no_visit and not _IN_VISITS.search(text.norm, *treatment):
        yield "visits", span_of(text, item.visits), "This is not given in visits."
    if not _MAY_COUNT.search(text.norm, *treatment):
        return
    norm, value = text.norm, item.visits.value
    for count in _COUNTED.finditer(norm, *treatment):
        if (number := number_of(count["n"])) and number != value:
            yield "visits", Span(*count.span()), "Another number of visits is named."
    for often in _OFTEN.finditer(norm, *treatment):
        times, weeks = number_of(often["n"]), number_of(often["m"])
        if times and weeks and times * weeks != value:
            yield "visits", Span(*often.span()), "The times a week come to another number."


# --- dates of service ----------------------------------------------------------------------------

_RETRO = re.compile(r"[RrPp](?<![/\w].)(?i:etro(?:spective)?|rospective)\b(?![-/])")
_SERVICE = re.compile(r"[Dd](?<!\w.)(?i:os|ates?\s+of\s+service)\b[^\d]{0,12}(?=\d)")
_NO_SERVICE = re.compile(r"\b(?:DOI|DOB|RFA|injury|report)\b[\s:.,(]{0,4}(?:dated?\s)?\Z")


def _dates(item: Item, treatment: Span, text: Text) -> Iterator[_Found]:
    del treatment
    request, norm = span_of(text, item.request), text.norm
    if item.retrospective is None and (when := _RETRO.search(norm, *request)):
        yield "retrospective", Span(*when.span()), "The request says when the service was given."
    if not item.dates_of_service and (named := _SERVICE.search(norm, *request)):
        date = DATE.match(norm, named.end())
        if date and parse_date(date.group()):
            yield "dates_of_service", Span(*named.span()), "The date of service is left out."
    for day in item.dates_of_service:
        span = span_of(text, day)
        if _NO_SERVICE.search(norm, max(request.start, span.start - 24), span.start):
            yield "dates_of_service", span, "The date is another event's."


# --- category ------------------------------------------------------------------------------------

_IMAGING = ("Diagnostic Testing", "Imaging/Radiology")
_THERAPY = ("Rehabilitation", "Physical Therapy/Occupational Therapy")
_OPENING = {
    "mri": _IMAGING,
    "mr arthrogram": _IMAGING,
    "ct scan": _IMAGING,
    "x-ray": _IMAGING,
    "emg": ("Diagnostic Testing", "EMG/NCV/NCS"),
    "nerve conduction": ("Diagnostic Testing", "EMG/NCV/NCS"),
    "urine drug": ("Diagnostic Testing", "Lab & Pathology"),
    "acupuncture": ("Rehabilitation", "Acupuncture"),
    "chiropractic": ("Rehabilitation", "Chiropractic"),
    "physical therapy": _THERAPY,
    "occupational therapy": _THERAPY,
    "tens unit": ("DMEPOS", "Electrical Stimulation"),
}
_OPENS = re.compile(
    r"(?:(?:(?:additional|initial|repeat|outpatient|continued|retrospective|right|left|\d{1,2})\s+"
    r"(?:sessions\s+of\s+|visits\s+of\s+)?){0,2})"
    rf"(?P<what>{'|'.join(_OPENING)})s?\b",
    re.IGNORECASE,
)


def _category(item: Item, treatment: Span, text: Text) -> Iterator[_Found]:
    opens = _OPENS.match(text.norm, *treatment)
    if opens is None:
        return
    said = (item.category.name, item.category.subcategory) if item.category else None
    if said != _OPENING[opens["what"].lower()]:
        yield "category", Span(*opens.span()), "The request opens with another treatment."
