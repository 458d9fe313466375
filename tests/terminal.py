"""What the tests of the command share: ways to run it, and a letter that can be verified."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from extractor.cli import app

IMR = [sys.executable, "-m", "extractor.cli"]
LETTER = """\
HOW THE IMR FINAL DETERMINATION WAS MADE

MAXIMUS Federal Services sent the complete case file to an expert reviewer.

CLINICAL CASE SUMMARY

The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The applicant is a 41 year old man who fell from a ladder on March 3, 2014.

IMR ISSUES, DECISIONS AND RATIONALES

The Final Determination was based on decisions for the disputed items/services set forth below:

{request}:  Upheld

Claims Administrator guideline: The Claims Administrator did not base their
decision on the MTUS.

MAXIMUS guideline: Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 30.

Decision rationale: Nothing is said of earlier visits. Therefore, the request is not medically
necessary.
"""
SHOPPING = "Two loaves of bread, six eggs, and the small tin of paint.\n"


def imr(*arguments: str | Path, stdin: str | None = None) -> Result:
    """Run ``imr`` in this process."""
    return CliRunner().invoke(app, [str(each) for each in arguments], input=stdin)


def records(jsonl: str) -> list[dict[str, Any]]:
    """Read what ``imr extract`` printed."""
    return [json.loads(line) for line in jsonl.splitlines()]


def on_terminal(*arguments: str | Path, records_too: bool) -> tuple[str, str]:
    """Run ``imr`` with standard error, or both outputs, on a terminal; return what each got."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*IMR, *arguments],
        stdout=theirs if records_too else subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        printed = process.stdout.read() if process.stdout else b""
    os.close(ours)
    return printed.decode(), shown.decode()


def _read(terminal: int) -> bytes:
    """Read from a terminal; nothing where the other side has closed it."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
