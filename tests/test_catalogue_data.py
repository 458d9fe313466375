"""The data files of the catalogue of guidelines, read as they are."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest

from extractor.phrases import tokens_of

Entry = dict[str, Any]
FIELDS = {
    "id": str,
    "title": str,
    "names": list,
    "year": int,
    "chapter": str,
    "part_of": str,
    "authority": str,
    "regulation": str,
    "in_force_from": date,
    "in_force_until": date,
    "sections": list,
    "open": bool,
    "work": bool,
    "source": str,
}
REQUIRED = {"id", "title", "authority", "source"}
CHAPTERS = {
    "1": "Prevention",
    "2": "General Approach to Initial Assessment and Documentation",
    "3": "Initial Approaches to Treatment",
    "4": "Work-Relatedness",
    "5": "Cornerstones of Disability Prevention and Management",
    "6": "Pain, Suffering, and the Restoration of Function",
    "7": "Independent Medical Examinations and Consultations",
    "8": "Neck and Upper Back Complaints",
    "9": "Shoulder Complaints",
    "10": "Elbow Complaints",
    "11": "Forearm, Wrist, and Hand Complaints",
    "12": "Low Back Complaints",
    "13": "Knee Complaints",
    "14": "Ankle and Foot Complaints",
    "15": "Stress Related Conditions",
    "16": "Eye Complaints",
}


@cache
def _files() -> dict[str, list[Entry]]:
    folder = resources.files("extractor.guidelines") / "catalogue"
    return {
        file.name: tomllib.loads(file.read_text("utf-8"))["guideline"]
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }


def _entries() -> list[Entry]:
    return [entry for entries in _files().values() for entry in entries]


def _mtus() -> list[Entry]:
    return [entry for entry in _entries() if entry["authority"] == "mtus"]


def _key(words: str) -> tuple[str, ...]:
    return tuple(token.word for token in tokens_of(words))


def _names(entry: Entry) -> set[tuple[str, ...]]:
    return {_key(name) for name in (entry["title"], *entry.get("names", ()))}


def _repeated(values: Iterator[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def test_fields_are_known_and_of_their_type() -> None:
    """An entry has only the fields of the schema, each of its type, the required ones filled."""
    for entry in _entries():
        assert entry.keys() <= FIELDS.keys(), entry["id"]
        assert entry.keys() >= REQUIRED, entry["id"]
        assert all(type(value) is FIELDS[name] for name, value in entry.items()), entry["id"]
        assert all(value.strip() for value in entry.values() if isinstance(value, str)), entry["id"]


def test_ids_are_unique_and_well_formed() -> None:
    """An id stands once; it is lower-case words, hyphens and dots, its levels parted by slashes."""
    ids = [entry["id"] for entry in _entries()]
    assert not _repeated(iter(ids))
    for guideline in ids:
        levels = guideline.split("/")
        assert all(level.strip("-.") == level and level for level in levels), guideline
        assert all(c.islower() or c.isdigit() or c in "-./" for c in guideline), guideline


def test_parents_exist() -> None:
    """Where an entry is part of a document, the document is an entry of the same authority."""
    by_id = {entry["id"]: entry for entry in _entries()}
    for entry in _entries():
        if parent := entry.get("part_of"):
            assert parent in by_id, entry["id"]
            assert entry["id"].startswith(f"{parent}/"), entry["id"]
            assert by_id[parent]["authority"] == entry["authority"], entry["id"]


def test_authority_is_what_the_id_says() -> None:
    """Ids that begin with mtus, and no others, are of the MTUS."""
    for entry in _entries():
        is_mtus = entry["id"].split("/")[0] == "mtus"
        assert entry["authority"] == ("mtus" if is_mtus else "non_mtus"), entry["id"]


def test_mtus_entries_name_their_regulation() -> None:
    """The MTUS is regulation: its entries name the section, and only they are in force."""
    for entry in _entries():
        legal = {"regulation", "in_force_from", "in_force_until"} & entry.keys()
        if entry["authority"] == "mtus":
            assert entry["regulation"].startswith("8 CCR 9792."), entry["id"]
        else:
            assert not legal, entry["id"]


def test_days_in_force_are_in_order() -> None:
    """What is adopted is in force before it ends, and nothing before the MTUS itself."""
    for entry in _mtus():
        first, last = entry.get("in_force_from"), entry.get("in_force_until")
        if last:
            assert first, entry["id"]
            assert first < last, entry["id"]
        if first:
            assert first >= date(2007, 6, 15), entry["id"]


def test_versions_of_a_document_follow_one_another() -> None:
    """No two versions of an MTUS document are in force on one day, where both days are known."""
    versions: dict[str, list[Entry]] = {}
    for entry in _mtus():
        if entry["id"].endswith(f"/{entry.get('year')}"):
            versions.setdefault(entry["id"].rpartition("/")[0], []).append(entry)
    for known in versions.values():
        dated = sorted(
            (entry for entry in known if "in_force_from" in entry),
            key=lambda entry: entry["in_force_from"],
        )
        for earlier, later in pairwise(dated):
            if until := earlier.get("in_force_until"):
                assert until < later["in_force_from"], later["id"]


def test_a_versions_id_ends_in_its_year() -> None:
    """Where the last level of an id is a year, it is the year that letters print."""
    for entry in _entries():
        last = entry["id"].rpartition("/")[2]
        if len(last) == len("2016") and last.isdigit():
            assert entry["year"] == int(last), entry["id"]


def test_siblings_have_names_of_their_own() -> None:
    """Of two parts of one document, of one year, no name is the same when folded."""
    groups: dict[tuple[str | None, int | None], list[Entry]] = {}
    for entry in _entries():
        groups.setdefault((entry.get("part_of"), entry.get("year")), []).append(entry)
    for group in groups.values():
        assert not _repeated(name for entry in group for name in _names(entry)), group[0]["id"]


def test_a_name_that_stands_alone_means_one_document() -> None:
    """Names of documents, and of all that is in the MTUS, mean one document, versions aside."""
    bearers: dict[tuple[str, ...], set[str]] = {}
    for entry in _entries():
        if entry["authority"] == "mtus" or "part_of" not in entry:
            document = entry["id"].removesuffix(f"/{entry.get('year')}")
            for name in _names(entry):
                bearers.setdefault(name, set()).add(document)
    assert not {name: ids for name, ids in bearers.items() if len(ids) > 1}


def test_lists_hold_nothing_twice() -> None:
    """Names and section titles of an entry are filled and stand once."""
    for entry in _entries():
        names = entry.get("names", [])
        sections = entry.get("sections", [])
        assert all(_key(words) for words in (*names, *sections)), entry["id"]
        assert not _repeated(_key(name) for name in names), entry["id"]
        assert not _repeated(section.lower() for section in sections), entry["id"]


@pytest.mark.parametrize(("number", "title"), CHAPTERS.items())
def test_chapters_of_the_practice_guidelines(number: str, title: str) -> None:
    """The sixteen chapters of the ACOEM Practice Guidelines have their numbers and titles."""
    [entry] = [entry for entry in _entries() if entry["id"] == f"mtus/acoem/{number}"]
    assert (entry["chapter"], entry["title"]) == (number, title)
    assert entry["part_of"] == "mtus/acoem"


def test_no_other_entry_is_a_numbered_chapter() -> None:
    """Numbers stand where the publisher gives them: in the Practice Guidelines."""
    numbered = [entry["id"] for entry in _entries() if "chapter" in entry]
    assert sorted(numbered) == sorted(f"mtus/acoem/{number}" for number in CHAPTERS)


def test_files_are_short_and_name_no_host_but_publishers() -> None:
    """A file is one that a person can read through; a source cites a page by its name."""
    for name, entries in _files().items():
        assert len(entries) <= 120, name
        assert not [entry["id"] for entry in entries if "http" in entry["source"]], name
