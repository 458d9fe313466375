"""What asking a model costs beside the model: letters a second, CPU time, memory.

The endpoint is a server on this machine, in another process, that gives each letter its right
reply after a set time. Three ways to ask are measured in turns, with as many requests under way:
the bare client (openai and instructor, told to try nothing twice); asking alone (from a letter's
text to claims that nobody judges); and a run, from letters' files to records.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from evals.bench.corpus import multiplied
from evals.bench.growth import growing_letter
from evals.bench.measures import Measure, Target
from evals.bench.processes import memory
from evals.bench.serving import NUMBER, serving
from evals.errors import EvalError
from extractor.pipeline import Extractor, version
from extractor.propose.llm.asking import Message
from extractor.propose.llm.background import begin
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.model import Model
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reply import Reply
from extractor.run import run
from extractor.source import find
from extractor.text import Text

T = TypeVar("T")
LLM = "llm"
RATE_TARGET = Target(0.9, at_least=True)
CPU_TARGET = Target(1.3, at_least=False)
BARE, ASKED, WHOLE = "bare client", "asking alone", "run"
_NAME = "measured"


@dataclass(frozen=True)
class Load:
    """How an endpoint is loaded.

    Attributes:
        letters: How many are asked about in a round.
        concurrency: How many requests are under way at once.
        after: How long a reply takes, in seconds.
        rounds: How often each way of asking is measured, after a short round that does not count.
    """

    letters: int = 640
    concurrency: int = 64
    after: float = 1.0
    rounds: int = 3

    @property
    def ideal(self) -> float:
        """Letters a second of a client that takes no time; without end where replies take none."""
        return self.concurrency / self.after if self.after else float("inf")


class Taken(NamedTuple):
    """What a round took: seconds by the wall clock, and seconds of this process's CPU time."""

    wall: float
    cpu: float


Task = Callable[[], object]
Way = Callable[[Sequence[str]], Task]
"""Prepares to ask about letters; what it returns is measured."""


def model(texts: Sequence[str], count: int, load: Load = Load()) -> Iterator[Measure]:
    """Measure the model's path on letters among *texts* that have a case number.

    Args:
        texts: Letters, verified by the rules.
        count: Letters of the larger memory run; the smaller has a twentieth of them.
        load: How the endpoint is loaded.

    Raises:
        EvalError: No letter has a case number, or a letter's record was not verified.
    """
    numbered = [text for text in texts if NUMBER.search(text.encode())]
    if not numbered:
        raise EvalError("No letter has a case number, by which the endpoint would know it.")
    yield from asking(numbered, load)
    yield from model_memory(count, load.concurrency)


def asking(texts: Sequence[str], load: Load) -> Iterator[Measure]:
    """Measure rates and CPU time of the three ways to ask."""
    with ExitStack() as stack:
        url = stack.enter_context(serving(texts, load.after)).url
        folder = Path(stack.enter_context(TemporaryDirectory()))
        ways: dict[str, Way] = {
            BARE: stack.enter_context(_Bare(url, load)),
            ASKED: stack.enter_context(_Asked(url, load)),
            WHOLE: stack.enter_context(_Whole(url, load, folder)),
        }
        taken = _in_turns(ways, texts, load)
    yield from _rates(taken, load)
    yield from _cpu_times(taken, load)


def _in_turns(ways: dict[str, Way], texts: Sequence[str], load: Load) -> dict[str, list[Taken]]:
    taken: dict[str, list[Taken]] = {name: [] for name in ways}
    first, tasks = (
        {name: way(list(multiplied(texts, count))) for name, way in ways.items()}
        for count in (min(load.letters, load.concurrency), load.letters)
    )
    for task in first.values():
        task()
    for _ in range(load.rounds):
        for name, task in tasks.items():
            wall, cpu = time.perf_counter(), time.process_time()
            task()
            taken[name].append(Taken(time.perf_counter() - wall, time.process_time() - cpu))
    return taken


def _rates(taken: dict[str, list[Taken]], load: Load) -> Iterator[Measure]:
    of = f"{load.letters} letters, {load.concurrency} at once"
    rates = {name: [load.letters / each.wall for each in taken[name]] for name in taken}
    for name, measured in rates.items():
        yield Measure.of_rounds(f"model: {name}", "letters/s", measured, of)
    pairs = zip(rates[WHOLE], rates[BARE], strict=True)
    shares = [ours / min(bare, load.ideal) for ours, bare in pairs]
    of = f"{load.letters} letters, ideal {load.ideal:g}"
    yield Measure.of_rounds(
        f"model: {WHOLE} over ideal or {BARE}", "times", shares, of, RATE_TARGET
    )


def _cpu_times(taken: dict[str, list[Taken]], load: Load) -> Iterator[Measure]:
    of = f"{load.letters} letters"
    times = {name: [1000 * each.cpu / load.letters for each in taken[name]] for name in taken}
    for name, measured in times.items():
        yield Measure.of_rounds(f"model: CPU, {name}", "ms/letter", measured, of)
    for name in (ASKED, WHOLE):
        ratios = [ours / bare for ours, bare in zip(times[name], times[BARE], strict=True)]
        label = f"model: CPU, {name} over {BARE}"
        yield Measure.of_rounds(label, "times", ratios, of, CPU_TARGET)


class _Bare(AbstractContextManager["_Bare"]):
    """Instructor's own call over openai's own client, with the messages that the house sends."""

    def __init__(self, url: str, load: Load) -> None:
        openai, instructor = import_module("openai"), import_module("instructor")
        self._load, self._prompt = load, Prompt.load()
        self._runner = asyncio.Runner()
        self._client = openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
        mode = instructor.Mode.JSON_SCHEMA
        self._create: Any = instructor.from_openai(self._client, mode=mode).create

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.close())
        self._runner.close()

    def __call__(self, texts: Sequence[str]) -> Task:
        """Make the messages about *texts*, which is not measured."""
        asked = [self._prompt.messages(NumberedLines(Text.of(text))) for text in texts]
        return lambda: self._runner.run(_side_by_side(self._ask, asked, self._load.concurrency))

    async def _ask(self, messages: Sequence[Message]) -> None:
        await self._create(
            model=_NAME,
            messages=messages,
            response_model=Reply,
            max_retries=0,
            max_tokens=4096,
            temperature=0.0,
        )


class _Asked(AbstractContextManager["_Asked"]):
    """The model as an extractor holds it, from text to claims, which nobody judges."""

    def __init__(self, url: str, load: Load) -> None:
        self._load = load
        self._model = Model(_NAME, url, None, _options(load), version())

    def __exit__(self, *_: object) -> None:
        begin(self._model.aclose()).result()

    def __call__(self, texts: Sequence[str]) -> Task:
        return lambda: begin(_side_by_side(self._ask, texts, self._load.concurrency)).result()

    async def _ask(self, text: str) -> None:
        reading = await self._model.read(Text.of(text), lambda _: ())
        if reading.error is not None:
            raise reading.error


class _Whole(AbstractContextManager["_Whole"]):
    """A run over files, as the command makes it, whose records are not kept."""

    def __init__(self, url: str, load: Load, folder: Path) -> None:
        self._folder = folder
        self._extractor = Extractor(proposer=LLM, model=_NAME, base_url=url, options=_options(load))

    def __exit__(self, *_: object) -> None:
        self._extractor.close()

    def __call__(self, texts: Sequence[str]) -> Task:
        """Write *texts* into files, which is not measured."""
        folder = self._folder / str(len(texts))
        for number, text in enumerate(texts):
            path = folder / f"{number:06d}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        return lambda: self._run(folder)

    def _run(self, folder: Path) -> None:
        summary = run(find([folder]), self._extractor, sink=lambda _: None)
        if summary.verified != summary.inputs:
            raise EvalError(f"Of {summary.inputs} letters {summary.verified} were verified.")


def _options(load: Load) -> ModelOptions:
    return ModelOptions(no_cache=True, repairs=0, concurrency=load.concurrency)


async def _side_by_side(
    ask: Callable[[T], Awaitable[None]], given: Iterable[T], at_once: int
) -> None:
    """Ask about everything that is *given*, so many *at_once* and never fewer before the end."""
    rest = iter(given)

    async def work() -> None:
        for each in rest:
            await ask(each)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())


def model_memory(count: int, concurrency: int) -> Iterator[Measure]:
    """Measure the most memory that ``imr extract --proposer llm`` ever holds, replies at once."""
    text = growing_letter(sentences=2, items=1)
    with serving([text], 0) as served:
        asking = ("--proposer", LLM, "--model", _NAME, "--base-url", served.url)
        more = ("--no-cache", "--repairs", "0", "--concurrency", str(concurrency))
        for each in memory([text], count, *asking, *more):
            yield replace(each, name=f"model: {each.name}")
