"""A reply's places: other lines, other words, another of several, more between two edges."""

from collections.abc import Callable, Sequence
from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.made import Replied
from evals.escape.operators.digits import another_digit
from evals.escape.replying.written import (
    Placed,
    Written,
    of_reply,
    places,
    replaced,
    span_of,
    words_in,
)
from extractor.propose.llm.reply import ELLIPSIS, FactName
from extractor.record import REASONS
from extractor.text import collapse

_FEW = 4
_FAR = 15
_OTHER = {
    "upheld": "overturned",
    "overturned": "upheld",
    "necessary": "not_necessary",
    "not_necessary": "necessary",
}
_LONG = frozenset({"text", "rationale", "clinical_summary"})
_COMPARED_ONLY = frozenset({"citations"})


def _any(
    letter: Letter, chance: Random, able: Callable[[Placed], bool] = lambda _: True
) -> Placed | None:
    """Return a place that an operator is *able* to spoil; citations only seldom.

    What a reply says of citations is only compared with what the house reads itself.
    """
    every = [each for each in places(letter) if able(each)]
    if chance.random() < 0.9:  # noqa: PLR2004 - mostly
        every = [each for each in every if each.name not in _COMPARED_ONLY]
    return pick(chance, every)


def _changed(letter: Letter, chosen: Placed, **parts: object) -> Replied:
    place = chosen.place._replace(**parts)  # type: ignore[arg-type]
    return replaced(letter, chosen.path, place)


def lines_moved(letter: Letter, chance: Random) -> Replied | None:
    """A place begins or ends some lines too early or too late."""
    if (chosen := _any(letter, chance)) is None:
        return None
    by = chance.choice([-3, -2, -1, -1, 1, 1, 2, 3])
    first, last = chosen.place.first, chosen.place.last
    moved = chance.choice([(first + by, last), (first, last + by), (first + by, last + by)])
    if not 1 <= moved[0] <= moved[1] <= len(letter.lines):
        return None
    return _changed(letter, chosen, first=moved[0], last=moved[1])


def lines_beyond(letter: Letter, chance: Random) -> Replied | None:
    """A place is in lines that the letter has not, or ends before it begins."""
    if (chosen := _any(letter, chance)) is None:
        return None
    size, first = len(letter.lines), chosen.place.first
    options = [(0, first), (first, size + 1), (size + 1, size + 3), (first + 1, first)]
    lines = chance.choice(options)
    return _changed(letter, chosen, first=lines[0], last=lines[1])


def lines_of_everything(letter: Letter, chance: Random) -> Replied | None:
    """A place is anywhere in the letter, or anywhere in a wide part of it."""
    if (chosen := _any(letter, chance)) is None:
        return None
    first, last = chosen.place.first, chosen.place.last
    far = chance.choice([_FAR, len(letter.lines)])
    lines = max(1, first - far), min(len(letter.lines), last + far)
    return _changed(letter, chosen, first=lines[0], last=lines[1])


def same_words_in_another_line(letter: Letter, chance: Random) -> Replied | None:
    """Words are said to stand in another line, where the same words stand."""
    able = [each for each in places(letter) if each.place.words and _elsewhere(letter, each)]
    if (chosen := pick(chance, able)) is None:
        return None
    line, nth = chance.choice(_elsewhere(letter, chosen))
    return _changed(letter, chosen, first=line, last=line, nth=nth)


def _elsewhere(letter: Letter, placed: Placed) -> list[tuple[int, int | None]]:
    """Return other lines in which the words of a place stand, and which of them each time."""
    words, place = placed.place.words or "", placed.place
    found: list[tuple[int, int | None]] = []
    for number, line in enumerate(letter.lines.lines, 1):
        times = collapse(letter.text.norm[slice(*line)]).count(words)
        if times and not place.first <= number <= place.last:
            found += [(number, nth if times > 1 else None) for nth in range(1, times + 1)]
    return found


def another_of_several(letter: Letter, chance: Random) -> Replied | None:
    """Of words that stand there several times, or once, another one is meant."""
    if (chosen := _any(letter, chance, lambda each: bool(each.place.words))) is None:
        return None
    nth = chance.choice([0, 1, 2, 2, 2, 3, 4])
    lines = chosen.place.first, chosen.place.last
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        lines = max(1, lines[0] - _FAR), min(len(letter.lines), lines[1] + _FAR)
    return _changed(letter, chosen, nth=nth, first=lines[0], last=lines[1])


def edges_widened(letter: Letter, chance: Random) -> Replied | None:
    """Between first and last words stands more: up to the next item, or from the one before."""
    if (chosen := _any(letter, chance, _many_words)) is None:
        return None
    first, last = _edges(chosen.place, letter)
    place = chosen.place
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        end = min(len(letter.lines), place.last + chance.randint(0, _FAR))
        words = words_in(letter, end, end)[-chance.randint(1, _FEW) :]
        edges, lines = (first, " ".join(words)), (place.first, end)
    else:
        start = max(1, place.first - chance.randint(0, _FAR))
        words = words_in(letter, start, start)[: chance.randint(1, _FEW)]
        edges, lines = (" ".join(words), last), (start, place.last)
    return _changed(letter, chosen, words=_between(*edges), first=lines[0], last=lines[1])


def edges_narrowed(letter: Letter, chance: Random) -> Replied | None:
    """Between first and last words stands less than belongs there."""
    if (chosen := _any(letter, chance, _many_words)) is None:
        return None
    words = collapse(letter.text.norm[slice(*span_of(letter, chosen.place))]).split()
    if len(words) < _FEW:
        return None
    start, end = sorted(chance.sample(range(len(words) + 1), 2))
    if chance.random() < 0.7:  # noqa: PLR2004 - mostly one end
        first, last = _edges(chosen.place, letter)
        cut = words[start : start + chance.randint(1, _FEW)]
        edges = chance.choice([(first, " ".join(cut)), (" ".join(cut), last)])
        return _changed(letter, chosen, words=_between(*edges))
    size = chance.randint(1, _FEW)
    edges = " ".join(words[start : start + size]), " ".join(words[max(start, end - size) : end])
    return _changed(letter, chosen, words=_between(*edges))


def edges_for_words(letter: Letter, chance: Random) -> Replied | None:
    """Words with a part of them left out, where what is left out is not known to be theirs."""
    if (chosen := _any(letter, chance, lambda each: bool(each.place.words))) is None:
        return None
    words = (chosen.place.words or "").split()
    size = min(chance.randint(1, 2), len(words))
    return _changed(letter, chosen, words=_between(" ".join(words[:size]), " ".join(words[-size:])))


def _many_words(each: Placed) -> bool:
    return each.place.edges is not None or each.name in _LONG


def _edges(place: Written, letter: Letter) -> tuple[str, str]:
    if place.edges:
        return place.edges
    words = (place.words or "").split() or words_in(letter, place.first, place.last)
    return " ".join(words[:2]), " ".join(words[-2:])


def _between(first: str, last: str) -> str:
    return f"{first} {ELLIPSIS} {last}"


def words_cut(letter: Letter, chance: Random) -> Replied | None:
    """Words lack their first or their last ones."""
    return _reworded(letter, chance, _cut)


def _cut(words: Sequence[str], chance: Random) -> Sequence[str]:
    at = chance.randrange(1, len(words)) if len(words) > 1 else 0
    return chance.choice([words[:at], words[at:]])


def words_run_on(letter: Letter, chance: Random) -> Replied | None:
    """Words have more after them, or before them, than belongs there."""
    able = [each for each in places(letter) if each.place.words and not each.place.edges]
    if (chosen := pick(chance, able)) is None:
        return None
    place = chosen.place
    first, last = max(1, place.first - 1), min(len(letter.lines), place.last + 1)
    every, own = words_in(letter, first, last), (place.words or "").split()
    starts = [n for n in range(len(every)) if every[n : n + len(own)] == own]
    if (start := pick(chance, starts)) is None:
        return None
    before, after = chance.choice([(0, 1), (0, 2), (1, 0), (2, 0), (1, 1), (0, 5), (5, 0)])
    words = every[max(0, start - before) : start + len(own) + after]
    return _changed(letter, chosen, words=" ".join(words), first=first, last=last)


def words_changed(letter: Letter, chance: Random) -> Replied | None:
    """A digit or a word of some words is another, gone, or one more."""
    return _reworded(letter, chance, _spoilt)


def _spoilt(words: Sequence[str], chance: Random) -> Sequence[str]:
    at = chance.randrange(len(words))
    digit = another_digit(words[at], chance) or words[at][::-1]
    return [*words[:at], *chance.choice([[digit], [], ["not", words[at]]]), *words[at + 1 :]]


def _reworded(
    letter: Letter, chance: Random, change: Callable[[Sequence[str], Random], Sequence[str]]
) -> Replied | None:
    if (chosen := _any(letter, chance, lambda each: bool(each.place.words))) is None:
        return None
    words = change((chosen.place.words or "").split(), chance)
    return _changed(letter, chosen, words=" ".join(words)) if words else None


def words_of_another_line(letter: Letter, chance: Random) -> Replied | None:
    """A place has other words than it should: some that stand elsewhere in the letter."""
    if (chosen := _any(letter, chance, lambda each: bool(each.place.words))) is None:
        return None
    near = chance.random() < 0.5  # noqa: PLR2004 - half
    line = chosen.place.first + chance.randint(-3, 3) if near else 0
    line = line if 1 <= line <= len(letter.lines) else chance.randint(1, len(letter.lines))
    words = words_in(letter, line, line)
    start, end = sorted(chance.sample(range(len(words) + 1), 2)) if words else (0, 0)
    words = words[start:end]
    return _changed(letter, chosen, words=" ".join(words), first=line, last=line, nth=None)


def word_turned(letter: Letter, chance: Random) -> Replied | None:
    """The other decision or conclusion, with the right place."""
    able = [each for each in places(letter) if each.place.said in _OTHER]
    if (chosen := pick(chance, able)) is None:
        return None
    return _changed(letter, chosen, said=_OTHER[chosen.place.said or ""])


def decision_from_elsewhere(letter: Letter, chance: Random) -> Replied | None:
    """A decision with the place of another: another item's, its conclusion, its rationale."""
    able = [each for each in places(letter) if each.name in {"decision", "conclusion"}]
    if len(able) < 2:  # noqa: PLR2004 - two places
        return None
    chosen, other = chance.sample(able, 2)
    said = chosen.place.said if chosen.name != other.name else other.place.said
    if chance.random() < 0.3:  # noqa: PLR2004 - seldom
        said = _OTHER[said or ""]
    return replaced(letter, chosen.path, other.place._replace(said=said))


def fact_renamed(letter: Letter, chance: Random) -> Replied | None:
    """A fact stands under the name of another."""
    if (chosen := _fact(letter, chance)) is None:
        return None
    return _changed(letter, chosen, said=chance.choice(list(FactName)).value)


def facts_exchanged(letter: Letter, chance: Random) -> Replied | None:
    """Two facts have each other's places."""
    facts: list[str] = of_reply(letter, "facts")
    if len(facts) < 2:  # noqa: PLR2004 - two facts
        return None
    changed = list(facts)
    one, other = chance.sample(range(len(facts)), 2)
    places_ = Written.read(facts[one]), Written.read(facts[other])
    changed[one] = str(places_[1]._replace(said=places_[0].said))
    changed[other] = str(places_[0]._replace(said=places_[1].said))
    return replaced(letter, ("facts",), changed)


def fact_invented(letter: Letter, chance: Random) -> Replied | None:
    """A fact more, or one more for the same name, with the place of something else."""
    if (chosen := _any(letter, chance, lambda each: bool(each.place.words))) is None:
        return None
    name = chance.choice(list(FactName)).value
    facts: list[str] = list(of_reply(letter, "facts"))
    facts.insert(chance.randint(0, len(facts)), str(chosen.place._replace(said=name)))
    return replaced(letter, ("facts",), facts)


def _fact(letter: Letter, chance: Random) -> Placed | None:
    return pick(chance, [each for each in places(letter) if each.name == "facts"])


def reason_from_elsewhere(letter: Letter, chance: Random) -> Replied | None:
    """A reason with words that are not of its item's rationale."""
    n = chance.randrange(len(letter.items))
    rationale: str | None = of_reply(letter, "items", n, "rationale")
    own = Written.read(rationale) if rationale else None
    lines = [
        number
        for number in range(1, len(letter.lines) + 1)
        if own is None or not own.first <= number <= own.last
    ]
    if (line := pick(chance, lines)) is None:
        return None
    words = words_in(letter, line, line)[: chance.randint(1, 8)]
    reason = Written(chance.choice(REASONS), line, line, " ".join(words))
    return replaced(letter, ("items", n, "reasons"), [str(reason)])


PLACES: Sequence[Callable[[Letter, Random], Replied | None]] = (
    lines_moved,
    lines_beyond,
    lines_of_everything,
    same_words_in_another_line,
    another_of_several,
    edges_widened,
    edges_narrowed,
    edges_for_words,
    words_cut,
    words_run_on,
    words_changed,
    words_of_another_line,
    word_turned,
    decision_from_elsewhere,
    fact_renamed,
    facts_exchanged,
    fact_invented,
    reason_from_elsewhere,
)
