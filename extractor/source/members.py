"""Names in an archive: which are letters, which are left out, which are refused.

As in a folder, ``*.txt`` and ``*.pdf`` are letters, whatever their suffix's case, and everything
else is left out, hidden names with it. Nothing is ever written under a member's name; names that
lead elsewhere are refused because a record's id would carry them on.
"""

import re
import unicodedata
from typing import NamedTuple

from extractor.findings import Code
from extractor.source.kinds import Container, Input, Place, unusable, written
from extractor.source.local import LETTERS
from extractor.source.opening import kind_of

MAX_MEMBERS = 10_000_000
MAX_RATIO = 200  # bytes unpacked to one packed; letters reach 30
_WORTH_A_LOOK = 1024 * 1024  # bytes unpacked, below which no ratio does harm


class Member(NamedTuple):
    """A member of an archive, as its archive describes it.

    Attributes:
        name: Its path.
        number: Its place in the archive, from 1.
        size: How many bytes it has, unpacked.
        plain: Whether it is a file, and no link, device or pipe.
        encrypted: Whether a password is needed.
        ratio: How many bytes unpacked come of one packed; 1 where that is not known.
    """

    name: str
    number: int
    size: int
    plain: bool = True
    encrypted: bool = False
    ratio: float = 1


def admitted(member: Member, archive: str, place: Place) -> Input | None:
    """Return the input that *member* is: a letter or one that is refused; None where it is neither.

    Args:
        member: What the archive says of it.
        archive: The archive's id, which those of its letters begin with.
        place: Where the member's bytes are.
    """
    parts = [part for part in re.split(r"[/\\]", member.name) if part != "."]
    last = parts[-1].lower() if parts else ""
    nested = kind_of(last) is not None
    if not nested and not last.rstrip("\0 ").endswith(LETTERS):
        return None
    if any(part.startswith(".") and part != ".." for part in parts) or parts[0] == "__MACOSX":
        return None
    refused = _refusal(member, parts, nested=nested)
    if refused is not None:
        name = f"{archive}#{member.number}"
        return unusable(name, place.within.path, *refused)
    return Input(written(f"{archive}/{'/'.join(parts)}"), place.within.path, place=place)


def _refusal(member: Member, parts: list[str], *, nested: bool) -> tuple[Code, str] | None:
    """Return why a member is refused: code and sentence."""
    which = f"Member {member.number} of the archive"
    if any(unicodedata.category(letter) in {"Cc", "Cf"} for letter in member.name):
        return Code.NOT_TEXT, f"{which} has invisible or control characters in its name."
    if ".." in parts or "" in parts or re.match(r"[A-Za-z]:", member.name):
        return Code.NOT_TEXT, f"{which} has a path that leads out of the archive."
    if nested or not member.plain:
        what = (
            "an archive or a table itself; unpack it" if nested else "a link or a device, no file"
        )
        return Code.NOT_TEXT, f"{which} is {what}."
    if member.encrypted:
        return Code.ENCRYPTED, f"{which} is encrypted; unpack it with its password first."
    if member.size > _WORTH_A_LOOK and member.ratio > MAX_RATIO:
        return Code.TOO_LARGE, f"{which} unpacks to more than {MAX_RATIO} times its size."
    return None


def whole(container: Container, archive: str, message: str, code: Code = Code.NOT_TEXT) -> Input:
    """Return the one input that an archive becomes which is refused, or broken, as a whole."""
    return unusable(archive, container.path, code, message)
