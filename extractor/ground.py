"""Grounding: a claim becomes a value with a half-open span of the source, or a refusal.

Words are found verbatim up to white space and the equivalences of ``extractor.text``; nothing is
matched by likeness.
"""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from extractor.errors import AmbiguousQuote, MissingQuote
from extractor.findings import Code, Finding
from extractor.propose import Claim
from extractor.record import V
from extractor.text import Span, Text

M = TypeVar("M", bound=V[Any])
_WORD_EDGE = re.compile(r"\w")


def locate(quote: str, scope: Span, text: Text) -> Span:
    r"""Find *quote* inside *scope* and say where it stands in the normalized text.

    Whole words, verbatim up to white space.

    >>> text = Text.of("The denial is\n  upheld in full.")
    >>> locate("denial is upheld", text.whole, text)
    Span(start=4, end=22)

    Args:
        quote: The words a proposer says it read.
        scope: The span of the normalized text to look in.
        text: The document.

    Raises:
        MissingQuote: the words do not stand in *scope*.
        AmbiguousQuote: they stand there more than once.
    """
    words = Text.of(quote).norm.split()
    if not words:
        msg = "The quote is empty."
        raise MissingQuote(msg)
    before = r"(?<!\w)" if _WORD_EDGE.match(words[0]) else ""
    after = r"(?!\w)" if _WORD_EDGE.match(words[-1][-1]) else ""
    pattern = before + r"\s+".join(map(re.escape, words)) + after
    found = [Span(*match.span()) for match in re.finditer(pattern, text.norm[: scope.end])]
    found = [span for span in found if scope.holds(span)]
    if not found:
        msg = "The words of the quote do not stand there."
        raise MissingQuote(msg)
    if len(found) > 1:
        msg = f"The words of the quote stand there {len(found)} times."
        raise AmbiguousQuote(msg)
    return found[0]


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
            span = self._span(claim)
        except MissingQuote as error:
            self._refuse(Code.UNGROUNDED, str(error), path)
            return None
        except AmbiguousQuote as error:
            self._refuse(Code.AMBIGUOUS, str(error), path)
            return None
        return self._build(kind, claim, span, path)

    def values(self, kind: type[M], claims: Iterable[Claim], path: str) -> tuple[M, ...]:
        """Return those of *claims* that can be grounded, in order."""
        found = (self.value(kind, claim, f"{path}/{n}") for n, claim in enumerate(claims))
        return tuple(value for value in found if value is not None)

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
        return locate(claim.quote, claim.scope, self.text)

    def _build(self, kind: type[M], claim: Claim, span: Span, path: str) -> M | None:
        text = self.text
        start, end = text.to_source(span)
        quote, page = text.read(start, end)
        value = claim.value
        if value is None:
            value = quote if text.is_plain else text.words(span)
        try:
            parts = {"value": value, "quote": quote, "start": start, "end": end, "page": page}
            made: M = kind.__pydantic_validator__.validate_python(parts)  # kind(**parts), faster
        except ValidationError:
            self._refuse(Code.VALUE_MISMATCH, "The value is not of the field's kind.", path)
            return None
        return made

    def _refuse(self, code: Code, message: str, path: str) -> None:
        self.findings.append(Finding.of(code, message, path))
