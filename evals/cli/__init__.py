"""The commands of ``imr-eval``; the work is done elsewhere.

What takes long to import is imported by the command that needs it.
"""

import typer

from evals.cli import (
    attacking,
    auditing,
    comparing,
    gating,
    golden,
    measuring,
    replaying,
    reporting,
    scoring,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Score records against golden letters, guard against losses, measure speed.",
)

for command in (
    scoring.run,
    gating.accept,
    reporting.report,
    comparing.compare,
    comparing.same,
    comparing.labels,
    golden.lint,
    golden.label,
    golden.anchor,
    golden.agree,
    golden.nulls,
    golden.synth,
    attacking.escape,
    attacking.peers,
    auditing.audit,
    measuring.bench,
    replaying.replay,
):
    app.command()(command)
