"""The cache of replies: what is kept, what is asked again, and what no disk may break."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cached import SETTINGS, USAGE, Recording, Verdict, ask, question, rows, run
from pydantic import BaseModel

from extractor.errors import EndpointFailed, MalformedReply, NotCached
from extractor.propose.llm.asking import ModelSettings, Question, Usage
from extractor.propose.llm.cache import CachedReplies, key_of
from extractor.propose.llm.store import Store


class TestWhatIsKept:
    """Looking up."""

    def test_a_reply_is_asked_for_once(self, tmp_path: Path) -> None:
        """The next run gets the reply, its words and its usage from the cache, without a call."""
        inner = Recording()
        (first,) = asyncio.run(ask(tmp_path, inner, question()))
        (again,) = asyncio.run(ask(tmp_path, inner, question()))
        assert len(inner.asked) == 1
        assert (first.cached, first.calls, again.cached, again.calls) == (False, 1, True, 0)
        assert (again.reply, again.raw, again.usage) == (first.reply, first.raw, USAGE)

    @pytest.mark.parametrize(
        "other",
        [
            {"letter": "b"},
            {"prompt": "q"},
            {"repeat": 1},
            {"messages": ({"role": "user", "content": "1| Other"},)},
        ],
    )
    def test_another_question_is_asked(self, tmp_path: Path, other: dict[str, Any]) -> None:
        """Letter, prompt, repeat and every message count."""
        inner = Recording()
        assert run(tmp_path, inner, question(), question(**other)) == [False, False]

    def test_a_repair_is_another_question(self, tmp_path: Path) -> None:
        """What follows the first turn counts."""
        first = question()
        turn = {"role": "assistant", "content": "{}"}
        repair = replace(first, messages=(*first.messages, turn))
        assert run(tmp_path, Recording(), first, repair) == [False, False]

    @pytest.mark.parametrize(
        "other",
        [
            {"model": "x"},
            {"base_url": None},
            {"mode": "tools"},
            {"temperature": 1.0},
            {"max_output_tokens": 9},
            {"seed": 1},
        ],
    )
    def test_other_parameters_are_another_key(self, other: dict[str, object]) -> None:
        """Whatever changes replies counts."""
        changed = replace(SETTINGS, **other)  # type: ignore[arg-type]
        assert key_of(question(), Verdict, changed) != key_of(question(), Verdict, SETTINGS)

    def test_waits_are_no_part_of_the_key(self) -> None:
        """What does not change replies does not count."""
        changed = replace(SETTINGS, timeout=1.0, deadline=2.0, concurrency=3)
        assert key_of(question(), Verdict, changed) == key_of(question(), Verdict, SETTINGS)

    def test_another_schema_is_another_key(self) -> None:
        """A reply answers to its schema."""

        class Other(BaseModel):
            decision: int

        assert key_of(question(), Verdict, SETTINGS) != key_of(question(), Other, SETTINGS)

    def test_half_a_character_has_a_key(self, tmp_path: Path) -> None:
        """A lone surrogate in a letter or a reply is no error; such a reply is asked again."""
        odd = question(messages=({"role": "user", "content": "1| \ud800"},))
        inner = Recording('{"decision": "\\ud800"}')
        answers = asyncio.run(ask(tmp_path, Half(), odd, odd))
        assert [answer.reply.decision for answer in answers] == ["\ud800", "\ud800"]
        assert inner.asked == []

    def test_neither_letter_nor_key_is_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On disk stand the reply and where it came from; no letter, no key, no password."""
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
        secret = ModelSettings("m", "http://user:hidden@127.0.0.1:9/v1")

        async def once() -> None:
            replies = CachedReplies(Recording(), secret, tmp_path)
            await replies.ask(question(), Verdict)
            await replies.aclose()

        asyncio.run(once())
        kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
        assert b"upheld" in kept
        assert not any(word in kept for word in (b"secret", b"hidden"))

    def test_a_reply_that_no_longer_parses_is_asked_again(self, tmp_path: Path) -> None:
        """And replaced."""
        inner = Recording()
        run(tmp_path, inner, question())
        ((text,),) = rows(tmp_path, "SELECT value FROM Cache")
        spoilt = json.loads(str(text)) | {"raw": '{"decision": 1}'}
        rows(tmp_path, "UPDATE Cache SET value = ?", json.dumps(spoilt))
        assert run(tmp_path, inner, question(), question()) == [False, True]

    def test_a_reply_in_a_fence_is_found_again(self, tmp_path: Path) -> None:
        """What the endpoint could read is kept, even where the words alone cannot be."""
        run(tmp_path, Fenced(), question())
        (answer,) = asyncio.run(ask(tmp_path, None, question(), only=True))
        assert (answer.reply.decision, answer.raw[:3]) == ("upheld", "```")

    def test_a_malformed_reply_is_raised_again(self, tmp_path: Path) -> None:
        """So that what was sent back because of it is found in the cache too."""
        error = MalformedReply("Not of the schema.", "{}", ["decision is missing"])
        error.usage = USAGE
        inner = Recording(error=error)
        for cached in (False, True):
            with pytest.raises(MalformedReply) as raised:
                run(tmp_path, inner, question())
            assert (raised.value.raw, raised.value.faults) == ("{}", ("decision is missing",))
            assert (raised.value.usage, raised.value.cached) == (USAGE, cached)
        assert len(inner.asked) == 1

    def test_failures_are_not_kept(self, tmp_path: Path) -> None:
        """An endpoint that was down is asked again."""
        inner = Recording(error=EndpointFailed("Down."))
        for _ in range(2):
            with pytest.raises(EndpointFailed):
                run(tmp_path, inner, question())
        assert len(inner.asked) == 2

    def test_only_the_cache(self, tmp_path: Path) -> None:
        """``only`` asks nothing, and needs nothing that could be asked."""
        run(tmp_path, Recording(), question())
        assert run(tmp_path, None, question(), only=True) == [True]
        with pytest.raises(NotCached):
            run(tmp_path, None, question("b"), only=True)


class Fenced(Recording):
    """An endpoint that reads replies out of their fences."""

    async def ask(self, question: Question, kind: type[BaseModel]) -> object:  # type: ignore[override]
        """Return the answer."""
        answer = await super().ask(question, kind)
        return answer._replace(raw=f"```json\n{answer.raw}\n```")


class Half(Recording):
    """An endpoint whose replies hold half a character."""

    async def ask(self, question: Question, kind: type[BaseModel]) -> object:  # type: ignore[override]
        """Return the answer."""
        answer = await super().ask(question, kind)
        return answer._replace(raw='{"decision": "\ud800"}', reply=Verdict(decision="\ud800"))


class TestUnderWay:
    """The same question asked several times at once."""

    def test_it_is_asked_once(self, tmp_path: Path) -> None:
        """Everyone gets the answer, and one of them the usage."""
        inner = Recording()

        async def many() -> list[bool]:
            replies = CachedReplies(inner, SETTINGS, tmp_path)
            answers = await asyncio.gather(*(replies.ask(question(), Verdict) for _ in range(50)))
            await replies.aclose()
            return [answer.cached for answer in answers]

        assert sorted(asyncio.run(many())) == [False] + [True] * 49
        assert len(inner.asked) == 1

    def test_everyone_gets_the_error(self, tmp_path: Path) -> None:
        """And one of them its usage; the question can be asked again."""
        error = EndpointFailed("Down.")
        error.usage = USAGE
        inner = Recording(error=error)

        async def many() -> list[object]:
            replies = CachedReplies(inner, SETTINGS, tmp_path)
            asked = (replies.ask(question(), Verdict) for _ in range(5))
            came: list[object] = [*await asyncio.gather(*asked, return_exceptions=True)]
            inner.error = None
            came.append((await replies.ask(question(), Verdict)).cached)
            await replies.aclose()
            return came

        *errors, after = asyncio.run(many())
        assert all(isinstance(each, EndpointFailed) for each in errors)
        assert sorted(each.usage for each in errors) == [(), (), (), (), USAGE]  # type: ignore[attr-defined]
        assert (after, len(inner.asked)) == (False, 2)

    @pytest.mark.parametrize("leaves", [0, 1])
    def test_one_who_leaves_does_not_end_it(self, tmp_path: Path, leaves: int) -> None:
        """Neither the first to ask nor a later one; who stays gets answer and usage."""
        inner = Recording()
        inner.go.clear()

        async def two() -> bool:
            replies = CachedReplies(inner, SETTINGS, tmp_path)
            tasks = [asyncio.create_task(replies.ask(question(), Verdict)) for _ in range(2)]
            await _until(lambda: bool(inner.asked))
            tasks[leaves].cancel()
            await asyncio.wait([tasks[leaves]])
            inner.go.set()
            answer = await tasks[1 - leaves]
            await replies.aclose()
            return answer.cached

        assert asyncio.run(two()) is False
        assert len(inner.asked) == 1

    def test_the_last_one_who_leaves_ends_it(self, tmp_path: Path) -> None:
        """Nobody pays for an answer that nobody waits for; the next one asks anew."""
        inner = Recording()
        inner.go.clear()

        async def leave_and_return() -> bool:
            replies = CachedReplies(inner, SETTINGS, tmp_path)
            task = asyncio.create_task(replies.ask(question(), Verdict))
            await _until(lambda: bool(inner.asked))
            task.cancel()
            await asyncio.wait([task])
            inner.go.set()
            answer = await replies.ask(question(), Verdict)
            await replies.aclose()
            return answer.cached

        assert asyncio.run(leave_and_return()) is False
        assert len(inner.asked) == 2


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not met():
            await asyncio.sleep(0.001)


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment names it, else it is the user's."""
    monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "mine"))
    assert Store().folder == tmp_path / "mine"
    monkeypatch.delenv("IMR_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert Store().folder.parts[-2:] == ("imr-extractor", "replies")


def test_usage_has_the_fields_that_are_kept() -> None:
    """An entry holds as many numbers as ``Usage`` has."""
    assert len(Usage()) == 4
