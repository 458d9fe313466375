"""Whose age and sex it is: the injured worker's, never a relative's or a companion's."""

import pytest
from letters import ENGINE, Letter, changed, codes, marked, refused, value

from extractor.record import Patient
from extractor.relatives import others
from extractor.text import Span

OWN = "The worker is a 52-year-old female baker with a date of injury of 02/20/2015."
NO_AGE = "The worker has a date of injury of 02/20/2015."
OF_OTHERS = (
    "A daughter, 12 years old, helps.",
    "The son is 9 years old.",
    "The brother, a 71 year old man, drives to the visits.",
    "His wife, who is a 48-year-old woman, works nights.",
    "The worker's mother (80 years old) needs care.",
    "A nephew, a tall man, carries what is heavy.",
    "There is a 30-year-old son.",
    "Two grandsons, 6 years old, come on Sundays.",
)


def patient(summary: str) -> tuple[Patient, list[str]]:
    """Return what a letter with *summary* says of its patient, and the codes about it."""
    record = ENGINE.extract_text(Letter(summary=summary).write())
    return record.patient, codes(record)


@pytest.mark.parametrize("other", OF_OTHERS)
@pytest.mark.parametrize("first", [True, False])
def test_somebody_elses_age_leaves_the_workers_plain(other: str, first: bool) -> None:
    """The worker's own age and noun are read and sure, wherever others are told of."""
    story = f"{other} {OWN}" if first else f"{OWN} {other}"
    read, found = patient(story)
    assert (read.age and read.age.value, read.sex and read.sex.value) == (52, "female")
    assert read.date_of_injury is not None
    assert found == []


@pytest.mark.parametrize("other", OF_OTHERS)
def test_somebody_elses_age_is_not_the_workers(other: str) -> None:
    """Without an age and a noun of the worker's own there is none."""
    read, found = patient(f"{NO_AGE} {other}")
    assert (read.age, read.sex, found) == (None, None, [])


def test_a_sentence_may_follow_without_a_space() -> None:
    """The brother's sentence is his own, though the space before it was lost."""
    read, found = patient(f"{NO_AGE} The exam is normal.The brother, a 71 year old man, drives.")
    assert (read.age, read.sex, found) == (None, None, [])


@pytest.mark.parametrize(
    "story",
    [
        "The worker is a 45-year-old mother of two.",
        "The worker, a 45-year-old coworker of the owner, fell.",
        "Her mother is ill. The worker is 45 years old.",
    ],
)
def test_a_worker_may_be_somebodys_relative(story: str) -> None:
    """A word of kinship in the worker's own description gives it to nobody else."""
    read, found = patient(f"{NO_AGE} {story}")
    assert read.age is not None
    assert (read.age.value, found) == (45, [])


@pytest.mark.parametrize(
    "story",
    [
        "The worker lives with her mother and is 45 years old.",
        "The worker is a mother, 45 years old.",
        "A father, 45 years old, fell from a roof.",
        "The worker came with a daughter, a 45 year old female, and left alone.",
        "His wife was there. A 45 year old woman.",
    ],
)
def test_an_age_that_may_be_two_peoples_is_left_for_a_person(story: str) -> None:
    """Where the sentence can be read both ways, nobody is sure of it."""
    assert "ambiguous" in patient(f"{NO_AGE} {story}")[1]


def test_an_age_of_the_worker_left_out_is_missed() -> None:
    """That others are told of excuses no omission."""
    source = Letter(summary=f"The son is 9 years old. {OWN}").write()
    record = ENGINE.extract_text(source)
    left_out = changed(changed(record, "/patient/age", None), "/patient/sex", None)
    found = refused(left_out, source)
    assert ("missing_field", "/patient/age") in found
    assert ("missing_field", "/patient/sex") in found


def test_a_noun_of_a_relative_is_no_workers() -> None:
    """The other sex, named of a relative, cannot be the record's."""
    source = Letter(summary=f"{OWN} The brother, a 71 year old man, drives.").write()
    wrong = changed(ENGINE.extract_text(source), "/patient/sex", value(source, "man", "male"))
    assert ("ambiguous", "/patient/sex") in refused(wrong, source)


@pytest.mark.parametrize(
    "told",
    [
        "He fell. The ⟦son, 9 years old⟧, saw it. The ⟦brother is a tall man⟧.",
        "There is a ⟦9-year-old son⟧; he is a 45-year-old father of five.",
        "The reason is a person of 40; nobody is told of.",
    ],
)
def test_a_description_reaches_from_the_relative_to_age_or_noun(told: str) -> None:
    """The span holds whom it describes and what it says; a word within a word is nobody."""
    words, spans = marked(told)
    assert others(words, Span(0, len(words))) == tuple(spans)
