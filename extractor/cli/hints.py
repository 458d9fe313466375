"""What somebody may have meant by a name that there is none of."""

from collections.abc import Iterable

_MOST = 3


def near_to(name: str, names: Iterable[str]) -> str:
    """Return " (did you mean ...?)" with *names* that hold *name* or are like it; else nothing.

    >>> near_to("drug_clas", ["drug_class", "age"]), near_to("b", ["age"])
    (' (did you mean drug_class?)', '')
    """
    from difflib import get_close_matches

    known = list(dict.fromkeys(names))
    holding = [each for each in known if name and name in each][:_MOST]
    near = holding or get_close_matches(name, known, n=_MOST)
    return f" (did you mean {', '.join(near)}?)" if near else ""
