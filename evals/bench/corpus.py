"""Many letters out of a few: for measuring, not for scoring."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from evals.synth.generate import sheets

CASE_NUMBER = re.compile(r"\bCM\d\d-\d{7}\b")
SEED = 7
LAYOUT = "dwc-2016"
"""The layout whose letters bear a case number, by which copies are told apart."""
_LETTERS_A_FOLDER = 1000


def synthetic_texts(count: int) -> tuple[str, ...]:
    """Return *count* synthetic letters, no two alike and always the same; each has its number."""
    made = sheets(count, SEED, layouts=(LAYOUT,), formats=("text",))
    return tuple(sheet.printed.text for sheet in made)


def synthetic_pdfs(count: int) -> tuple[bytes, ...]:
    """Return *count* synthetic letters as PDF files, always the same; none without reportlab."""
    try:
        from evals.synth.pdf import draw  # noqa: PLC0415 - texts are measured without reportlab
    except ImportError:
        return ()
    made = sheets(count, SEED, layouts=(LAYOUT,), formats=("pdf",))
    return tuple(draw(sheet.printed) for sheet in made)


def multiplied(texts: Sequence[str], count: int) -> Iterator[str]:
    """Yield *count* letters: *texts* over and over, each copy with a case number of its own.

    The new number is as long as the old one, so every offset stays. A letter without a case
    number is repeated as it is.

    >>> [*multiplied(["Case Number: CM16-0213037", "none"], 3)]
    ['Case Number: CM00-0000000', 'none', 'Case Number: CM00-0000002']
    """
    for number, text in enumerate(islice(cycle(texts), count)):
        yield CASE_NUMBER.sub(f"CM{number // 10**7:02d}-{number % 10**7:07d}", text)


def write_folder(texts: Sequence[str], count: int, folder: Path) -> None:
    """Write *count* multiplied letters as text files below *folder*, a thousand to a folder."""
    for number, text in enumerate(multiplied(texts, count)):
        path = folder / f"{number // _LETTERS_A_FOLDER:03d}" / f"{number:06d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def write_lines(texts: Sequence[str], count: int, path: Path) -> None:
    """Write the same letters as one file of JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(multiplied(texts, count)):
            file.write(json.dumps({"id": f"{number:06d}", "text": text}) + "\n")


def write_pdfs(pdfs: Sequence[bytes], folder: Path) -> None:
    """Write PDF files to *folder*, which is made."""
    folder.mkdir()
    for number, data in enumerate(pdfs):
        (folder / f"{number:06d}.pdf").write_bytes(data)
