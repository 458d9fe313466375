"""The longest name of a document: names beside each other, and the MTUS with what it adopted."""

from extractor.guidelines.catalogue import Words, catalogue
from extractor.guidelines.identify import ACOEM
from extractor.phrases import Token

_MARKS = frozenset(",.:;()")
_IN_BETWEEN = frozenset({"in", "of", "from", "the", ":", ",", '"', "\u201c"})
_LEADS_OF_MTUS = frozenset({"(", "mtus", "ca", "california", "medical"})


def longest_document(tokens: list[Token], at: int) -> tuple[Words, int] | None:
    """Return the longest name; names of one document beside each other are one name.

    So are "MTUS" and the name of one of its documents.
    """
    documents = catalogue().documents
    found = documents.longest(tokens, at)
    while found:
        ids, after = found
        skipped = _IN_BETWEEN if ids == ("mtus",) else _MARKS
        further = documents.longest(tokens, _next(tokens, after, skipped))
        if ids == ("mtus",) and (further is None or further[0][0] not in ACOEM):
            adopted = catalogue().parts["mtus"].longest(tokens, _next(tokens, after, skipped))
            further = max((each for each in (further, adopted) if each), key=_after, default=None)
        if further and _goes_on(ids, further[0]):
            found = further
        elif adopts := _adopts(ids, tokens, after):
            found = (ids, adopts)
        else:
            break
    return found


def _after(found: tuple[Words, int]) -> int:
    return found[1]


def _next(tokens: list[Token], at: int, skipped: frozenset[str]) -> int:
    while at < len(tokens) and tokens[at].word in skipped:
        at += 1
    return at


def _adopts(ids: Words, tokens: list[Token], at: int) -> int | None:
    """Return the token after "MTUS" that says whose the document before it is."""
    if at == len(tokens) or tokens[at].word not in _LEADS_OF_MTUS:
        return None
    if not (ids[0].startswith("mtus/") or any(each in ACOEM for each in ids)):
        return None
    at += at < len(tokens) and tokens[at].word == "("
    found = catalogue().documents.longest(tokens, at)
    return found[1] if found and found[0] == ("mtus",) else None


def _goes_on(ids: Words, further: Words) -> bool:
    return further == ids or (ids == ("mtus",) and further[0].startswith(("mtus", "acoem")))
