"""Wrong replies of a model: that each is wrong, that none is let through, the socket included."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.endpoint import ScriptedEndpoint, says
from evals.escape.letters import Letter
from evals.escape.made import Judged, Replied, judge
from evals.escape.operators import Operator
from evals.escape.pool import Pool, gather
from evals.escape.replying import HARMLESS_REPLIES, REPLIES
from evals.escape.replying.written import places
from evals.escape.run import Run, run
from evals.escape.tree import at
from extractor import Extractor
from extractor.propose.llm.options import ModelOptions
from extractor.record import Record
from extractor.validate import CHECKS

ROOT = Path(__file__).parent.parent
BLIND = frozenset(CHECKS)
OVER_THE_SOCKET = 300


@pytest.fixture(scope="module")
def pool() -> Pool:
    """The golden letters that are to be verified, with their variants."""
    return gather(ROOT / "golden", 0, (), 1)


def tried(pool: Pool, operator: Operator, count: int = 3, without: frozenset[str] = BLIND) -> Run:
    """Run one operator alone."""
    return run(pool.letters, count, 0, operators=[operator], harmless_operators=(), without=without)


def wrong(pool: Pool, count: int) -> Iterator[tuple[Letter, Replied, Judged]]:
    """Yield different wrong replies, by all operators in turn, and what comes of each."""
    chance = Random(7)  # noqa: S311 - no secret
    seen: set[str] = set()
    while len(seen) < count:
        for operator in REPLIES:
            letter = chance.choice(pool.letters)
            made = operator(letter, chance)
            if not isinstance(made, Replied) or repr(made) in seen:
                continue
            judged = judge(letter, made)
            if not judged.is_right:
                seen.add(repr(made))
                yield letter, made, judged


def test_faultless_replies_are_right_and_verified(pool: Pool) -> None:
    """What is spoilt is a reply from which the right record follows."""
    for letter in pool.letters:
        judged = judge(letter, Replied(letter.faultless))
        assert judged.passes, letter
        assert judged.is_right, letter


def test_places_are_written_as_they_were_read(pool: Pool) -> None:
    """An operator that changes nothing of a place writes the same reply."""
    for letter in pool.letters:
        for placed in places(letter):
            assert str(placed.place) == at(letter.faultless, placed.path)


@pytest.mark.parametrize("operator", REPLIES, ids=lambda each: str(each.__name__))
def test_every_operator_makes_wrong_replies(pool: Pool, operator: Operator) -> None:
    """What it makes says something else than the letter, whether or not anything catches it."""
    [tally] = tried(pool, operator).tallies
    assert tally.tried >= 3


@pytest.mark.parametrize("operator", HARMLESS_REPLIES, ids=lambda each: str(each.__name__))
def test_what_says_the_same_is_verified(pool: Pool, operator: Operator) -> None:
    """A reply that is as good, said otherwise, gives the same record."""
    found = run(pool.letters, 0, 20, operators=(), harmless_operators=[operator])
    assert (found.false_alarms, found.tallies[0].tried) == (0, 20)


def test_a_reply_that_is_none_of_the_schema_is_caught(pool: Pool) -> None:
    """It makes no record at all."""
    letter = pool.letters[0]
    judged = judge(letter, Replied({**letter.faultless, "facts": ["patient.age: old"]}))
    assert judged.codes == ("no_record",)


def test_operators_have_names_of_their_own() -> None:
    """A report's row, and an operator's own chance, belong to one of them."""
    names = [operator.__name__ for operator in (*REPLIES, *HARMLESS_REPLIES)]
    assert len(set(names)) == len(names)


def test_over_the_socket_comes_what_comes_of_it_here(pool: Pool) -> None:
    """The benchmark judges replies as the whole way does: none that is wrong is verified."""
    made = list(wrong(pool, OVER_THE_SOCKET))
    script = [says(json.dumps(replied.reply)) for _, replied, _ in made]
    asking = ModelOptions(no_cache=True, repairs=0, deadline=10, timeout=10)
    with (
        ScriptedEndpoint(script) as endpoint,
        Extractor(proposer="llm", model="m", base_url=endpoint.url, options=asking) as extractor,
    ):
        records = [extractor.extract(text=letter.source) for letter, _, _ in made]
    assert len(endpoint.calls) == len(made)
    assert [each for each in records if each.status == "verified"] == []
    for record, (letter, replied, judged) in zip(records, made, strict=True):
        if judged.record and replied.reply["last_line"] == len(letter.lines):
            assert _content(record) == _content(Record.from_json(json.dumps(judged.record)))


def _content(record: Record) -> object:
    return record.model_dump(exclude={"findings", "status", "document", "provenance"})


def test_the_command_tries_replies(tmp_path: Path) -> None:
    """``--replies`` counts what is let through, and the gate holds it."""
    out = tmp_path / "escape.json"
    options = [
        "--n",
        "100",
        "--harmless",
        "6",
        "--synthetic",
        "0",
        "--golden",
        str(ROOT / "golden"),
    ]
    done = CliRunner().invoke(app, ["escape", "--replies", "--gate", *options, "--out", str(out)])
    assert done.exit_code == 0
    names = {operator["operator"] for operator in json.loads(out.read_text())["operators"]}
    assert names == {operator.__name__ for operator in (*REPLIES, *HARMLESS_REPLIES)}
