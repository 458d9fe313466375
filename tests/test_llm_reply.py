"""The reply's models: places are short strings, and what is not one is refused."""

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from extractor.propose.llm.reply import (
    Concluded,
    Decided,
    Fact,
    Lines,
    Place,
    Reason,
    Reply,
    Words,
    place_of,
)
from extractor.propose.llm.schema import schema_hash, strict_schema


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("12: Upheld", Place(12, 12, "Upheld")),
        ("12-13: MRI of … contrast", Place(12, 13, "MRI of … contrast")),
        ("12#2: Norco #60", Place(12, 12, "Norco #60", 2)),
        ("12-14#3: DOS: 8/28", Place(12, 14, "DOS: 8/28", 3)),
        ("31-44", Place(31, 44, None)),
        (" 7 ", Place(7, 7, None)),
        ("7 - 9 # 2 : a", Place(7, 9, "a", 2)),
        ("12: 13: Upheld", Place(12, 12, "13: Upheld")),
        ("12: #2: Upheld", Place(12, 12, "#2: Upheld")),
        ("12:", None),
        ("12#2", None),
        ("12#2:", None),
        ("12#-1: a", None),
        ("#2: a", None),
        ("-3: a", None),
        ("12| Upheld", None),
        ("Upheld", None),
        ("", None),
        ("99999999: a", None),
    ],
)
def test_a_place_is_read_or_it_is_none(given: str, place: Place | None) -> None:
    """Numbers, which of several, words: in that order, and nothing is guessed."""
    assert place_of(given) == place


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Words, "12: Upheld", "12"),
        (Words, "12-13#2: a", "12#: a"),
        (Words, "1: a", "1:a"),
        (Lines, "12-13", "12#2"),
        (Lines, "12-13#2: a … b", "12-"),
        (Fact, "patient.age 3: 48 year old", "patient.weight 3: 48"),
        (Fact, "patient.age 3#2: 48 year old", "patient_age 3: 48"),
        (Decided, "upheld 3: Upheld", "granted 3: Granted"),
        (Decided, "overturned 3#2: Overturned", "Upheld 3: Upheld"),
        (Concluded, "not_necessary 3-4: It … not.", "unclear 3: It is."),
        (Reason, "no_red_flags 3: no red flags", "no_money 3: none"),
    ],
)
def test_the_schema_holds_replies_to_their_form(kind: Any, good: str, bad: str) -> None:  # noqa: ANN401 - any annotated string
    """An endpoint that keeps to the schema can give nothing else; closed lists are closed."""
    adapter = TypeAdapter(kind)
    assert adapter.validate_python(good) == good
    with pytest.raises(ValidationError):
        adapter.validate_python(bad)


def test_a_reply_has_no_more_than_its_parts() -> None:
    """What the model adds on its own is refused, not passed by."""
    whole = {"last_line": 1, "facts": [], "clinical_summary": None, "items": []}
    assert Reply.model_validate(whole).last_line == 1
    with pytest.raises(ValidationError):
        Reply.model_validate({**whole, "decision": "overturned"})


def objects(part: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any part of a schema
    """Return every object schema in *part*."""
    if isinstance(part, list):
        return [found for each in part for found in objects(each)]
    if not isinstance(part, dict):
        return []
    own = [part] if part.get("type") == "object" else []
    return own + [found for each in part.values() for found in objects(each)]


def test_the_schema_is_strict() -> None:
    """Each object requires all its properties and forbids others; references stand alone."""
    schema = strict_schema(Reply)
    found = objects(schema)
    assert len(found) == 4
    assert all(each["required"] == [*each["properties"]] for each in found)
    assert all(each["additionalProperties"] is False for each in found)
    assert '"default"' not in str(schema)


def test_every_field_is_described() -> None:
    """A model that sees the schema alone knows of each field what it is."""
    for each in objects(strict_schema(Reply)):
        for name, field in each["properties"].items():
            parts = [field, *field.get("anyOf", ())]
            assert any("description" in part or "$ref" in part for part in parts), name


def test_the_schema_hash_changes_with_a_description() -> None:
    """What a model reads is part of the cache's key."""

    class Other(BaseModel):
        """Another text."""

        model_config = ConfigDict(extra="forbid")

    first = schema_hash(Other)
    Other.__doc__ = "Yet another."
    Other.model_rebuild(force=True)
    assert first != schema_hash(Other)
    assert schema_hash(Reply) == schema_hash(Reply)
