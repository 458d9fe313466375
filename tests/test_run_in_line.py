"""Letters that wait for a model: one that takes long holds up no other, and order is kept."""

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from letters import Issue, Letter

from evals.bench.serving import right_reply
from evals.endpoint import Received, ScriptedEndpoint, Sent, completion
from extractor import Extractor
from extractor.propose.llm.options import IN_LINE, ModelOptions
from extractor.record import Document, Provenance, Record
from extractor.run import run
from extractor.source import Input, find

AT_ONCE = 2
FAR = IN_LINE * AT_ONCE - 1
DONE_BY = Provenance(proposer="test", version="0")


class FirstIsLast:
    """Extracts at once, but the first letter only when *until* others have been submitted."""

    concurrency = AT_ONCE
    configuration: Mapping[str, object] = {}

    def __init__(self, until: int) -> None:
        """Keep the first letter back until then."""
        self.until, self.submitted, self.most = until, 0, 0
        self.first: Future[Record] = Future()

    def extract_input(self, found: Input, /) -> Record:
        """Return a record that names its letter."""
        document = Document(id=found.id, path=None)
        return Record(document=document, status="failed", provenance=DONE_BY)

    def submit(self, found: Input, /) -> Future[Record]:
        """Begin a letter; the first one ends with the last of those that it waits for."""
        future: Future[Record] = self.first if self.submitted == 0 else Future()
        if self.submitted:
            future.set_result(self.extract_input(found))
        if self.submitted == self.until:
            self.first.set_result(self.extract_input(Input(id="0", path=None, error=None)))
        self.submitted += 1
        return future


def inputs(count: int) -> list[Input]:
    """Return letters by number."""
    return [Input(id=str(n), path=None, error=None) for n in range(count)]


def test_a_letter_that_takes_long_holds_nobody_up() -> None:
    """Many more than may be under way are done while the first one is not, and come after it."""
    lines: list[str] = []
    summary = run(inputs(FAR + 5), FirstIsLast(FAR), sink=lines.append)
    ids = [Record.from_json(line).document.id for line in lines]
    assert summary.inputs == FAR + 5
    assert ids == [str(n) for n in range(FAR + 5)]


def test_no_more_letters_are_begun_than_there_is_room_for() -> None:
    """While nothing is done, twice as many as may be asked about at once are begun, to be ready."""
    begun: list[Future[Record]] = []
    told = threading.Semaphore(0)

    class Waiting(FirstIsLast):
        def submit(self, found: Input, /) -> Future[Record]:
            del found
            begun.append(Future())
            told.release()
            return begun[-1]

    extract = Waiting(0)
    work = threading.Thread(
        target=run, args=(inputs(9), extract), kwargs={"sink": lambda _: None}, daemon=True
    )
    work.start()
    for n in range(9):
        if n < 2 * AT_ONCE:
            assert told.acquire(timeout=10)
    assert len(begun) == 2 * AT_ONCE
    for n in range(9):
        begun[n].set_result(extract.extract_input(inputs(9)[n]))
        if n + 2 * AT_ONCE < 9:
            assert told.acquire(timeout=10)
    work.join(10)
    assert not work.is_alive()


def test_a_stream_goes_on_past_a_letter_that_takes_long(tmp_path: Path) -> None:
    """The first letter's reply comes when those after it have been asked about; order is kept."""
    texts = [Letter((Issue(f"Massage therapy, {n} visits"),)).write() for n in range(2, 10)]
    for n, text in enumerate(texts):
        (tmp_path / f"{n}.txt").write_text(text, "utf-8")
    replies = {f"Massage therapy, {n} visits": right_reply(texts[n - 2]) for n in range(2, 10)}
    asked: list[str] = []

    def answer(request: Received) -> Sent:
        letter = request.body["messages"][-1]["content"]
        name = next(name for name in replies if name in letter)
        asked.append(name)
        late = 2.0 if name == "Massage therapy, 2 visits" else 0.0
        return Sent(body=completion(request, replies[name]), late=late)

    async def streamed(extractor: Extractor) -> list[Any]:
        return [(each.document.id, len(asked)) async for each in extractor.stream([tmp_path])]

    options = ModelOptions(no_cache=True, concurrency=AT_ONCE, repairs=0)
    with (
        ScriptedEndpoint(answer) as endpoint,
        Extractor(proposer="llm", model="m", base_url=endpoint.url, options=options) as extractor,
    ):
        found = asyncio.run(streamed(extractor))
    assert [name for name, _ in found] == [Path(each.id).name for each in find([tmp_path])]
    assert found[0][1] == len(texts)
