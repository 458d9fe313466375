"""Whole records, one line of JSON each."""

from collections.abc import Iterable
from pathlib import Path

from extractor.record import Record


def write(records: Iterable[Record], target: Path) -> None:
    r"""Write *records* to *target*, one to a line, UTF-8, each line ended by ``\n``."""
    with target.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines(f"{record.to_json()}\n" for record in records)
