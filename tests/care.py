"""Golden cases for the tests of golden care: one short letter, and its labels to be spoiled."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from evals.cli import app

Data = dict[str, Any]

LETTER = (
    "Case Number: {number}\n"
    "The reviewer, board certified in Neurology, looked at this.\n"
    "A 40-year-old man fell on 3/4/2015. He wears a brace.\n"
    "Lumbar brace:  Upheld\n"
    "Not a medical necessity. The brace is not medically necessary.\n"
    "Lumbar brace:  Overturned\n"
    "The request is medically necessary.\n"
)
NUMBER = "CM16-0000001"


def place(text: str, quote: str, nth: int = 0) -> Data:
    """Return where the *nth* *quote* stands in *text*."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(quote, start + 1)
    return {"quote": quote, "start": start, "end": start + len(quote)}


def value(text: str, quote: str, said: object = None, nth: int = 0) -> Data:
    """Return the label that the *nth* *quote* in *text* gives."""
    return {"value": quote if said is None else said, **place(text, quote, nth)}


def item(text: str, nth: int) -> Data:
    """Label the *nth* disputed item of the letter."""
    request = value(text, "Lumbar brace", nth=nth)
    decision = ("Upheld", "Overturned")[nth]
    sentence = ("The brace is not medically necessary.", "The request is medically necessary.")[nth]
    return {
        "number": nth + 1,
        "request": request,
        "treatment": dict(request),
        "decision": value(text, decision, decision.lower()),
        "conclusion": value(text, sentence, ("not_necessary", "necessary")[nth]),
    }


def labels(name: str, text: str, number: str = NUMBER, **frame: object) -> Data:
    """Return faultless labels of the letter, in the folder *name*."""
    record = {
        "document": {"id": f"{name}/source.txt", "layout": None},
        "status": "verified",
        "outcome": "mixed",
        "case": {"case_number": value(text, number)},
        "expert": {"specialties": [value(text, "Neurology")]},
        "patient": {
            "age": value(text, "40-year-old", 40),
            "sex": value(text, "man", "male"),
            "date_of_injury": value(text, "3/4/2015", "2015-03-04"),
        },
        "items": [item(text, 0), item(text, 1)],
        "findings": [],
    }
    kept = {"split": "dev", "origin": "invented", "reviewed": True, "note": ""}
    return {**kept, **frame, "record": record}


def write(
    root: Path,
    name: str,
    number: str = NUMBER,
    change: Callable[[Data], object] | None = None,
    **frame: Any,  # noqa: ANN401 - members of the labels
) -> Path:
    """Write the case *name*, its labels changed by *change*, and return its folder."""
    text = LETTER.format(number=number)
    content = labels(name, text, number, **frame)
    if change is not None:
        change(content)
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "source.txt").write_text(text, encoding="utf-8", newline="")
    save(folder, content)
    return folder


def save(folder: Path, content: Data) -> None:
    """Make *content* the labels in *folder*."""
    (folder / "expected.json").write_text(json.dumps(content), encoding="utf-8")


def read(folder: Path) -> Data:
    """Return the labels in *folder*."""
    content: Data = json.loads((folder / "expected.json").read_text("utf-8"))
    return content


def imr_eval(*arguments: object) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [*map(str, arguments)])
