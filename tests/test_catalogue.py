"""The catalogue as it is loaded: which names stand alone, what they stand for, which are titles."""

from pathlib import Path

import pytest

from extractor.errors import CatalogueError, ImrError
from extractor.guidelines import Guideline, catalogue
from extractor.guidelines.catalogue import read_entries, title_key
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


# --- the files ----------------------------------------------------------------------------------

ENTRY = """
[[guideline]]
id = "bees"
title = "Beekeeping Guidelines"
names = ["Bees"]
authority = "non_mtus"
source = "invented"
"""


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Every .toml file of the folder, each entry in its order; other files are passed over."""
    (tmp_path / "b.toml").write_text(ENTRY, "utf-8")
    part = ENTRY.replace('"bees"', '"bees/1"') + 'part_of = "bees"\nyear = 2004\n'
    (tmp_path / "a.toml").write_text(part, "utf-8")
    (tmp_path / "README.md").write_text("[[", "utf-8")
    entries = read_entries(tmp_path)
    assert list(entries) == ["bees/1", "bees"]
    assert (entries["bees/1"].year, entries["bees"].names) == (2004, ("Bees",))


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY + 'naems = ["Bee"]\n',
        ENTRY.replace('source = "invented"\n', ""),
        ENTRY.replace('title = "Beekeeping Guidelines"\n', ""),
        ENTRY.replace('"non_mtus"', '"odg"'),
        ENTRY.replace('["Bees"]', '"Bees"'),
        ENTRY.replace('["Bees"]', "[1]"),
        ENTRY + 'year = "2004"\n',
        ENTRY + "year = true\n",
        ENTRY + 'in_force_from = "2017-12-01"\n',
        ENTRY + "in_force_from = 2017-12-01T00:00:00\n",
        ENTRY + 'part_of = "wasps"\n',
        ENTRY + ENTRY,
    ],
)
def test_an_entry_that_is_none_is_named(tmp_path: Path, entry: str) -> None:
    """Its file, its place in it and its id are named, and it is the house's own error."""
    other = ENTRY.replace("bees", "ants")
    (tmp_path / "insects.toml").write_text(other + entry, "utf-8")
    with pytest.raises(CatalogueError) as refused:
        read_entries(tmp_path)
    number = 3 if entry == ENTRY + ENTRY else 2
    assert f"insects.toml, entry {number}, " in str(refused.value)
    assert '"bees"' in str(refused.value)
    assert isinstance(refused.value, ImrError)


def test_an_entry_without_an_id_is_named_by_its_place(tmp_path: Path) -> None:
    """What has no id is found by its file and number."""
    (tmp_path / "insects.toml").write_text(ENTRY.replace('id = "bees"\n', ""), "utf-8")
    with pytest.raises(CatalogueError, match=r"insects\.toml, entry 1 lacks id"):
        read_entries(tmp_path)


def test_an_id_is_taken_across_files_too(tmp_path: Path) -> None:
    """The second of two entries is refused, and the place of the first named."""
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(ENTRY, "utf-8")
    with pytest.raises(CatalogueError, match=r"b\.toml, entry 1.*a\.toml, entry 1"):
        read_entries(tmp_path)


@pytest.mark.parametrize(
    "content", ["[[guideline]\n", "[guideline]\nid = 1\n", "[[guidelines]]\n", "\udcff"]
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    """Neither TOML's own faults nor another shape of file go through."""
    (tmp_path / "insects.toml").write_text(content, "utf-8", errors="surrogateescape")
    with pytest.raises(CatalogueError, match=r"^insects\.toml "):
        read_entries(tmp_path)
