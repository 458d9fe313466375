"""Words of a quote changed: negations, letters that look alike, characters that are not seen."""

import re
from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.tree import Tree

_NEGATION = re.compile(r"\b(?:not|no|non|never|without|un)(?=\s|-)\s?", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|does|did|can|may|should|would)\b ?")
# Cyrillic letters that look like these.
ALIKE = dict(
    zip(
        "aceiopxyABCEHIKMOPTX",
        "\u0430\u0441\u0435\u0456\u043e\u0440\u0445\u0443\u0410\u0412"
        "\u0421\u0415\u041d\u0406\u041a\u041c\u041e\u0420\u0422\u0425",
        strict=True,
    )
)
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_TURNING = "\u202e\u202d\u2066\u2067\u200f\u061c"
_OTHERS = {
    "left": "right", "right": "left", "upheld": "overturned", "and": "or", "or": "and",
    "necessary": "unnecessary", "male": "female", "female": "male", "before": "after",
    "increase": "decrease", "lumbar": "cervical", "cervical": "lumbar", "shoulder": "knee",
    "knee": "shoulder", "for": "against", "with": "without", "recommended": "discouraged",
}  # fmt: skip
_KNOWN = re.compile(rf"\b(?:{'|'.join(_OTHERS)})\b")


def _with_quote(
    letter: Letter, chance: Random, chosen: tuple[tuple[str | int, ...], Tree], quote: str
) -> Tree:
    """Return the record with another quote, and the value alike where it was the quote."""
    path, part = chosen
    changed = {**part, "quote": quote}
    if part.get("value") == part["quote"] and chance.random() < 0.5:  # noqa: PLR2004 - half
        changed["value"] = quote
    return letter.put(path, changed)


def _replaced(letter: Letter, chance: Random, pattern: re.Pattern[str], new: str) -> Tree | None:
    """Replace one place of a quote where *pattern* stands."""
    found = [
        (each, match.span())
        for each in letter.placed
        for match in pattern.finditer(each[1]["quote"])
    ]
    if (chosen := pick(chance, found)) is None:
        return None
    each, (start, end) = chosen
    quote = each[1]["quote"]
    changed = " ".join((quote[:start] + new + quote[end:]).split())
    return _with_quote(letter, chance, each, changed)


def negation_removed(letter: Letter, chance: Random) -> Tree | None:
    """A quote has lost a negation."""
    return _replaced(letter, chance, _NEGATION, "")


def negation_added(letter: Letter, chance: Random) -> Tree | None:
    """A quote has a negation after one of its verbs."""
    found = [
        (each, match.end()) for each in letter.placed for match in _VERB.finditer(each[1]["quote"])
    ]
    if (chosen := pick(chance, found)) is None:
        return None
    each, end = chosen
    quote = each[1]["quote"]
    return _with_quote(letter, chance, each, f"{quote[:end].rstrip()} not {quote[end:]}".strip())


def word_changed(letter: Letter, chance: Random) -> Tree | None:
    """A word of a quote is its contrary: left and right, with and without."""
    found = [(each, match) for each in letter.placed for match in _KNOWN.finditer(each[1]["quote"])]
    if (chosen := pick(chance, found)) is None:
        return None
    each, match = chosen
    quote = each[1]["quote"]
    changed = quote[: match.start()] + _OTHERS[match.group()] + quote[match.end() :]
    return _with_quote(letter, chance, each, changed)


def word_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A quote lacks one of its words."""
    each = chance.choice(letter.placed)
    words = each[1]["quote"].split(" ")
    if len(words) < 2:  # noqa: PLR2004 - a word is left
        return None
    del words[chance.randrange(len(words))]
    return _with_quote(letter, chance, each, " ".join(words))


def homoglyph(letter: Letter, chance: Random) -> Tree | None:
    """A letter of a quote is another script's that looks alike."""
    each = chance.choice(letter.placed)
    quote = each[1]["quote"]
    n = pick(chance, [n for n, letter_ in enumerate(quote) if letter_ in ALIKE])
    if n is None:
        return None
    return _with_quote(letter, chance, each, quote[:n] + ALIKE[quote[n]] + quote[n + 1 :])


def unseen_character(letter: Letter, chance: Random) -> Tree | None:
    """A quote holds a character of no width."""
    return _inserted(letter, chance, _UNSEEN)


def turning_character(letter: Letter, chance: Random) -> Tree | None:
    """A quote holds a character that turns the direction of writing."""
    return _inserted(letter, chance, _TURNING)


def _inserted(letter: Letter, chance: Random, characters: str) -> Tree | None:
    each = chance.choice(letter.placed)
    quote = each[1]["quote"]
    n = chance.randrange(len(quote) + 1)
    return _with_quote(letter, chance, each, quote[:n] + chance.choice(characters) + quote[n:])


def value_retold(letter: Letter, chance: Random) -> Tree | None:
    """The value of prose is told in other words, under its true quote."""
    prose = [each for each in letter.values if each[1]["value"] == each[1]["quote"]]
    if (chosen := pick(chance, prose)) is None:
        return None
    path, part = chosen
    words = part["value"].split(" ")
    n = chance.randrange(len(words))
    told = chance.choice([[*words[:n], *words[n + 1 :]], [*words, "again"], words[::-1]])
    return letter.put((*path, "value"), " ".join(told) or "nothing")
