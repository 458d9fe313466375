"""What an operator makes of a letter, and what comes of it: the same, caught, or escaped.

What is made goes the way that such a thing goes in use: a record through ``Record.from_json`` and
the validator, as ``imr validate`` takes a foreign one; a proposal through grounding and the
validator; a language model's reply through its schema and the lines it points at, and on as that;
a layout through the rules proposer, grounding and the validator; a letter's changed text through
all of it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from evals.escape.letters import Letter
from evals.escape.same import same_values
from evals.escape.tree import Tree, differences
from extractor.assemble import assemble
from extractor.findings import Code, Finding, Severity
from extractor.layout import Layout
from extractor.pipeline import Extractor
from extractor.propose import Proposal
from extractor.propose.llm.proposal import proposal_of
from extractor.propose.llm.reply import Reply
from extractor.propose.rules import propose
from extractor.record import Record
from extractor.text import Text
from extractor.validate import validate

NO_RECORD, RAISED = "no_record", "raised"
_NO_CHECKS: frozenset[str] = frozenset()


class Rewritten(NamedTuple):
    """A letter's text, changed; ``undo`` is what the change put there, with what stood there."""

    text: str
    undo: tuple[tuple[str, str], ...] = ()


class Replied(NamedTuple):
    """A language model's reply, as JSON."""

    reply: Tree


Made = Tree | Proposal | Layout | Rewritten | Replied


class Judged(NamedTuple):
    """What a record made of something is worth: the record, its errors, whether it is right.

    ``record`` is None where there is none. ``raised`` names an exception, which is a fault of the
    house whatever was made.
    """

    record: Tree | None
    errors: tuple[Finding, ...]
    is_right: bool
    raised: str | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the errors, once each."""
        if self.raised:
            return (RAISED,)
        if self.record is None:
            return (NO_RECORD,)
        return tuple(sorted({error.code.value for error in self.errors}))

    @property
    def passes(self) -> bool:
        """Whether the record is as good as verified."""
        return self.record is not None and not self.errors


def digest(letter: Letter, made: Made) -> str:
    """Return what tells one corruption from another: a hash of the letter and what is made."""
    said = json.dumps(made) if isinstance(made, dict) else repr(made)
    return hashlib.sha256(f"{letter.text.sha256}\n{said}".encode("utf-8", "replace")).hexdigest()


def judge(letter: Letter, made: Made, without: Collection[str] = _NO_CHECKS) -> Judged:
    """Send *made* on its way and return what comes of it.

    Args:
        letter: The letter that it was made of.
        made: A record's JSON, a proposal, a reply's JSON, a layout or the letter's changed text.
        without: Names of the validator's checks that are left out.
    """
    try:
        return _judged_by_kind(letter, made, without)
    except Exception as error:  # whatever it is, it is counted
        return Judged(None, (), False, raised=type(error).__name__)


def _judged_by_kind(letter: Letter, made: Made, without: Collection[str]) -> Judged:
    if isinstance(made, Rewritten):
        return _judge_letter(letter, made, without)
    if isinstance(made, dict):
        return _judge_record(letter, made, without)
    if isinstance(made, Replied):
        return _judge_reply(letter, made, without)
    return _judge_proposal(letter, made, without)


def _judge_reply(letter: Letter, made: Replied, without: Collection[str]) -> Judged:
    try:
        reply = Reply.model_validate_json(json.dumps(made.reply))
    except ValidationError:
        return Judged(None, (), is_right=False)
    return _judge_proposal(letter, proposal_of(reply, letter.lines), without)


def _judge_proposal(letter: Letter, made: Proposal | Layout, without: Collection[str]) -> Judged:
    proposal = made if isinstance(made, Proposal) else propose(letter.text, made)
    document, provenance = letter.record.document, letter.record.provenance
    record, refused = assemble(proposal, letter.text, document, provenance)
    return _judged(letter, record, refused, without)


def _judge_record(letter: Letter, tree: Tree, without: Collection[str]) -> Judged:
    if letter.right.is_as_good(tree):
        return Judged(tree, (), is_right=True)
    try:
        record = Record.from_json(json.dumps(tree))
    except ValidationError:
        return Judged(None, (), is_right=False)
    findings = [*_mismatch(letter, record), *validate(record, letter.text, without=without)]
    return Judged(tree, _errors(findings), is_right=False)


def _mismatch(letter: Letter, record: Record) -> Iterable[Finding]:
    """Yield ``source_mismatch`` where the record is of another file, as ``imr validate`` does."""
    if record.document.sha256 not in (None, letter.record.document.sha256):
        yield Finding.of(Code.SOURCE_MISMATCH, "It was made of another file.", "/document/sha256")


def _judged(
    letter: Letter, record: Record, refused: Iterable[Finding], without: Collection[str]
) -> Judged:
    tree = json.loads(record.to_json())
    errors = _errors([*refused, *validate(record, letter.text, without=without)])
    return Judged(tree, errors, letter.right.is_as_good(tree))


def _judge_letter(letter: Letter, made: Rewritten, without: Collection[str]) -> Judged:
    record = _extractor().extract_text(made.text, id=letter.id)
    tree = json.loads(record.to_json())
    findings = record.findings
    if without and record.status != "failed":
        findings = validate(record, Text.of(made.text), without=without)
    return Judged(tree, _errors(findings), same_values(letter.tree, tree, made.undo))


@cache
def _extractor() -> Extractor:
    return Extractor()


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(found for found in findings if found.severity is Severity.ERROR)


def shown(letter: Letter, made: Made, judged: Judged) -> list[dict[str, Any]]:
    """Return what was changed, so that it can be done again: places, before and after."""
    if isinstance(made, Rewritten):
        changed = _changed_text(letter.source, made.text)
        values = _without_places(judged.record, letter.tree)
        return [{"pointer": "", **changed, "values": values}]
    if isinstance(made, dict):
        return list(differences(letter.tree, made))
    if isinstance(made, Replied):
        changes = list(differences(letter.faultless, made.reply, ("reply",)))
        return [*changes, *differences(_bare(letter.tree), _bare(judged.record))]
    whole = letter.reply if isinstance(made, Proposal) else letter.layout
    changes = list(differences(_plain(whole), _plain(made), ("made",)))
    return [*changes, *differences(_bare(letter.tree), _bare(judged.record))]


def _plain(made: Proposal | Layout) -> Tree:
    """Return a reply or a layout as JSON can hold it: spans of the normalized text."""
    if isinstance(made, Proposal):
        return asdict(made)
    return {"sections": made.sections, "items": [asdict(place) for place in made.items]}


def _changed_text(before: str, after: str) -> dict[str, Any]:
    """Return where two texts begin to differ and what stands there in each."""
    start = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    tail = next(
        (
            n
            for n, (a, b) in enumerate(zip(before[:start:-1], after[:start:-1], strict=False))
            if a != b
        ),
        min(len(before), len(after)) - start - 1,
    )
    ends = max(start, len(before) - tail), max(start, len(after) - tail)
    return {"start": start, "before": before[start : ends[0]], "after": after[start : ends[1]]}


def _without_places(tree: Tree | None, right: Tree) -> list[dict[str, Any]]:
    bare = [_bare(part) for part in (right, tree)]
    return list(differences(*bare))


def _bare(part: Any) -> Any:  # noqa: ANN401 - any part of a record
    if isinstance(part, dict):
        left_out = {"start", "end", "page", "quote", "findings", "document", "provenance", "status"}
        return {name: _bare(member) for name, member in part.items() if name not in left_out}
    return [_bare(member) for member in part] if isinstance(part, list) else part
