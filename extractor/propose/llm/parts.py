"""The parts of a record by the names that a reply has for them."""

import re

_ROOMS = {"case": "header", "expert": "reviewer", "patient": "patient"}
_NAMES = {
    "specialties": "specialty",
    "subspecialties": "subspecialty",
    "diagnosis_codes": "diagnosis_code",
}
_BASES = {"claims_administrator", "reviewer"}
_OWN = {"request", "decision", "partial_approval", "rationale", "conclusion", "reasons", *_BASES}
# Read from the request by the house itself: what is wrong with them is wrong with the request.
_FROM_REQUEST = "request"


def part_of(path: str) -> str:
    """Return the name in a reply of the part that a finding's *path* points at.

    >>> part_of("/items/1/reviewer/citations/0"), part_of("/expert/licensed_in/2")
    ('item 2, reviewer.citations', 'reviewer.licensed_in')
    >>> part_of("/clinical_summary"), part_of("/items"), part_of("")
    ('clinical_summary', 'items', 'the reply')
    """
    room, *rest = path.removeprefix("/").split("/")
    if room in _ROOMS:
        name = rest[0] if rest else "*"
        return f"{_ROOMS[room]}.{_NAMES.get(name, name)}"
    if room != "items":
        return room or "the reply"
    return f"item {int(rest[0]) + 1}{_field(rest[1:])}" if rest else "items"


def _field(names: list[str]) -> str:
    if not names:
        return ""
    if names[0] == "treatment":
        return ", partial_approval"
    if names[0] not in _OWN:
        return f", {_FROM_REQUEST}"
    inner = [name for name in names[1:] if not re.fullmatch(r"\d+", name)]
    return f", {'.'.join([names[0], *inner])}"
