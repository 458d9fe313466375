"""``imr search``: what is found, in which order, in which words, and what is refused."""

import csv
import io
import json
import re
import sqlite3
import unicodedata
from contextlib import closing
from itertools import chain, combinations, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import Issue, Letter
from precedents import database_of, header
from terminal import imr, on_terminal

from extractor.api import extract_many
from extractor.cli.search import Where
from extractor.errors import ImrError, QueryError, UnreadableDatabase
from extractor.findings import OBSERVATIONS
from extractor.guidelines import catalogue
from extractor.precedents import FIELDS, Filters, Hits, search
from extractor.precedents.database import opened
from extractor.precedents.query import MOST_TERMS, alternatives_of
from extractor.source import find, load
from extractor.text import collapse
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS
from extractor.write import write_records

GOLDEN = Path(__file__).parent.parent / "golden"
NECESSARY = "Earlier care helped. The request is medically necessary."
LETTERS = {
    "needles": Letter(
        (
            Issue("Acupuncture for the neck, 6 visits", "Overturned", rationale=NECESSARY),
            Issue("Norco 10/325mg #60", rationale="Acupuncture was never tried. " + NECESSARY),
        ),
        header(1),
    ),
    "story": Letter(
        (Issue("Wheeled walker, purchase"),),
        header(2, "01/04/2017"),
        summary="The injured worker is a 40-year-old man who had acupuncture for low back pain.",
    ),
}


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of the golden letters."""
    out = tmp_path_factory.mktemp("golden") / "letters.db"
    write_records(extract_many([GOLDEN]), out)
    return out


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of two invented letters."""
    return database_of(tmp_path_factory.mktemp("invented"), LETTERS)


def found(database: Path, query: str | None = None, **filters: object) -> list[tuple[str, int]]:
    """Return the letters and items that a search finds, in order."""
    hits = search(database, query, Filters(**filters), limit=10_000).hits  # type: ignore[arg-type]
    return [(hit.id.removesuffix(".txt"), hit.item) for hit in hits]


def test_the_request_weighs_most_and_the_summary_least(invented: Path) -> None:
    """An item asked for by the words comes before one explained, and one only told of, by them."""
    assert found(invented, "acupuncture") == [("needles", 1), ("needles", 2), ("story", 1)]


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("acupuncture visits", [("needles", 1)]),
        ("ACUPUNCTURE AND visits", [("needles", 1)]),
        ('"low back pain"', [("story", 1)]),
        ("“low back pain”", [("story", 1)]),
        ('"back low"', []),
        ("acupunct* neck", [("needles", 1)]),
        ("neck OR walker", [("needles", 1), ("story", 1)]),
        ("acupuncture NOT visits", [("needles", 2), ("story", 1)]),
        ("10/325mg", [("needles", 2)]),
        ("325mg/10", []),
        ('"acupuncture for the neck', [("needles", 1)]),
    ],
)
def test_words_phrases_alternatives_beginnings(
    invented: Path, query: str, items: list[tuple[str, int]]
) -> None:
    """All words are wanted, a phrase in its order, OR parts, NOT excludes, * begins a word."""
    assert found(invented, query) == items


STANDS_IN = [
    *(("neck", "request", [("needles", 1)]), ("neck", "rationale", [])),
    *(("earlier", "rationale", [("needles", 1), ("needles", 2)]), ("earlier", "request", [])),
    *(("man", "clinical_summary", [("story", 1)]), ("man", "request", [])),
]


@pytest.mark.parametrize(("query", "field", "items"), STANDS_IN)
def test_words_are_looked_for_only_where_they_are_to_be(
    invented: Path, query: str, field: str, items: list[tuple[str, int]]
) -> None:
    """--in finds the words of its field, marked there, and of no other."""
    done = imr("search", invented, query, "--in", field, "--format", "json")
    hits = json.loads(done.stdout)["hits"]
    assert done.exit_code == (0 if items else 1)
    assert sorted((hit["id"].removesuffix(".txt"), hit["item"]) for hit in hits) == items
    assert all(hit["field"] == field and hit["marks"] for hit in hits)


@pytest.mark.parametrize("fields", [c for n in (1, 2, 3) for c in combinations(Where, n)])
def test_fields_together_find_what_each_finds(golden: Path, fields: tuple[Where, ...]) -> None:
    """Every choice of --in, alone and with others, finds a word wherever it stands in these."""
    found = {
        field: {(hit.id, hit.item) for hit in search(golden, "pain", fields=(field,)).hits}
        for field in fields
    }
    together = search(golden, "pain", fields=fields, limit=1000).hits
    assert all(found.values())
    assert {(hit.id, hit.item) for hit in together} >= set().union(*found.values())
    options = [option for field in fields for option in ("--in", field.value)]
    assert imr("search", golden, "pain", *options).exit_code == 0


EXCLUDED = [
    *(("walker NOT acupuncture", []), ("acupuncture NOT walker", [("needles", 1), ("needles", 2)])),
    *(("man NOT walker", []), ("walker NOT man", [])),
    *(("norco NOT never", []), ("never NOT norco", []), ("norco NOT visits", [("needles", 2)])),
    ("walker NOT acupuncture OR norco", [("needles", 2)]),
    ("walker NOT acupuncture OR walker", [("story", 1)]),
    ("visits NOT walker OR walker NOT visits", [("needles", 1), ("story", 1)]),
    ('walker NOT "back low"', [("story", 1)]),
    *(('walker NOT "low back"', []), ("walker NOT acupunct*", [])),
]


@pytest.mark.parametrize(("query", "items"), EXCLUDED)
def test_a_word_excluded_stands_nowhere(
    invented: Path, query: str, items: list[tuple[str, int]]
) -> None:
    """NOT holds over request, rationale and summary together, and for its own alternative only."""
    assert sorted(found(invented, query)) == items


@pytest.mark.parametrize("fields", [c for n in (1, 2, 3) for c in combinations(FIELDS, n)])
def test_not_parts_what_is_found(golden: Path, fields: tuple[str, ...]) -> None:
    """Of the fields that are searched: who has one word has the other too, or has it not."""

    def items(query: str) -> set[tuple[str, int]]:
        hits = search(golden, query, fields=fields, limit=1000).hits
        return {(hit.id, hit.item) for hit in hits}

    for one, other in permutations(("knee", "pain", "therapy"), 2):
        assert items(f"{one} NOT {other}") == items(one) - items(other)


@pytest.mark.parametrize(
    "query", ["pain -knee", "-knee pain", 'pain -"low back"', "pain \u2212knee"]
)
def test_a_minus_before_a_word_is_refused(invented: Path, query: str) -> None:
    """Other programs exclude so; here it would be dropped without a word."""
    with pytest.raises(QueryError):
        search(invented, query)


@pytest.mark.parametrize(
    "query", ["40-year-old walker", "walker - purchase", '"-purchase"', "walker, -"]
)
def test_a_minus_within_or_between_words_is_none(invented: Path, query: str) -> None:
    """A hyphen joins words, a dash parts them, and words in quotes are words."""
    assert alternatives_of(query)
    search(invented, query)


HOSTILE = ['"', "(", "NEAR(a b, 2)", "request : x", "{a} : b", "^a", "a + b", "-", "a\x00b", "';--"]


@pytest.mark.parametrize("query", [*HOSTILE, "NOT NOT a b", "OR OR", "* *", "\udcff a", "é́"])
def test_no_query_reaches_sql(invented: Path, query: str) -> None:
    """Whatever is typed is words, or is refused as none; nothing else goes wrong."""
    try:
        found(invented, query)
    except QueryError:
        assert not any(unicodedata.category(c)[0] in "LN" for c in query.replace("OR", ""))


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_every_query_parses_or_is_refused(query: str) -> None:
    """SQLite's own parser takes every expression that is made of a query."""
    try:
        alternatives = alternatives_of(query)
    except QueryError:
        return
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        for expression in filter(None, chain(*alternatives)):
            database.execute("SELECT 1 FROM words WHERE words MATCH ?", (expression,)).fetchall()


@pytest.mark.parametrize(
    "query", ["", "  ", "OR", "NOT neck", "a OR NOT b", "a " * (MOST_TERMS + 1)]
)
def test_a_query_for_nothing_is_refused(invented: Path, query: str) -> None:
    """Without a word, with only excluded ones, with too many there is nothing to search."""
    with pytest.raises(QueryError):
        search(invented, query)


def test_without_words_or_filters_nothing_is_searched(invented: Path) -> None:
    """A search needs words or a filter; by filters alone the latest decision comes first."""
    with pytest.raises(QueryError):
        search(invented)
    assert found(invented, decision="upheld")[0] == ("story", 1)


@pytest.mark.parametrize("with_source", [False, True])
@pytest.mark.parametrize("query", ["medically necessary", "pain* OR visits", "ﬁrst OR firefighter"])
def test_the_words_shown_are_cut_from_the_letter(
    golden: Path, query: str, with_source: bool
) -> None:
    """A hit's span of the letter reads the words shown, or holds them where it is the field's."""
    texts = {given.id: load(given).text for given in find([GOLDEN])}
    hits = search(golden, query, limit=500, source=GOLDEN if with_source else None).hits
    assert hits
    for hit in hits:
        shown = hit.passage
        cut = collapse(texts[hit.id][shown.start : shown.end])
        assert shown.words == cut if shown.exact else shown.words in cut
        assert shown.exact or not with_source
        assert all(shown.words[a:b].strip() == shown.words[a:b] != "" for a, b in shown.marks)
        assert shown.marks


def test_a_field_on_one_line_says_exactly_where_its_words_stand(tmp_path: Path) -> None:
    """Where no line break is lost in a quote, the place of words needs no letter to be exact."""
    text = Letter((Issue(rationale="It is so. " * 60 + "Bananas were eaten. " * 2),)).write(
        width=10_000
    )
    (hit,) = search(database_of(tmp_path, {"line": text}), "bananas").hits
    assert hit.passage.exact
    assert text[hit.passage.start : hit.passage.end] == hit.passage.words
    assert [hit.passage.words[a:b] for a, b in hit.passage.marks] == ["Bananas"] * 2


def test_marks_are_the_words_searched_for(golden: Path) -> None:
    """What is marked is what was searched for, as the letter prints it."""
    hits = search(golden, "firefighter", source=GOLDEN).hits
    marked = {hit.passage.words[a:b] for hit in hits for a, b in hit.passage.marks}
    assert marked == {"ﬁreﬁghter"}


def test_another_letter_under_the_same_id_places_nothing(tmp_path: Path) -> None:
    """A letter says exactly where words stand until it is changed, be it by a line at its end."""
    long = Letter((Issue(rationale="It is so. " * 60 + "Bananas were eaten."),))
    database = database_of(tmp_path, {"long": long})
    found = search(database, "bananas", source=tmp_path / "letters").hits
    exact = [hit.passage.exact for hit in found]
    file = tmp_path / "letters" / "long.txt"
    file.write_text(file.read_text("utf-8") + "More.\n", "utf-8")
    changed = search(database, "bananas", source=tmp_path / "letters").hits
    assert (exact, [hit.passage.exact for hit in changed]) == ([True], [False])
    assert changed == search(database, "bananas").hits


FILTERS: list[dict[str, object]] = [
    {"decision": "overturned"},
    {"category": "Diagnostic Testing"},
    {"category": "diagnostic testing / imaging/radiology"},
    {"guideline": "mtus/acoem/12"},
    {"observation": "body_region_mismatch"},
    {"drug": "Norco"},
    {"drug": "Opioids"},
    {"region": "lumbar spine"},
    {"since": "2016-12-01"},
    {"until": "2016-12-31"},
    {"verified": True},
    {"specialty": "medicine"},
    {"claims_cites": "none"},
    {"reviewer_cites": "mtus"},
]


@pytest.mark.parametrize("filters", FILTERS, ids=lambda f: "-".join(map(str, f)))
def test_a_filter_lets_some_through_and_not_all(golden: Path, filters: dict[str, object]) -> None:
    """Each filter finds something among the golden letters, and leaves something out."""
    everything = set(found(golden, "the"))
    assert set() < set(found(golden, "the", **filters)) < everything


def test_a_guideline_is_found_by_all_that_it_is_a_part_of(golden: Path) -> None:
    """A chapter by its volume, a volume by its schedule: each item by every id up to the top."""
    entries = catalogue().entries
    expected: dict[str, set[int]] = {}
    with closing(sqlite3.connect(golden)) as database:
        for item, cited in database.execute("SELECT item, guideline FROM citations"):
            guideline: str | None = cited
            while guideline is not None and guideline in entries:
                expected.setdefault(guideline, set()).add(item)
                guideline = entries[guideline].part_of
        keys = "SELECT item FROM items JOIN letters USING (letter) WHERE id = ? AND item_number = ?"
        for asked, items in expected.items():
            hits = search(golden, None, Filters(guideline=asked), limit=10_000).hits
            assert {database.execute(keys, (h.id, h.item)).fetchone()[0] for h in hits} == items
    deep = {id_ for id_ in expected if (above := entries[id_].part_of) and entries[above].part_of}
    assert deep


def test_guidelines_that_are_parts_of_each_other_end_a_search(tmp_path: Path) -> None:
    """A database whose catalogue goes in a circle is searched all the same."""
    database = database_of(tmp_path, LETTERS)
    whole = found(database, guideline="mtus")
    _sql("UPDATE guidelines SET part_of = 'mtus/acoem' WHERE id = 'mtus'")(database)  # type: ignore[operator]
    assert found(database, guideline="mtus") == whole != []


def test_filters_combine_in_any_order(golden: Path) -> None:
    """What two filters let through together is what both let through alone."""
    alone = {str(f): set(found(golden, "the", **f)) for f in FILTERS}
    for one, other in permutations(FILTERS, 2):
        if not one.keys() & other.keys():
            both = set(found(golden, "the", **{**one, **other}))
            assert both == alone[str(one)] & alone[str(other)]


@pytest.mark.parametrize(
    ("option", "value", "near"),
    [
        ("--category", "Acupunture", "Acupuncture"),
        ("--guideline", "mtus/acoem/112", "mtus/acoem/12"),
        ("--observation", "body_region_mismach", "body_region_mismatch"),
        ("--drug", "hydrocodoxone", "hydrocodone"),
        ("--region", "lumber spine", "lumbar spine"),
        ("--since", "12/31/2016", ""),
    ],
)
def test_a_value_that_there_is_none_of_is_refused(
    golden: Path, option: str, value: str, near: str
) -> None:
    """A wrong filter is an error that names what is near it, never an empty answer."""
    done = imr("search", golden, "pain", option, value)
    assert (done.exit_code, done.stdout) == (2, "")
    assert near in done.stderr


TIMES = [
    *(("--year", "17"), ("--year", "0"), ("--year", "-2016"), ("--year", "20160")),
    ("--since", "2017-01-02", "--until", "2017-01-01"),
    *(("--year", "2016", "--since", "2017-01-01"), ("--year", "2016", "--until", "2015-12-31")),
]


@pytest.mark.parametrize("command", ["search", "similar"])
@pytest.mark.parametrize("options", TIMES, ids=" ".join)
def test_a_time_that_is_none_is_refused(
    invented: Path, command: str, options: tuple[str, ...]
) -> None:
    """A year has four digits, and the first day comes before the last: else nothing is meant."""
    given = (invented, "acupuncture") if command == "search" else ("needles.txt", "--db", invented)
    done = imr(command, *given, *options)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    "options",
    [
        ("--year", "2016"),
        ("--since", "2016-12-07", "--until", "2016-12-07"),
        ("--year", "2016", "--since", "2016-12-07"),
        ("--year", "2016", "--until", "2017-06-30"),
    ],
)
def test_a_time_of_one_day_or_more_is_searched(invented: Path, options: tuple[str, ...]) -> None:
    """The first and the last day count; a year and a day together mean the days of both."""
    found = imr("search", invented, "acupuncture", *options, "--format", "json")
    assert [hit["id"] for hit in json.loads(found.stdout)["hits"]] == ["needles.txt"] * 2


@pytest.mark.parametrize(
    ("option", "names"),
    [
        ("--category", [*CATEGORIES, *(each for some in CATEGORIES.values() for each in some)]),
        ("--guideline", ["mtus", "odg", "acoem"]),
        ("--observation", [code.value for code in OBSERVATIONS]),
        ("--drug", DRUG_CLASSES),
        ("--region", REGIONS),
    ],
)
def test_a_refused_value_says_which_command_lists_the_names(
    golden: Path, option: str, names: list[str]
) -> None:
    """Every value of a closed list is shown by the commands that its refusal names."""
    refused = imr("search", golden, option, "none such").stderr
    commands = [each.split()[1:] for each in re.findall(r"`([^`]+)`", refused)]
    shown = "".join(imr(*command).stdout for command in commands)
    assert commands
    assert not [name for name in names if name not in shown]


def test_letters_with_the_same_bytes_are_shown_once(tmp_path: Path) -> None:
    """A copy is counted with the letter that it is of, not as another precedent."""
    database = database_of(tmp_path, {"a": LETTERS["needles"], "b/a": LETTERS["needles"]})
    hits = search(database, "acupuncture")
    assert (hits.total, [(hit.id, hit.copies) for hit in hits.hits]) == (
        2,
        [("a.txt", 1), ("a.txt", 1)],
    )


def test_the_limit_cuts_what_is_shown_and_not_the_count(golden: Path) -> None:
    """The first hits are the same whatever the limit, and all are counted."""
    everything = search(golden, "pain", limit=1000)
    some = search(golden, "pain", limit=3)
    assert some == Hits(everything.total, everything.hits[:3])
    assert everything.total == len(everything.hits) > 3


def test_programs_get_the_same_hits_in_every_format(golden: Path) -> None:
    """JSON, JSON lines and CSV name the same hits; what programs read names its schema."""
    told = {
        form: imr("search", golden, "knee", "--format", form) for form in ("json", "jsonl", "csv")
    }
    document = json.loads(told["json"].stdout)
    lines = [json.loads(line) for line in told["jsonl"].stdout.splitlines()]
    rows = list(csv.DictReader(io.StringIO(told["csv"].stdout)))
    assert document["schema"] == "imr-search/1"
    assert document["hits"] == lines
    assert [(row["id"], row["words"]) for row in rows] == [(h["id"], h["words"]) for h in lines]


def test_nothing_found_is_exit_code_1(golden: Path) -> None:
    """As with grep, a search that finds nothing says so by its exit code, and still prints."""
    done = imr("search", golden, "xylophone", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)["hits"]) == (1, [])
    assert imr("search", golden, "knee").exit_code == 0


def test_found_words_are_marked_on_a_terminal_only(golden: Path) -> None:
    """Colours are for a terminal; what goes on into a file or a pipe is plain."""
    arguments = ("search", str(golden), "acupuncture", "--limit", "1")
    _, shown = on_terminal(*arguments, records_too=True)
    assert "\x1b[1;33m" in shown
    assert "\x1b" not in imr(*arguments).stdout


def test_a_letter_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    """Control characters of a letter are shown as what they are: characters."""
    evil = "Knee brace \x1b[2J\u202e#1"
    database = database_of(tmp_path, {"evil": Letter((Issue(evil),))})
    for form in ("text", "json", "jsonl", "csv"):
        _, shown = on_terminal("search", str(database), "brace", "--format", form, records_too=True)
        assert "\x1b[2J" not in shown
        assert "\u202e" not in shown


def _damaged(database: Path) -> None:
    data = bytearray(database.read_bytes())
    for at in range(4096, len(data), 7):
        data[at] = 0xAB
    database.write_bytes(data)


def _sql(statement: str) -> object:
    def change(database: Path) -> None:
        with closing(sqlite3.connect(database)) as opened:
            opened.executescript(statement)

    return change


BROKEN = {
    "damaged": _damaged,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("acupuncture", "utf-8"),
    "another program's": _sql("PRAGMA application_id = 7"),
    "another version": _sql("PRAGMA user_version = 99"),
    "a view for a table": _sql(
        "DROP VIEW cited; ALTER TABLE letters RENAME TO l; CREATE VIEW letters AS SELECT * FROM l"
    ),
    "no index": _sql("DROP TABLE items_fts"),
    "an index in part": _sql("DROP TABLE items_fts_docsize"),
    "a column less": _sql("DROP VIEW quoted; ALTER TABLE evidence DROP COLUMN page"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_database_of_letters_is_refused(tmp_path: Path, how: str) -> None:
    """A file that is damaged, older, or somebody else's ends in one sentence with the next step."""
    database = database_of(tmp_path, LETTERS)
    BROKEN[how](database)  # type: ignore[operator]
    with pytest.raises(UnreadableDatabase):
        search(database, "acupuncture")
    done = imr("search", database, "acupuncture")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_query_that_sqlite_refuses_is_not_the_files_fault(invented: Path) -> None:
    """What SQLite cannot run is no reason to write a sound database anew."""
    with pytest.raises(QueryError), opened(invented) as database:
        database.execute("SELECT none_such FROM items")


def test_cells_of_another_kind_break_nothing(tmp_path: Path) -> None:
    """A database with numbers for texts and texts for numbers is searched, or refused."""
    database = database_of(tmp_path, LETTERS)
    with closing(sqlite3.connect(database)) as opened:
        opened.executescript(
            "UPDATE letters SET id = x'ff', case_number = 7, specialties = '[', path = 1.5;"
            "UPDATE items SET item_number = 'x', request_decision = NULL, regions = '{', "
            "body_regions = '[1, [2]]', reviewer_guidelines = 'no';"
            "UPDATE evidence SET start = 'a', page = -3, quote = 9;"
        )
    for filters in (Filters(), Filters(region="knee"), Filters(specialty="x")):
        try:
            search(database, "acupuncture", filters)
        except ImrError:
            continue


def test_the_database_is_only_read(tmp_path: Path) -> None:
    """A database that nobody may write is searched, and nothing is left beside it."""
    database = database_of(tmp_path, LETTERS)
    database.chmod(0o444)
    before = (database.read_bytes(), sorted(tmp_path.iterdir()))
    assert search(database, "acupuncture").total == 3
    assert (database.read_bytes(), sorted(tmp_path.iterdir())) == before
