"""``imr similar``: which letters are like one, in which order, and by what."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from letters import Issue, Letter
from precedents import database_of, header
from terminal import imr, on_terminal

from extractor.api import extract, extract_many
from extractor.errors import QueryError, UnreadableDatabase
from extractor.precedents import Filters, Precedents, similar
from extractor.precedents.likeness import likeness
from extractor.precedents.profile import Profile, Region
from extractor.source import find, load
from extractor.text import collapse
from extractor.write import write_records

GOLDEN = Path(__file__).parent.parent / "golden"
LOW_BACK = "Decision based on MTUS Low Back Complaints 2004, Section(s): Initial Care."
PAIN = "Decision based on MTUS Chronic Pain Treatment Guidelines Opioids Page(s): 78."
KNEE = "Decision based on MTUS Knee Complaints 2004, Section(s): Initial Care."
OURS = Letter(
    (
        Issue(
            "MRI of the left knee",
            reviewer=KNEE,
            rationale="The meniscus locks. The request is not medically necessary.",
        ),
        Issue("Norco 10/325mg #60", reviewer=PAIN),
    ),
    header(1),
)
# Each agrees with the one item less than the one before it.
KNEES = {
    "a": Issue(
        "MRI of the left knee", "Overturned", reviewer=KNEE, rationale=OURS.issues[0].rationale
    ),
    "b": Issue("MRI of the left knee", reviewer=KNEE),
    "c": Issue("MRI of the right knee", reviewer=KNEE),
    "d": Issue("MRI of the right knee"),
    "e": Issue("CT of the lumbar spine"),
    "f": Issue("Electromyography of both arms"),
    "g": Issue("Weight loss program"),
}
DRUGS = {
    "h": Issue("Norco 10/325mg #120", "Overturned", reviewer=PAIN),
    "i": Issue("Tramadol 50mg #60", reviewer=PAIN),
    "j": Issue("Tramadol 50mg #60", "Overturned"),
    "k": Issue("Omeprazole 20mg #30"),
}
OTHERS = {
    name: Letter((issue,), header(100 + number))
    for number, (name, issue) in enumerate({**KNEES, **DRUGS}.items())
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database of invented letters."""
    folder = tmp_path_factory.mktemp("invented")
    database_of(folder, {"ours": OURS, "copy/ours": OURS, **OTHERS})
    return folder


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of the golden letters."""
    out = tmp_path_factory.mktemp("golden") / "letters.db"
    write_records(extract_many([GOLDEN]), out)
    return out


def near(found: Precedents) -> str:
    """Return the names of the letters that were found for an item, in order."""
    return "".join(each.id.removesuffix(".txt") for each in found.precedents)


def test_who_agrees_in_more_ranks_higher(folder: Path) -> None:
    """Words, side, guideline, region, subcategory, category: each tells two letters apart."""
    knee, drug = similar(folder / "letters.db", "ours.txt", limit=20, lowest=0.0)
    assert [name for name in near(knee) if name in KNEES] == list("abcdef")
    assert [name for name in near(drug) if name in DRUGS] == list("hijk")
    for found in (knee, drug):
        scores = [each.likeness.score for each in found.precedents]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


KNEE_PROFILE = Profile(
    number=1,
    request="",
    category="Pharmaceuticals",
    subcategory="NSAID",
    drug="naproxen",
    drug_class="NSAID",
    regions=(Region("knee", "left", frozenset()),),
    guidelines=frozenset({"mtus/acoem/13", "odg"}),
)
RIGHT_KNEE = (Region("knee", "right", frozenset()),)
ANKLE = (Region("ankle", "left", frozenset()),)


@pytest.mark.parametrize(
    ("other", "lost"),
    [
        ({}, 0),
        ({"category": "Surgery"}, 4),
        ({"subcategory": "Opioids"}, 2),
        ({"drug": "ibuprofen"}, 2),
        ({"drug": "tramadol", "drug_class": "Opioids"}, 3),
        ({"drug": None, "drug_class": None}, 3),
        ({"regions": RIGHT_KNEE}, 1),
        ({"regions": ANKLE}, 3),
        ({"regions": (*KNEE_PROFILE.regions, *ANKLE)}, 1),
        ({"guidelines": frozenset({"odg", "acoem"})}, 1),
        ({"guidelines": frozenset()}, 2),
    ],
)
def test_what_is_not_shared_costs_its_points(other: dict[str, object], lost: int) -> None:
    """Of the 15 points of an item that has every part, what differs loses what it is worth."""
    found = likeness(KNEE_PROFILE, replace(KNEE_PROFILE, **other), 1.0)  # type: ignore[arg-type]
    assert found.score == pytest.approx((15 - lost) / 15)
    half = likeness(KNEE_PROFILE, replace(KNEE_PROFILE, **other), 0.5)  # type: ignore[arg-type]
    assert half.score == pytest.approx((15 - lost - 1.5) / 15)


def test_parts_that_an_item_lacks_are_not_held_against_others() -> None:
    """An item with words alone is wholly like another by words alone."""
    bare = Profile(1, "", None, None, None, None, (), frozenset())
    assert likeness(bare, KNEE_PROFILE, 1.0).score == 1


def test_the_best_of_many_is_the_best_of_all(golden: Path) -> None:
    """Looking at few letters finds the same ones as looking at all of them."""
    for letter in ("twenty-items/source.txt", "seed-000/source.txt", "citations-2016/source.txt"):
        every = similar(golden, letter, limit=10_000, lowest=0.0)
        few = similar(golden, letter, limit=3, lowest=0.0)
        assert few == tuple(replace(each, precedents=each.precedents[:3]) for each in every)


def test_a_letter_is_never_its_own_precedent(folder: Path) -> None:
    """The letter is left out as a file, as an id and as a case number; so are its copies."""
    database = folder / "letters.db"
    text = (folder / "letters" / "ours.txt").read_text("utf-8")
    reread = extract(text=text.replace("\n", "\r\n"))
    given = ("ours.txt", "copy/ours.txt", "CM16-0000001", extract(text=text), reread)
    for letter in given:
        for found in similar(database, letter, limit=20, lowest=0.0):
            assert "ours" not in near(found)


def test_a_letter_outside_finds_what_it_finds_inside(folder: Path) -> None:
    """A file and a letter of the database with the same text have the same precedents."""
    database = folder / "letters.db"
    file = folder / "letters" / "ours.txt"
    assert similar(database, extract(file)) == similar(database, "ours.txt")


def test_precedents_are_those_that_pass_the_filters(folder: Path) -> None:
    """With a decision asked for, no letter decided otherwise is shown."""
    found = similar(folder / "letters.db", "ours.txt", Filters(decision="overturned"))
    assert [near(each)[:1] for each in found] == ["a", "h"]
    assert {one.decision for each in found for one in each.precedents} == {"overturned"}


def test_the_sentence_that_decides_is_cut_from_the_letter(golden: Path) -> None:
    """The sentence shown stands in its letter, where and on the page it is said to."""
    letters = {given.id: load(given).as_text() for given in find([GOLDEN])}
    sentences = 0
    for found in similar(golden, "twenty-items/source.txt", limit=50, lowest=0.0):
        for one in found.precedents:
            if (said := one.conclusion) is not None:
                assert said.start is not None
                assert said.end is not None
                letter = letters[one.id]
                assert collapse(letter.source[said.start : said.end]) == said.words
                assert letter.page(said.start) == said.page
                sentences += 1
    assert sentences > 100


def test_copies_among_the_precedents_are_shown_once(tmp_path: Path) -> None:
    """A precedent that is there twice counts once and says so."""
    database = database_of(tmp_path, {"ours": OURS, "a": OTHERS["a"], "z": OTHERS["a"]})
    (found, _) = similar(database, "ours.txt", item=None)
    assert [(one.id, one.copies) for one in found.precedents] == [("a.txt", 1)]


def test_what_is_equally_near_is_in_the_order_of_ids(tmp_path: Path) -> None:
    """Two letters of the same score are told apart by their ids, however they were written."""
    same = {name: replace(OTHERS["a"], header=header(n)) for n, name in enumerate("zmaq", 50)}
    (found, _) = similar(database_of(tmp_path, {"ours": OURS, **same}), "ours.txt")
    assert near(found) == "amqz"


def test_where_nothing_is_near_nothing_is_shown(tmp_path: Path) -> None:
    """A letter without a like finds none, says so, and the exit code tells a program."""
    database = database_of(tmp_path, {"ours": OURS, "g": OTHERS["g"]})
    done = imr("similar", "ours.txt", "--db", database)
    assert done.exit_code == 1
    assert done.stdout.count("No letter is near enough") == 2
    assert not any(found.precedents for found in similar(database, "ours.txt"))


@pytest.mark.parametrize(("letter", "item"), [("nobody.txt", None), ("ours.txt", 9), ("", None)])
def test_there_must_be_such_a_letter_and_item(folder: Path, letter: str, item: int | None) -> None:
    """An id that there is none of, and an item that the letter lacks, are refused."""
    with pytest.raises(QueryError):
        similar(folder / "letters.db", letter, item=item)


def test_a_mistyped_id_is_told_what_is_near(folder: Path) -> None:
    """The refusal names letters of the database that have the words given in their ids."""
    done = imr("similar", "our", "--db", folder / "letters.db")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "ours.txt" in done.stderr


def test_records_serve_as_well_as_letters(folder: Path, tmp_path: Path) -> None:
    """A letter's record finds what the letter finds; of several one is chosen by its id."""
    file, out = folder / "letters" / "ours.txt", tmp_path / "records.jsonl"
    imr("extract", file, folder / "letters" / "b.txt", "--out", out)
    several = imr("similar", out, "--db", folder / "letters.db")
    chosen = imr("similar", out, "--id", "ours.txt", "--db", folder / "letters.db")
    assert (several.exit_code, chosen.exit_code) == (2, 0)
    assert chosen.stdout == imr("similar", file, "--db", folder / "letters.db").stdout


def test_programs_get_the_same_precedents_in_every_format(folder: Path) -> None:
    """JSON, JSON lines and CSV name the same precedents in the same order."""
    arguments = ("similar", "ours.txt", "--db", folder / "letters.db", "--item", "1", "--format")
    document = json.loads(imr(*arguments, "json").stdout)
    lines = [json.loads(line) for line in imr(*arguments, "jsonl").stdout.splitlines()]
    rows = list(csv.DictReader(io.StringIO(imr(*arguments, "csv").stdout)))
    assert document["schema"] == "imr-similar/1"
    assert document["items"][0]["precedents"] == lines
    assert [row["conclusion"] for row in rows] == [line["conclusion"] for line in lines]
    assert lines[0]["case_number"] == "CM16-0000100"


def test_a_letter_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    """Control characters of a precedent do nothing to the terminal that shows it."""
    evil = Letter((replace(KNEES["a"], request="MRI of the left knee \x1b[2J\u202e"),), header(9))
    database = database_of(tmp_path, {"ours": OURS, "evil": evil})
    for form in ("text", "json", "csv"):
        arguments = ("similar", "ours.txt", "--db", str(database), "--format", form)
        _, shown = on_terminal(*arguments, records_too=True)
        assert "evil.txt" in shown
        assert "\x1b[2J" not in shown
        assert "\u202e" not in shown


@pytest.mark.parametrize(
    "change",
    [
        "PRAGMA user_version = 99",
        "DROP TABLE items_fts",
        "DELETE FROM items_fts_data",
    ],
)
def test_a_database_that_cannot_be_searched_is_refused(tmp_path: Path, change: str) -> None:
    """An older or damaged database ends in one sentence."""
    database = database_of(tmp_path, {"ours": OURS, **OTHERS})
    with closing(sqlite3.connect(database)) as opened:
        opened.executescript(change)
    with pytest.raises(UnreadableDatabase):
        similar(database, "ours.txt")
