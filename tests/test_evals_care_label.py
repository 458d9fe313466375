"""``imr-eval label`` and ``anchor``: a draft for a person to correct, its places found anew."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import care
import letters
import pytest

from evals.dataset import Dataset
from evals.synth.generate import sheets
from evals.synth.generate import write as write_synthetic
from extractor.golden import load, write

ROOT = Path(__file__).parent.parent
Data = dict[str, Any]
TEXT = care.LETTER.format(number=care.NUMBER)


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """An invented letter of two items, as some reader wrote it."""
    issues = (letters.Issue(), letters.Issue("Functional restoration program", "Overturned"))
    file = tmp_path / "CM16 Letter (2).txt"
    file.write_bytes(letters.Letter(issues=issues).write("spaced_crlf").encode())
    return file


def label(file: Path, *more: object) -> Any:  # noqa: ANN401 - a result
    """Draft a case from *file* into the folder ``golden`` beside it."""
    return care.imr_eval("label", file, "--golden", file.parent / "golden", *more)


# --- label ----------------------------------------------------------------------------------------


def test_a_draft_holds_the_letter_and_is_not_reviewed(letter: Path) -> None:
    """The source byte for byte, unreviewed labels that lint clean, a name of safe characters."""
    assert label(letter).exit_code == 0
    folder = letter.parent / "golden" / "cm16-letter-2"
    content = care.read(folder)
    assert (folder / "source.txt").read_bytes() == letter.read_bytes()
    assert (content["reviewed"], content["split"]) == (False, "dev")
    assert content["note"].startswith("Draft")
    assert len(content["record"]["items"]) == 2
    assert content["record"]["document"]["id"] == "cm16-letter-2/source.txt"
    assert care.imr_eval("lint", "--golden", folder.parent).exit_code == 0


def test_a_draft_is_a_record_as_golden_cases_hold_it(letter: Path) -> None:
    """Content only: no provenance, no severity, no reasons, no page where there are no pages."""
    label(letter)
    written = json.dumps(care.read(letter.parent / "golden" / "cm16-letter-2"))
    for word in ("provenance", "severity", "message", "reasons", "sha256", '"page"'):
        assert word not in written


def test_a_draft_never_counts(letter: Path) -> None:
    """Until a person says that it is reviewed, a run leaves it out and names it."""
    label(letter)
    found = Dataset.load(letter.parent / "golden")
    assert (found.cases, found.unreviewed) == ((), ("cm16-letter-2",))


def test_nothing_is_overwritten(letter: Path) -> None:
    """A second draft is refused, exit code 2, and the labels stay as they are."""
    label(letter)
    file = letter.parent / "golden" / "cm16-letter-2" / "expected.json"
    before = file.read_bytes()
    letter.write_text("Another letter.", encoding="utf-8")
    assert label(letter).exit_code == 2
    assert file.read_bytes() == before


def test_a_letter_that_is_a_case_already_is_refused(letter: Path) -> None:
    """The same file under another name would count twice."""
    label(letter)
    result = label(letter, "--out", letter.parent / "golden" / "again")
    assert (result.exit_code, "cm16-letter-2" in result.output) == (2, True)
    assert not (letter.parent / "golden" / "again").exists()


@pytest.mark.parametrize("name", ["Two Words", "x.y", "../x_y", "-a", "é"])
def test_a_name_of_other_characters_is_refused(letter: Path, name: str) -> None:
    """Only lower-case letters, digits and hyphens name a case."""
    assert label(letter, "--out", letter.parent / name).exit_code == 2


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("ÄRZTE Brief.txt", "arzte-brief"),
        ("a\x1b[2J\n..txt", "a-2j"),
        ("x" * 200 + ".txt", "x" * 80),
    ],
)
def test_a_files_name_becomes_a_safe_one(letter: Path, file: str, name: str) -> None:
    """Whatever a file is called, the folder is called something harmless."""
    result = label(letter.rename(letter.parent / file))
    assert result.exit_code == 0
    assert [path.name for path in (letter.parent / "golden").iterdir()] == [name]
    assert "\x1b" not in result.output


def test_a_name_of_which_nothing_is_left_asks_for_out(letter: Path) -> None:
    """A file called by other letters altogether is not guessed at."""
    other = letter.rename(letter.parent / "письмо.txt")
    assert label(other).exit_code == 2
    assert label(other, "--out", letter.parent / "golden" / "letter-1").exit_code == 0


def test_the_split_is_what_was_asked_for(letter: Path) -> None:
    """``--split test`` keeps it back; another word is refused."""
    assert label(letter, "--split", "train").exit_code == 2
    assert label(letter, "--split", "test").exit_code == 0
    assert load(letter.parent / "golden" / "cm16-letter-2").split == "test"


def test_a_file_that_is_no_letter_is_refused(tmp_path: Path) -> None:
    """Nothing is written where nothing can be read."""
    file = tmp_path / "empty.txt"
    file.write_bytes(b"")
    assert label(file).exit_code == 2
    assert label(tmp_path / "absent.txt").exit_code == 2
    assert not (tmp_path / "golden").exists()


def test_a_pdf_is_a_source_of_its_own(tmp_path: Path) -> None:
    """A PDF stays one, its labels have pages, and they lint clean."""
    write_synthetic(sheets(1, 3, formats=["pdf"]), tmp_path / "made")
    (made,) = (tmp_path / "made").glob("*/source.pdf")
    file = made.rename(tmp_path / "scan.PDF")
    assert label(file).exit_code == 0
    folder = tmp_path / "golden" / "scan"
    assert (folder / "source.pdf").read_bytes() == file.read_bytes()
    assert care.read(folder)["record"]["items"][0]["request"]["page"] >= 1
    assert care.imr_eval("lint", "--golden", folder.parent).exit_code == 0


def test_what_is_doubtful_and_what_is_absent_is_said(tmp_path: Path) -> None:
    """Findings with their lines, boundaries that nothing proves among them, and absent fields."""
    issues = (letters.Issue(), letters.Issue("Functional restoration program"))
    text = letters.Letter(issues=issues).write("bare")
    file = tmp_path / "bare.txt"
    file.write_text(text, encoding="utf-8", newline="")
    line = text[: text.index("Functional restoration")].count("\n") + 1
    said = label(file).output.splitlines()
    assert any(f"look: uncertain_boundary /items/1/request, line {line}:" in each for each in said)
    (absent,) = (each for each in said if each.startswith("absent: /items/1"))
    assert {"drug,", "partial_approval,"} <= set(absent.split())


# --- anchor ---------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A faultless case."""
    return care.write(tmp_path / "golden", "case")


def edit(folder: Path, change: Callable[[Data], object]) -> Data:
    """Change the labelled record, anchor it, and return the record that came of it."""
    content = care.read(folder)
    change(content["record"])
    care.save(folder, content)
    result = care.imr_eval("anchor", folder)
    record: Data = care.read(folder)["record"]
    assert result.exit_code == care.imr_eval("lint", "--golden", folder.parent).exit_code
    return record


def test_the_golden_letters_of_the_project_stay_to_the_byte(tmp_path: Path) -> None:
    """Labels that read true are left as they are, by the real program."""
    for source in ("partial-approvals", "pdf-hyphen-line-end", "reader-artefacts", "crlf"):
        before = {path.name: path.read_bytes() for path in (ROOT / "golden" / source).iterdir()}
        (tmp_path / source).mkdir()
        for name, content in before.items():
            (tmp_path / source / name).write_bytes(content)
        command = [sys.executable, "-m", "evals", "anchor", str(tmp_path / source)]
        assert subprocess.run(command, capture_output=True, check=False, cwd=ROOT).returncode == 0
        after = {path.name: path.read_bytes() for path in (tmp_path / source).iterdir()}
        assert after == before


def test_an_edited_quote_finds_its_place(folder: Path) -> None:
    """A longer quote of prose: start, end and value follow it."""
    record = edit(folder, lambda r: r["expert"]["specialties"][0].update(quote="board certified"))
    assert record["expert"]["specialties"] == [care.value(TEXT, "board certified")]


def test_an_edited_value_of_prose_is_the_new_quote(folder: Path) -> None:
    """Whoever corrects the value alone means its words."""
    record = edit(folder, lambda r: r["expert"]["specialties"][0].update(value="certified"))
    assert record["expert"]["specialties"] == [care.value(TEXT, "certified")]


def test_a_value_that_is_no_prose_stays_as_it_was_given(folder: Path) -> None:
    """A date's quote gives its place, not its value: the value is the person's."""
    changed = {"value": "2015-03-04", "quote": "3/4/2015"}
    record = edit(folder, lambda r: r["patient"].update(date_of_injury=dict(changed)))
    assert record["patient"]["date_of_injury"] == care.value(TEXT, "3/4/2015", "2015-03-04")


def test_a_new_label_needs_only_its_quote(folder: Path) -> None:
    """Prose that stands once in the letter: value, start and end are filled in."""
    record = edit(folder, lambda r: r["expert"].update(licensed_in=[{"quote": "at this"}]))
    assert record["expert"]["licensed_in"] == [care.value(TEXT, "at this")]


def test_a_quote_is_written_as_it_is_printed(folder: Path) -> None:
    """White space and quotation marks may be typed otherwise than they are printed."""
    text = TEXT.replace("Neurology", "Children\u2019s\n  Neurology")
    (folder / "source.txt").write_text(text, encoding="utf-8", newline="")
    content = care.labels("case", text)
    content["record"]["expert"]["specialties"] = [{"quote": "Children's Neurology"}]
    care.save(folder, content)
    assert care.imr_eval("anchor", folder).exit_code == 0
    (found,) = care.read(folder)["record"]["expert"]["specialties"]
    assert found["quote"] == "Children\u2019s Neurology"
    assert (found["start"], found["end"]) == (text.index("Children"), text.index("Neurology") + 9)


def test_words_are_found_whole(folder: Path) -> None:
    """Half a word is none: the label stays as it is and is named."""
    record = edit(folder, lambda r: r["expert"]["specialties"][0].update(quote="Neuro"))
    assert record["expert"]["specialties"][0]["start"] == TEXT.index("Neurology")
    result = care.imr_eval("anchor", folder)
    assert result.exit_code == 1
    assert "case: /expert/specialties/0: has a quote that does not stand" in result.output


def test_a_quote_in_several_places_asks_for_its_start(folder: Path) -> None:
    """Every place is named with its line; a start of them decides, and nothing else is guessed."""
    edit(folder, lambda r: r["expert"].update(licensed_in=[{"quote": "Lumbar brace"}]))
    said = care.imr_eval("anchor", folder).output
    second = TEXT.rindex("Lumbar brace")
    assert f"{TEXT.index('Lumbar brace')} (line 4), {second} (line 6)" in said
    record = edit(folder, lambda r: r["expert"]["licensed_in"][0].update(start=second))
    assert record["expert"]["licensed_in"] == [care.value(TEXT, "Lumbar brace", nth=1)]


def test_a_start_decides_whatever_its_end_is(folder: Path) -> None:
    """A person who gives the start may leave an end that reaches over other places."""
    second = TEXT.rindex("brace")
    given = {"quote": "brace", "start": TEXT.index("brace"), "end": second + 9}
    record = edit(folder, lambda r: r["expert"].update(licensed_in=[given]))
    assert record["expert"]["licensed_in"] == [care.value(TEXT, "brace")]


def test_of_several_places_the_one_that_overlaps_the_old_is_meant(folder: Path) -> None:
    """The second item's request is shortened; the first item's "brace" is another."""
    record = edit(folder, lambda r: r["items"][1]["treatment"].update(quote="brace"))
    start = TEXT.rindex("Lumbar brace") + len("Lumbar ")
    assert record["items"][1]["treatment"]["start"] == start


def test_of_several_places_the_one_in_its_own_field_is_meant(folder: Path) -> None:
    """A category's evidence is looked for in its item's request, which stands further below."""
    category = {"name": "x", "evidence": {"quote": "brace"}, "source": "lexicon"}
    record = edit(folder, lambda r: r["items"][1].update(category=category))
    assert record["items"][1]["category"]["evidence"] == care.value(TEXT, "brace", nth=3)


def test_a_field_anchored_later_tells_places_apart_too(folder: Path) -> None:
    """The summary stands after the patient in the record: what is read from it is found in it."""
    summary = "A 40-year-old man fell on 3/4/2015. He wears a brace."

    def change(record: Data) -> None:
        record["patient"]["diagnosis_codes"] = [{"quote": "brace"}]
        record["clinical_summary"] = {"quote": summary}

    record = edit(folder, change)
    assert record["clinical_summary"] == care.value(TEXT, summary)
    assert record["patient"]["diagnosis_codes"] == [care.value(TEXT, "brace")]


def test_labels_are_left_in_the_formats_own_form(folder: Path) -> None:
    """However they were edited, they come out as the format writes them."""
    edit(folder, lambda r: r["expert"].update(licensed_in=[{"quote": "looked at"}]))
    written = (folder / "expected.json").read_bytes()
    write(load(folder))
    assert (folder / "expected.json").read_bytes() == written


def test_pages_follow(tmp_path: Path) -> None:
    """In a text with pages the page is found with the place; in one without there is none."""
    folder = care.write(tmp_path / "golden", "case")
    text = TEXT.replace("He wears", "\fHe wears")
    (folder / "source.txt").write_text(text, encoding="utf-8", newline="")
    assert care.imr_eval("anchor", folder).exit_code == 0
    record = care.read(folder)["record"]
    assert record["patient"]["age"]["page"] == 1
    assert record["items"][0]["decision"]["page"] == 2


def test_nothing_else_is_changed(folder: Path) -> None:
    """Lists keep their order, ``reviewed`` and what is left out stay as the person has them."""
    edit(folder, lambda r: r["expert"].update(licensed_in=[{"quote": "this"}, {"quote": "looked"}]))
    content = care.read(folder)
    assert [each["quote"] for each in content["record"]["expert"]["licensed_in"]] == [
        "this",
        "looked",
    ]
    assert "clinical_summary" not in content["record"]
    assert content["reviewed"] is True


def test_a_draft_is_not_reviewed_by_being_clean(tmp_path: Path) -> None:
    """Only a person sets ``reviewed``; the program says so."""
    folder = care.write(tmp_path / "golden", "case", reviewed=False)
    result = care.imr_eval("anchor", folder)
    assert (result.exit_code, care.read(folder)["reviewed"]) == (0, False)
    assert '"reviewed": true' in result.output


def test_labels_that_make_no_record_are_anchored_where_they_can_be(folder: Path) -> None:
    """A slip elsewhere hides nothing and loses nothing of what the person wrote."""

    def slip(record: Data) -> None:
        record["patient"]["agee"] = 40
        record["expert"]["specialties"][0]["quote"] = "board certified"

    record = edit(folder, slip)
    assert record["patient"]["agee"] == 40
    assert record["expert"]["specialties"] == [care.value(TEXT, "board certified")]
    assert "/patient/agee" in care.imr_eval("anchor", folder).output


@pytest.mark.parametrize("content", ["{", "[]", '{"record": 1}', '{"record": {}, "record": {}}'])
def test_labels_that_are_none_are_refused_and_left(folder: Path, content: str) -> None:
    """What is no JSON, or gives a key twice, is not written over: exit code 2."""
    (folder / "expected.json").write_text(content, encoding="utf-8")
    assert care.imr_eval("anchor", folder).exit_code == 2
    assert (folder / "expected.json").read_text("utf-8") == content


def test_an_item_that_the_labels_leave_out_is_looked_at(letter: Path) -> None:
    """What the validator would miss in the labels is said, so that a forgotten item is seen."""
    label(letter)
    folder = letter.parent / "golden" / "cm16-letter-2"
    content = care.read(folder)
    content["record"]["items"].pop()
    content["record"]["outcome"] = "upheld"
    care.save(folder, content)
    assert "look: missing_item" in care.imr_eval("anchor", folder).output
