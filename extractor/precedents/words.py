"""The distinctive words of an item, and how much of them other items have: FTS5's bm25."""

import re
import sqlite3
import unicodedata
from collections import Counter
from math import log

MOST_WORDS = 24
REQUEST_WEIGHT = 3.0
_SATURATION = 2.2  # FTS5's k1 + 1: what a word weighs at most, however often it stands
_WORD = re.compile(r"[^\W_]+")
_COMMON = 0.25


def words_of(
    database: sqlite3.Connection, request: str, rationale: str, own: int
) -> dict[str, float]:
    """Return the most distinctive words of an item, each with its weight in the database.

    Args:
        database: The database; its temporary schema gets a table of the index's words.
        request: The item's request, whose words count for three.
        rationale: Its rationale.
        own: How many items of the database are the item itself, whose words are not counted.
    """
    database.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, items_fts, row)"
    )
    (items,) = database.execute("SELECT count(*) FROM items").fetchone()
    often = Counter(_folded(request))
    often = Counter({word: round(REQUEST_WEIGHT) * n for word, n in often.items()})
    often.update(_folded(rationale))
    weights = {}
    for word in often:
        found = database.execute("SELECT doc FROM temp.terms WHERE term = ?", (word,)).fetchone()
        if found and own < found[0] <= max(own + 1, items * _COMMON):
            weights[word] = max(log((items - found[0] + 0.5) / (found[0] + 0.5)), 1e-6)
    best = sorted(weights, key=lambda word: (-weights[word] * (1 + log(often[word])), word))
    return {word: weights[word] for word in best[:MOST_WORDS]}


def _folded(text: str) -> list[str]:
    """Return the words of *text* as FTS5 keeps them: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(each for each in plain if not unicodedata.combining(each)))


def expression_of(weights: dict[str, float]) -> str | None:
    """Return an FTS5 expression that finds any of the words; None without words."""
    return " OR ".join(f'"{word}"' for word in weights) or None


def whole_of(weights: dict[str, float]) -> float:
    """Return more than any item can earn by the words: a positive number."""
    return _SATURATION * sum(weights.values()) or 1.0


def text_of(bm25: float | None, weights: dict[str, float]) -> float:
    """Return the part of the words' whole weight that an item earned, from 0 to 1."""
    return min(1.0, max(0.0, -(bm25 or 0.0) / whole_of(weights)))
