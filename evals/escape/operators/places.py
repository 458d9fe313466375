"""Places: true words claimed to stand elsewhere, or words that do not stand in the letter."""

from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.operators.citations import INVENTED
from evals.escape.tree import Tree

_EXAMPLES = (
    "The patient is a 50-year-old man who fell from a ladder.",
    "Acupuncture, eight visits",
    "is not medically necessary",
    "Overturned",
    "The request is medically necessary and appropriate.",
    "01/02/2013",
    *INVENTED,
)


def span_shifted(letter: Letter, chance: Random) -> Tree | None:
    """A span is shifted by a character or two, at one end or at both; the quote stays."""
    path, part = chance.choice(letter.placed)
    by, ends = chance.choice([-2, -1, 1, 2]), chance.choice(["start", "end", "both"])
    start = part["start"] + (by if ends != "end" else 0)
    end = part["end"] + (by if ends != "start" else 0)
    return letter.put(path, {**part, "start": max(0, start), "end": max(0, end)})


def span_shifted_and_read(letter: Letter, chance: Random) -> Tree | None:
    """A span is shifted by a character or two, and its quote is what stands there."""
    path, part = chance.choice(letter.placed)
    start = part["start"] + chance.choice([-2, -1, 0, 1, 2])
    end = part["end"] + chance.choice([-2, -1, 0, 1, 2])
    value = letter.read(start, end)
    if value is None:
        return None
    if part.get("value") != part["quote"]:
        del value["value"]
    return letter.put(path, {**part, **value})


def same_words_elsewhere(letter: Letter, chance: Random) -> Tree | None:
    """A quote stands where its words stand a second time: in another item, or section."""
    path, part = chance.choice(letter.placed)
    words = letter.source[part["start"] : part["end"]]
    places: list[int] = []
    at = letter.source.find(words)
    while at >= 0 and len(places) < 20:  # noqa: PLR2004 - enough to choose from
        places += [at] if at != part["start"] else []
        at = letter.source.find(words, at + 1)
    if (start := pick(chance, places)) is None:
        return None
    value = letter.read(start, start + len(words))
    if value is None:
        return None
    del value["value"]
    return letter.put(path, {**part, **value})


def page_changed(letter: Letter, chance: Random) -> Tree | None:
    """A value is said to stand on another page, or on a page where the letter has none."""
    path, part = chance.choice(letter.placed)
    page = part["page"]
    return letter.put((*path, "page"), chance.choice([None, (page or 0) + 1, (page or 1) + 7]))


def quote_from_another_letter(letter: Letter, chance: Random) -> Tree | None:
    """A value is another letter's: its words, at its own place or at that letter's."""
    other = letter.another(chance)
    path, part = chance.choice(letter.values)
    if other is None:
        return None
    taken = pick(chance, [v for where, v in other.values if where[-1] == path[-1]])
    if taken is None:
        return None
    place = {name: part[name] for name in ("start", "end", "page")}
    return letter.put(path, chance.choice([taken, {**taken, **place}]))


def quote_from_example(letter: Letter, chance: Random) -> Tree | None:
    """A quote stands in no letter, only among the examples that a prompt may give."""
    path, part = chance.choice(letter.placed)
    quote = chance.choice(_EXAMPLES)
    changed = {**part, "quote": quote}
    if "value" in part and part["value"] == part["quote"]:
        changed["value"] = quote
    return letter.put(path, changed)


def document_changed(letter: Letter, chance: Random) -> Tree | None:
    """The record says that it was read from another text, or from one of another layout."""
    name, value = chance.choice(
        [
            ("text_sha256", "0" * 64),
            ("sha256", "0" * 64),
            ("characters", len(letter.source) + chance.choice([-1, 1])),
            ("layout", chance.choice(["letter-2013", "letter-2014", "professional-review"])),
            ("layout", "unknown"),
        ]
    )
    return letter.put(("document", name), value)
