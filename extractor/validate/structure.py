"""Are the items the letter's items: one for each anchor, in order, every part in its place?"""

import re
from collections.abc import Iterator
from itertools import zip_longest

from extractor.findings import Code, Finding
from extractor.record import Basis, Item, Record, V, outcome_of
from extractor.text import Span, Text, blanks
from extractor.validate.anchors import Anchored, Anchors
from extractor.validate.conclusion import check_conclusion
from extractor.validate.families import PARTS
from extractor.validate.partial import check_partial
from extractor.validate.spans import passage, span_of

_PROBLEMS = {
    "labels": "A label is missing, doubled or out of order.",
    "decisions": "A decision word stands where no item was found.",
    "passages": "The passages are not on the requests that were decided, in their order.",
    "numbers": "The numbers of the items do not run from 1.",
    "lead": "The sentence that leads into the items is missing.",
    "heading": "The words before the decision word leave the decision in doubt.",
}


def check_layout(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Refuse a letter of no known family, and one whose own anchors are in doubt."""
    if anchors.family is None:
        if text.norm.strip():
            yield Finding.of(
                Code.UNKNOWN_LAYOUT,
                "This is no letter that the validator knows; a person must look.",
            )
        return
    if record.document.layout == "unknown":
        yield Finding.of(
            Code.UNKNOWN_LAYOUT,
            "No layout fits this letter; a person must look.",
            "/document/layout",
        )
    for problem in anchors.problems:
        in_doubt = problem in {"decisions", "passages", "numbers"}
        code = Code.MISSING_ITEM if in_doubt else Code.AMBIGUOUS
        message = _PROBLEMS.get(problem, f"The heading of the {problem} stands more than once.")
        yield Finding.of(code, message, "/items")
    if not anchors.items:
        yield Finding.of(Code.MISSING_ITEM, "The letter's issues section holds no item.", "/items")


def check_items(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Refuse items that are no anchor's, anchors without an item, and parts out of their place."""
    if anchors.family is None:
        for n in range(len(record.items)):
            yield Finding.of(
                Code.EXTRA_ITEM, "No anchor in the letter carries this item.", f"/items/{n}"
            )
        return
    by_decision = {item.decision: item for item in anchors.items}
    taken: list[Span] = []
    seen: set[Span] = set()
    for n, (item, following) in enumerate(zip_longest(record.items, record.items[1:])):
        path = f"/items/{n}"
        decision = span_of(text, item.decision)
        anchored = by_decision.get(decision)
        if anchored is None:
            message = "Its decision does not stand before an item's first label."
            yield Finding.of(Code.EXTRA_ITEM, message, path, passage(text, item.decision))
        elif decision in seen:
            yield Finding.of(Code.DUPLICATE_ITEM, "The item is listed twice.", path)
        else:
            yield from _check_item(item, anchored, text, path, following)
            yield from _check_ending(item, anchored, text, following, n)
        taken.append(decision)
        seen.add(decision)
        if item.number != n + 1:
            yield Finding.of(
                Code.WRONG_PLACE, f"It is item {n + 1} of the record.", f"{path}/number"
            )
    yield from _missing(anchors, seen, text)
    if record.outcome != (due := outcome_of(record.items)):
        yield Finding.of(Code.VALUE_MISMATCH, f"The items make it {due}.", "/outcome")
    if taken != sorted(taken):
        yield Finding.of(Code.WRONG_PLACE, "The items are not in the letter's order.", "/items")


def _check_ending(
    item: Item, anchored: Anchored, text: Text, following: Item | None, n: int
) -> Iterator[Finding]:
    """Refuse to believe where a rationale ends when more stands there than a rationale.

    A paragraph after the conclusion may be the rationale's, or the first lines of the next request;
    after the last rationale come a letter's closing words.
    """
    if following is None:
        yield from _check_closing(item, text, f"/items/{n}/rationale")
    elif anchored.runs_on and item.rationale is not None and item.conclusion is not None:
        end = span_of(text, item.rationale).end
        gaps = text.gaps_between(span_of(text, item.conclusion).end, end)
        if any(gap.proven and gap.start < end for gap in gaps):
            message = "A paragraph between the conclusion and the request may belong to either."
            place = passage(text, item.rationale)
            yield Finding.of(Code.UNCERTAIN_BOUNDARY, message, f"/items/{n + 1}/request", place)


_CLOSING = re.compile(
    r"Sincerely|Respectfully|Very\s+truly|cc\s*:|DISCLAIMER|APPENDIX"
    r"|ATTACHMENT|ENCLOSURE|[A-Z][A-Z ]{7,}(?=\s*\n)",
)


def _check_closing(item: Item, text: Text, path: str) -> Iterator[Finding]:
    """Refuse a last rationale into which the letter's closing matter has run."""
    if item.rationale is None:
        return
    rationale = span_of(text, item.rationale)
    for blank in blanks(text.norm, rationale):
        if _CLOSING.match(text.norm, blank.end(), rationale.end):
            message = "The letter's closing words stand in the rationale."
            place = text.place(text.trim(blank.end(), rationale.end))
            yield Finding.of(Code.WRONG_PLACE, message, path, place)
            return


def _missing(anchors: Anchors, taken: set[Span], text: Text) -> Iterator[Finding]:
    for n, anchored in enumerate(anchors.items):
        if anchored.decision not in taken:
            message = f"The letter's item {n + 1} is not in the record."
            yield Finding.of(Code.MISSING_ITEM, message, "/items", text.place(anchored.decision))


def _check_item(
    item: Item, anchored: Anchored, text: Text, path: str, following: Item | None
) -> Iterator[Finding]:
    for problem in anchored.problems:
        code = Code.AMBIGUOUS if problem == "heading" else Code.MISSING_FIELD
        message = _PROBLEMS.get(problem, "No decision word stands before the item's first label.")
        yield Finding.of(code, message, path, text.place(anchored.decision))
    if item.decision.value != anchored.verdict:
        message = "The letter's decision word decides otherwise."
        yield Finding.of(
            Code.VALUE_MISMATCH, message, f"{path}/decision", passage(text, item.decision)
        )
    yield from _check_request(item, anchored, text, path)
    yield from _check_parts(item, anchored, text, path, following)
    yield from check_partial(item, text, path)
    yield from check_conclusion(item, text, path)
    if item.conclusion and _is_addressed(text.norm[slice(*span_of(text, item.conclusion))]):
        message = "The sentence may be addressed to whoever reads the letter."
        place = passage(text, item.conclusion)
        yield Finding.of(Code.AMBIGUOUS, message, f"{path}/conclusion", place)


# A reviewer who concludes asks nothing of a reader, and leaves the decision word to the heading.
_IS_ADDRESSED = re.compile(
    r"(?i:\b(?:ignore|disregard|override|mark\s+(?:every|all|each)"
    r"|(?:earlier|previous|prior|these|all)\s+instructions)\b|system\s*:|assistant\s*:)"
    r"|\b(?:Overturned|OVERTURNED|Upheld|UPHELD)\b"
)
# One of these stands in whatever _IS_ADDRESSED finds in ASCII.
_ADDRESSING = (
    "ignore", "disregard", "override", "mark", "instructions", "system", "assistant",
    "overturned", "upheld",
)  # fmt: skip


def _is_addressed(sentence: str) -> bool:
    plain = sentence.lower()
    if plain.isascii() and not any(map(plain.__contains__, _ADDRESSING)):
        return False
    return _IS_ADDRESSED.search(sentence) is not None


def _check_request(item: Item, anchored: Anchored, text: Text, path: str) -> Iterator[Finding]:
    span = span_of(text, item.request)
    if fault := _fault_of_place(span, anchored) or _fault_of_words(
        text.norm[slice(*span)], is_framed=anchored.runs_on
    ):
        code, message = fault
        yield Finding.of(code, message, f"{path}/request", passage(text, item.request))


# A decision inside a request is another item's; several sentences, or a line that is a heading,
# are another section's.
_DECIDES = re.compile(
    r"\b(?:is|are|was|were)\s*(?:not\s*)?medically\s*necessary|\b(?:UPHELD|OVERTURNED)\b"
)
_HEADING = re.compile(r"(?:\A|\n)[ \t]*(?:[A-Z][A-Z()/']+[ \t]+){1,8}[A-Z][A-Z()/']+[ \t]*:")
_NEXT_SENTENCE = re.compile(r"[a-z\d)]{2}[\"')\]]*\.[\"')\]]*\s+[A-Z][a-z]*\s+\w")
_SENTENCES = 2


def _fault_of_words(request: str, *, is_framed: bool) -> tuple[Code, str] | None:
    """Say what a request holds that none does; paragraph breaks frame some, and prove more."""
    if _DECIDES.search(request):
        return Code.AMBIGUOUS, "The request holds words that decide one."
    if is_framed:
        return None
    if _HEADING.search(request) or len(_NEXT_SENTENCE.findall(request)) >= _SENTENCES:
        return Code.UNCERTAIN_BOUNDARY, "The request may have run into another section."
    return None


def _fault_of_place(request: Span, anchored: Anchored) -> tuple[Code, str] | None:
    """Say what is wrong with where a request stands."""
    if request.end != anchored.request_end or request.start < anchored.floor:
        return Code.WRONG_PLACE, "The request does not end where its decision begins."
    if anchored.request_start is None:
        return Code.UNCERTAIN_BOUNDARY, "No paragraph break proves where the request begins."
    if request.start > anchored.request_start:
        return Code.UNCOVERED_TEXT, "Words before the request belong to no field."
    if request.start < anchored.request_start:
        return Code.WRONG_PLACE, "The request reaches back over a paragraph break."
    return None


def _check_parts(
    item: Item, anchored: Anchored, text: Text, path: str, following: Item | None
) -> Iterator[Finding]:
    """Hold each labelled part to the words between its label and the next anchor."""
    for part in PARTS:
        value = getattr(item, part)
        if isinstance(value, Basis):
            value = value.text
        due = anchored.parts.get(part)
        where = f"{path}/{part}" if part == "rationale" else f"{path}/{part}/text"
        if due is not None and due.end <= due.start:
            due = None
        if due is None:
            yield from _undue(value, text, part in anchored.required, where)
            continue
        if value is None:
            message = "The label is there, its text is not in the record."
            yield Finding.of(Code.MISSING_FIELD, message, where, text.place(due))
            continue
        if part == "rationale" and following and anchored.runs_on:
            due = _up_to(following, anchored, text, due)
        yield from _hold(span_of(text, value), due, text, value, where)


def _undue(value: V[str] | None, text: Text, required: bool, where: str) -> Iterator[Finding]:
    if value is not None:
        message = "No label in the letter introduces this text."
        yield Finding.of(Code.WRONG_PLACE, message, where, passage(text, value))
    elif required:
        yield Finding.of(Code.MISSING_FIELD, "The letter gives no text for this field.", where)


def _up_to(following: Item, anchored: Anchored, text: Text, due: Span) -> Span:
    """End the rationale where the next item's request begins, when that lies behind its label."""
    begin = span_of(text, following.request).start
    start = anchored.rationale_start
    return text.trim(due.start, begin) if start is not None and begin > start else due


def _hold(got: Span, due: Span, text: Text, value: V[str], where: str) -> Iterator[Finding]:
    if got == due:
        return
    if due.holds(got):
        message = "Words of this field are left out."
        yield Finding.of(Code.UNCOVERED_TEXT, message, where, text.place(due))
    else:
        message = "The text reaches over the anchors of its field."
        yield Finding.of(Code.WRONG_PLACE, message, where, passage(text, value))
