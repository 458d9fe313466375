"""``imr citations``: the guidelines that any text cites."""

import json
from pathlib import Path

import pytest
from terminal import imr

BRIEF = """\
The denial rests on the ODG Low Back Chapter, which the MTUS does not hold.

ACOEM Chapter 12, page 303, says otherwise, and so does the fi\ufb01th report.
"""


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    """A text that is no letter."""
    file = tmp_path / "brief.txt"
    file.write_text(BRIEF, "utf-8")
    return file


def test_any_text_is_read(brief: Path) -> None:
    """A brief is no letter; its citations are found by name, in order."""
    done = imr("citations", brief)
    assert done.exit_code == 0
    places = [done.stdout.index(name) for name in ("odg/low-back", "mtus", "mtus/acoem/12")]
    assert places == sorted(places)


def test_offsets_count_the_text(brief: Path) -> None:
    """With --json each citation is a line; its offsets are those of ``imr text``."""
    text = imr("text", brief).stdout
    for line in imr("citations", brief, "--json").stdout.splitlines():
        citation = json.loads(line)
        assert text[citation["start"] : citation["end"]] == citation["quote"] != ""


def test_a_letters_fields_are_read_as_its_record_has_them() -> None:
    """What a guideline field cites is the same here and in the record."""
    letter = Path(__file__).parent.parent / "golden" / "seed-000" / "source.txt"
    record = json.loads(imr("extract", letter).stdout)
    expected = [
        (cited["start"], cited["end"], cited["guideline"])
        for item in record["items"]
        for side in ("claims_administrator", "reviewer")
        for cited in item[side]["citations"]
    ]
    found = map(json.loads, imr("citations", letter, "--json").stdout.splitlines())
    assert expected == [
        (cited["start"], cited["end"], cited["guideline"]) for cited in found if cited["labelled"]
    ]


def test_standard_input_is_a_text_too(brief: Path) -> None:
    """A dash is what another program hands over."""
    piped = imr("citations", "-", "--json", stdin=BRIEF)
    assert piped.exit_code == 0
    assert piped.stdout == imr("citations", brief, "--json").stdout != ""


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_where_nothing_is_cited_that_is_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    """On standard error, so that the output holds citations only."""
    (tmp_path / "a.txt").write_text("Two loaves of bread.\n", "utf-8")
    done = imr("citations", tmp_path / "a.txt", *options)
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "imr: No citations.\n")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Exit code 2: the command cannot be carried out as given."""
    assert imr("citations", tmp_path / "none.txt").exit_code == 2


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    """A file without text is named by its code; exit code 1."""
    (tmp_path / "empty.txt").write_bytes(b"")
    done = imr("citations", tmp_path / "empty.txt")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "empty_input" in done.stderr
