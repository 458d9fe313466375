"""What a corpus holds, known before anything is extracted: layouts, headings, years, failures."""

import json
from pathlib import Path

import pytest
from letters import SHAPES, Issue, Letter
from terminal import LETTER, imr

from extractor.cli.survey import _MOST
from extractor.source import find
from extractor.survey import Group, Survey, survey
from extractor.survey.groups import Recurring
from extractor.survey.headings import CASE_HEADER, Heading

# A notice that no layout knows: of one of them it has a label, and a mark in other capitals.
NOTICE = """\
BOARD OF MEDICAL APPEALS

Imr Issues, Decisions and Rationales

{name}

{request}: Upheld

MAXIMUS guideline: The {name} file was reviewed on 3/{day}/2015.

Signed: {name}
"""
NAMED_IN_2016 = (
    CASE_HEADER,
    "HOW THE IMR FINAL DETERMINATION WAS MADE",
    "CLINICAL CASE SUMMARY",
    "IMR ISSUES, DECISIONS AND RATIONALES",
    "Claims Administrator guideline:",
    "MAXIMUS guideline:",
    "Decision rationale:",
)


def notices(folder: Path, number: int) -> None:
    """Write notices of unknown layout, each with a name and a request of its own."""
    for day in range(1, number + 1):
        name = "Mr. " + "ABCDEFGHIJ"[day] + "bel"
        words = NOTICE.format(name=name, request="Walker " * day, day=day)
        (folder / f"notice-{day}.txt").write_text(words, "utf-8")


def of(folder: Path, jobs: int = 1, examples: int = 1) -> Survey:
    """Survey *folder*."""
    return survey(find(folder), jobs=jobs, examples=examples)


def only(folder: Path) -> Group:
    """Return the one group that the letters of *folder* are of."""
    [group] = of(folder).groups
    return group


def test_neither_reader_nor_requests_nor_their_number_part_a_group(tmp_path: Path) -> None:
    """Letters of one layout are one group, however they are written and whatever they dispute."""
    for number, shape in enumerate((*SHAPES, "bare"), start=1):
        issues = tuple(Issue(request=f"Lumbar brace {n}, TENS unit") for n in range(number))
        (tmp_path / f"{shape}.txt").write_bytes(Letter(issues=issues).write(shape).encode())
    group = only(tmp_path)
    assert (group.layout, group.letters, group.share) == ("dwc-2016", len(SHAPES) + 1, 1.0)
    assert group.headings == NAMED_IN_2016
    assert (group.years, group.dated_by_header) == ({"2016": 6}, 6)


def test_a_header_that_lacks_a_label_is_a_group_of_its_own(tmp_path: Path) -> None:
    """What the case header does not say is said in its heading."""
    whole = Letter().write()
    (tmp_path / "a.txt").write_text(whole, "utf-8")
    (tmp_path / "b.txt").write_text(whole.replace("Priority:", ""), "utf-8")
    heads = {group.headings[0]: group.letters for group in of(tmp_path).groups}
    assert heads == {CASE_HEADER: 1, f"{CASE_HEADER} without Priority": 1}


def test_an_unknown_layout_is_shown_by_what_recurs(tmp_path: Path) -> None:
    """Headings of two letters count; names, requests and what one letter alone has do not."""
    notices(tmp_path, 6)
    lonely = tmp_path / "notice-6.txt"
    lonely.write_text("ADDENDUM\n\n" + lonely.read_text("utf-8"), "utf-8")
    group = only(tmp_path)
    assert (group.layout, group.letters) == ("unknown", 6)
    assert group.headings == (
        "BOARD OF MEDICAL APPEALS",
        "Imr Issues, Decisions and Rationales",
        "MAXIMUS guideline:",
        "Signed:",
    )
    assert (group.years, group.dated_by_header) == ({"2015": 6}, 0)


def test_an_unknown_layout_tells_what_nearly_fits(tmp_path: Path) -> None:
    """What the nearest layout's marks and headings have in common with the letters, and lack."""
    notices(tmp_path, 2)
    [near] = only(tmp_path).near
    assert (near.layout, near.letters) == ("dwc-2016", 2)
    assert near.has == ("MAXIMUS guideline:",)
    assert near.in_other_capitals == ("IMR ISSUES, DECISIONS AND RATIONALES",)
    assert near.lacks[0] == "Claims Administrator guideline:"


def test_a_sentence_is_no_heading_in_other_capitals(tmp_path: Path) -> None:
    """Words of a heading within running text are not said to be nearly that heading."""
    whole = Letter().write().replace("\nCLINICAL CASE SUMMARY", "\nSTORY")
    (tmp_path / "a.txt").write_text(whole.replace("Administrator guideline", "guideline"), "utf-8")
    [near] = only(tmp_path).near
    assert "clinical case summary" in whole
    assert near.in_other_capitals == ()
    assert near.lacks == ("Claims Administrator guideline:",)


def test_what_is_near_nothing_is_said_to_be(tmp_path: Path) -> None:
    """A text with no word of any layout has no heading, no year, and no layout near it."""
    (tmp_path / "list.txt").write_text("two loaves of bread, six eggs, some paint\n", "utf-8")
    group = only(tmp_path)
    assert (group.layout, group.headings, group.near) == ("unknown", (), ())
    assert (group.years, group.pages) == ({"unknown": 1}, None)


def test_failures_are_counted_by_code_and_nothing_is_lost(tmp_path: Path) -> None:
    """Groups and failures together are all the inputs; unknown layouts come first."""
    notices(tmp_path, 3)
    (tmp_path / "letter.txt").write_text(LETTER, "utf-8")
    (tmp_path / "blank.txt").write_bytes(b" \n")
    (tmp_path / "noise.txt").write_bytes(b"\0\1\2")
    found = of(tmp_path)
    assert (found.letters, found.read) == (6, 4)
    assert found.failed == {"empty_input": 1, "not_text": 1}
    assert found.layouts == {"unknown": 3, "dwc-2014": 1}
    assert [(group.layout, group.letters) for group in found.groups] == [
        ("unknown", 3),
        ("dwc-2014", 1),
    ]
    assert sum(group.letters for group in found.groups) + found.ungrouped == found.read


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    """Two processes survey as one does, examples included."""
    notices(tmp_path, 9)
    (tmp_path / "letter.txt").write_text(LETTER, "utf-8")
    (tmp_path / "blank.txt").write_bytes(b"")
    for n in range(16):
        (tmp_path / f"more-{n}.txt").write_text(Letter().write(), "utf-8")
    assert of(tmp_path, jobs=2, examples=3) == of(tmp_path, examples=3)


def test_examples_are_the_first_letters_of_a_group(tmp_path: Path) -> None:
    """So many as are asked for, by id and path."""
    notices(tmp_path, 4)
    [group] = of(tmp_path, examples=2).groups
    assert [example.id for example in group.examples] == ["notice-1.txt", "notice-2.txt"]
    assert group.examples[0].path == str(tmp_path / "notice-1.txt")
    assert of(tmp_path, examples=0).groups[0].examples == ()


def test_headings_are_held_in_bounded_memory() -> None:
    """What stands in one letter each is forgotten; what recurs is known however late it comes."""
    recurring = Recurring()
    most = 0
    often, rare = Heading("APPENDIX", "capitals"), Heading("Diagnosis:", "other")
    for n in range(30_000):
        own = [Heading(f"REQUEST {n} {k}", "capitals") for k in range(3)]
        late = [often] if n % 80 == 0 else [rare] if n % 25 == 0 else []
        recurring.add([*own, *late])
        most = max(most, len(recurring))
    assert most < 10_000
    assert recurring.recur(often)  # 1.25 % of the letters
    assert not recurring.recur(rare)  # 3.8 % of them, and not in capitals
    assert not recurring.recur(Heading("REQUEST 7 1", "capitals"))


def test_a_terminal_shows_every_group_within_80_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider, nothing of a letter or a name acts on the terminal."""
    monkeypatch.setenv("COLUMNS", "80")
    notices(tmp_path, 3)
    text = "SECTION \x1b[2JONE\n\nSome words of it.\n" + NOTICE
    for name in ("a\x1b[2Jb.txt", "c.txt"):
        (tmp_path / name).write_text(text, "utf-8")
    done = imr("survey", tmp_path, "--examples", "2")
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    shown = " ".join(done.stdout.split())
    assert "SECTION \ufffd[#JONE > BOARD OF MEDICAL APPEALS" in shown
    assert "in other capitals 'IMR ISSUES, DECISIONS AND RATIONALES'" in shown
    assert "5 letters in 2 groups: unknown 5." in shown


def test_more_groups_than_a_screen_takes_are_counted(tmp_path: Path) -> None:
    """The terminal shows the first ones and says how many there are; JSON has them all."""
    for n in range(_MOST + 3):
        title = "".join("ABCDEFGHIJ"[int(digit)] for digit in str(n))
        for copy in "xy":
            words = f"CHAPTER {title}\n\nSome words of it, signed on 4/5/2016.\n"
            (tmp_path / f"{n}{copy}.txt").write_text(words, "utf-8")
    assert "3 more groups, 6 letters" in imr("survey", tmp_path).stdout
    whole = json.loads(imr("survey", tmp_path, "--json").stdout)
    assert (whole["schema"], len(whole["groups"])) == ("imr-survey/1", _MOST + 3)


def test_a_layout_of_ones_own_covers_what_was_unknown(tmp_path: Path) -> None:
    """With ``--layouts`` the letters are of the layout that was added."""
    (tmp_path / "letters").mkdir()
    notices(tmp_path / "letters", 2)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "board.toml").write_text(
        'name = "board"\n[detect]\nall = ["BOARD OF MEDICAL APPEALS"]\n'
        '[[sections]]\nname = "issues"\nheading = "Imr Issues, Decisions and Rationales"\n'
        '[items]\nstyle = "heading"\n[items.decisions]\nUpheld = "upheld"\n[items.labels]\n'
        'claims_administrator = "MAXIMUS guideline:"\nreviewer = "Reviewed by:"\n'
        'rationale = "Signed:"\n',
        "utf-8",
    )
    done = imr("survey", tmp_path / "letters", "--layouts", tmp_path / "own", "--json")
    assert json.loads(done.stdout)["layouts"] == {"board": 2}


def test_a_mistyped_path_is_refused(tmp_path: Path) -> None:
    """Nothing found there must not look like an empty corpus."""
    (tmp_path / "a.txt").write_text(LETTER, "utf-8")
    done = imr("survey", tmp_path, tmp_path / "nosuch")
    assert (done.exit_code, done.stdout) == (2, "")
