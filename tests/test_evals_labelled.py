"""Records against labels of letters that are not in the project."""

from pathlib import Path

import pytest
from letters import HEADER, Issue, Letter
from typer.testing import CliRunner

from evals.cli import app
from evals.labels.agreement import LABELS, read_labels
from extractor import extract
from extractor.treatments.vocabulary import CATEGORIES, REGIONS

HEAD = "case,item,category,subcategory,visits,retrospective,regions,open\n"
SPLINT = "CM16-0291846,1,DMEPOS,Prosthetics/Orthotics,,,{regions},{open}\n"


def scored(folder: Path, labels: str, request: str = "Splint, left knee and right hip") -> str:
    """Score the record of a letter with one request against *labels*."""
    (folder / "labels.csv").write_text(HEAD + labels, "utf-8")
    letter = Letter((Issue(request),), header=HEADER).write("spaced")
    (folder / "a.jsonl").write_text(extract(text=letter).to_json() + "\n", "utf-8")
    arguments = ["labels", str(folder / "a.jsonl"), "--labels", str(folder / "labels.csv")]
    return CliRunner().invoke(app, arguments).output


def test_what_is_right_is_counted_by_field(tmp_path: Path) -> None:
    """Regions are a set: the order in which a reader wrote them says nothing."""
    shown = scored(tmp_path, SPLINT.format(regions="hip:right;knee:left", open=""))
    assert "1 items compared, 0 labels without a record" in shown
    assert "category right: 1 of 1" in shown
    assert "regions right: 1 of 1" in shown
    assert "item 1" not in shown


def test_what_differs_is_shown_with_both_readings(tmp_path: Path) -> None:
    """A difference names case, item and field; an item that a reader left open says so."""
    shown = scored(tmp_path, SPLINT.format(regions="knee:right", open="true"))
    assert "regions right: 0 of 1" in shown
    assert (
        "CM16-0291846 item 1 regions: label knee:right, record hip:right;knee:left (open)" in shown
    )


def test_a_label_without_a_record_is_counted(tmp_path: Path) -> None:
    """A letter that was not extracted is missing, not wrong."""
    shown = scored(tmp_path, SPLINT.format(regions="", open="").replace("0291846", "0000001"))
    assert "0 items compared, 1 labels without a record" in shown


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", HEAD + "CM16-0291846,one,,,,,,\n"])
def test_what_is_no_labels_file_is_refused(tmp_path: Path, content: str) -> None:
    """A file without rows, or columns, or with an item that is no number, is exit code 2."""
    (tmp_path / "l.csv").write_text(content, "utf-8")
    (tmp_path / "a.jsonl").write_text(extract(text="nothing").to_json() + "\n", "utf-8")
    arguments = ["labels", str(tmp_path / "a.jsonl"), "--labels", str(tmp_path / "l.csv")]
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_the_labels_hold_no_words_of_a_letter() -> None:
    """Every cell is of a closed list: a case number, a number, a category, a region."""
    rows = read_labels(LABELS)
    assert len(rows) == 140
    for row in rows.values():
        assert row["subcategory"] in {"", *CATEGORIES[row["category"]]}
        assert row["visits"] == "" or row["visits"].isdigit()
        assert row["retrospective"] in {"", "true", "false"}
        for region in filter(None, row["regions"].split(";")):
            assert region.partition(":")[0] in REGIONS
