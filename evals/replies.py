"""The reply that a faultless model would give to a letter, made from its record.

With it the whole way from a reply to a record is tested without a model, and the tokens that
pointers save are counted.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from extractor.ground import Grounder
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.proposal import passage_in, short
from extractor.propose.llm.reply import (
    ELLIPSIS,
    BasisPlaces,
    FactName,
    ItemPlaces,
    PartialApprovalPlaces,
    Reply,
)
from extractor.record import Basis, Citation, Item, PartialApproval, Record, V, Words
from extractor.text import Span, collapse

_MANY = 4
_EDGE = 1
_TIMES = 100
_HEADER = (
    "case_number",
    "date_assigned",
    "date_of_injury",
    "decision_date",
    "ur_denial_date",
    "priority",
    "application_received",
)
_PATIENT = ("age", "sex", "date_of_injury", "ur_date")
_EXPERT = {
    "specialties": FactName.SPECIALTY,
    "subspecialties": FactName.SUBSPECIALTY,
    "licensed_in": FactName.LICENSED_IN,
}


def reply_of(record: Record, lines: NumberedLines, *, brief: bool = True) -> Reply:
    """Return the reply from which *record* follows.

    Args:
        record: A right record of the letter.
        lines: The letter's lines.
        brief: Whether long words are given by their first and last few, and passages by their
            lines alone, as a model is asked to; else everything is copied out verbatim.
    """
    to = _Pointing(lines, brief)
    return Reply(
        last_line=len(lines),
        facts=[*_facts(record, to)],
        clinical_summary=to.passage(record.clinical_summary),
        items=[_item(item, to) for item in record.items],
    )


class _Pointing:
    """Writes places in the numbered lines."""

    def __init__(self, lines: NumberedLines, brief: bool) -> None:
        self.lines = lines
        self.brief = brief

    def words(self, value: V[Any] | Citation) -> str:
        """Return the place of a short value."""
        return self._place(self._span(value))

    def passage(self, value: V[Any] | None) -> str | None:
        """Return the place of a long passage; None where there is none."""
        if value is None:
            return None
        span = self._span(value)
        first, last = self.lines.numbers(span)
        if self.brief and self._is_bare(span, self.lines.span(first, last)):
            return self._numbers(span)
        return self._place(span)

    def _is_bare(self, span: Span, whole: Span | None) -> bool:
        """Say whether whole lines are read as *span*: nothing or a label stands before it."""
        return whole is not None and passage_in(whole, self.lines) == span

    def _place(self, span: Span) -> str:
        """Return the first way to write *span* that is read as it, the shortest first.

        Where none is (of a record that is wrong), it is the words as they stand.
        """
        numbers = self._numbers(span)
        words = collapse(self.lines.text.norm[slice(*span)]).split(" ")
        whole = " ".join(words)
        short = self._shortened(words) if self.brief else iter(())
        plain = (f"{numbers}: {each}" for each in chain(short, [whole]))
        counted = (f"{numbers}#{nth}: {whole}" for nth in range(1, _TIMES))
        reading = filter(partial(self._reads, span), chain(plain, counted))
        return next(reading, f"{numbers}: {whole}")

    def _shortened(self, words: Sequence[str]) -> Iterator[str]:
        if len(words) > _MANY:
            for edge in range(_EDGE, len(words) // 2):
                yield f"{' '.join(words[:edge])} {ELLIPSIS} {' '.join(words[-edge:])}"

    def _reads(self, span: Span, at: str) -> bool:
        """Say whether the words at the place *at* are those of *span*."""
        read = Grounder(self.lines.text).value(Words, short(at, self.lines), "")
        return read is not None and self._span(read) == span

    def _numbers(self, span: Span) -> str:
        first, last = self.lines.numbers(span)
        return str(first) if first == last else f"{first}-{last}"

    def _span(self, value: V[Any] | Citation) -> Span:
        return self.lines.text.from_source(value.start, value.end)


def _facts(record: Record, to: _Pointing) -> Iterator[str]:
    for part, names in (("header", _HEADER), ("patient", _PATIENT)):
        holder = record.case if part == "header" else record.patient
        for name in names:
            if (value := getattr(holder, name)) is not None:
                yield f"{FactName(f'{part}.{name}')} {to.words(value)}"
    for name, fact in _EXPERT.items():
        for value in getattr(record.expert, name):
            yield f"{fact} {to.words(value)}"
    for code in record.patient.diagnosis_codes:
        yield f"{FactName.DIAGNOSIS_CODE} {to.words(code)}"


def _item(item: Item, to: _Pointing) -> ItemPlaces:
    conclusion = item.conclusion
    return ItemPlaces(
        number=item.number,
        request=to.words(item.request),
        decision=f"{item.decision.value} {to.words(item.decision)}",
        partial_approval=_partial(item.partial_approval, to),
        claims_administrator=_basis(item.claims_administrator, to),
        reviewer=_basis(item.reviewer, to),
        rationale=to.passage(item.rationale),
        conclusion=f"{conclusion.value} {to.words(conclusion)}" if conclusion else None,
        reasons=[],
    )


def _partial(partial: PartialApproval | None, to: _Pointing) -> PartialApprovalPlaces | None:
    if partial is None:
        return None
    return PartialApprovalPlaces(
        original=to.words(partial.original),
        authorized=to.words(partial.authorized),
        remaining=to.words(partial.remaining),
    )


def _basis(basis: Basis | None, to: _Pointing) -> BasisPlaces | None:
    if basis is None:
        return None
    text = to.passage(basis.text)
    assert text is not None
    return BasisPlaces(text=text, citations=[to.words(each) for each in basis.citations])
