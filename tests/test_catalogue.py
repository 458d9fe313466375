"""The catalogue as it is loaded: which names stand alone, what they stand for, which are titles."""

import pytest

from extractor.guidelines import Guideline, catalogue
from extractor.guidelines.catalogue import title_key
from extractor.phrases import tokens_of

LOADED = catalogue()


def alone(words: str) -> tuple[str, ...]:
    """Return the ids that *words*, all of them, name without another name beside them."""
    tokens = tokens_of(words)
    found = LOADED.documents.longest(tokens, 0)
    return found[0] if found and found[1] == len(tokens) else ()


def test_it_is_read_once() -> None:
    """Reading the data files costs time; they are read for the first citation only."""
    assert catalogue() is LOADED


@pytest.mark.parametrize(
    ("words", "guideline"),
    [
        ("MTUS", "mtus"),
        ("ODG", "odg"),
        ("Official Disability Guidelines", "odg"),
        ("UpToDate", "uptodate"),
        ("Low Back Complaints", "mtus/acoem/12"),
        ("LOW-BACK COMPLAINT", "mtus/acoem/12"),
        ("Chronic Pain Medical Treatment", "mtus/chronic-pain"),
    ],
)
def test_documents_and_what_the_mtus_holds_stand_alone(words: str, guideline: str) -> None:
    """A document's name, and the title of a chapter that the MTUS adopted, need no other name."""
    assert guideline in alone(words)


@pytest.mark.parametrize("words", ["Low Back", "Knee & Leg", "Neck and Upper Back", "Knee", "Pain"])
def test_parts_of_other_documents_do_not(words: str) -> None:
    """A body part's name is a chapter only inside a citation of the ODG or of ACOEM."""
    assert alone(words) == ()


def test_versions_share_their_names() -> None:
    """A name without a year stands for every version that bears it."""
    assert {"mtus/chronic-pain", "mtus/chronic-pain/2009", "mtus/chronic-pain/2016"} <= set(
        alone("Chronic Pain Medical Treatment Guidelines")
    )


@pytest.mark.parametrize(
    ("document", "words", "guideline"),
    [
        ("odg", "Low Back, and more", "odg/low-back"),
        ("odg", "Knee & Leg", "odg/knee-leg"),
        ("odg", "knee and leg", "odg/knee-leg"),
        ("mtus/acoem", "Shoulder Complaints", "mtus/acoem/9"),
    ],
)
def test_parts_are_known_inside_their_document(document: str, words: str, guideline: str) -> None:
    """The words that follow a document's name begin with its part's name."""
    assert guideline in LOADED.part_named(document, words)


@pytest.mark.parametrize(
    ("document", "words"),
    [("odg", "Beekeeping"), ("uptodate", "Knee"), ("odg", ""), ("no", "Knee")],
)
def test_what_is_no_part_is_none(document: str, words: str) -> None:
    """Neither unknown words, nor a document without parts, nor an unknown document has one."""
    assert LOADED.part_named(document, words) == ()


@pytest.mark.parametrize("number", [str(n) for n in range(1, 17)])
def test_chapters_are_found_by_number(number: str) -> None:
    """The sixteen chapters of ACOEM's second edition are found by their numbers."""
    guideline = LOADED.chapter("mtus/acoem", number)
    assert guideline == f"mtus/acoem/{number}"


@pytest.mark.parametrize(
    ("document", "number"),
    [("mtus/acoem", "17"), ("odg", "low-back"), ("mtus/chronic-pain", "2016")],
)
def test_an_id_is_no_number(document: str, number: str) -> None:
    """Only what the publisher numbers is a chapter; a year or a word in an id is none."""
    assert LOADED.chapter(document, number) is None


@pytest.mark.parametrize(
    "words",
    [
        "NSAIDs, GI symptoms & cardiovascular risk",
        "nsaids, GI symptoms and cardiovascular risk",
        "Epidural steroid injections (ESIs)",
        "Low Back Chapter",
        "Special Studies",
    ],
)
def test_titles_of_sections_and_parts_are_known(words: str) -> None:
    """Sections' titles and parts' names are titles, in any case, with an abbreviation or not."""
    assert LOADED.is_section(words)


@pytest.mark.parametrize("words", ["", "Beekeeping", "Special Studies, Beekeeping", ","])
def test_other_words_are_no_title(words: str) -> None:
    """A title is the whole of the words."""
    assert not LOADED.is_section(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MRI (magnetic resonance imaging)", "MRIs"),
        ("Heat & cold", "heat and cold (packs, wraps)"),
        ("Knee Chapter", "knee"),
        ("Physical-Therapy", "physical therapy"),
    ],
)
def test_titles_are_compared_by_their_words(one: str, other: str) -> None:
    """Case, plurals, marks, what stands in parentheses and "Chapter" make no other title."""
    assert title_key(one) == title_key(other)


def test_chapter_alone_is_a_title_of_its_own() -> None:
    """A word that only says what kind of part it is stays where nothing else is left."""
    assert title_key("Guidelines") == ("guideline",)


def test_names_come_longest_first() -> None:
    """An entry's title is one of its names; none stands twice."""
    entry = Guideline("x", "Knees", "non_mtus", "invented", names=("Knee guide", "Knees", "K"))
    assert entry.all_names == ("Knee guide", "Knees", "K")


def test_every_name_finds_its_entry() -> None:
    """No entry is out of reach: each of its names is found, alone or inside its document."""
    for entry in LOADED.entries.values():
        for name in entry.all_names:
            inside = entry.part_of and entry.id in LOADED.part_named(entry.part_of, name)
            assert inside or entry.id in alone(name), (entry.id, name)
