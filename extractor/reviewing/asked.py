"""What a page asks for, as corrections: the words are the letter's, the rest is filled in here.

A page names places of the letter; what stands there, in which file, by whom and when is never
taken from it.
"""

from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import Field, ValidationError

from extractor.corrections import (
    Correction,
    Dismissed,
    Standing,
    content_of,
    is_dismissible,
    standing_at,
)
from extractor.errors import ReviewError
from extractor.findings import Offset
from extractor.record import Model, Record
from extractor.text import Text

M = TypeVar("M", bound=Model)

_ABOUT_A_PLACE = ("set", "clear", "add", "split", "merge", "move")
_LONGEST_PATH = 200
MOST = 64
"""Corrections that one request may hold."""


class Chosen(Model):
    """Words of the letter, and what they are to mean; None of the latter reads it from them."""

    start: Offset | None = None
    end: Offset | None = None
    value: Any = None


class Asked(Model):
    """One correction as a page asks for it."""

    action: Literal["set", "clear", "add", "split", "merge", "move", "dismiss", "accept", "reject"]
    path: Annotated[str, Field(max_length=_LONGEST_PATH)] = ""
    new: Chosen | None = None
    parts: Annotated[dict[str, Chosen], Field(max_length=8)] = Field(default_factory=dict)
    to: Annotated[int, Field(ge=0, lt=10_000)] | None = None
    finding: Annotated[int, Field(ge=0, lt=1_000_000)] | None = None
    reason: Annotated[str, Field(max_length=2000)] | None = None


class Decision(Model):
    """What a page sends: corrections, and the state of the letter that they were made in."""

    corrections: Annotated[list[Asked], Field(min_length=1, max_length=MOST)]
    seen: Annotated[str, Field(max_length=128)]


def read(kind: type[M], body: bytes) -> M:
    """Return a request's *body*.

    Raises:
        ReviewError: ``malformed``: it is none of *kind*.
    """
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))[:_LONGEST_PATH]
        raise ReviewError(
            "malformed", f"The request is malformed: {where}: {first['msg']}."
        ) from None


class Seen(NamedTuple):
    """A letter as a reviewer sees it: the record that the page shows, whose findings it counts."""

    record: Record
    text: Text


def correction_of(asked: Asked, record: Record, seen: Seen, **said: Any) -> Correction:  # noqa: ANN401
    """Return the correction that *asked* makes.

    Args:
        asked: What the page sent.
        record: The record as the corrections before it leave it.
        seen: The letter.
        said: Who makes it (``by``), and its ``id``.

    Raises:
        ReviewError: ``malformed``, ``no_words``, ``reason_wanted``, ``no_finding`` or
            ``not_dismissible``.
    """
    said |= {"text_sha256": seen.text.sha256, "reason": _reason(asked)}
    if asked.action == "dismiss":
        said["finding"] = _dismissed(asked, seen.record)
    elif asked.action == "accept":
        said["content"] = content_of(record)
    elif asked.action in _ABOUT_A_PLACE:
        said |= _about(asked, record, seen.text)
    try:
        return Correction.of(record, asked.action, **said)
    except ValidationError:
        raise ReviewError("malformed", "The correction holds what none can hold.") from None


def _about(asked: Asked, record: Record, text: Text) -> dict[str, Any]:
    tree = record.model_dump(mode="json", by_alias=True)
    return {
        "path": asked.path,
        "old": None if asked.action == "add" else standing_at(tree, asked.path),
        "new": _standing(asked.new, text) if asked.new else None,
        "parts": {name: _standing(each, text) for name, each in asked.parts.items()},
        "to": asked.to,
    }


def _standing(chosen: Chosen, text: Text) -> Standing:
    """Return the words that were chosen, without white space at their ends."""
    start, end = chosen.start, chosen.end
    if start is None and end is None:
        return Standing(value=chosen.value)
    words = text.source[start:end] if start is not None and end is not None else ""
    if start is None or end is None or end > len(text.source) or not words.strip():
        raise ReviewError("no_words", "There are no words of the letter there: choose some.")
    start += len(words) - len(words.lstrip())
    end = start + len(words.strip())
    return Standing(value=chosen.value, quote=text.read(start, end)[0], start=start, end=end)


def _reason(asked: Asked) -> str | None:
    reason = (asked.reason or "").strip() or None
    if asked.action == "dismiss" and reason is None:
        raise ReviewError("reason_wanted", "Say why the finding may stand.")
    return reason


def _dismissed(asked: Asked, shown: Record) -> Dismissed:
    place = asked.finding
    if place is None or place >= len(shown.findings):
        raise ReviewError("no_finding", "There is no such finding any more.")
    finding = shown.findings[place]
    if not is_dismissible(finding):
        message = "The letter decides this finding, not a person: correct the value instead."
        raise ReviewError("not_dismissible", message)
    return Dismissed.of(finding)
