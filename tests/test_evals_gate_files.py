"""What the gate writes: JUnit XML that any reader takes, Markdown that no letter can break."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from gated import MODEL, RIGHT, WRONG, Data, accepted, gate, letter, letters, record, run
from markdown_it import MarkdownIt
from markdown_it.token import Token

from evals.gate import junit, markdown
from evals.gate.accepting import accept
from evals.gate.screen import accepted as accepting
from evals.gate.screen import verdict as on_screen
from evals.gate.verdict import Verdict, judge
from evals.results import Arm
from evals.terminal import SCREEN, console

REVIEW: Data = {"status": "review"}
CASE_ATTRIBUTES = {"name", "classname", "time"}
SUITE_ATTRIBUTES = {
    "name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "time",
}  # fmt: skip
HOSTILE = (
    "a|b `c` <script>alert(1)</script> &amp; **d** [e](http://f.example) @maintainer #1\n"
    "| --- |\n```\nwww.g.example \\| \x1b[2J \x00 \ufffe \u202e ![h](https://i.example/j.png)"
)


def hostile(words: str = HOSTILE) -> Data:
    """Return a change that puts words of a letter into a field."""
    return {"outcome": words}


def suite(verdict: Verdict, tmp_path: Path) -> ET.Element:
    """Write a verdict as JUnit XML, read it back and return its one suite."""
    path = tmp_path / "build" / "junit.xml"
    junit.write(path, [verdict])
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    assert (root.tag, root.attrib) == ("testsuites", {})
    [found] = root
    return found


def failures(found: ET.Element) -> dict[str, tuple[str, str]]:
    """Return the type and message of each test case that failed."""
    return {
        case.attrib["name"]: (failure.attrib["type"], failure.attrib["message"])
        for case in found.iter("testcase")
        for failure in case.iter("failure")
    }


# --- JUnit ----------------------------------------------------------------------------------------


def test_a_suite_has_a_case_for_each_letter_and_one_for_the_arm(tmp_path: Path) -> None:
    """Two letters passed: three cases, each with class, name and seconds; nothing failed."""
    found = suite(gate(letters(RIGHT, RIGHT), letters(RIGHT, RIGHT)), tmp_path)

    assert [dict(case.attrib) for case in found.iter("testcase")] == [
        {"classname": "imr-eval.rules", "name": "00", "time": "0.250"},
        {"classname": "imr-eval.rules", "name": "01", "time": "0.250"},
        {"classname": "imr-eval.rules", "name": junit.WHOLE, "time": "0.000"},
    ]
    assert (found.attrib["tests"], found.attrib["failures"]) == ("3", "0")
    assert found.attrib["time"] == "0.500"


def test_a_suite_is_by_the_schema(tmp_path: Path) -> None:
    """All attributes that Ant's schema requires and no other, its elements in its order."""
    found = suite(gate(letters(RIGHT, RIGHT), letters(RIGHT, WRONG)), tmp_path)

    assert set(found.attrib) == SUITE_ATTRIBUTES
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", found.attrib["timestamp"])
    tags = [child.tag for child in found]
    assert tags == ["properties", *["testcase"] * 3, "system-out", "system-err"]
    for case in found.iter("testcase"):
        assert set(case.attrib) == CASE_ATTRIBUTES
        assert [child.tag for child in case] in ([], ["failure"])


def test_a_letter_that_lost_fails_with_what_it_lost(tmp_path: Path) -> None:
    """The first loss is the message, all of them and the difference from the labels the text."""
    found = suite(gate(letters(RIGHT, RIGHT), letters(RIGHT, REVIEW)), tmp_path)

    assert failures(found) == {"01": ("lost", "01: perfect letters 1 → 0 (and 3 more)")}
    [failure] = found.iter("failure")
    assert (failure.text or "").splitlines() == [
        "01: perfect letters 1 → 0",
        "01: needless 0 → 1",
        "01: status correct 1 → 0",
        "01: status wrong 0 → 1",
        "differences from the labels:",
        "01 /status: wrong; expected 'verified'; produced 'review'",
    ]
    assert found.attrib["failures"] == "1"


def test_an_escaped_error_is_marked(tmp_path: Path) -> None:
    """A letter that lost and calls itself verified fails as ``escaped``."""
    found = suite(gate(letters(RIGHT), letters(WRONG)), tmp_path)

    kind, message = failures(found)["00"]
    assert kind == "escaped"
    assert message.startswith("escaped error: ")


def test_a_case_that_is_gone_is_a_failed_case(tmp_path: Path) -> None:
    """A letter that was not read stands among the cases all the same."""
    found = suite(gate(letters(RIGHT, RIGHT), letters(RIGHT)), tmp_path)

    assert failures(found) == {"01": ("lost", "01: golden case scored 1 → 0")}
    assert found.attrib["tests"] == "3"


def test_a_loss_that_is_not_significant_fails_no_case(tmp_path: Path) -> None:
    """A run that passes the gate is green in every reader of its file."""
    verdict = gate(letters(*[RIGHT] * 6), letters(*[REVIEW] * 5, RIGHT), MODEL)

    assert failures(suite(verdict, tmp_path)) == {}


def test_a_significant_loss_fails_the_arm_and_the_letters_that_lost(tmp_path: Path) -> None:
    """Six letters lost: they fail, and so does the arm as a whole, by its tests."""
    verdict = gate(letters(*[RIGHT] * 9), letters(*[REVIEW] * 6, *[RIGHT] * 3), MODEL)

    failed = failures(suite(verdict, tmp_path))

    assert sorted(failed) == ["00", "01", "02", "03", "04", "05", junit.WHOLE]
    assert failed[junit.WHOLE][0] == "perfect_letters"
    assert "p = 0.0312" in failed[junit.WHOLE][1]


def test_a_broken_floor_fails_the_arm_as_a_whole(tmp_path: Path) -> None:
    """A floor is of no single letter."""
    [baseline] = accepted(letters(REVIEW, RIGHT), MODEL).values()
    floored = {MODEL.name: replace(baseline, floors={"perfect": 0.9})}
    [verdict] = judge(run(letters(REVIEW, RIGHT), MODEL), floored)

    assert failures(suite(verdict, tmp_path)) == {
        junit.WHOLE: ("floor", "perfect 0.500 (2), floor 0.9")
    }


def test_repeats_are_one_case(tmp_path: Path) -> None:
    """A letter that was read three times is one case, and took as long as all three."""
    thrice = [letter("a", RIGHT, repeat=n) for n in range(3)]

    found = suite(gate(thrice, thrice), tmp_path)

    assert [case.attrib["name"] for case in found.iter("testcase")] == ["a", junit.WHOLE]
    assert found.attrib["time"] == "0.750"


def test_what_xml_forbids_is_replaced(tmp_path: Path) -> None:
    """Controls and lone surrogates of a letter, a case or an arm leave the file well-formed."""
    arm = Arm("a\x00<&\ud800", "rules")
    case = letter("c\x07\uffff", hostile(HOSTILE + "\ud800"))
    right = replace(case, record=record())

    found = suite(gate([right], [case], arm), tmp_path)

    text = "".join(found.itertext()) + "".join(str(each.attrib) for each in found.iter())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800\ufffe\uffff]", text)
    assert found.attrib["name"] == "a\ufffd<&\ufffd"
    assert "c\ufffd\ufffd" in failures(found)
    assert "<script>" in text


# --- Markdown -------------------------------------------------------------------------------------


def rendered(text: str) -> list[Token]:
    """Return the tokens of a comment, inline ones in their places; HTML is let through."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [each for token in tokens for each in (token.children or [token])]


def cells(text: str) -> list[list[str]]:
    """Return the rows of all tables, as a reader sees their cells."""
    rows: list[list[str]] = []
    inside = False
    for token in rendered(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"td_open", "th_open"}:
            rows[-1].append("")
            inside = True
        elif token.type in {"td_close", "th_close"}:
            inside = False
        elif token.type == "text" and inside:
            rows[-1][-1] += token.content
    return rows


def test_the_comment_says_verdict_counts_and_intervals() -> None:
    """Of 2 perfect letters now 1: Wilson's intervals by hand, and every share with its n.

    Of 2 of 2 the lower end is 2 / (2 + 1.96^2) = 34.2 %; of 1 of 2 the ends are
    50 -+ 100 * 1.96 / 2 / sqrt(2 + 1.96^2) = 9.5 % and 90.5 %.
    """
    text = markdown.document([gate(letters(RIGHT, RIGHT), letters(RIGHT, WRONG))])

    assert text.startswith(markdown.MARKER)
    assert "### imr-eval: gate failed\n" in text
    header, *rows = cells(text)[:5]
    assert header == ["", "baseline", "now"]
    both = "2 of 2 (100.0 %; 95 % interval 34.2 to 100.0)"
    none = "0 of 2 (0.0 %; 95 % interval 0.0 to 65.8)"
    half = "1 of 2 (50.0 %; 95 % interval 9.5 to 90.5)"
    assert rows == [
        ["perfect letters", both, half],
        ["verified records with an escaped error", none, half],
        ["needless reviews", none, none],
        ["escaped errors", "0", "1"],
    ]


def test_a_share_of_nothing_has_no_percentage() -> None:
    """Where no record is verified, no share of them is said."""
    text = markdown.document([gate(letters(REVIEW), letters(REVIEW))])

    assert ["verified records with an escaped error", "0 of 0", "0 of 0"] in cells(text)


def test_losses_stand_before_gains_with_both_values() -> None:
    """Letter, field, counts, and what was expected and produced; the whole letter has no value."""
    text = markdown.document([gate(letters(RIGHT, REVIEW), letters({"outcome": "mixed"}, RIGHT))])

    tables = cells(text)[5:]
    header = ["letter", "field", "baseline → now", "expected", "produced"]
    assert tables == [
        header,
        ["00", "the letter", "perfect letters 1 → 0, escaped 0 → 1", "", ""],
        ["00", "outcome", "correct 1 → 0, wrong 0 → 1", "upheld", "mixed"],
        header,
        ["01", "the letter", "perfect letters 0 → 1, needless 1 → 0", "", ""],
        ["01", "status", "correct 0 → 1, wrong 1 → 0", "verified", "verified"],
    ]
    assert text.index("losses in 2 fields of 1 letters") < text.index(
        "gains in 2 fields of 1 letters"
    )


def test_nothing_that_moved_is_no_table() -> None:
    """A run that equals its baseline is a verdict and the counts."""
    text = markdown.document([gate(letters(RIGHT), letters(RIGHT))])

    assert "### imr-eval: gate passed\n" in text
    assert len(cells(text)) == 5
    assert "details" not in text


def test_long_tables_are_folded_away() -> None:
    """Eleven rows are folded, ten are not."""
    short = gate(letters(*[RIGHT] * 5), letters(*[REVIEW] * 5))
    longer = gate(letters(*[RIGHT] * 6), letters(*[REVIEW] * 6))

    assert "<details>" not in markdown.document([short])
    text = markdown.document([longer])
    assert text.count("<details><summary>losses in 12 fields of 6 letters</summary>\n\n|") == 1
    assert text.count("\n\n</details>") == 1


def test_a_comment_fits_where_it_is_posted() -> None:
    """However much is lost, and whatever it reads, the comment keeps below 65,536 characters."""
    error = hostile("|" * 500)
    verdict = gate(letters(*[RIGHT] * 300), letters(*[error] * 300))

    text = markdown.document([verdict, verdict])

    assert len(text) < 65_536
    assert re.search(r"… and \d+ more\.", text)


@pytest.mark.parametrize("arm", ["rules", "m|`<b>@x"])
def test_no_word_of_a_letter_is_obeyed(arm: str) -> None:
    """Signs of Markdown and HTML in a letter, a case or an arm are read, never acted on."""
    name = "case|`<i>*a*"
    right = [letter(name, RIGHT)]
    text = markdown.document([gate(right, [letter(name, hostile())], Arm(arm, "rules"))])

    tokens = rendered(text)
    html = {token.content for token in tokens if token.type.startswith("html")}
    assert {each.strip() for each in html} == {markdown.MARKER, "<code>", "</code>"}
    kinds = {token.type for token in tokens}
    assert not kinds & {"link_open", "image", "em_open", "code_inline", "fence", "list_item_open"}
    assert {len(row) for row in cells(text)[5:]} == {5}
    [row] = [row for row in cells(text) if row[1] == "outcome"]
    assert row[0] == name
    assert row[4].startswith("a|b `c` <script>alert(1)</script> &amp; **d** [e](http://f.example)")
    assert not re.search(r"[@#]\w|://|www\.|\x1b|\x00|\u202e", re.sub(r"&#\d+;", "", text))


def test_many_reasons_are_counted() -> None:
    """Three hundred cases that are gone do not fill the comment of a model."""
    verdict = gate(letters(*[RIGHT] * 300), letters(RIGHT), MODEL)

    text = markdown.document([verdict])

    assert (len(verdict.reasons), text.count("\n- ")) == (299, 22)
    assert "… and 279 more" in text


def test_a_value_is_cut() -> None:
    """A long passage does not fill the comment."""
    text = markdown.document([gate(letters(RIGHT), letters(hostile("word " * 100)))])

    assert "word word" in text
    assert text.count("word") < 30


# --- the screen -----------------------------------------------------------------------------------


def shown(verdicts: list[Verdict]) -> str:
    """Return what the gate prints."""
    desk = console()
    with desk.capture() as capture:
        desk.print(on_screen(verdicts))
    return capture.get()


def test_the_reason_is_one_screen() -> None:
    """However much is lost, what is worst stands first, and the rest is counted."""
    verdict = gate(letters(*[RIGHT] * 200), letters(*[WRONG] * 200))

    text = shown([verdict, verdict, verdict])

    assert len(text.splitlines()) <= SCREEN + 12
    assert "escaped 0 → 1" in text.splitlines()[2]
    assert "more" in text


def test_a_passing_model_shows_what_moved_all_the_same() -> None:
    """That five lost letters are not significant is not all there is to say of them."""
    text = shown([gate(letters(*[RIGHT] * 9), letters(*[REVIEW] * 5, *[RIGHT] * 4), MODEL)])

    assert text.startswith("Gate passed")
    assert "5 lost, 0 gained of 9; p = 0.0625" in text
    assert "letters that lost (baseline → now): 5\n" in text
    assert "04: perfect letters 1 → 0, needless 0 → 1" in text


def test_names_do_not_act_on_the_terminal() -> None:
    """Neither the gate nor ``accept`` prints a control character of a case or an arm."""
    arm = Arm("a\x1b[2J", "rules")
    before, now = [letter("c\x1b[31m", RIGHT)], [letter("c\x1b[31m", WRONG)]

    desk = console()
    with desk.capture() as capture:
        desk.print(on_screen([gate(before, now, arm)]))
        desk.print(accepting(accept(run(now, arm), accepted(before, arm))))

    assert "c\ufffd[31m" in capture.get()
    assert "\x1b" not in capture.get()
