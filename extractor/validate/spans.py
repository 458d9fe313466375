"""Does every value stand where it says: its span reads its quote, on the page it names?"""

from collections.abc import Iterator
from functools import cache
from itertools import count
from typing import Any, TypeAlias, get_args

from extractor.findings import Code, Finding, Passage
from extractor.record import Citation, Model, Record, V
from extractor.text import Span, Text
from extractor.validate.hints import explain

_PROSE = {
    "request", "treatment", "original", "authorized", "remaining", "text", "rationale", "excerpt",
    "clinical_summary", "evidence",
}  # fmt: skip
# White space that a span may hold beyond its quote, in characters: none of a letter comes near it,
# and a record made to fill the memory with spans is refused.
_ROOM, _ROOM_PER_CHARACTER = 1000, 100
_EXPLAINED_AT_MOST = 100

# A value or citation, and where the record holds it: its parent's JSON Pointer and its own name.
_Named: TypeAlias = tuple[str, object, V[Any] | Citation]


def _values_of(record: Record) -> list[_Named]:
    """Return every value and citation of *record*, in the record's order."""
    found: list[_Named] = []
    for part in ("case", "patient", "expert"):
        _collect(getattr(record, part), f"/{part}", found)
    if record.clinical_summary is not None:
        found.append(("", "clinical_summary", record.clinical_summary))
    for n, item in enumerate(record.items):
        _collect(item, f"/items/{n}", found)
    return found


def _collect(model: Model, path: str, found: list[_Named]) -> None:
    for name in _fields_with_values(type(model)):
        part = getattr(model, name)
        if isinstance(part, tuple):
            for n, each in enumerate(part):
                _collect_part(each, f"{path}/{name}", n, found)
        elif part is not None:
            _collect_part(part, path, name, found)


def _collect_part(part: Model, path: str, name: object, found: list[_Named]) -> None:
    if isinstance(part, (V, Citation)):
        found.append((path, name, part))
    if not isinstance(part, V):
        _collect(part, f"{path}/{name}", found)


@cache
def _fields_with_values(kind: type[Model]) -> tuple[str, ...]:
    """Return the fields that may hold a value or a model with one: no plain words and numbers."""
    return tuple(name for name, field in kind.model_fields.items() if _has_model(field.annotation))


def _has_model(annotation: object) -> bool:
    if isinstance(annotation, type):
        return issubclass(annotation, Model)
    return any(map(_has_model, get_args(annotation)))


def check_spans(record: Record, text: Text) -> Iterator[Finding]:
    """Refuse each value whose span does not read its quote, or that names another page.

    Of prose, the value must be the quote too, readers' artefacts undone. The first hundred misread
    quotes are explained; the others are ``ungrounded``, so that no record takes minutes.
    """
    misread = count()
    source, size, plain = text.source, len(text.source), text.is_plain
    for parent, name, value in _values_of(record):
        start, end, quote = value.start, value.end, value.quote
        if not quote or start >= end or end > size:
            message = "The span holds no words of the letter."
            yield Finding.of(Code.UNGROUNDED, message, f"{parent}/{name}")
            continue
        if end - start > _ROOM + _ROOM_PER_CHARACTER * len(quote):
            message = "The span is far longer than its quote."
            yield Finding.of(Code.UNGROUNDED, message, f"{parent}/{name}")
            continue
        words, page = text.read(start, end)
        if words != quote or source[start].isspace() or source[end - 1].isspace():
            explained = next(misread) < _EXPLAINED_AT_MOST
            yield _misread(f"{parent}/{name}", value, text, explained=explained)
        elif (
            isinstance(value, V)
            and not (plain and value.value == quote)
            and name in _PROSE
            and value.value != text.words(span_of(text, value))
        ):
            path, message = f"{parent}/{name}", "The value is not what the quote says."
            yield Finding.of(Code.VALUE_MISMATCH, message, path, passage(text, value))
        elif value.page != page:
            path, message = f"{parent}/{name}", f"The words stand on page {page}, not {value.page}."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))


def passage(text: Text, value: V[Any] | Citation) -> Passage:
    """Return where *value* stands, as a finding names it."""
    return Passage(start=value.start, end=value.end, page=text.page(value.start))


def _misread(path: str, value: V[Any] | Citation, text: Text, *, explained: bool) -> Finding:
    """Say what is wrong with a quote that its span does not read; a hint, never a value."""
    code, message = Code.UNGROUNDED, "The span does not read the quote."
    if explained:
        code, message = explain(text, value.start, value.end, value.quote)
    return Finding.of(code, message, path, passage(text, value))


def span_of(text: Text, value: V[Any] | Citation) -> Span:
    """Return where *value* stands in the normalized text."""
    return text.from_source(value.start, value.end)
