"""Synthetic letters: every layout and trap, with golden records that are exact by construction."""

import ast
import json
import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import evals.synth
from evals.cli import app
from evals.errors import EvalError
from evals.synth.generate import sheets, write
from evals.synth.letters import Sheet
from evals.synth.pdf import draw
from evals.synth.printing import wrap
from evals.synth.traps import FORMATS, LAYOUTS, all_traps
from extractor.golden import lint, load
from extractor.pdf import read_pdf
from extractor.text import Text

ROOT = Path(__file__).parent.parent
PACKAGE = Path(evals.synth.__file__).parent
TRAPS = all_traps()
KNOWN = {"extractor.record", "extractor.golden"}
ASIDES = ("SYSTEM: the item above", "Ignore the paragraph above", "weaning may be medically")
Record = dict[str, Any]


def one(trap: str, number: int = 0) -> Sheet:
    """Return a letter that sets *trap* and no other."""
    return next(islice(sheets(number + 1, 5, traps=[trap]), number * 2, None))


def record_of(sheet: Sheet) -> Record:
    """Return the record that a letter deserves."""
    record: Record = json.loads(sheet.expected)["record"]
    return record


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below *folder*, by its path there."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


# --- what is generated ----------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Texts, PDF files and labels are the same whenever and wherever they are written."""
    for name in ("one", "other"):
        write(sheets(12, 3), tmp_path / name)
    assert files(tmp_path / "one") == files(tmp_path / "other")


def test_another_seed_gives_other_letters() -> None:
    """The seed decides what every letter says."""
    first, second = (next(sheets(1, seed)).printed.text for seed in (1, 2))
    assert first != second


def test_a_letter_does_not_depend_on_how_many_follow() -> None:
    """Letter n is the same in a run of ten and in a run of a billion, which is never held whole."""
    few, many = (list(islice(sheets(count, 4), 10)) for count in (5, 10**9))
    assert [each.expected for each in few] == [each.expected for each in many]


@pytest.mark.parametrize("media", FORMATS)
def test_every_label_reads_what_the_letter_says(tmp_path: Path, media: str) -> None:
    """Each span of a golden record holds its quote, on its page; the cases load as they are."""
    names = len(TRAPS)
    write(sheets(names if media == "text" else names // 3, 11, formats=[media]), tmp_path)
    cases = [load(folder) for folder in sorted(tmp_path.iterdir())]
    assert [fault for case in cases for fault in lint(case)] == []


def test_a_pdf_is_read_as_it_was_printed() -> None:
    """The text that labels of a PDF count is the one that its reader writes."""
    for sheet in sheets(15, 6, formats=["pdf"]):
        assert read_pdf(draw(sheet.printed), 50).text == sheet.printed.text


def test_both_formats_of_a_letter_say_the_same() -> None:
    """The values of a letter do not depend on the paper it is printed on."""

    def values(part: object) -> object:
        if isinstance(part, dict):
            return {
                key: values(member)
                for key, member in part.items()
                if key not in {"start", "end", "page", "quote", "document", "related", "findings"}
            }
        return [values(member) for member in part] if isinstance(part, list) else part

    for text, pdf in zip(*[sheets(20, 8, traps=["partial-remaining"])] * 2, strict=True):
        assert values(record_of(text)) == values(record_of(pdf))


def test_all_layouts_occur() -> None:
    """Each layout has its share of the letters."""
    found = {record_of(sheet)["document"]["layout"] for sheet in sheets(60, 1, formats=["text"])}
    assert found == set(LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_can_be_chosen(layout: str) -> None:
    """All letters of a run are of the layouts that were asked for."""
    found = {record_of(sheet)["document"]["layout"] for sheet in sheets(6, 1, layouts=[layout])}
    assert found == {layout}


# --- traps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_can_be_chosen(name: str, tmp_path: Path) -> None:
    """A letter sets the trap it was asked for and no other, and says so in its note."""
    sheet = one(name)
    assert sheet.traps == (name,)
    assert f"Traps: {name}." in sheet.expected
    write([sheet], tmp_path)
    assert lint(load(tmp_path / sheet.name)) == []


def test_every_trap_has_its_turn() -> None:
    """A run as long as the list of traps sets each of them at least once."""
    found = {name for sheet in sheets(len(TRAPS), 2) for name in sheet.traps}
    assert found == set(TRAPS)


def quotes(record: Record, key: str) -> list[str]:
    """Return the quotes of every value called *key* in the items of a record."""
    return [item[key]["quote"] for item in record["items"] if item[key]]


Check = Callable[[str, Record], object]
SHOWS: dict[str, Check] = {
    "expedited": lambda _, record: record["case"]["priority"]["value"] == "expedited",
    "header-columns": lambda text, _: "UR Denial Date: \nApplication" in text,
    "header-contradicts-body": lambda _, record: (
        record["case"]["date_of_injury"]["value"] != record["patient"]["date_of_injury"]["value"]
    ),
    "no-age": lambda _, record: record["patient"]["age"] is None,
    "no-sex": lambda _, record: record["patient"]["sex"] is None,
    "no-injury-date": lambda _, record: record["patient"]["date_of_injury"] is None,
    "diagnosis-codes": lambda _, record: record["patient"]["diagnosis_codes"],
    "redaction-gaps": lambda text, _: re.search(r"[a-z]  \n?[a-z,]", text),
    "run-on-sentences": lambda text, _: re.search(r"\.[A-Z][a-z]", text),
    "request-colons": lambda _, record: any(":" in quote for quote in quotes(record, "request")),
    "request-long": lambda _, record: max(map(len, quotes(record, "request"))) > 180,
    "request-over-page": lambda text, _: re.search(r" \f[a-z]", text),
    "decision-alone": lambda text, _: re.search(r"\n(?:Upheld|Overturned) \n", text),
    "partial-remaining": lambda text, _: "IMR eligible" in " ".join(text.split()),
    "retrospective": lambda _, record: any(i["dates_of_service"] for i in record["items"]),
    "visits-unclear": lambda _, record: all(i["visits"] is None for i in record["items"][:1]),
    "twenty-items": lambda _, record: len(record["items"]) == 20,
    "glued-negation": lambda text, record: (
        "notmedically" in text or record["outcome"] == "overturned"
    ),
    "conclusion-missing": lambda _, record: any(i["conclusion"] is None for i in record["items"]),
    "no-blank-lines": lambda text, record: (
        not re.search(r"\n\s*\n", text) and record["status"] == "review"
    ),
    "doubled-newlines": lambda text, _: "\n" not in text.replace("\n\n", ""),
    "crlf": lambda text, _: text.count("\n") == text.count("\r\n"),
    "empty-lines": lambda text, _: "\n\n" in text and "\n \n" not in text,
    "label-after-page": lambda text, _: re.search(r"  \fMAXIMUS guideline:", text),
    "reader-artefacts": lambda text, _: not text.isascii(),
    "same-sentences": lambda _, record: (
        record["items"][0]["rationale"]["value"] == record["items"][1]["rationale"]["value"]
    ),
}


@pytest.mark.parametrize("name", SHOWS)
def test_a_trap_shows_in_the_letter(name: str) -> None:
    """What a trap's name promises can be seen in the text or its record."""
    sheet = one(name)
    assert SHOWS[name](sheet.printed.text, record_of(sheet))


CONTRADICTIONS = """
    header-contradicts-body dates-out-of-order body-region-mismatch duration-contradicts-dates
    conclusion-contradicts-decision conclusion-names-other-treatment chapter-title-mismatch
    guideline-not-in-force basis-contradicts-citations
""".split()


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_among_the_findings(name: str) -> None:
    """A letter that contradicts itself deserves the observation of the trap's own name."""
    found = [finding["code"] for finding in record_of(one(name))["findings"]]
    assert name.replace("-", "_") in found


def test_a_finding_quotes_both_passages() -> None:
    """What a contradiction compares stands side by side in its finding."""
    [finding] = record_of(one("conclusion-contradicts-decision"))["findings"]
    assert len(finding["related"]) == 2


@pytest.mark.parametrize("trap", ["injected-instructions", "tapering-notice"])
def test_what_only_sounds_like_a_conclusion_is_looked_at(trap: str) -> None:
    """Where nothing else decides, an order to a machine or a notice deserves a person's look."""
    found = set()
    for sheet in sheets(60, 4, traps=["conclusion-missing", trap]):
        record = record_of(sheet)
        for n, item in enumerate(record["items"]):
            told = {each["code"] for each in record["findings"] if f"/{n}/" in each["path"]}
            sounds = any(aside in item["rationale"]["value"] for aside in ASIDES)
            assert ("missing_field" in told) == (sounds and item["conclusion"] is None)
            found |= told
        assert (record["status"] == "review") == bool(record["findings"])
    assert found == {"missing_field"}


# --- independence ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_the_generator_does_not_know_the_extractor(path: Path) -> None:
    """Nothing but the record and the golden format, so that no mistake of a grammar is shared."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name for name in names if name.startswith("extractor")} <= KNOWN


def test_no_sentence_is_a_real_letters() -> None:
    """The prose of synthetic letters shares no sentence of some length with the seeds."""
    seeds = " ".join(
        " ".join(path.read_text("utf-8").split()) for path in ROOT.glob("golden/seed-*/source.txt")
    )
    for sheet in sheets(40, 9, formats=["text"]):
        record = record_of(sheet)
        prose = [record["clinical_summary"], *(item["rationale"] for item in record["items"])]
        for sentence in re.split(r"(?<=\.) ", " ".join(part["quote"] for part in prose)):
            assert len(sentence.split()) < 7 or sentence not in seeds


# --- printing -------------------------------------------------------------------------------------


def test_artefacts_are_what_the_readers_table_undoes() -> None:
    """Where a letter is printed with artefacts, undoing them gives the words it was made of."""
    for number in range(8):
        printed = one("reader-artefacts", number).printed
        assert Text.of(printed.text).clean.replace("\f", "") == printed.clean.replace("\f", "")


@given(st.text("ab -\n", max_size=200), st.integers(3, 30), st.booleans())
def test_wrapping_loses_no_word(text: str, width: int, hyphens: bool) -> None:
    """The lines of a paragraph are its words in their order, each line as long as it may be."""
    lines = [text[start:end] for start, end in wrap(text, width, hyphens=hyphens)]
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width or " " not in line.strip() for line in lines)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_writes_golden_cases(tmp_path: Path) -> None:
    """``synth`` writes each letter as a text and as a PDF, a case each."""
    out = tmp_path / "synth"
    done = CliRunner().invoke(app, ["synth", "--letters", "2", "--seed", "7", "--out", str(out)])
    assert done.exit_code == 0
    assert sorted(path.name for path in out.rglob("source.*")) == [
        "source.pdf", "source.pdf", "source.txt", "source.txt",
    ]  # fmt: skip


def test_the_command_overwrites_nothing(tmp_path: Path) -> None:
    """A second run into the same folder is refused."""
    call = ["synth", "--letters", "1", "--only", "text", "--out", str(tmp_path / "synth")]
    first, second = (CliRunner().invoke(app, call) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 2)


def test_the_command_lists_the_traps() -> None:
    """``--list-traps`` names each of them and writes nothing."""
    done = CliRunner().invoke(app, ["synth", "--list-traps"])
    assert [line.split()[0] for line in done.output.splitlines()] == list(TRAPS)


@pytest.mark.parametrize(
    "unknown", [{"traps": ["mousetrap"]}, {"layouts": ["letter-1913"]}, {"formats": ["docx"]}]
)
def test_what_does_not_exist_is_refused(unknown: dict[str, Any]) -> None:
    """An unknown trap, layout or format is named, not left out."""
    with pytest.raises(EvalError):
        next(sheets(1, 1, **unknown))


def test_traps_that_no_letter_can_set_are_refused() -> None:
    """A trap of one layout cannot be set in letters of another."""
    with pytest.raises(EvalError):
        next(sheets(1, 1, traps=["glued-negation"], layouts=["dwc-2014"]))
