"""Does every value stand where it says: its span reads its quote, on the page it names?"""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from extractor.findings import Code, Finding, Passage
from extractor.record import Citation, Model, Record, V
from extractor.text import Span, Text, collapse

_NUMBER = re.compile(r"\d")
_NEGATION = re.compile(r"(?i)^(?:not|no|non|never|cannot|without|nor|neither|n't|isn't|wasn't)$")
_DECISION = re.compile(r"(?i)^(?:upheld|overturned|necessary|approved|denied|denial|approval)$")
_PROSE = {
    "request", "treatment", "original", "authorized", "remaining", "text", "rationale", "excerpt",
    "clinical_summary", "evidence",
}  # fmt: skip
_LIKENESS_WORTH_A_HINT = 0.6
_WORDS_COMPARED = 400
_WORDS_NAMED = 6
_PLAIN = (str, int)

# A value or citation, and where the record holds it: its parent's JSON Pointer and its own name.
_Named: TypeAlias = tuple[str, object, V[Any] | Citation]


def _values_of(record: Record) -> list[_Named]:
    """Return every value and citation of *record*, in the record's order."""
    found: list[_Named] = []
    for part in ("case", "patient", "expert"):
        _collect(getattr(record, part).__dict__.items(), f"/{part}", found)
    _collect([("clinical_summary", record.clinical_summary)], "", found)
    for n, item in enumerate(record.items):
        _collect(item.__dict__.items(), f"/items/{n}", found)
    return found


def _collect(parts: Iterable[tuple[object, Any]], path: str, found: list[_Named]) -> None:
    for name, part in parts:
        if part is None or isinstance(part, _PLAIN):
            continue
        if isinstance(part, tuple):
            if part:
                _collect(enumerate(part), f"{path}/{name}", found)
        elif isinstance(part, V):
            found.append((path, name, part))
        elif isinstance(part, Model):
            if isinstance(part, Citation):
                found.append((path, name, part))
            _collect(part.__dict__.items(), f"{path}/{name}", found)


def check_spans(record: Record, text: Text) -> Iterator[Finding]:
    """Refuse each value whose span does not read its quote, or that names another page.

    Of prose, the value must be the quote too, readers' artefacts undone.
    """
    source, size, plain = text.source, len(text.source), text.is_plain
    for parent, name, value in _values_of(record):
        start, end, quote = value.start, value.end, value.quote
        if not quote or start >= end or end > size:
            message = "The span holds no words of the letter."
            yield Finding.of(Code.UNGROUNDED, message, f"{parent}/{name}")
            continue
        words, page = text.read(start, end)
        if words != quote or source[start].isspace() or source[end - 1].isspace():
            yield _misread(f"{parent}/{name}", value, text)
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


def _misread(path: str, value: V[Any] | Citation, text: Text) -> Finding:
    """Say what is wrong with a quote that its span does not read; a hint, never a value."""
    where = passage(text, value)
    if collapse(text.source).find(value.quote) >= 0:
        return Finding.of(
            Code.WRONG_PLACE, "The quote stands elsewhere in the letter.", path, where
        )
    there = collapse(text.source[value.start : value.end])
    changed = changed_words(there, value.quote)
    if changed is None:
        return Finding.of(Code.UNGROUNDED, "The quote does not stand in the letter.", path, where)
    return Finding.of(Code.ALTERED_QUOTE, f"Nearly a quote: {changed}.", path, where)


def changed_words(printed: str, quoted: str) -> str | None:
    """Name the words in which a quote differs from the letter's; None where it is no likeness.

    >>> changed_words("is not medically necessary", "is medically necessary")
    'a negation differs (not / -)'
    """
    ours, theirs = printed.split()[:_WORDS_COMPARED], quoted.split()[:_WORDS_COMPARED]
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    if not ours or matcher.ratio() < _LIKENESS_WORTH_A_HINT:
        return None
    pairs = [
        (ours[i:j], theirs[m:n]) for tag, i, j, m, n in matcher.get_opcodes() if tag != "equal"
    ]
    differing = [word.strip(".,;:()\"'") for pair in pairs for side in pair for word in side]
    named = ", ".join(
        f"{' '.join(a[:_WORDS_NAMED]) or '-'} / {' '.join(b[:_WORDS_NAMED]) or '-'}"
        for a, b in pairs[:3]
    )
    return f"{_kind_of_change(differing)} ({named})"


def _kind_of_change(words: list[str]) -> str:
    if any(_NEGATION.match(word) for word in words):
        return "a negation differs"
    if any(_DECISION.match(word) for word in words):
        return "a decision word differs"
    if any(_NUMBER.search(word) for word in words):
        return "a number differs"
    return "words differ"


def span_of(text: Text, value: V[Any] | Citation) -> Span:
    """Return where *value* stands in the normalized text."""
    return text.from_source(value.start, value.end)
