"""How far to look around a place: in characters of words, not of white space."""

import re

# A single space is a space: only longer runs count for less than they are long.
_SPACES = re.compile(r"\s\s+")
_WIDEST = 4


def before(norm: str, floor: int, at: int, count: int) -> str:
    r"""Return up to *count* characters of *norm* before *at*, none before *floor*.

    Any run of white space counts as one space, and is returned as one.

    >>> before("seen  on \n  May 2", 0, 12, 8), before("seen on May 2", 5, 8, 8)
    ('seen on ', 'on ')
    """
    wide = norm[max(floor, at - _WIDEST * count) : at]
    # Many times faster than a pattern, but it drops the space at either end.
    words = " ".join(wide.split())
    if not words:
        return " " * bool(wide)
    return f"{' ' * wide[0].isspace()}{words}{' ' * wide[-1].isspace()}"[-count:]


def reach(norm: str, at: int, count: int) -> int:
    r"""Return where *count* characters of *norm* after *at* end, a run of white space as one.

    >>> reach("old   male,  a baker", 3, 6)
    11
    """
    left = count
    for match in _SPACES.finditer(norm, at, at + _WIDEST * count):
        extra = match.end() - match.start() - 1
        if match.start() >= at + left:
            break
        left += extra
    return min(len(norm), at + left)
