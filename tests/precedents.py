"""Databases of letters, invented or golden, made by extracting them."""

from collections.abc import Mapping
from pathlib import Path

from letters import Letter

from extractor.api import extract_many
from extractor.write import write_records


def database_of(folder: Path, letters: Mapping[str, Letter | str | bytes]) -> Path:
    """Write *letters* below *folder*, extract them, and return the database of their records."""
    home = folder / "letters"
    for name, letter in letters.items():
        file = home / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = letter.write() if isinstance(letter, Letter) else letter
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    out = folder / "letters.db"
    write_records(extract_many([home]), out)
    return out


def header(number: int, decided: str = "12/07/2016") -> str:
    """Return a case header of another case, decided on another day."""
    return (
        f"Case Number: CM16-{number:07}\n"
        "Date Assigned: 11/09/2016 Date of Injury:  02/20/2015\n"
        f"Decision Date: {decided} UR Denial Date:  10/19/2016\n"
        "Priority:  Standard Application\n"
        "Received:\n"
        "10/31/2016"
    )
