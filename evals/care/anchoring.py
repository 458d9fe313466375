"""Find the places of corrected labels anew: a person corrects words, this the offsets.

Whoever corrects ``expected.json`` edits a ``quote``, or the ``value`` of prose, and leaves
``start``, ``end`` and ``page`` alone. Nothing else is changed: no label is added, no list sorted,
and ``reviewed`` is the person's own word.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from evals.care.drafting import shown, where
from evals.errors import EvalError
from extractor import golden
from extractor.errors import AmbiguousQuote, GoldenError, MissingQuote
from extractor.golden import EXPECTED, Case, Fault, is_prose
from extractor.ground import locate
from extractor.record import Record, Words
from extractor.source import read
from extractor.text import Span, Text
from extractor.validate import validate

_MOST = 20
_IN_ITEM = re.compile(r"/items/\d+")
# Where a value is looked for when its words stand in several places of the letter.
_WITHIN = tuple(
    (re.compile(pattern), scope)
    for pattern, scope in (
        (r"(/items/\d+/(?:claims_administrator|reviewer))/citations/.*", r"\1/text"),
        (r"(/items/\d+)/(?:rationale_citations/.*|conclusion)", r"\1/rationale"),
        (r"(/items/\d+)/(?!request|decision|rationale|\w+/text)\w+.*", r"\1/request"),
        (r"/patient/.*", "/clinical_summary"),
    )
)


class Moved(NamedTuple):
    """A label whose place or words were written anew; offsets of the source, None where new."""

    path: str
    before: tuple[int | None, int | None]
    after: tuple[int, int]

    def __str__(self) -> str:
        """Return the move on one line."""
        start, end = self.before
        return f"{self.path}: {start}:{end} is now {self.after[0]}:{self.after[1]}"


class Anchored(NamedTuple):
    """What was done to a case, what a person must do, and what to look at.

    ``faults`` are quotes without a place and whatever else the lint says; ``looks`` what the
    validator would say of these labels that they do not say themselves.
    """

    name: str
    case: Case | None
    moved: tuple[Moved, ...]
    faults: tuple[Fault, ...]
    looks: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the report: what moved, what is wrong, what to look at, what is left to do."""
        yield from (f"{self.name}: {move}" for move in self.moved)
        yield from (": ".join(filter(None, (self.name, *fault))) for fault in self.faults)
        yield from (f"{self.name}: look: {look}" for look in self.looks)
        if self.faults:
            yield f"{self.name}: {len(self.faults)} faults"
        elif self.case is not None and not self.case.reviewed:
            yield f'{self.name}: clean; set "reviewed": true when you have read it'
        else:
            yield f"{self.name}: clean"


def anchor(folder: Path) -> Anchored:
    """Write the places of the labels in *folder* anew, from their quotes.

    A quote that reads its place stays. Another is looked for in the letter, whole words; where it
    stands more than once, the place that overlaps the old one is meant, else the only one in the
    field that it belongs to, else nothing is changed and the person is asked for ``start``.

    Raises:
        EvalError: A half is missing, or the labels are no JSON.
    """
    folder = folder.resolve()
    try:
        source, labels = golden.source_of(folder), golden.raw(folder)
    except GoldenError as error:
        raise EvalError(f"{folder.name}: {EXPECTED}: {error}.") from None
    text = read(source, folder.name).as_text()
    moved, unplaced = _Anchoring(labels["record"], text).run()
    if moved:
        golden.save(folder, golden.as_json(labels))
    case, faults = golden.examine(folder)
    if case is not None:
        golden.write(case)
    known = tuple(f"{fault.path}/" for fault in unplaced)
    others = [fault for fault in faults if not f"{fault.path}/".startswith(known)]
    looks = () if case is None else tuple(_looks(case, text))
    return Anchored(folder.name, case, tuple(moved), (*unplaced, *others), looks)


class _Anchoring:
    """One letter's labels, on their way to their places."""

    def __init__(self, record: dict[str, Any], text: Text) -> None:
        self.record = record
        self.text = text
        self.moved: list[Moved] = []

    def run(self) -> tuple[list[Moved], list[Fault]]:
        """Anchor every label; twice, since a field is looked in that was itself just anchored."""
        faults: list[Fault] = []
        for _ in range(2):
            labels = list(_places(self.record))
            faults = [fault for path, place in labels for fault in self._put(path, place)]
        return self.moved, faults

    def _put(self, path: str, place: dict[str, Any]) -> Iterator[Fault]:
        prose = is_prose(path) and _kind(path) is Words
        wanted = _wanted(place, self.text, prose=prose)
        try:
            span = self._span(path, place, wanted)
        except MissingQuote:
            yield Fault(path, "has a quote that does not stand in the letter as whole words")
        except AmbiguousQuote as error:
            yield Fault(path, str(error))
        else:
            self._write(path, place, span, prose=prose)

    def _span(self, path: str, place: dict[str, Any], wanted: str | None) -> Span:
        """Return where *wanted* stands, a span of the normalized text; None is where it is said."""
        said = _said(place)
        old = self.text.from_source(*said) if said else None
        if wanted is None and old is not None:
            return old
        found = occurrences(wanted or "", self.text.whole, self.text)
        scope = self._scope(path) if len(found) > 1 else None
        inside = [span for span in found if scope is not None and scope.holds(span)]
        for few in (found, _at_start(found, old), _over(found, old), inside):
            if len(few) == 1:
                return few[0]
        raise AmbiguousQuote(self._asking(inside or found))

    def _scope(self, path: str) -> Span | None:
        """Return the field that the value at *path* is read from, where that is in its place."""
        for pattern, within in _WITHIN:
            if match := pattern.fullmatch(path):
                place = _at(self.record, match.expand(within))
                reads = isinstance(place, dict) and _reads(place, self.text)
                return self.text.from_source(place["start"], place["end"]) if reads else None
        return None

    def _asking(self, found: list[Span]) -> str:
        starts = [self.text.to_source(span)[0] for span in found]
        places = ", ".join(f"{start} ({where(start, self.text)})" for start in starts[:_MOST])
        return f"has a quote that stands in several places; give its start: {places}"

    def _write(self, path: str, place: dict[str, Any], span: Span, *, prose: bool) -> None:
        start, end = self.text.to_source(span)
        quote, page = self.text.read(start, end)
        fresh: dict[str, Any] = {"value": self.text.words(span)} if prose else {}
        fresh |= {"quote": quote, "start": start, "end": end}
        if page is not None:
            fresh["page"] = page
        else:
            place.pop("page", None)
        if any(place.get(name) != value for name, value in fresh.items()):
            self.moved.append(Moved(path, (place.get("start"), place.get("end")), (start, end)))
        place.update(fresh)


def _at_start(found: list[Span], old: Span | None) -> list[Span]:
    return [span for span in found if old is not None and span.start == old.start]


def _over(found: list[Span], old: Span | None) -> list[Span]:
    return [span for span in found if old and span.start < old.end and old.start < span.end]


def occurrences(quote: str, scope: Span, text: Text) -> list[Span]:
    """Return where *quote* stands in *scope*, in order, as spans of the normalized text.

    >>> text = Text.of("No brace. A brace.")
    >>> occurrences("brace", text.whole, text)
    [Span(start=3, end=8), Span(start=12, end=17)]

    Raises:
        MissingQuote: Nowhere.
    """
    found: list[Span] = []
    while len(found) <= _MOST:
        try:
            found.append(_first(quote, scope, text))
        except MissingQuote:
            if not found:
                raise
            break
        scope = Span(found[-1].start + 1, scope.end)
    return found


def _first(quote: str, scope: Span, text: Text) -> Span:
    """Return the first place of *quote* in *scope*: the shortest beginning of it that has one."""
    try:
        return locate(quote, scope, text)
    except AmbiguousQuote:
        low, high = scope
    while low < high:
        middle = (low + high) // 2
        if _stands(quote, Span(scope.start, middle), text):
            high = middle
        else:
            low = middle + 1
    return locate(quote, Span(scope.start, low), text)


def _stands(quote: str, scope: Span, text: Text) -> bool:
    try:
        locate(quote, scope, text)
    except MissingQuote:
        return False
    except AmbiguousQuote:
        return True
    return True


def _wanted(place: dict[str, Any], text: Text, *, prose: bool) -> str | None:
    """Return the words to look for; None where the quote reads its place and nothing is to do.

    Prose whose quote reads its place and whose value is something else had its value corrected.
    """
    quote, value = (place.get(name) for name in ("quote", "value"))
    if not isinstance(quote, str):
        return value if prose and isinstance(value, str) else ""
    if not _reads(place, text):
        return quote
    words = text.words(text.from_source(place["start"], place["end"]))
    return value if prose and isinstance(value, str) and value != words else None


def _reads(place: dict[str, Any], text: Text) -> bool:
    said = _said(place)
    if said is None:
        return False
    words = text.source[slice(*said)]
    return bool(words) and words == words.strip() and text.quote(*said) == place.get("quote")


def _said(place: dict[str, Any]) -> tuple[int, int] | None:
    """Return the place that a label gives; only a start, as a person may, is one character."""
    start, end = place.get("start"), place.get("end")
    if type(start) is not int or start < 0:
        return None
    return start, end if type(end) is int and end > start else start + 1


def _places(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401
    """Yield every label of *part* that has words of the letter, parents first."""
    if isinstance(part, dict):
        if "quote" in part or "value" in part:
            yield path, part
        for name, each in part.items():
            yield from _places(each, f"{path}/{name}")
    elif isinstance(part, list):
        for number, each in enumerate(part):
            yield from _places(each, f"{path}/{number}")


def _at(part: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    for step in path.split("/")[1:]:
        if isinstance(part, list):
            part = part[int(step)]
        else:
            part = part.get(step) if isinstance(part, dict) else None
    return part


def _kind(path: str) -> type[BaseModel] | None:
    """Return the model that the record has at *path*; None where it has none."""
    kind: type[BaseModel] | None = Record
    for step in path.split("/")[1:]:
        if kind is not None and not step.isdecimal():
            fields = {field.alias or name: field for name, field in kind.model_fields.items()}
            kind = _model_in(fields[step].annotation) if step in fields else None
    return kind


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _looks(case: Case, text: Text) -> Iterator[str]:
    """Yield what the validator says of the labels and they do not; a code counts once an item."""
    own = {(finding.code, _concern(finding.path)) for finding in case.expected.findings}
    for finding in validate(case.expected, text):
        if (finding.code, _concern(finding.path)) not in own:
            yield shown(finding, text)


def _concern(path: str) -> str:
    in_item = _IN_ITEM.match(path)
    return in_item.group() if in_item else ""
