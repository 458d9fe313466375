"""``imr-eval replay``: golden letters read from recorded replies."""

import typer

from evals.cli.given import GOLDEN, WORSE, GoldenOption, refusals


def replay(golden: GoldenOption = GOLDEN) -> None:
    """Read golden letters from a model's recorded replies, then from one that was changed.

    Replies come from a server on this machine through the client that asks every model: no model,
    key or network is needed. Exits 1 where a wrong value is verified.
    """
    from evals import terminal
    from evals.recorded import replay as replaying

    with refusals():
        chosen = replaying.letters(golden)
        found = replaying.replay(chosen)
        change = replaying.turned(replaying.changeable(chosen))
        case = [each for each in chosen if each.name == change.case]
        wrong = replaying.replay(case, {change.case: change.reply}, repairs=0)
        console = terminal.console()
        console.print(replaying.report(found))
        console.print()
        console.print(replaying.refusal(change, wrong.letters[0][1]))
    if any(score.escaped for each in (found, wrong) for score in each.scores):
        raise typer.Exit(WORSE)
