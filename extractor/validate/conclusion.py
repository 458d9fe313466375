"""Is the conclusion the sentence that decides, and does it say what the record says?

The proposer and this check read polarity by the same grammar; so a sentence that holds a word
which could turn it, and that the grammar may have missed, is left for a person.
"""

import re
from collections.abc import Iterator

from extractor.findings import Code, Finding
from extractor.polarity import conclusions, quotations
from extractor.record import Item
from extractor.text import Span, Text
from extractor.validate.spans import passage, span_of

_AGREES = {"necessary": "overturned", "not_necessary": "upheld"}
_DOUBT = re.compile(
    r"\b(?:not|no|none|nothing|neither|nor|never|cannot|without|insufficient|lack\w*|fail\w*|hardly"
    r"|doubt\w*|unclear|disagree\w*|far\s+from|claims?\s+that|unnecessary)\b|n't\b|\?",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"\bno\s+reason\b|\bcannot\s+be\s+said\b|\bdisagree|\bnot\s+(?:\w+\s+)?denied\b"
    r"|\b(?:not|no)\s+(?:\w+\s+){0,3}lack|\bargue[sd]?\b|\bonly\s+medically\b"
    r"|\b(?:claims\s+administrator|utilization\s+review|UR|denial|provider)\s+(?:\w+\s+)?"
    r"(?:found|stated|states|says|said|held|argued|claims)\b",
    re.IGNORECASE,
)
# One of these stands in whatever _TURNED finds.
_TURNING = (
    "reason", "said", "disagree", "denied", "lack", "argue", "only", "found", "state", "says",
    "held", "claims",
)  # fmt: skip
_HALFWAY = re.compile(
    r"\b(?:only|may|might|would|could|claims?\s+that|modif\w+|uphold\w*)\b|\?", re.IGNORECASE
)
_DECIDING_WORDS = re.compile(
    r"recommendation\s+is|uph[eo]ld|overturn|revers|medically|necess(?:ary|ity)|request\s+is|denied|certif|approv",
    re.IGNORECASE,
)
_OF_THE_REQUEST = re.compile(r"\b(?:the|this)\s+request", re.IGNORECASE)
# "One guideline holds that", right before a quotation that is a clause of its own.
_GUIDELINE_SAYS = re.compile(
    r"\b(?:guidelines?|MTUS|ODG|ACOEM|schedule|chapters?|sections?|text|treatise|handbook)\b[^.;]*\Z",
    re.IGNORECASE,
)
_CLAUSE = 6
_LEAD = 200
_BROKEN_WORD = re.compile(r"-\s*\n\s*")


def check_conclusion(item: Item, text: Text, path: str) -> Iterator[Finding]:
    """Hold the conclusion to the rationale's last deciding sentence and to what that says."""
    if item.rationale is None:
        return
    rationale = span_of(text, item.rationale)
    due = conclusions(text.norm, rationale)
    where = f"{path}/conclusion"
    if item.conclusion is None:
        yield from _check_absence(text, rationale, [found.sentence for found in due], where)
    elif not due or span_of(text, item.conclusion) != due[-1].sentence:
        message = "This is not the rationale's last deciding sentence."
        yield Finding.of(Code.WRONG_PLACE, message, where, passage(text, item.conclusion))
    elif item.conclusion.value != due[-1].polarity:
        message = "The sentence says the opposite."
        yield Finding.of(Code.VALUE_MISMATCH, message, where, passage(text, item.conclusion))
    elif _is_doubtful(item, text, {found.polarity for found in due}) or any(
        found.polarity != due[-1].polarity and _OF_THE_REQUEST.search(text.norm, *found.sentence)
        for found in due
    ):
        message = "The deciding sentence could be read the other way."
        yield Finding.of(Code.AMBIGUOUS, message, where, passage(text, item.conclusion))


def _check_absence(
    text: Text, rationale: Span, deciding: list[Span], where: str
) -> Iterator[Finding]:
    """Demand a conclusion where a sentence decides, or where its words occur."""
    if deciding:
        message = "The rationale's deciding sentence is not in the record."
        yield Finding.of(Code.MISSING_FIELD, message, where, text.place(deciding[-1]))
    elif _DECIDING_WORDS.search(_BROKEN_WORD.sub("", _unquoted(text.norm, rationale))):
        message = "The rationale has the words of a conclusion; none was read."
        yield Finding.of(Code.MISSING_FIELD, message, where, text.place(rationale))


def _unquoted(norm: str, rationale: Span) -> str:
    """Return the rationale without the clauses that it quotes from a guideline."""
    pieces = []
    at = rationale.start
    for start, end in quotations(norm, rationale):
        lead, quoted = norm[max(at, start - _LEAD) : start], norm[start:end]
        is_clause = len(quoted.split()) >= _CLAUSE and not _OF_THE_REQUEST.search(quoted)
        if is_clause and _GUIDELINE_SAYS.search(lead):
            pieces.append(norm[at:start])
            at = end
    return " ".join([*pieces, norm[at : rationale.end]])


def _may_be_turned(words: str, polarity: str) -> bool:
    if polarity == "necessary":
        return _DOUBT.search(words) is not None
    plain = words.lower()
    return any(map(plain.__contains__, _TURNING)) and _TURNED.search(words) is not None


def _is_doubtful(item: Item, text: Text, polarities: set[str]) -> bool:
    """Say whether a word of the sentence may turn it around, or hand it to somebody else."""
    conclusion = item.conclusion
    if conclusion is None:
        return False
    words = text.norm[slice(*span_of(text, conclusion))]
    if _may_be_turned(words, conclusion.value):
        return True
    contradicts = _AGREES[conclusion.value] != item.decision.value
    return contradicts and (len(polarities) > 1 or _HALFWAY.search(words) is not None)
