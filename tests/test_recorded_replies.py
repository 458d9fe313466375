"""What a real model replied once is read through the real client, over a socket.

A recorded reply points at lines and words of its letter. These tests hold for as long as those
places ground, whatever the prompt's hash has become since the replies were recorded.
"""

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.dataset import Dataset, document_id
from evals.endpoint import Received
from evals.recorded import REPLIES, Recorded, cases, reply_to
from evals.recorded import replay as replaying
from evals.recorded.replay import Replay
from extractor.golden import Case
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reply import Reply
from extractor.source import read

FOLDER = Path(__file__).parent.parent / "golden"
GOLDEN = {case.name: case for case in Dataset.load(FOLDER).cases}
LETTERS = replaying.letters(FOLDER)
WITH_ITEMS = [name for name in cases() if Reply.model_validate_json(reply_to(name) or "").items]
ANOTHER_STATES, REPAIRED = "other-state", "professional-review-granted"


@pytest.fixture(scope="module")
def once() -> Replay:
    """Every letter, read from its first reply alone."""
    return replaying.replay(LETTERS, repairs=0)


@pytest.fixture(scope="module")
def mended() -> Replay:
    """Every letter, read with repairs."""
    return replaying.replay(LETTERS)


def imperfect(found: Replay) -> set[str]:
    """Return the letters that did not come out as labelled."""
    return {score.name for score in found.scores if not score.perfect}


def status_of(found: Replay, name: str) -> str:
    """Return the status of one letter's record."""
    return next(record.status for case, record in found.letters if case.name == name)


# --- what is kept -------------------------------------------------------------------------------


def test_every_file_is_a_reply_to_a_golden_letter() -> None:
    """A reply is of the schema and saw its letter to the last line; repairs follow a first one."""
    assert set(cases()) <= set(GOLDEN)
    for path in REPLIES.iterdir():
        name = path.name.split(".")[0]
        lines = NumberedLines(read(GOLDEN[name].source, name).as_text())
        assert Reply.model_validate_json(path.read_bytes()).last_line == len(lines)


def test_repairs_are_kept_of_the_letters_that_needed_them() -> None:
    """Two letters were sent back, twice each; a further time has no reply."""
    turns = Counter(path.name.split(".")[0] for path in REPLIES.iterdir())
    assert {name: n for name, n in turns.items() if n > 1} == {ANOTHER_STATES: 3, REPAIRED: 3}
    assert reply_to(REPAIRED, 4) is None


def test_a_letter_is_known_by_its_numbered_lines() -> None:
    """Each prompt is known to ask about its letter and no other, its examples' included."""
    prompt, recorded = Prompt.load(), Recorded.of(GOLDEN.values())
    assert len(set(recorded.letters.values())) == len(GOLDEN)
    for name, case in GOLDEN.items():
        messages = prompt.messages(NumberedLines(read(case.source, name).as_text()))
        assert recorded.asked(request(messages)) == (name, 1)
        again = [*messages, {"role": "assistant", "content": "{}"}, prompt.repair((), lines(case))]
        assert recorded.asked(request(again)) == (name, 2)
    assert recorded.asked(request([*prompt.messages(lines(case))][:-1])) is None


def request(messages: object) -> Received:
    """Return a request for a completion that says *messages*."""
    return Received("/v1/chat/completions", {}, {"messages": messages}, 0.0)


def lines(case: Case) -> NumberedLines:
    """Return a case's letter as a prompt shows it."""
    return NumberedLines(read(case.source, case.name).as_text())


# --- what comes of it ---------------------------------------------------------------------------


def test_at_first_reply_all_but_two_letters_come_out_as_labelled(once: Replay) -> None:
    """All but two records are the golden ones, spans and findings included, at one call each."""
    assert imperfect(once) == {ANOTHER_STATES, REPAIRED}
    assert len(once.letters) == once.calls == 48


def test_within_the_repairs_one_more_does(mended: Replay) -> None:
    """The request that was cut short is mended; the letter of another state cannot be."""
    assert imperfect(mended) == {ANOTHER_STATES}
    assert status_of(mended, REPAIRED) == "verified"
    assert mended.calls == 48 + 2 + 1


def test_no_wrong_value_is_verified(once: Replay, mended: Replay) -> None:
    """What the model got wrong stands in records that say so."""
    for found in (once, mended):
        assert [score.name for score in found.scores if score.escaped] == []
        assert status_of(found, ANOTHER_STATES) == "review"


def test_a_record_says_which_prompt_and_model_it_is_of(mended: Replay) -> None:
    """Provenance names replies as recorded, with the prompt that was sent this time."""
    prompt = Prompt.load()
    for case, record in mended.letters:
        made = record.provenance
        assert (made.proposer, made.model, made.cached) == ("llm", replaying.MODEL, False)
        assert made.prompt == f"{prompt.name}@{prompt.hash[:12]}"
        assert record.document.id == document_id(case)


@pytest.mark.parametrize("case", WITH_ITEMS)
def test_a_turned_decision_is_refused(case: str) -> None:
    """In no letter is a decision verified that the words pointed at do not say."""
    change = replaying.turned(case)
    found = replaying.replay([GOLDEN[case]], {case: change.reply}, repairs=0)
    [(_, record)] = found.letters
    assert record.status == "review"
    refused = {finding.path for finding in record.findings if finding.path}
    assert any(change.place.startswith(path) for path in refused)


# --- the command --------------------------------------------------------------------------------


def test_the_command_shows_the_letters_and_what_was_refused() -> None:
    """The table is labelled as recorded; the changed reply ends in review with its code."""
    done = CliRunner().invoke(app, ["replay", "--golden", str(FOLDER)])
    assert done.exit_code == 0
    assert done.stdout.startswith("Recorded replies of a language model")
    assert "value_mismatch" in done.stdout
    assert "48           47        45                   0     51" in done.stdout


def test_a_folder_without_such_letters_is_refused(tmp_path: Path) -> None:
    """Where no reply is recorded there is nothing to replay, and the command says so."""
    done = CliRunner().invoke(app, ["replay", "--golden", str(tmp_path)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
