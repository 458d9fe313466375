"""Whole numbers as letters spell them."""

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: n for n, word in enumerate(_UNITS)} | {
    word: n * 10 for n, word in enumerate(_TENS, start=2)
}
_DIGITS_AT_MOST = 9


def number_of(word: str) -> int | None:
    """Return the number that *word* spells, in letters or digits; None where it spells none.

    >>> number_of("Twelve"), number_of("24"), number_of("twenty-four"), number_of("few")
    (12, 24, 24, None)
    """
    word = word.lower()
    if word.isascii() and word.isdigit() and len(word) <= _DIGITS_AT_MOST:
        return int(word)
    tens, _, unit = word.partition("-")
    if unit and tens in _TENS and 0 < _WORDS.get(unit, 0) < 10:  # noqa: PLR2004 - a unit
        return _WORDS[tens] + _WORDS[unit]
    return _WORDS.get(word)
