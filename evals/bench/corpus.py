"""Many letters out of a few: for measuring, not for scoring."""

import re
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

CASE_NUMBER = re.compile(r"\bCM\d\d-\d{7}\b")
_LETTERS_A_FOLDER = 1000


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
