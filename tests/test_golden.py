"""The golden letters are whole, their labels read true, and the lint would notice if not."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from extractor.errors import GoldenError
from extractor.golden import EXPECTED, Case, content, lint, load, load_all, save, spans, write
from extractor.record import Citation

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = load_all(GOLDEN)
LAYOUTS = {"dwc-2014", "dwc-2016", "letter-2013", "letter-2014", "professional-review", "unknown"}
LETTER = (
    "Lumbar brace:  Upheld\nPer ODG Low Back 2016, page 7, no.\fIt is not medically necessary.\n"
)

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def value(quote: str, meaning: object = None) -> dict[str, Any]:
    """Label *quote* where it first stands in ``LETTER``."""
    start = LETTER.index(quote)
    page = LETTER.count("\f", 0, start) + 1
    place = {"quote": quote, "start": start, "end": start + len(quote), "page": page}
    return {"value": quote if meaning is None else meaning, **place}


def labels() -> dict[str, Any]:
    """Return faultless labels of ``LETTER``."""
    cite = {"title": "ODG", "sections": ["Low Back"], "year": 2016, "pages": ["7"], "url": None}
    place = value("ODG Low Back 2016, page 7")
    del place["value"]
    request = value("Lumbar brace")
    item = {
        "number": 1,
        "request": request,
        "treatment": request,
        "decision": value("Upheld", "upheld"),
        "reviewer": {
            "cites": "non_mtus",
            "text": value("Per ODG Low Back 2016, page 7, no."),
            "citations": [cite | place],
        },
        "conclusion": value("It is not medically necessary.", "not_necessary"),
    }
    record = {
        "document": {"id": "brace/source.txt", "layout": None},
        "status": "verified",
        "outcome": "upheld",
        "items": [item],
        "findings": [],
    }
    return {"split": "dev", "reviewed": True, "note": "A brace.", "record": record}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A faultless case."""
    case = tmp_path / "brace"
    case.mkdir()
    (case / "source.txt").write_text(LETTER, encoding="utf-8", newline="")
    (case / EXPECTED).write_text(json.dumps(labels()), encoding="utf-8")
    return case


@every_case
def test_labels_read_true(case: Case) -> None:
    """Every span of every golden record reads its quote, and the record is consistent."""
    assert lint(case) == []


@every_case
def test_cases_are_written_as_they_are_read(case: Case, tmp_path: Path) -> None:
    """Writing a case changes nothing, so that a relabelled letter shows only what changed."""
    shutil.copytree(case.folder, tmp_path / case.name)
    write(replace(case, folder=tmp_path / case.name))
    assert (tmp_path / case.name / EXPECTED).read_bytes() == (case.folder / EXPECTED).read_bytes()


def test_every_layout_has_a_letter() -> None:
    """Each layout that the extractor knows, and the unknown one, is scored."""
    assert {case.expected.document.layout for case in CASES} == LAYOUTS


def test_both_kinds_of_source_have_letters() -> None:
    """PDFs are scored too: three letters at least."""
    kinds = Counter(case.source.suffix for case in CASES)
    assert kinds[".pdf"] >= 3
    assert kinds[".txt"] > kinds[".pdf"]


def test_splits_are_balanced() -> None:
    """About half of the letters are kept back for testing."""
    splits = Counter(case.split for case in CASES)
    assert abs(splits["dev"] - splits["test"]) <= len(CASES) / 5


def test_a_faultless_case_is_clean(folder: Path) -> None:
    """The lint has nothing to say of labels that read true."""
    assert lint(load(folder)) == []


def test_spans_name_their_places(folder: Path) -> None:
    """Every value and citation is visited, by its JSON Pointer."""
    found = dict(spans(load(folder).expected))
    assert {"/items/0/request", "/items/0/reviewer/text"} <= found.keys()
    assert isinstance(found["/items/0/reviewer/citations/0"], Citation)


def plant(folder: Path, change: Callable[[dict[str, Any]], object]) -> Case:
    """Load the case in *folder* with its labels changed by *change*."""
    changed = labels()
    change(changed)
    (folder / EXPECTED).write_text(json.dumps(changed), encoding="utf-8")
    return load(folder)


def at(case: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """Return the part of the labels' first item that *path* leads to."""
    part: dict[Any, Any] = case["record"]["items"][0]
    for step in path:
        part = part[step]
    return part


@pytest.mark.parametrize(
    "change",
    [
        lambda case: at(case, "decision").update(start=16),
        lambda case: at(case, "decision").update(end=9000),
        lambda case: at(case, "decision").update(quote="Overturned"),
        lambda case: at(case, "decision").update(end=at(case, "decision")["end"] + 1),
        lambda case: at(case, "conclusion").update(page=1),
        lambda case: at(case, "request").update(value="Lumbar braces"),
        lambda case: at(case, "reviewer", "citations", 0).update(start=0),
        lambda case: at(case, "reviewer", "citations", 0).update(pages=["8"]),
        lambda case: at(case).update(number=2),
        lambda case: case["record"]["document"].update(id="other/source.txt"),
        lambda case: case["record"].update(outcome="overturned"),
        lambda case: case["record"].update(status="review"),
        lambda case: case["record"].update(findings=[{"code": "unknown_layout", "path": ""}]),
        lambda case: case["record"].update(
            findings=[{"code": "dates_out_of_order", "path": "/items/1"}]
        ),
        lambda case: case["record"].update(
            findings=[
                {
                    "code": "dates_out_of_order",
                    "path": "/items/0",
                    "related": [{"start": 0, "end": 6, "quote": "lumbar", "page": 1}],
                }
            ]
        ),
        lambda case: case.update(split="train"),
    ],
)
def test_a_planted_fault_is_found(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The lint notices a label that does not read true, whichever it is."""
    assert lint(plant(folder, change)) != []


def test_a_date_is_read_without_readers_artefacts(folder: Path) -> None:
    """An invisible character inside a printed date does not make its label wrong."""
    text = LETTER + "Seen on Septe\u200bmber 30, 2014.\n"
    (folder / "source.txt").write_text(text, encoding="utf-8", newline="")
    quote = "Septe\u200bmber 30, 2014"
    place = {"start": text.index(quote), "end": text.index(quote) + len(quote), "page": 2}
    for day, faults in (("2014-09-30", 0), ("2014-09-29", 1)):
        changed = labels()
        changed["record"]["patient"] = {"ur_date": {"value": day, "quote": quote, **place}}
        (folder / EXPECTED).write_text(json.dumps(changed), encoding="utf-8")
        assert len(lint(load(folder))) == faults


def test_a_synthetic_letters_labels_are_the_same_format(folder: Path) -> None:
    """Labels on one line are the labels; both ways of writing hold the same."""
    say = partial(
        content, labels()["record"], split="dev", origin="synthetic", reviewed=True, note=""
    )
    short, long = say(on_one_line=True), say()
    assert (short.count("\n"), json.loads(short)) == (1, json.loads(long))
    save(folder, short)
    assert lint(load(folder)) == []


def test_what_is_left_out_is_told_from_what_is_absent(folder: Path) -> None:
    """A field left out is not scored; one given as null must be absent."""
    item = plant(folder, lambda case: at(case).update(rationale=None)).expected.items[0]
    assert "rationale" in item.model_fields_set
    assert "category" not in item.model_fields_set


@pytest.mark.parametrize("half", ["source.txt", EXPECTED])
def test_a_missing_half_fails(folder: Path, half: str) -> None:
    """A letter without labels and labels without a letter are errors, not skipped cases."""
    (folder / half).unlink()
    with pytest.raises(GoldenError):
        load_all(folder.parent)


def test_two_sources_fail(folder: Path) -> None:
    """Which of two sources the offsets count cannot be known."""
    shutil.copy(folder / "source.txt", folder / "source.pdf")
    with pytest.raises(GoldenError):
        load(folder)


def test_no_cases_fail(tmp_path: Path) -> None:
    """An empty folder is a mistaken path, not a golden set on which all is well."""
    with pytest.raises(GoldenError):
        load_all(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"split": "dev", "reviewed": true, "record": 7}',
        '{"split": "dev", "reviewed": true, "record": {"document": {"id": "a"}}}',
        json.dumps(labels() | {"split": None}),
        json.dumps(labels() | {"reviewed": "yes"}),
        json.dumps(labels() | {"review": True}),
        json.dumps(labels()).replace('"outcome"', '"outcom"'),
        json.dumps(labels()).replace('"findings": []', '"findings": [{"code": "odd"}]'),
    ],
)
def test_labels_that_are_no_record_fail(folder: Path, content: str) -> None:
    """Broken labels are refused when they are read, and the error quotes none of the letter."""
    (folder / EXPECTED).write_text(content, encoding="utf-8")
    with pytest.raises(GoldenError) as refusal:
        load(folder)
    assert "brace" in str(refusal.value)
    assert "Lumbar" not in str(refusal.value)
