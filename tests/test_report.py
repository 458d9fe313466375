"""``imr report``: the page as a file, Markdown, CSV files, and what is refused."""

import csv
import hashlib
import io
import re
import sys
from base64 import b64decode, b64encode
from pathlib import Path

import matplotlib as mpl
import pytest
from tabulated import FORMULA, HOSTILE, SCRIPT, Read, failed, hostile, item, odd, record, written
from typer.testing import CliRunner, Result

from extractor.cli import app
from extractor.pages.report import Linker
from extractor.record import Record
from extractor.write import write_records

TABLES = {
    "category",
    "cites",
    "cites_of_both",
    "document",
    "drug_class",
    "flow",
    "guideline",
    "items_per_letter",
    "month",
    "observations",
    "outcome",
    "partial",
    "published",
    "shared",
    "specialty",
    "subcategory",
    "year",
}


def run(*arguments: object) -> Result:
    """Run ``imr report``."""
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Records in which everything is hostile."""
    return written(hostile(), tmp_path / "letters.jsonl")


def page_of(file: Path, *options: object) -> str:
    """Return the page that is made of records."""
    out = file.with_name("report.html")
    done = run(file, "--out", out, *options)
    assert (done.exit_code, done.output) == (0, "")
    return out.read_text("utf-8")


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))


# --- the page -----------------------------------------------------------------------------------


def test_letters_words_end_as_words(records: Path) -> None:
    """Markup is text, controls are seen, a word without end is cut; nothing is an attribute."""
    page = page_of(records)
    read = Read(page)
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "img", "link", "iframe", "form"}
    assert "<script>window.__x=1" in read.words
    assert "{{ 7 * 7 }}" in read.words
    assert "⟨U+202E⟩⟨U+0000⟩" in read.words
    assert not set("\u202e\x00") & set(page)
    assert "w" * 3000 not in read.words
    for _, attributes in read.elements:
        assert not {name for name in attributes if name.startswith("on")} | (
            {"style"} & attributes.keys()
        )


def test_the_policy_allows_the_pages_own_style_and_nothing_else(records: Path) -> None:
    """By its hash; so nothing that a letter brings is a style or a script."""
    read = Read(page_of(records))
    (policy,) = [a["content"] for _, a in read.elements if "http-equiv" in a]
    digest = b64encode(hashlib.sha256(read.style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_same_records_give_the_same_page(tmp_path: Path) -> None:
    """Byte for byte, also from a database, and whatever a user's matplotlib looks like."""
    corpus = [*hostile()[1:], record(item("overturned", "Injection"))]
    file = written(corpus, tmp_path / "letters.jsonl")
    write_records(corpus, tmp_path / "letters.db")
    once = page_of(file)
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30}):
        assert page_of(file) == once
    assert page_of(tmp_path / "letters.db") == once
    assert "<svg" in once


def test_both_ways_to_count_are_shown_where_they_differ(tmp_path: Path) -> None:
    """Verified letters beside all; where all are verified once, and the page says so."""
    verified, review = record(item()), record(item(), status="review")
    one = Read(page_of(written([verified], tmp_path / "one.jsonl")))
    assert "shown once" in one.words
    assert "All letters" not in re.findall(r">([^<>]+)</th>", page_of(tmp_path / "one.jsonl"))
    both = Read(page_of(written([verified, review], tmp_path / "both.jsonl")))
    assert "shown once" not in both.words
    assert "All letters" in re.findall(r">([^<>]+)</th>", page_of(tmp_path / "both.jsonl"))
    assert "1 item of 1 letter" in both.words
    assert "2 items of 2 letters" in both.words


@pytest.mark.parametrize("name", ["letters.jsonl", "letters.db"])
def test_a_case_that_is_there_twice_is_warned_of(tmp_path: Path, name: str) -> None:
    """In the page, in Markdown and in the CSV, from records and from a database."""
    file, corpus = tmp_path / name, [record(item(), item()) for _ in range(3)]
    write_records(corpus, file)
    page = Read(page_of(file, "--csv", tmp_path / "csv")).words
    assert "1 case number occurs more than once" in page
    assert "Case number of an earlier letter" in page
    markdown = run(file).output
    assert "1 case number occurs more than once" in markdown
    assert re.search(r"Case number of an earlier letter *\| *2 \| *4 \|", markdown)
    steps = {row["step"]: row for row in rows_of(tmp_path / "csv" / "flow.csv")}
    assert (steps["repeated"]["letters"], steps["repeated"]["items"]) == ("2", "4")


def test_cases_that_are_there_once_are_not_warned_of(tmp_path: Path) -> None:
    """A copy of the same bytes is none either."""
    corpus = [record(item(), content="one"), record(item(), content="one")]
    file = written(corpus, tmp_path / "letters.jsonl")
    for shown in (run(file).output, Read(page_of(file)).words):
        assert "occurs more than once" not in shown
        assert "earlier letter" not in shown


@pytest.mark.parametrize("corpus", [[], [failed()], [record()]])
def test_a_corpus_without_items_has_a_page(tmp_path: Path, corpus: list[Record]) -> None:
    """Nothing is divided by zero, and no drawing is missed."""
    read = Read(page_of(written(corpus, tmp_path / "letters.jsonl")))
    assert f"{len(corpus)}different letters" in read.words.replace("\n", "")
    assert "matplotlib" not in read.words


def test_without_matplotlib_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every figure is there all the same."""
    corpus = [record(item("overturned", "Surgery"), item(category="Injection"))]
    file = written(corpus, tmp_path / "letters.jsonl")
    assert 'class="chart"' in page_of(file)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = page_of(file)
    assert 'class="chart"' not in page
    assert "imr-extractor[charts]" in page
    assert "Injection" in page


def test_each_table_brings_its_csv_along(tmp_path: Path) -> None:
    """The page's own links hold what --csv writes."""
    corpus = [record(item("overturned", "Surgery"), findings=(odd(),))]
    page = page_of(written(corpus, tmp_path / "letters.jsonl"), "--csv", tmp_path / "csv")
    links = {
        attributes["download"]: attributes["href"]
        for tag, attributes in Read(page).elements
        if tag == "a" and "download" in attributes
    }
    assert set(links) == {f"{name}.csv" for name in TABLES}
    for name, href in links.items():
        data = b64decode(href.removeprefix("data:text/csv;charset=utf-8;base64,"))
        assert data == (tmp_path / "csv" / name).read_bytes()


# --- links to letters ---------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of letters, and things in and beside it that are none."""
    source = tmp_path / "letters"
    (source / "2024 #1").mkdir(parents=True)
    for name in ("a.txt", "2024 #1/b%41.PDF", "page.html", "javascript:alert(1).txt"):
        (source / name).write_text("A letter.", "utf-8")
    (tmp_path / "secret.txt").write_text("None.", "utf-8")
    (source / "out.txt").symlink_to(tmp_path / "secret.txt")
    return source


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("a.txt", "../letters/a.txt"),
        ("2024 #1/b%41.PDF", "../letters/2024%20%231/b%2541.PDF"),
        ("javascript:alert(1).txt", "../letters/javascript%3Aalert%281%29.txt"),
        ("page.html", None),
        ("gone.txt", None),
        ("out.txt", None),
        ("../secret.txt", None),
        ("/etc/passwd.txt", None),
        ("2024 #1/../a.txt", None),
        ("2024 #1", None),
        ("a.txt\x00", None),
        ("w" * 5000 + ".txt", None),
        ("", None),
    ],
)
def test_a_link_leads_to_a_letter_in_the_folder_or_nowhere(
    folder: Path, name: str, address: str | None
) -> None:
    """Never out of the folder, to no other kind of file, and never to a scheme."""
    page = folder.parent / "out" / "report.html"
    assert Linker(folder, page).of(name) == address
    assert Linker(None, page).of(name) is None


def test_a_link_beside_the_page_has_no_scheme(folder: Path) -> None:
    """What stands before a colon would be one."""
    address = Linker(folder, folder / "report.html").of("javascript:alert(1).txt")
    assert address == "./javascript%3Aalert%281%29.txt"


def test_observations_link_to_their_letters(folder: Path) -> None:
    """With --source; without it the ids stand alone."""
    corpus = [record(item(), name=name, findings=(odd(),)) for name in ("a.txt", "../secret.txt")]
    file = written(corpus, folder.parent / "letters.jsonl")
    linked = [
        href for href in Read(page_of(file, "--source", folder)).links() if "/letters/" in href
    ]
    assert linked == ["./letters/a.txt"]
    alone = Read(page_of(file))
    assert "a.txt" in alone.words
    assert not [href for href in alone.links() if "a.txt" in href]


def test_no_more_observations_are_named_than_asked_for(tmp_path: Path) -> None:
    """The others are counted."""
    corpus = [record(item(), name=f"n{n}.txt", findings=(odd(),)) for n in range(5)]
    read = Read(page_of(written(corpus, tmp_path / "letters.jsonl"), "--letters", 2))
    assert "n1.txt" in read.words
    assert "n2.txt" not in read.words
    assert "And 3 observations more" in read.words


# --- CSV ----------------------------------------------------------------------------------------


def test_csv_files_hold_counts_and_rates(tmp_path: Path) -> None:
    """Verified and all; the total, each group, and what was not read."""
    corpus = [
        record(item("overturned", "Surgery"), item("upheld", "Surgery", partial=True)),
        record(item("upheld", None), status="review"),
    ]
    file = written(corpus, tmp_path / "letters.jsonl")
    assert run(file, "--csv", tmp_path / "new" / "csv").exit_code == 0
    found = rows_of(tmp_path / "new" / "csv" / "category.csv")
    wanted = ("letters", "row", "category", "items", "upheld", "overturned", "partly_authorized")
    assert [tuple(row[name] for name in wanted) for row in found] == [
        ("verified", "total", "", "2", "1", "1", "1"),
        ("verified", "value", "Surgery", "2", "1", "1", "1"),
        ("verified", "not_read", "", "0", "0", "0", "0"),
        ("all", "total", "", "3", "2", "1", "1"),
        ("all", "value", "Surgery", "2", "1", "1", "1"),
        ("all", "not_read", "", "1", "1", "0", "0"),
    ]
    assert found[1]["overturn_rate"] == "0.5000"
    assert found[4]["share_of_items"] == "0.6667"
    assert found[2]["overturn_rate"] == ""
    assert float(found[1]["low"]) < 0.5 < float(found[1]["high"])


def test_no_cell_of_a_csv_is_a_formula(records: Path, tmp_path: Path) -> None:
    """Whatever a letter calls itself or its treatment."""
    assert run(records, "--csv", tmp_path / "csv").exit_code == 0
    files = sorted((tmp_path / "csv").glob("*.csv"))
    assert {file.stem for file in files} == TABLES
    cells = [cell for file in files for row in rows_of(file) for cell in row.values()]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


# --- Markdown -----------------------------------------------------------------------------------


def test_without_an_output_the_report_is_markdown(records: Path) -> None:
    """On standard output; --format and the name of the output choose otherwise."""
    done = run(records)
    assert done.exit_code == 0
    assert done.stdout.startswith("# ")
    assert run(records, "--format", "html").stdout.lstrip().startswith("<!DOCTYPE html>")
    named = records.with_name("report.md")
    assert run(records, "--out", named).exit_code == 0
    assert named.read_text("utf-8") == done.stdout


def test_markdown_rows_have_as_many_cells_as_their_table(records: Path) -> None:
    """A letter's bar, line end or markup ends no cell and opens no tag."""
    said = run(records).stdout
    tables = re.findall(r"(?:^\|.*\n)+", said, re.MULTILINE)
    assert len(tables) > len(TABLES) - 3
    for table in tables:
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(cells) == 1
    assert SCRIPT not in said
    assert "\\<script\\>" in said
    assert not set("\u202e\x00\x1b") & set(said)


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letters.csv", "id\n"),
        ("letters.parquet", "PAR1"),
        ("letters.db", "no database"),
        ("letters.jsonl", f'{{"schema": "{HOSTILE[:20]}"}}\n'),
        ("letters.txt", "A letter, no record.\n"),
    ],
)
def test_what_holds_no_records_is_refused(tmp_path: Path, name: str, content: str) -> None:
    """In one line, with what to give instead; nothing is written."""
    file, out = tmp_path / name, tmp_path / "report.html"
    file.write_text(content, "utf-8")
    done = run(file, "--out", out)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "imr extract" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize("name", ["report.txt", "report.pdf", "report"])
def test_a_name_that_says_no_format_is_refused(records: Path, name: str) -> None:
    """In one line and before anything is written, unless --format says it."""
    out, figures = records.with_name(name), records.with_name("figures")
    done = run(records, "--out", out, "--csv", figures)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert not out.exists()
    assert not figures.exists()
    assert run(records, "--out", out, "--format", "md").exit_code == 0
    assert out.read_text("utf-8").startswith("# ")


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.html", "<!"), ("a.HTM", "<!"), ("a.md", "# "), ("a.Markdown", "# ")],
)
def test_the_name_says_the_format(records: Path, name: str, begins: str) -> None:
    """By its ending, whatever the case."""
    out = records.with_name(name)
    assert run(records, "--out", out).exit_code == 0
    assert out.read_text("utf-8").lstrip().startswith(begins)


def test_records_are_not_written_over(records: Path) -> None:
    """The output is none of the inputs."""
    before = records.read_bytes()
    assert run(records, "--out", records).exit_code == 2
    assert records.read_bytes() == before


def test_records_come_from_standard_input(records: Path) -> None:
    """As JSON lines."""
    done = CliRunner().invoke(app, ["report", "-"], input=records.read_bytes())
    assert done.stdout == run(records).stdout
