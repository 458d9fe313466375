"""The report as a file: one page that needs nothing, runs nothing, and says what it cannot show."""

import hashlib
import json
import re
import sys
from base64 import b64decode
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import matplotlib as mpl
import pytest
from reports import (
    LONG,
    SCRIPT,
    arm,
    costing,
    dropped,
    golden,
    hostile_results,
    letter,
    overturned,
    results,
    slipped,
)
from typer.testing import CliRunner, Result

from evals.cli import app
from evals.errors import EvalError
from evals.pages import render_report, write_report
from evals.results import Results

VOID = {"meta", "br"}
OWN = {"path", "rect", "use"}  # of drawings, closed by themselves


class Read(HTMLParser):
    """A page read as a browser does: its elements with their attributes, and its words."""

    def __init__(self, page: str) -> None:
        """Read *page*."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words = ""
        self.style = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that closes itself."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Hold the page to its own order."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element called *tag*."""
        return [attributes for name, attributes in self.elements if name == tag]


def imr_eval(*arguments: str | Path) -> Result:
    """Run the program."""
    return CliRunner().invoke(app, [str(each) for each in arguments])


def grid() -> Results:
    """Return results of three arms, one with a cost and failures, one without."""
    model = arm(
        "model",
        letter("a", overturned, costing(0.02, input=900), seconds=2.0),
        letter("b", dropped, costing(0.01, input=800), seconds=1.0),
    )
    spans = arm("spans", letter("a"), letter("b", slipped, split="test"))
    rules = arm("rules", letter("a", seconds=0.01), letter("b", seconds=0.01), proposer="rules")
    return results(model, spans, rules)


# --- a page that needs nothing -------------------------------------------------------------------


def test_the_same_results_make_the_same_page(tmp_path: Path) -> None:
    """To the byte, the drawings and their ids included."""
    write_report(grid(), tmp_path / "one.html")
    write_report(grid(), tmp_path / "two.html")
    page = (tmp_path / "one.html").read_bytes()
    assert b"<svg" in page
    assert page == (tmp_path / "two.html").read_bytes()


@pytest.mark.parametrize("made", [grid, hostile_results])
def test_the_pages_policy_allows_its_own_style_and_nothing_else(
    made: Callable[[], Results],
) -> None:
    """The one style has the policy's hash; nothing else has a style, a script or a source."""
    page = Read(render_report(made()))
    (policy,) = (
        each["content"]
        for each in page.all("meta")
        if "content-security-policy" in str(each).lower()
    )
    found = re.fullmatch(
        r"default-src 'none'; style-src 'sha256-([^']+)'; img-src 'none'; base-uri 'none'; "
        r"form-action 'none'",
        policy,
    )
    assert found is not None
    assert b64decode(found[1]) == hashlib.sha256(page.style.encode()).digest()
    assert len(page.all("style")) == 1
    used = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in used if name.startswith("on")} | used & {"style", "src", "srcset"}
    assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "link", "object"}


def test_links_lead_to_places_on_the_page() -> None:
    """Every reference is to an id that exists once."""
    page = Read(render_report(grid()))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [
        name
        for _, attributes in page.elements
        for key in ("aria-labelledby",)
        for name in attributes.get(key, "").split()
    ]
    linked = [attributes["href"] for _, attributes in page.elements if "href" in attributes]
    assert {name.removeprefix("#") for name in linked} | set(named) <= set(ids)
    assert all(name.startswith("#") for name in linked)


def test_hostile_words_end_as_text() -> None:
    """Every element is the template's; the words themselves can be read, controls by their code."""
    page = Read(render_report(hostile_results()))
    assert page.words.count("<script>") > 10
    assert SCRIPT in page.words
    assert "⟨U+202E⟩⟨U+0000⟩" in page.words
    assert not {"\u202e", "\x00", "\ud800"} & set(render_report(hostile_results()))
    assert not page.open


def test_words_without_an_end_are_shortened_among_the_differences() -> None:
    """A value of 3,000 letters is shown by its beginning and its end."""
    text = LONG + "end"
    long = letter("a", lambda record: record["patient"]["sex"].update(value=text, quote=text))
    page = render_report(results(arm("model", long)))
    assert "[…]" in page
    assert LONG not in page


def test_a_page_of_many_failures_stays_small() -> None:
    """Three hundred failing letters with all that a letter holds wrong: less than 2 MB."""
    letters = [letter(f"case-{number}", dropped, slipped_first) for number in range(300)]
    page = render_report(results(arm("model", *letters)))
    assert len(page.encode()) < 2_000_000
    assert "letters more" in Read(page).words


def slipped_first(record: dict[str, list[dict[str, dict[str, int]]]]) -> None:
    """Read most of the first item's words from other places."""
    for name in ("request", "treatment", "decision", "rationale", "conclusion"):
        record["items"][0][name]["start"] += 1


# --- what it says --------------------------------------------------------------------------------


def test_a_failure_is_shown_in_the_letters_own_words(tmp_path: Path) -> None:
    """With the golden folder the passage is marked; without it quotes are shown, and it is said."""
    with_words = render_report(grid(), golden(tmp_path, "a", "b"))
    assert '<mark class="both">Upheld</mark>' in with_words
    without = render_report(grid())
    assert '<mark class="both">Upheld</mark>' not in without
    assert "--golden" in Read(without).words
    assert "upheld" in Read(without).words


def test_rules_alone_have_no_cost_and_the_page_says_so() -> None:
    """No empty chart against cost; of two arms one against time, of one arm none."""
    both = [arm(name, letter("a", seconds=0.1), proposer="rules") for name in ("rules", "older")]
    page = render_report(results(*both))
    assert "No arm has a cost" in page
    assert "Perfect letters against time" in page
    assert "Perfect letters against cost" not in page
    assert "Perfect letters against time" not in render_report(results(both[0]))


def test_an_arm_whose_cost_is_not_known_is_not_drawn() -> None:
    """It is named; rules are drawn at no cost."""
    page = Read(render_report(grid())).words
    assert "Not drawn, since nothing is known: spans." in page
    assert "rules: 100 % of 2 at $0" in page


def test_without_matplotlib_the_page_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures stay, as a table."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = Read(render_report(grid()))
    assert "pip install 'imr-extractor[charts]'" in page.words
    assert not [each for each in page.all("svg") if each.get("role") == "img"]
    assert "$0.015" in page.words


def test_a_users_own_style_of_drawing_changes_nothing() -> None:
    """The drawing follows from the figures alone, and leaves matplotlib as it was."""
    before = render_report(grid())
    with mpl.rc_context({"lines.linewidth": 9, "font.size": 30}):
        assert render_report(grid()) == before
        assert mpl.rcParams["font.size"] == 30


def test_results_of_different_golden_letters_are_not_put_on_one_scale_silently() -> None:
    """The page warns; of the same letters it does not."""
    one, other = (results(arm("rules", letter("a")), sha256=each * 64) for each in "ab")
    warning = "not comparable"
    assert warning in render_report({"one": one, "other": other})
    assert warning not in render_report({"one": one, "same": one})


def test_only_perfect_letters_leave_no_failures() -> None:
    """The page says so instead of showing an empty list."""
    page = Read(render_report(results(arm("rules", letter("a")))))
    assert "Every letter is perfect in every arm." in page.words


# --- the command ---------------------------------------------------------------------------------


def test_the_command_writes_one_page_of_several_files(tmp_path: Path) -> None:
    """Arms with one name are told apart by their files; the folder is made."""
    for name in ("monday", "tuesday"):
        results(arm("rules", letter("a"), proposer="rules")).save(tmp_path / f"{name}.json")
    out = tmp_path / "new" / "report.html"
    files = (tmp_path / "monday.json", tmp_path / "tuesday.json")
    done = imr_eval("report", *files, "--out", out)
    assert done.exit_code == 0
    page = out.read_text("utf-8")
    assert "rules (monday)" in page
    assert "rules (tuesday)" in page
    assert str(tmp_path) not in page


def test_what_is_no_results_file_is_refused_in_one_line(tmp_path: Path) -> None:
    """So is a golden folder that is not there; nothing is written."""
    path, out = tmp_path / "x.json", tmp_path / "report.html"
    path.write_text(json.dumps({"schema": "other"}), "utf-8")
    assert imr_eval("report", path, "--out", out).exit_code == 2
    results(arm("rules", letter("a"))).save(path)
    done = imr_eval("report", path, "--out", out, "--golden", tmp_path / "nowhere")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert not out.exists()


def test_results_without_an_arm_are_refused() -> None:
    """There is nothing to show."""
    with pytest.raises(EvalError):
        render_report({})
