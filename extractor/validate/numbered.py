"""Items decided in numbered sentences, in a list, or in the heading of the one there is."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from extractor.text import Span, Text
from extractor.validate.anchored import Anchored, Anchors, labels_in, opening
from extractor.validate.families import PARTS, Family

_ENDED = re.compile(r"(?:[.:;!?][\"')\]]*\s*|\n\s*\n\s*|\A\s*)\Z")
_BLANKS = 200


def items_by_sentence(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    """Return the items that a numbered sentence opens."""
    if anchors.issues is None or family.head is None:
        return []
    heads = _heads(family, family.head, text, anchors.issues)
    ends = [*(head.start() for head in heads[1:]), anchors.issues.end][: len(heads)]
    if not _numbered(heads):
        anchors.problems.append("numbers")
    return [
        _decided(family, text, head, Span(head.end(), end))
        for head, end in zip(heads, ends, strict=True)
    ]


def items_by_list(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    """Return the items of a numbered list, each with the passage that names its request again."""
    if anchors.issues is None or family.head is None or family.passage is None:
        return []
    heads = _heads(family, family.head, text, anchors.issues)
    passages: list[re.Match[str]] = []
    for match in family.passage.finditer(text.norm, anchors.issues.end):
        if len(passages) < len(heads) and _is_on(match, heads[len(passages)]):
            passages.append(match)
    if len(passages) < len(heads):
        anchors.problems.append("passages")
    if not _numbered(heads):
        anchors.problems.append("numbers")
    ends = [*(match.start() for match in passages[1:]), len(text.norm)][: len(passages)]
    bodies = [Span(match.end(), end) for match, end in zip(passages, ends, strict=True)]
    bodies += [Span(len(text.norm), len(text.norm))] * (len(heads) - len(bodies))
    return [_decided(family, text, head, body) for head, body in zip(heads, bodies, strict=False)]


def _heads(family: Family, head: re.Pattern[str], text: Text, issues: Span) -> list[re.Match[str]]:
    """Return what opens an item: each number that follows, and any other that prose cannot hold.

    A page or chapter number at a line's start follows a line that runs on, and no label follows it.
    """
    if "number" not in head.groupindex:
        return list(head.finditer(text.norm, *issues))
    found = list(_overlapping(head, text.norm, issues))
    heads: list[re.Match[str]] = []
    at = issues.start
    for match, following in zip_longest(found, found[1:]):
        if match.start() < at:
            continue
        own = Span(match.end("number"), following.start() if following else issues.end)
        follows = int(match["number"]) == len(heads) + 1
        if follows or not _runs_on(text, match.start("number")) or labels_in(family, text, own):
            heads.append(match)
            at = match.end()
    return heads


def _overlapping(head: re.Pattern[str], norm: str, issues: Span) -> Iterator[re.Match[str]]:
    at = issues.start
    while match := head.search(norm, at, issues.end):
        yield match
        at = match.end("number")


def _runs_on(text: Text, at: int) -> bool:
    """Say whether the words before *at* end no sentence and no paragraph."""
    before = text.norm[max(0, at - 200) : at]
    return _ENDED.search(before) is None


def _is_on(passage: re.Match[str], head: re.Match[str]) -> bool:
    """Say whether *passage* names the request of *head*, which may hold colons of its own."""
    wanted = _words(head["request"])
    if _words(passage["request"]) == wanted:
        return True
    start = passage.start("request")
    ahead = passage.string[start : start + 2 * len(head["request"]) + _BLANKS]
    return _words(ahead).startswith(wanted + ":")


def _words(words: str) -> str:
    return "".join(words.split()).lower()


def _numbered(heads: list[re.Match[str]]) -> bool:
    """Say whether numbered items run from 1 without a gap; those without a number do."""
    numbers = [int(head["number"]) for head in heads if "number" in head.re.groupindex]
    return not numbers or numbers == list(range(1, len(heads) + 1))


def _decided(family: Family, text: Text, head: re.Match[str], body: Span) -> Anchored:
    """Frame the item that a sentence decides and whose labelled parts stand in *body*."""
    labels = labels_in(family, text, body)
    names = [part for part, _ in labels]
    firsts = [label for n, label in enumerate(labels) if label[0] not in names[:n]]
    # In a list's passages the words that label the reviewer's side may come again in prose.
    once = [name for name in names if name != "reviewer" or family.style != "list"]
    doubled = len(once) > len(set(once))
    problems = ["labels"] if doubled or [part for part, _ in firsts] != list(PARTS) else []
    stops = [*(label.start for _, label in firsts[1:]), body.end]
    parts = {
        part: text.trim(opening(family, part, label), stop)
        for (part, label), stop in zip(firsts, stops, strict=False)
    }
    start, end = head.span("request")
    decision, verdict = Span(*head.span("decision")), family.verdict(head["decision"])
    return Anchored(start, start, end, decision, verdict, parts, problems)


def item_of_document(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    """Return the one item of a letter whose sections are its parts."""
    request = anchors.issues
    heads = list(family.head.finditer(text.norm)) if family.head else []
    if request is None or not heads:
        return []
    if len(heads) > 1:
        anchors.problems.append("labels")
    decision = Span(*heads[0].span("decision"))
    verdict = family.verdict(heads[0]["decision"])
    return [Anchored(request.start, request.start, request.end, decision, verdict, anchors.parts)]
