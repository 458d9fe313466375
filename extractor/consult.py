"""A letter read with a model's help: by the model alone, where the rules fail, or beside them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from extractor.disagreement import disagreements
from extractor.findings import INPUT_CODES, MODEL_CODES, Code, Finding, Severity
from extractor.propose import Proposal
from extractor.propose.llm.reader import Judge, Reading
from extractor.record import Provenance, Record, status_of
from extractor.text import Text

# What a letter is, or what the house itself reads: no other reply would mend it.
_NOT_THE_MODELS = INPUT_CODES | {
    Code.UNKNOWN_LAYOUT,
    Code.UNCERTAIN_BOUNDARY,
    Code.UNCITED_TEXT,
}
_SINGLE = ("/case/", "/expert/", "/patient/", "/clinical_summary", "/items/")
_ITEM_PATH = 2


class Checked(NamedTuple):
    """A proposal's record, and why it is no better.

    ``refused`` are grounding's findings, their items counted as the proposal counts them;
    ``found`` the validator's, of the record's items. ``record`` has all of them.
    """

    record: Record
    refused: Sequence[Finding]
    found: Sequence[Finding]


Check = Callable[[Proposal, Provenance], Checked]


class Reads(Protocol):
    """A model that reads letters."""

    async def read(self, text: Text, judge: Judge, repeat: int = 0) -> Reading:
        """Return what reading the letter came to."""

    def provenance(self, reading: Reading) -> Provenance:
        """Return who read the letter, with which prompt, at what cost."""


async def by_model(text: Text, check: Check, model: Reads, repeat: int = 0) -> Record:
    """Return the record that the model's proposal makes."""
    judged: list[Checked] = []
    blank = model.provenance(Reading())

    def judge(claims: Proposal) -> list[Finding]:
        judged[:] = [check(claims, blank)]
        return refusals(judged[0])

    reading = await model.read(text, judge, repeat)
    record = (judged[0] if judged else check(Proposal(), blank)).record
    record = record.model_copy(update={"provenance": model.provenance(reading)})
    if not judged:
        record = record.model_copy(update={"findings": ()})
    return _with(record, _errors(reading))


async def by_rules_first(
    text: Text, rules: Record, check: Check, model: Reads, repeat: int = 0
) -> Record:
    """Return the rules' record where it is verified; else the better of it and the model's."""
    if rules.status == "verified":
        return rules
    asked = await by_model(text, check, model, repeat)
    if _has_read(asked) and _errors_in(asked) < _errors_in(rules):
        return asked
    return _told(rules, asked, rules.provenance.proposer)


async def by_both(text: Text, rules: Record, check: Check, model: Reads, repeat: int = 0) -> Record:
    """Return the rules' record with what the model reads differently, each a ``disagreement``.

    Where only the model's record is verified it is that one, with the rules' differences.
    """
    asked = await by_model(text, check, model, repeat)
    if not _has_read(asked):
        return _told(rules, asked, "both")
    ours, theirs = (asked, rules) if rules.status != "verified" == asked.status else (rules, asked)
    return _with(_told(ours, asked, "both"), disagreements(ours, theirs))


def _has_read(asked: Record) -> bool:
    """Say whether the model gave a reply that a record could be made of."""
    return not asked.findings or any(each.code not in MODEL_CODES for each in asked.findings)


def _told(kept: Record, asked: Record, proposer: str) -> Record:
    """Return the record that is kept, with what asking the model cost and why it gave no more."""
    spent = asked.provenance.model_copy(update={"proposer": proposer})
    told = [each for each in asked.findings if each.code in MODEL_CODES]
    return _with(kept.model_copy(update={"provenance": spent}), told)


def _with(record: Record, more: Sequence[Finding]) -> Record:
    """Return *record* with *more* findings, those that it has not yet."""
    findings = (*record.findings, *(each for each in more if each not in record.findings))
    status = status_of(findings, has_text=True)
    return record.model_copy(update={"findings": findings, "status": status})


def _errors(reading: Reading) -> list[Finding]:
    error = reading.error
    return [] if error is None else [Finding.of(error.code, str(error))]


def _errors_in(record: Record) -> int:
    return sum(finding.severity is Severity.ERROR for finding in record.findings)


def refusals(checked: Checked) -> list[Finding]:
    """Return what the model is told of a proposal: the errors that another reply could mend.

    Their paths count items as the proposal does. Where a part of an item could not be grounded, the
    item is not in the record; what the validator says of all items follows from that, and is left
    out.
    """
    record, refused, said = checked
    found = [
        finding.model_copy(update={"path": _as_proposed(finding.path, record)})
        for finding in said
        if finding.severity is Severity.ERROR and finding.code not in _NOT_THE_MODELS
    ]
    if refused:
        found = [finding for finding in found if finding.path.startswith(_SINGLE)]
    return [*refused, *found]


def _as_proposed(path: str, record: Record) -> str:
    """Return a path into the record with the item's number in the proposal."""
    steps = path.split("/")
    if len(steps) > _ITEM_PATH and steps[1] == "items" and int(steps[2]) < len(record.items):
        steps[2] = str(record.items[int(steps[2])].number - 1)
    return "/".join(steps)
