"""How many letters may fail, or need a person, before a run exits with 1."""

from collections.abc import Mapping

import typer

from extractor.cli import output
from extractor.findings import MODEL_CODES, OBSERVATIONS
from extractor.run import Summary, Threshold

EXCEEDED = 1


def threshold(option: str, text: str) -> Threshold:
    """Return what an option allows.

    Raises:
        typer.BadParameter: It is neither a number nor a percentage.
    """
    try:
        return Threshold.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def hold(came_to: Summary, limits: Mapping[str, Threshold]) -> None:
    """Exit 1, and say why, where more letters failed or need a person than allowed."""
    exceeded = False
    for status, limit in limits.items():
        count = getattr(came_to, status)
        if limit.exceeded_by(count, came_to.inputs):
            exceeded = True
            need = "need review" if status == "review" else status
            why = _named(came_to.findings_of.get(status, {}))
            output.say(f"{count} of {came_to.inputs} letters {need}: more than allowed ({why}).")
    if exceeded:
        raise typer.Exit(EXCEEDED)


def hold_model(came_to: Summary) -> None:
    """Say which letters have no reply of the model; exit 1 where none of them has one."""
    lost = {code: n for code, n in came_to.findings.items() if code in MODEL_CODES}
    if came_to.model is None or not lost:
        return
    output.say(
        f"Letters without a reply of the model: {_named(lost)}. `imr findings CODE` says what to "
        "do; then the same command with --retry review asks again about what is in review."
    )
    if sum(lost.values()) >= came_to.model.letters:
        raise typer.Exit(EXCEEDED)


def _named(findings: Mapping[str, int]) -> str:
    """Return the codes of findings with their counts, observations left out."""
    errors = {code: count for code, count in findings.items() if code not in OBSERVATIONS}
    return ", ".join(f"{code} {count}" for code, count in errors.items())
