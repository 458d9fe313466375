"""One correction: what a person did to one place of one record, when, and over which value."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, Self, get_args
from uuid import uuid4

from pydantic import Field

from extractor.findings import Code, Finding, Offset
from extractor.record import Model, Record

SCHEMA: Literal["imr-correction/1"] = "imr-correction/1"
Action = Literal[
    "set", "clear", "add", "split", "merge", "move", "dismiss", "accept", "reject", "undo"
]
ITEM: Final = 2  # the step of a path that says which item
ACTIONS: tuple[str, ...] = get_args(Action)


class Standing(Model):
    """A value as it stands in a record, and the characters it was read from.

    Attributes:
        value: The value; of a choice from a closed list alone, its words are None.
        quote: ``text[start:end]`` with runs of white space collapsed; None without words.
        start: First character, from 0, in code points of the document's text.
        end: One past the last character.
    """

    value: Any = None
    quote: str | None = None
    start: Offset | None = None
    end: Offset | None = None


class Dismissed(Model):
    """Which finding a person dismissed: its code, its path, and where it stood."""

    code: Code
    path: str = ""
    start: Offset | None = None
    end: Offset | None = None

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return by what *finding* is known when it is made again."""
        return cls(code=finding.code, path=finding.path, start=finding.start, end=finding.end)


class Correction(Model):
    """A line of ``corrections.jsonl``.

    ``set`` gives the value at *path* the words of *new*; ``clear`` makes it null, or takes it out
    of its list; ``add`` puts one at the place *path* of a list (an item by its *parts*: ``request``
    and ``decision``); ``split`` begins a further item at ``parts["request"]``; ``merge`` joins the
    item with the one after it; ``move`` puts it at the place *to*. ``dismiss`` lets *finding*
    stand for *reason*; ``accept`` and ``reject`` judge the whole record; ``undo`` takes the
    correction *undoes* back, and undoing that does it again.

    Attributes:
        id: By what an ``undo`` names it.
        sha256: The SHA-256 of the letter's file: whose record it corrects.
        text_sha256: Of the text that its spans count.
        letter: The letter's id then; for people.
        path: JSON Pointer into the record as the corrections before it left it.
        old: What stood there; None where nothing did.
        new: What shall.
        parts: The several values of an item or of a partial approval, by their field.
        item: The request of the item that *path* leads into, as it stood then: by it the item is
            known again. None where it leads into none.
        to: The place an item moves to, from 0.
        content: Of ``accept``: the digest of what was accepted, as ``content_of`` gives it.
        by: Who, as they call themselves.
        at: When, ISO 8601 in UTC.
    """

    schema_: Literal["imr-correction/1"] = Field(default=SCHEMA, alias="schema")
    id: Annotated[str, Field(min_length=1, max_length=64)]
    sha256: str
    text_sha256: str | None = None
    letter: str = ""
    action: Action
    path: str = ""
    old: Standing | None = None
    new: Standing | None = None
    parts: dict[str, Standing] = Field(default_factory=dict)
    item: Standing | None = None
    to: Annotated[int, Field(ge=0)] | None = None
    finding: Dismissed | None = None
    undoes: str | None = None
    content: str | None = None
    reason: str | None = None
    by: Annotated[str, Field(min_length=1, max_length=200)]
    at: str

    @classmethod
    def of(cls, record: Record, action: Action, by: str, **parts: Any) -> "Correction":  # noqa: ANN401 - any field
        """Make the correction that *by* makes to *record* now.

        Raises:
            ValidationError: *parts* are none of a correction's.
        """
        document = record.document
        return cls.model_validate(
            {
                "id": uuid4().hex,
                "sha256": document.sha256 or "",
                "text_sha256": document.text_sha256,
                "letter": document.id,
                "item": _request_at(record, str(parts.get("path", ""))),
                "action": action,
                "by": by,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                **parts,
            }
        )

    def to_json(self) -> str:
        """Return the correction as one line of JSON, without a newline at its end."""
        return (
            self.model_dump_json(by_alias=True, exclude_defaults=True, exclude={"schema_"})[:-1]
            + f',"schema":"{SCHEMA}"}}'
        )


def _request_at(record: Record, path: str) -> Standing | None:
    """Return the request of the item that *path* leads into, or is."""
    steps = path.split("/")
    known = steps[:2] == ["", "items"] and len(steps) > ITEM and steps[ITEM].isdecimal()
    if not known or not steps[ITEM].isascii() or int(steps[ITEM]) >= len(record.items):
        return None
    request = record.items[int(steps[ITEM])].request
    return Standing(value=request.value, quote=request.quote, start=request.start, end=request.end)


_READ = {"case", "expert", "patient", "clinical_summary", "items"}


def content_of(record: Record) -> str:
    """Return a digest of everything that *record* says of its letter."""
    said = record.model_dump(mode="json", by_alias=True, include=_READ)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
