"""The places of a reply, one by one, and replies that have other ones."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from evals.escape.letters import Letter
from evals.escape.made import Replied
from evals.escape.tree import Path, at, drop, put
from extractor.propose.llm.reply import ELLIPSIS, place_of
from extractor.text import Span, collapse

_SAID = re.compile(r"([a-z_]+(?:\.[a-z_]+)?) (.*)", re.DOTALL)
_EDGE = re.compile(rf"\s+{ELLIPSIS}\s+")


class Written(NamedTuple):
    """A place as a reply writes it: what is said of it, its lines, its words, which of several.

    ``said`` is None where the place stands alone, ``words`` where it is whole lines.
    """

    said: str | None
    first: int
    last: int
    words: str | None
    nth: int | None = None

    @classmethod
    def read(cls, given: str) -> "Written":
        """Read what a faultless reply has at a place."""
        said, rest = match.groups() if (match := _SAID.fullmatch(given)) else (None, given)
        place = place_of(rest)
        assert place, "a faultless reply has places only"
        return cls(said, *place)

    def __str__(self) -> str:
        """Write it as a reply has it."""
        said = f"{self.said} " if self.said else ""
        lines = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        nth = f"#{self.nth}" if self.nth is not None and self.words is not None else ""
        return f"{said}{lines}{nth}" + (f": {self.words}" if self.words is not None else "")

    @property
    def edges(self) -> tuple[str, str] | None:
        """The first and the last words, where those between are left out."""
        parts = _EDGE.split(self.words or "")
        return (parts[0], parts[1]) if len(parts) == 2 else None  # noqa: PLR2004 - two edges


class Placed(NamedTuple):
    """A place of a reply and where in the reply it stands."""

    path: Path
    place: Written

    @property
    def name(self) -> str:
        """The part of the reply that it is in, such as ``facts`` or ``rationale``."""
        return next(str(step) for step in reversed(self.path) if isinstance(step, str))


def places(letter: Letter) -> list[Placed]:
    """Return every place of the faultless reply to *letter*."""
    return [Placed(path, Written.read(given)) for path, given in _strings(letter.faultless, ())]


def _strings(part: Any, path: Path) -> Iterator[tuple[Path, str]]:  # noqa: ANN401 - any part of it
    if isinstance(part, str):
        yield path, part
    members: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(part, dict):
        members = iter(part.items())
    elif isinstance(part, list):
        members = iter(enumerate(part))
    for step, member in members:
        yield from _strings(member, (*path, step))


def replaced(letter: Letter, path: Path, new: Any) -> Replied:  # noqa: ANN401 - any part of a reply
    """Return the faultless reply with *new* at *path*; a place is written out."""
    new = str(new) if isinstance(new, Written) else new
    return Replied(put(letter.faultless, path, new))


def without(letter: Letter, path: Path) -> Replied:
    """Return the faultless reply with nothing at *path*."""
    if isinstance(path[-1], int):
        return Replied(drop(letter.faultless, path))
    return Replied(put(letter.faultless, path, None))


def of_reply(letter: Letter, *path: str | int) -> Any:  # noqa: ANN401 - any part of a reply
    """Return what the faultless reply has at *path*."""
    return at(letter.faultless, path)


def with_items(letter: Letter, items: Sequence[Any], *, renumber: bool = True) -> Replied:
    """Return the faultless reply with other *items*, counted anew or as they were."""
    counted = [{**item, "number": n} if renumber else item for n, item in enumerate(items, 1)]
    return Replied({**letter.faultless, "items": counted})


def span_of(letter: Letter, place: Written) -> Span:
    """Return the lines of a place of the faultless reply, as a range of the normalized text."""
    span = letter.lines.span(place.first, place.last)
    assert span, "a faultless reply names lines that there are"
    return span


def words_in(letter: Letter, first: int, last: int) -> list[str]:
    """Return the words of some lines; none where there are no such lines."""
    span = letter.lines.span(first, last)
    return collapse(letter.text.norm[slice(*span)]).split() if span else []
