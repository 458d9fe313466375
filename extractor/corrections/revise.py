"""A letter's corrections applied to its record, one after the other, as they were made.

What the machine reads otherwise than when it was corrected is said, and changes nothing of the
correction; a correction that no longer fits is left out, and said too.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from extractor.corrections.correction import ITEM, Correction, Dismissed, Standing, content_of
from extractor.corrections.edits import PATH, edit
from extractor.corrections.values import Tree, standing_at
from extractor.errors import CorrectionError
from extractor.findings import INPUT_CODES, Code, Dismissal, Finding, Passage
from extractor.record import Record, Words, outcome_of, status_of
from extractor.text import Text

Validate = Callable[[Record], Iterable[Finding]]

# Whether words stand where a value says, and say what it says, is no matter of opinion.
_NEVER_DISMISSED = INPUT_CODES | {
    Code.UNGROUNDED,
    Code.ALTERED_QUOTE,
    Code.CORRECTION_UNAPPLIED,
    Code.REJECTED,  # whoever thinks otherwise accepts the record
}
_READ_FROM_WORDS = ("/case/", "/patient/", "/outcome", "/decision")
_BY_CORRECTION = "A person corrected this value."


class _State(NamedTuple):
    """The record while corrections are applied to it.

    ``touched`` are the corrections that gave values, ``said`` what is wrong with corrections,
    ``dismissed`` what a person let stand.
    """

    record: Record
    touched: tuple[Correction, ...] = ()
    said: tuple[Finding, ...] = ()
    dismissed: tuple[Correction, ...] = ()


def is_dismissible(finding: Finding) -> bool:
    """Say whether a person may let *finding* stand.

    Not what the letter itself decides: that words do not stand there, or say something else; nor
    that an accepted record has changed, which is accepted again or not.
    """
    whole = finding.code is Code.CORRECTION_CONFLICT and not finding.path
    if whole or finding.code in _NEVER_DISMISSED:
        return False
    read = any(part in finding.path for part in _READ_FROM_WORDS)
    return not (finding.code is Code.VALUE_MISMATCH and read)


def dismissed_in(record: Record, finding: Finding) -> bool:
    """Say whether a person let *finding* stand, as *record* says, and might."""
    if not (record.provenance.reviewed and is_dismissible(finding)):
        return False
    key = Dismissed.of(finding)
    return any(not each.stands and Dismissed.of(each) == key for each in record.findings)


def revise(
    record: Record, corrections: Sequence[Correction], text: Text, check: Validate
) -> Record:
    """Return *record* with *corrections* applied, validated anew, and marked as reviewed.

    Args:
        record: The record as the machine made it, with its findings.
        corrections: Those of its letter that are not undone, in order.
        text: The letter.
        check: What is wrong with a record of it, as ``extractor.validate.validate`` says.
    """
    if not corrections:
        return record
    state = _State(record)
    for correction in _with_last_verdict(corrections):
        state = _applied(state, correction, text)
    others = _of_others(record, state.touched, check(record))
    found = (*others, *check(state.record), *state.said)
    findings = tuple(_dismissed(finding, state) for finding in found)
    unapplied = sum(each.code is Code.CORRECTION_UNAPPLIED for each in state.said)
    reviewed = unapplied < len(corrections)
    return state.record.model_copy(
        update={
            "findings": findings,
            "status": status_of(findings, has_text=True),
            "provenance": record.provenance.model_copy(update={"reviewed": reviewed}),
        }
    )


def _with_last_verdict(corrections: Sequence[Correction]) -> list[Correction]:
    """Return *corrections* without the verdicts on the whole record that a later one replaces."""
    verdicts = [each for each in corrections if each.action in {"accept", "reject"}]
    return [each for each in corrections if each not in verdicts[:-1]]


def _of_others(
    record: Record, touched: Sequence[Correction], own: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Return what is not the validator's: of the input, of a proposal, of a model.

    What was refused of a proposal is settled where a person has given the value.
    """
    known = {Dismissed.of(each) for each in own}  # an older version may have said it otherwise
    rest = (each for each in record.findings if Dismissed.of(each) not in known)
    return tuple(each for each in rest if not (each.path and _is_under(each.path, touched)))


def _applied(state: _State, correction: Correction, text: Text) -> _State:
    """Return the record after one more correction."""
    match correction.action:
        case "dismiss":
            return state._replace(dismissed=(*state.dismissed, correction))
        case "accept":
            return _accepted(state, correction)
        case "reject":
            why = f": {correction.reason}" if correction.reason else "."
            message = f"{correction.by} rejected this record{why}"
            return _saying(state, Finding.of(Code.REJECTED, message))
        case "undo":
            return state
    return _edited(state, correction, text)


def _accepted(state: _State, correction: Correction) -> _State:
    if correction.content == content_of(state.record):
        return state
    message = "The record says something else than when it was accepted."
    return _saying(state, Finding.of(Code.CORRECTION_CONFLICT, message))


def _edited(state: _State, correction: Correction, text: Text) -> _State:
    tree: Tree = state.record.model_dump(mode="json", by_alias=True)
    try:
        _refuse_other_text(correction, text)
        _refuse_other_item(correction, state.record)
        stood = _standing(tree, correction)
        edit(tree, correction, text)
        record = _record(tree)
    except (CorrectionError, ValidationError) as error:
        why = str(error) if isinstance(error, CorrectionError) else "The record takes none such."
        place = _safe(correction.path, tree)
        message = f"A correction of {place or 'the record'} was not applied. {why}"
        finding = Finding.of(Code.CORRECTION_UNAPPLIED, message, place)
        return _saying(state, finding)
    touched = (*_kept(state.touched, correction), correction)
    dismissed = _still_meant(state.dismissed, correction)
    after = state._replace(record=record, touched=touched, dismissed=dismissed)
    known = stood in (correction.old, standing_at(tree, correction.path))
    if correction.action in {"set", "clear"} and not known:
        return _saying(after, _conflict(correction, stood, text))
    return after


def _refuse_other_text(correction: Correction, text: Text) -> None:
    """Refuse to count the characters of one text in another."""
    if correction.text_sha256 not in (None, text.sha256):
        raise CorrectionError("The letter reads otherwise than when it was corrected.")


def _refuse_other_item(correction: Correction, record: Record) -> None:
    """Refuse to correct an item that stands where another one stood: requests do not overlap."""
    known, place = correction.item, correction.path.split("/")[ITEM : ITEM + 1]
    if known is None or (correction.action == "add" and correction.path.count("/") == ITEM):
        return
    found = [each for n, each in enumerate(record.items) if [str(n)] == place]
    if not (found and _overlap(found[0].request, known)):
        raise CorrectionError("Another item stands there than when it was corrected.")


def _overlap(request: Words, known: Standing) -> bool:
    return request.start < (known.end or 0) and (known.start or 0) < request.end


def _standing(tree: Tree, correction: Correction) -> Standing | None:
    return standing_at(tree, correction.path) if PATH.fullmatch(correction.path) else None


def _record(tree: Tree) -> Record:
    record = Record.model_validate(tree)
    return record.model_copy(update={"outcome": outcome_of(record.items)})


def _conflict(correction: Correction, stood: Standing | None, text: Text) -> Finding:
    """Say that the machine reads otherwise than when a value was corrected, and where."""
    message = "The machine reads this otherwise than when a person corrected it."
    if stood is None or stood.start is None or stood.end is None:
        return Finding.of(Code.CORRECTION_CONFLICT, message, correction.path)
    quote, page = text.read(stood.start, stood.end)
    place = Passage(start=stood.start, end=stood.end, page=page, quote=quote)
    return Finding.of(Code.CORRECTION_CONFLICT, message, correction.path, place, (place,))


def _safe(path: str, tree: Tree) -> str:
    """Return *path*, or its nearest part that the record has."""
    if not PATH.fullmatch(path):
        return ""
    while path and standing_at(tree, path) is None:
        path = path.rpartition("/")[0]
    return path


def _saying(state: _State, finding: Finding) -> _State:
    return state._replace(said=(*state.said, finding))


def _kept(touched: Sequence[Correction], correction: Correction) -> list[Correction]:
    """Return those of *touched* whose paths still lead where they did.

    Where a list changed its places, what is found of its parts is looked at again.
    """
    if (above := _moved(correction)) is None:
        return list(touched)
    return [each for each in touched if not each.path.startswith(f"{above}/")]


def _still_meant(
    dismissed: tuple[Correction, ...], correction: Correction
) -> tuple[Correction, ...]:
    """Return those of *dismissed* that cannot fall on another finding now.

    Where a list changed its places, a path leads elsewhere; what stands nowhere else is not known.
    """
    if (above := _moved(correction)) is None:
        return dismissed
    return tuple(
        each for each in dismissed if each.finding and not each.finding.path.startswith(f"{above}/")
    )


def _moved(correction: Correction) -> str | None:
    """Return the list whose places a correction changes; None where it changes none."""
    above, _, name = correction.path.rpartition("/")
    moves = correction.action not in {"set", "clear"}
    return above if moves or (correction.action == "clear" and name.isdecimal()) else None


def _is_under(path: str, touched: Iterable[Correction]) -> Correction | None:
    """Return the last correction that gave what stands at *path*."""
    found = None
    for each in touched:
        if path == each.path or path.startswith(f"{each.path}/"):
            found = each
    return found


def _dismissed(finding: Finding, state: _State) -> Finding:
    """Return *finding*, marked where a person let it stand, or gave the value it is about."""
    if not is_dismissible(finding):
        return finding
    for each in state.dismissed:
        if each.finding == Dismissed.of(finding):
            return _marked(finding, each, each.reason or "")
    if finding.code is Code.DISAGREEMENT and (given := _given(finding.path, state.touched)):
        return _marked(finding, given, _BY_CORRECTION)
    return finding


def _given(path: str, touched: Iterable[Correction]) -> Correction | None:
    """Return the last correction that gave what stands at *path*, or a part of it."""
    found = [each for each in touched if each.path.startswith(f"{path}/")]
    return _is_under(path, touched) or (found[-1] if found else None)


def _marked(finding: Finding, by: Correction, reason: str) -> Finding:
    dismissal = Dismissal(by=by.by, at=by.at, reason=reason)
    return finding.model_copy(update={"dismissed": dismissal})
