"""Grounding: a claim becomes a value with a half-open span of the source, or a refusal.

Words are found verbatim up to white space and the equivalences of ``extractor.text``; nothing is
matched by likeness.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pydantic import ValidationError

from extractor.errors import AmbiguousQuote, MissingQuote
from extractor.findings import Code, Finding
from extractor.propose import Claim
from extractor.text import M, Span, Text, collapse

_BLANK = re.compile(r"\s+")
_BLANKS = re.compile(r"\s{2,}")
_REST_OF_WORD = re.compile(r"\w*")
_IN_NUMBER = re.compile(r"\d[.,/-]\d")
# So many hits that each cut a word are no quote of a letter; what is longer to try is an attack.
_CUTS_AT_MOST = 1000


def locate(quote: str, scope: Span, text: Text, nth: int | None = None) -> Span:
    r"""Find *quote* inside *scope* and say where it stands in the normalized text.

    Whole words and whole numbers, verbatim up to white space: "5 mg" does not stand in "2.5 mg".

    >>> text = Text.of("The denial is\n  upheld in full.")
    >>> locate("denial is upheld", text.whole, text)
    Span(start=4, end=22)

    Args:
        quote: The words a proposer says it read.
        scope: The span of the normalized text to look in.
        text: The document.
        nth: Which of several occurrences is meant, from 1; None where there must be one alone.

    Raises:
        MissingQuote: the words do not stand in *scope*, or not *nth* times.
        AmbiguousQuote: they stand there more than once, and *nth* does not say which is meant.
    """
    # A soft hyphen ends a line; the quote of one has its line break as a space.
    wanted = collapse(Text.of(quote.replace("\u00ad ", "- ")).norm)
    if not wanted:
        msg = "The quote is empty."
        raise MissingQuote(msg)
    enough = max(2, min(nth or 0, len(text.norm)))
    found = list(islice(_occurrences(wanted, scope, _collapsed(text)), enough))
    if not found:
        msg = "The words of the quote do not stand there."
        raise MissingQuote(msg)
    if nth is not None:
        return _nth(nth, found)
    if len(found) > 1:
        msg = "The words of the quote stand there more than once."
        raise AmbiguousQuote(msg)
    return found[0]


def _nth(nth: int, found: list[Span]) -> Span:
    if not 1 <= nth <= len(found):
        msg = "The words of the quote do not stand there so many times."
        raise MissingQuote(msg)
    return found[nth - 1]


class _Collapsed(NamedTuple):
    """The normalized text with white space collapsed, and the way back.

    ``starts`` are offsets of ``words`` from which on ``lost`` characters were left out before;
    ``ends`` the same places in the normalized text.
    """

    words: str
    starts: list[int]
    ends: list[int]
    lost: list[int]

    def norm_offset(self, offset: int) -> int:
        return offset + self.lost[bisect_right(self.starts, offset) - 1]

    def offset(self, norm_offset: int) -> int:
        return norm_offset - self.lost[bisect_right(self.ends, norm_offset) - 1]


@lru_cache(maxsize=8)
def _collapsed(text: Text) -> _Collapsed:
    starts, ends, lost = [0], [0], [0]
    for run in _BLANKS.finditer(text.norm):
        lost.append(lost[-1] + len(run.group()) - 1)
        starts.append(run.end() - lost[-1])
        ends.append(run.end())
    return _Collapsed(_BLANK.sub(" ", text.norm), starts, ends, lost)


def _occurrences(wanted: str, scope: Span, text: _Collapsed) -> Iterator[Span]:
    """Yield where *wanted* stands in *scope*, cutting through no word and no number.

    Raises:
        AmbiguousQuote: it stands cut through too often to go on.
    """
    at, stop = text.offset(scope.start), text.offset(scope.end)
    for _ in range(_CUTS_AT_MOST):
        start = text.words.find(wanted, at, stop)
        if start < 0:
            return
        end = start + len(wanted)
        if not _is_cut(text.words, start) and not _is_cut(text.words, end):
            yield Span(text.norm_offset(start), text.norm_offset(end - 1) + 1)
        rest = _REST_OF_WORD.match(text.words, start + 1)
        at = rest.end() if rest else start + 1
    msg = "The words of the quote stand there within others, over and over."
    raise AmbiguousQuote(msg)


def _is_cut(words: str, at: int) -> bool:
    """Say whether a word or a number goes on over the place *at*."""
    before, after = words[max(0, at - 2) : at], words[at : at + 2]
    if not before or not after:
        return False
    if (before[-1].isalnum() or before[-1] == "_") and (after[0].isalnum() or after[0] == "_"):
        return True
    return bool(_IN_NUMBER.fullmatch(before + after[0]) or _IN_NUMBER.fullmatch(before[-1] + after))


class Grounder:
    """Grounds the claims about one letter and keeps what it refused.

    Attributes:
        findings: One ``ungrounded``, ``ambiguous`` or ``value_mismatch`` for each refused claim.
    """

    def __init__(self, text: Text) -> None:
        """Ground claims in *text*."""
        self.text = text
        self.findings: list[Finding] = []

    def value(self, kind: type[M], claim: Claim | None, path: str) -> M | None:
        """Return *claim* as a value of *kind*; None, and a finding, where it cannot be grounded."""
        if claim is None:
            return None
        try:
            return self.text.value(kind, self._span(claim), claim.value)
        except MissingQuote as error:
            self._refuse(Code.UNGROUNDED, str(error), path)
        except AmbiguousQuote as error:
            self._refuse(Code.AMBIGUOUS, str(error), path)
        except ValidationError:
            self._refuse(Code.VALUE_MISMATCH, "The value is not of the field's kind.", path)
        return None

    def values(self, kind: type[M], claims: Iterable[Claim], path: str) -> tuple[M, ...]:
        """Return those of *claims* that can be grounded, in order."""
        found = [self.value(kind, claim, f"{path}/{n}") for n, claim in enumerate(claims)]
        return tuple([value for value in found if value is not None])

    def _span(self, claim: Claim) -> Span:
        if claim.quote is None:
            norm, (start, end) = self.text.norm, claim.scope
            if not 0 <= start < end <= len(norm):
                msg = "The claim points outside the letter."
                raise MissingQuote(msg)
            if not (norm[start].isspace() or norm[end - 1].isspace()):
                return claim.scope
            span = self.text.trim(start, end)
            if span.start >= span.end:
                msg = "The claim points at no words."
                raise MissingQuote(msg)
            return span
        first = locate(claim.quote, claim.scope, self.text, claim.nth)
        if claim.until is None:
            return first
        rest = Span(first.end, claim.scope.end)
        return Span(first.start, locate(claim.until, rest, self.text).end)

    def _refuse(self, code: Code, message: str, path: str) -> None:
        self.findings.append(Finding.of(code, message, path))
