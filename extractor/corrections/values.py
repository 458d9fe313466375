"""Words that a person chose, as the value of the field they are chosen for.

What can be read from words is read by the house's own readings, for a person as for a proposer: a
date says what it prints. What a person decides is only what words of theirs may mean.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError

from extractor.corrections.correction import Standing
from extractor.errors import CorrectionError
from extractor.guidelines import citation_of, cited_at, cited_in, read_field
from extractor.polarity import conclusions, deciding_phrases
from extractor.record import (
    Authority,
    Citation,
    Conclusion,
    Day,
    Decision,
    Number,
    Priority,
    Sex,
    V,
    Words,
)
from extractor.text import Span, Text
from extractor.values import parse_age, parse_date, parse_priority, parse_sex

Tree = Any
"""A record, or a part of it, as JSON holds it."""


class _Kind(NamedTuple):
    """What a field holds: the model of its value, and how its words are read, if they are."""

    model: type[V[Any]]
    read: Callable[[str], object] | None = None


_WORDS, _DAY = _Kind(Words), _Kind(Day, parse_date)
_KINDS: Mapping[str, _Kind] = {
    r"/case/case_number": _WORDS,
    r"/case/priority": _Kind(Priority, parse_priority),
    r"/case/\w+": _DAY,
    r"/expert/(?:specialties|subspecialties|licensed_in)/\d+": _WORDS,
    r"/patient/age": _Kind(Number, parse_age),
    r"/patient/sex": _Kind(Sex, parse_sex),
    r"/patient/(?:date_of_injury|ur_date)": _DAY,
    r"/patient/diagnosis_codes/\d+": _WORDS,
    r"/clinical_summary": _WORDS,
    r"/items/\d+/(?:request|treatment|rationale)": _WORDS,
    r"/items/\d+/decision": _Kind(Decision),
    r"/items/\d+/conclusion": _Kind(Conclusion),
    r"/items/\d+/retrospective": _Kind(V[bool]),
    r"/items/\d+/visits": _Kind(Number),
    r"/items/\d+/dates_of_service/\d+": _DAY,
    r"/items/\d+/partial_approval/(?:original|authorized|remaining)": _WORDS,
    r"/items/\d+/(?:claims_administrator|reviewer)/text": _WORDS,
    r"/items/\d+/drug/(?:name|strength|quantity)": _WORDS,
    r"/items/\d+/(?:category|reasons/\d+|body_regions/\d+)/evidence": _WORDS,
}
_CITATION = re.compile(
    r"/items/\d+/(?:(?:claims_administrator|reviewer)/citations|rationale_citations)/\d+"
)
_POLARITY = {"upheld": "not_necessary", "overturned": "necessary"}
_NEAR = 300  # characters
_MOST = 100_000
_DECIDED = re.compile(r"\b(upheld|overturned)\b", re.IGNORECASE)


def kind_of(path: str) -> type[V[Any]] | type[Citation] | None:
    """Return the model of the value at the JSON Pointer *path*; None where none stands."""
    if _CITATION.fullmatch(path):
        return Citation
    found = _found(path)
    return found.model if found else None


def _found(path: str) -> _Kind | None:
    return next((kind for form, kind in _KINDS.items() if re.fullmatch(form, path)), None)


def made(path: str, chosen: Standing, text: Text) -> Tree:
    """Return the value of the field at *path* that the words of *chosen* give, as JSON holds it.

    Raises:
        CorrectionError: They stand otherwise in *text*, say something else, or the field takes
            no words.
    """
    span = span_of(chosen, text)
    kind = _found(path)
    if kind is None:
        raise CorrectionError(f"{path} takes no words of the letter.")
    value = _value(kind, chosen, span, text)
    try:
        return text.value(kind.model, span, value).model_dump(mode="json", by_alias=True)
    except ValidationError as error:
        raise CorrectionError(f"{path} takes no such value: choose other words.") from error


def span_of(chosen: Standing, text: Text) -> Span:
    """Return where the words of *chosen* stand in the normalized text.

    Raises:
        CorrectionError: The letter does not read so there.
    """
    start, end, size = chosen.start, chosen.end, len(text.source)
    if start is None or end is None or not start < end <= size:
        raise CorrectionError("The correction names no words of the letter.")
    words = text.source[start:end]
    if words != words.strip() or chosen.quote != text.read(start, end)[0]:
        raise CorrectionError("The letter reads otherwise there than when it was corrected.")
    span = text.from_source(start, end)
    if text.to_source(span) != (start, end):
        raise CorrectionError("The words begin or end within a character: choose whole words.")
    return span


def _value(kind: _Kind, chosen: Standing, span: Span, text: Text) -> object:
    words = text.words(span)
    if kind.read is not None:
        read = kind.read(text.norm[slice(*span)])
        if read is None:
            raise CorrectionError("The words do not say a value of this field: choose others.")
        if chosen.value not in (None, read):
            raise CorrectionError("The words say another value than the one that was chosen.")
        return read
    if kind.model in {Decision, Conclusion}:
        _agree(kind.model, chosen.value, span, text)
    if kind.model is Number and not _is_count(chosen.value):
        raise CorrectionError(f"A number is a whole one, below {_MOST}.")
    return words if kind.model is Words else chosen.value


def _agree(model: type[V[Any]], value: object, span: Span, text: Text) -> None:
    """Refuse a decision or conclusion whose own words decide otherwise."""
    near = _around(span, text.norm)
    said = {
        found.group().lower()
        for found in _DECIDED.finditer(text.norm, *near)
        if _overlap(Span(*found.span()), span)
    }
    polarity = _decided(text.norm, span, near)
    if model is Decision:
        said |= {word for word, means in _POLARITY.items() if means in polarity and not said}
    else:
        said = set(polarity)
    if said and value not in tuple(said):
        raise CorrectionError("The words decide otherwise than what was chosen.")
    if len(said) > 1:
        raise CorrectionError("The words decide both ways: choose those of this item.")


def _decided(norm: str, span: Span, near: Span) -> set[str]:
    """Return what the deciding phrases of *near* say that *span* in it holds, or a part of."""
    if not any(_overlap(each.sentence, span) for each in conclusions(norm, near)):
        return set()
    phrases = deciding_phrases(norm, *near)
    return {means for start, end, means in phrases if _overlap(Span(start, end), span)}


def _around(span: Span, norm: str) -> Span:
    """Return *span* with what stands close to it: words cut in two say what the whole ones say."""
    return Span(max(0, span.start - _NEAR), min(len(norm), span.end + _NEAR))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST


def citation(path: str, chosen: Standing, text: Text, labelled: Authority | None) -> Tree:
    """Return the citation that stands on the words of *chosen*, as JSON holds it.

    Args:
        path: Where in the record: a side's field says what it calls its guidelines.
        chosen: The words; its value may say what the letter calls them: ``mtus`` or ``non_mtus``.
        text: The letter.
        labelled: What the letter calls them, as far as the field tells.

    Raises:
        CorrectionError: They stand otherwise in *text*.
    """
    span = span_of(chosen, text)
    if chosen.value not in (None, *get_args(Authority)):
        raise CorrectionError("A citation is labelled mtus or non_mtus, or not at all.")
    prose = "rationale_citations" in path
    read = cited_in(text, span) if prose else read_field(text, span).citations
    whole = [each for each in read if each.span == span and chosen.value is None]
    if len(read) == 1 and whole and (whole[0].labelled or not labelled):
        cited = whole[0]
    else:
        cited = cited_at(text, span, chosen.value or labelled)
    return citation_of(cited, text).model_dump(mode="json", by_alias=True)


def standing_at(tree: Tree, path: str) -> Standing | None:
    """Return what stands at *path* of a record as JSON; None where nothing does.

    Of a part that holds several values (an item, a drug, a region) the first with words gives the
    place, and the part's own words, without places, are the value.
    """
    found = at(tree, path)
    if found is None:
        return None
    if not isinstance(found, dict):
        return Standing(value=found)
    place = found if "quote" in found else _first_words(found)
    said = found.get("value", _plain(found)) if "quote" in found else _plain(found)
    if "guideline" in found:
        said = found["guideline"]
    return Standing(value=said, quote=place["quote"], start=place["start"], end=place["end"])


def _first_words(part: dict[str, Any]) -> dict[str, Any]:
    inner = (each for each in part.values() if isinstance(each, dict))
    return next((each for each in inner if "quote" in each), dict.fromkeys(_PLACE))


_PLACE = ("quote", "start", "end")


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    """Return the plain words of a part of a record: choices from closed lists."""
    return {name: each for name, each in part.items() if not isinstance(each, (dict, list))}


def at(tree: Tree, path: str) -> Tree:
    """Return what stands at the JSON Pointer *path*; None where nothing does."""
    for step in path.split("/")[1:]:
        if isinstance(tree, list):
            tree = tree[int(step)] if step.isdecimal() and int(step) < len(tree) else None
        elif isinstance(tree, dict):
            tree = tree.get(step)
        else:
            return None
    return tree
