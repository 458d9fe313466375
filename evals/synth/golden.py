"""The golden record of a synthetic letter, as ``expected.json`` holds it."""

from typing import Any

from evals.synth.marks import Cited, Mark, Passage
from evals.synth.printing import Printed
from extractor.golden import content


def materialized(part: Any, printed: Printed) -> Any:  # noqa: ANN401 - any part of a record
    """Return *part* of a record with every mark replaced by what it marks.

    Args:
        part: Dictionaries and lists, with marks for the values that have a place.
        printed: The letter that the marks were printed in.
    """
    if isinstance(part, Mark):
        return _valued(part, printed)
    if isinstance(part, Passage):
        return _place(part.mark, printed)
    if isinstance(part, dict):
        return {name: materialized(member, printed) for name, member in part.items()}
    if isinstance(part, list):
        return [materialized(member, printed) for member in part]
    return part


def _place(mark: Mark, printed: Printed) -> dict[str, Any]:
    if mark.start < 0:
        raise ValueError("a value of the record was never printed")
    start, end = printed.spot(mark.start), printed.spot(mark.end)
    quote = " ".join(printed.text[start:end].split())
    place: dict[str, Any] = {"quote": quote, "start": start, "end": end}
    if printed.paged:
        place["page"] = printed.page(start)
    return place


def _valued(mark: Mark, printed: Printed) -> dict[str, Any]:
    place = _place(mark, printed)
    if isinstance(mark, Cited):
        return {**materialized(mark.parts, printed), **place}
    value = mark.value
    if value is None:
        value = " ".join(printed.clean[mark.start : mark.end].split())
    return {"value": value, **place}


def labels(record: dict[str, Any], note: str, split: str) -> str:
    """Return the content of ``expected.json``."""
    frame = {"split": split, "origin": "synthetic", "note": note}
    return content(record, **frame, reviewed=True, on_one_line=True)
