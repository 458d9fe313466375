"""What readers of PDFs do to a text: ligatures, lost hyphens, typographic marks, invisible ones."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random

from evals.synth.chance import chance
from evals.synth.printing import Printed

_LIGATURES = {"ffi": "\ufb03", "ffl": "\ufb04", "ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02"}
_UNEVEN = re.compile(r"ffi|ffl|ff|fi|fl|(?<=[a-z])-\n|(?<=[a-z]{3})(?=[a-z]{3})")
_EVEN = re.compile(r"(?<=\w)'(?=\w)|\"(?=\w)|(?<=[\w.])\"|(?<=[a-z]) (?=[a-z])")
_LOST_HYPHEN, _SOFT_HYPHEN, _ZERO_WIDTH = "\ufffe", "\u00ad", "\u200b"
_RARE = 0.02
_RARER = 0.01
_OFTEN = 0.7

Change = tuple[int, str, str]


def spoil(printed: Printed, prose: Sequence[tuple[int, int]], rng: Random) -> None:
    """Put artefacts into the *prose* of *printed*; what it says stays the same.

    Typographic marks and no-break spaces are the letter's own and become part of its values;
    ligatures, lost hyphens and invisible characters stand in its quotes only.
    """
    printed.clean = "".join(_over(printed.text, prose, _typographic(rng)))
    changes = [
        change for start, end in prose for change in _changes(printed.clean, start, end, rng)
    ]
    printed.text = _applied(printed.clean, changes)
    printed.changed = [start for start, _, _ in changes]
    printed.shifts = list(accumulate(len(new) - len(old) for _, old, new in changes))
    printed.pages = [printed.spot(page) for page in printed.pages]


def _over(text: str, ranges: Sequence[tuple[int, int]], change: "_Typographic") -> Iterator[str]:
    at = 0
    for start, end in ranges:
        yield text[at:start]
        yield _EVEN.sub(change, text[start:end])
        at = end
    yield text[at:]


class _Typographic:
    """Replaces one character by another of the same meaning."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def __call__(self, match: re.Match[str]) -> str:
        plain = match.group()
        if plain == " ":
            return "\u00a0" if chance(self.rng, _RARE) else plain
        if plain == "'":
            return "\u2019"
        following = match.string[match.end() : match.end() + 1]
        return "\u201c" if following.isalnum() else "\u201d"


def _typographic(rng: Random) -> _Typographic:
    return _Typographic(rng)


def _changes(clean: str, start: int, end: int, rng: Random) -> Iterator[Change]:
    """Yield what changes within a range: where, what stood there, what is printed."""
    for match in _UNEVEN.finditer(clean, start, end):
        old, fate = match.group(), rng.random()
        if old in _LIGATURES and fate < _OFTEN:
            yield match.start(), old, _LIGATURES[old]
        elif old == "-\n" and fate < _OFTEN:
            yield match.start(), old, _LOST_HYPHEN if chance(rng, _OFTEN) else _SOFT_HYPHEN + "\n"
        elif not old and fate < _RARER:
            yield match.start(), "", rng.choice((_ZERO_WIDTH, _SOFT_HYPHEN))


def _applied(clean: str, changes: Sequence[Change]) -> str:
    pieces: list[str] = []
    at = 0
    for start, old, new in changes:
        pieces += clean[at:start], new
        at = start + len(old)
    return "".join([*pieces, clean[at:]])
