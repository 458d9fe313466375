"""Strengths and quantities as requests print them beside a drug."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractor.treatments.found import Found

_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,7})(?:\.\d{1,4})?"
_ANY_NUMBER = rf"(?:{_NUMBER}|\.\d{{1,4}})"
_LETTERS = (
    r"(?:milligrams?|micrograms?|grams?|mgs?|mcgs?|gms?|g|ug|\u00b5g|\u03bcg|units?|i\.?u|meq|mmol)"
    r"(?![A-Za-z])"
)
_UNIT = rf"(?:%|{_LETTERS})"
_PER = (
    r"(?:\s?(?:/|per\s)\s?(?:\d{1,3}(?:\.\d{1,2})?\s?)?(?:ml|cc|hours?|hr|h|day|dose|spray|"
    r"actuation|act|puff|inh|tablet|tab|capsule|cap|patch|gram|gm|g|vial|tsp|l)(?![A-Za-z]))?"
)
_STRENGTH = re.compile(
    rf"(?<![\w#.,/-]){_ANY_NUMBER}(?:[\s-]?{_UNIT}?\s?[/-]\s?{_ANY_NUMBER}){{0,3}}[\s-]?"
    rf"(?P<unit>{_UNIT}){_PER}",
    re.IGNORECASE,
)
# Salts, releases and forms, which may stand between a drug's name and its strength.
FILLER = (
    r"(?:hcl|hbr|hydrochloride|hydrobromide|sodium|potassium|calcium|magnesium|sulfate|sulphate|"
    r"citrate|tartrate|bitartrate|succinate|tromethamine|maleate|fumarate|acetate|phosphate|"
    r"besylate|mesylate|pamoate|acetonide|er|xr|xl|ir|sr|dr|cr|ec|ds|la|odt|bit|sod|"
    r"extended|delayed|immediate|sustained|release|tablets?|tabs?|capsules?|caps?|oral|brand|"
    r"generic|strength|dose|topical|transdermal|patch(?:es)?|gel|cream|ointment|lotion|solution|"
    r"suspension|injections?)"
)
_AFTER_NAME = rf"[\s,:(-]{{0,3}}(?:{FILLER}\b[\s,:(-]{{1,3}}){{0,3}}"
_UNITLESS = re.compile(
    rf"{_AFTER_NAME}(?P<it>{_ANY_NUMBER}\s?(?:/\s?{_ANY_NUMBER}(?:\s?/\s?{_ANY_NUMBER})?"
    rf"|-\s?\d{{3}})|{_ANY_NUMBER}(?=[\s,;(]{{0,3}}(?:#|qty|quantity)))(?![\w%/]|\.\d)",
    re.IGNORECASE,
)
_BETWEEN_NUMBERS = re.compile(r"(?<=[\d%a-z])-(?=[\d.])")
_NO_STRENGTH = re.compile(r"1/2\b|\d{1,2}/\d{1,2}/\d{2,4}")
_DOSED = re.compile(
    rf"{_AFTER_NAME}(?:{_ANY_NUMBER}[\s-]?{_UNIT}|{_ANY_NUMBER}\s?/\s?{_ANY_NUMBER}"
    r"|#\s?\d|(?:qty|quantity)\b)"
    r"|\s(?:cream|gel|ointment|lotion|patch|injections?|shots?|infusions?|tablets?|capsules?|"
    r"pellets?|oil|drops|supplement\w{0,9}|replacement)\b",
    re.IGNORECASE,
)
_LARGEST_STRENGTH_IN_GRAMS = 20
_GRAMS = frozenset({"g", "gm", "gms", "gram", "grams"})

_ONES = "one two three four five six seven eight nine".split()
_TEENS = ("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen").split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {
    **{word: number for number, word in enumerate([*_ONES, *_TEENS], start=1)},
    **{word: 10 * number for number, word in enumerate(_TENS, start=2)},
}
_WORD = rf"(?:{'|'.join([*_TEENS, *_TENS, *_ONES])})"
# Looked for first, as a search tries one number word after the other.
_FIRST_LETTERS = "".join(sorted({word[0] for word in _NUMBERS}))
_SPELLED = rf"(?:{_WORD}\s+hundred(?:\s+(?:and\s+)?{_WORD})?|{_WORD}(?:[\s-]{_WORD})?)"
_COUNT = rf"(?:{_SPELLED}\s?\(\s?#?\d{{1,4}}\s?\)|{_NUMBER}(?:\s?\(\d{{1,4}}\))?|{_SPELLED})"
_NOUN = (
    r"(?:tablets?|tabs?|capsules?|caps?|pills?|patch(?:es)?|vials?|bottles?|box(?:es)?|tubes?|"
    r"syringes?|packets?|packs?|kits?|ampules?|lozenges?|suppositor(?:y|ies)|films?|strips?|count|"
    r"ct|pens?|inhalers?|jars?|containers?|doses|pieces|softgels?|gelcaps?|lollipops?|troches?)\b"
)
_VOLUME = r"(?:grams?|gms?|g|mls?|milliliters?|cc|oz|ounces?|liters?|lbs?)\b\.?(?!\s?/)"
_AMOUNT = re.compile(
    rf"(?<![\w./,-])(?P<mark>#\s?)?(?P<n>{_NUMBER})[\s-]?(?P<unit>{_VOLUME})", re.IGNORECASE
)
# One class of first letters, so that the search skips to those.
_MARKED = re.compile(
    rf"[#QqDdCc](?i:(?<=#)\s?(?:of\s)?(?P<n>{_NUMBER})"
    r"|(?<!\w.)(?:(?<=q)ty|(?<=q)uantity|(?<=d)isp(?:ense)?|(?<=c)ount)\b[\s.:#=-]{0,4}"
    rf"(?:of\s)?#?\s?(?P<m>{_COUNT}))",
)
_COUNTED = re.compile(
    rf"(?<![\w./,#-])(?P<n>{_COUNT})[\s-](?:(?:x\s)?[a-z]+\s)??{_NOUN}", re.IGNORECASE
)
_JOINED_NOUN = re.compile(rf"(?<![\w./,#-])(?P<n>\d{{1,4}}){_NOUN}", re.IGNORECASE)
_TIMES = re.compile(r"\bx\s?(?P<n>\d{1,4})(?![\w.,/]?\d|\w)", re.IGNORECASE)
_SPELLED_OUT = re.compile(rf"\b(?P<n>{_SPELLED}\s?\(\s?#?\d{{1,4}}\s?\))", re.IGNORECASE)
_ENCLOSED = re.compile(r"\((?P<n>\d{1,4})\)")
_BARE = re.compile(
    rf"[\s,:-]{{1,3}}(?:{FILLER}\b[\s,]{{1,3}}){{0,3}}(?P<n>\d{{1,4}})(?:\.0{{1,2}})?"
    r"(?=\s{0,2}(?:\Z|[;,)]|\.(?!\d)|with\b|and\b|refill|\d\s?refill))",
    re.IGNORECASE,
)
# In order of preference; some are tried only where a number begins.
_QUANTITIES = (_AMOUNT, _MARKED, _COUNTED, _JOINED_NOUN, _SPELLED_OUT, _TIMES, _ENCLOSED)
_AT_NUMBERS = frozenset({_COUNTED, _JOINED_NOUN, _SPELLED_OUT})
_OF_SOLIDS = (*_QUANTITIES[1:], _QUANTITIES[0])
# What follows a dose taken, or a number of refills, months or visits: nothing that is dispensed.
_NOT_DISPENSED = re.compile(
    r"\s{0,2}[,(]?\s?(?:by\smouth|po\b|p\.o|daily|every|each\b|q\s?\d|q[dhap]|bid\b|tid\b|qid\b|"
    r"b\.i\.d|t\.i\.d|at\s(?:bed|night)|twice|once|three\stimes|times\b|\d\s?(?:times|x)\b|"
    r"per\sday|a\sday|/\s?day|prn\b|as\sneeded|orally|nightly|in\sthe\s|to\s(?:affected|the\s)|"
    r"(?:additional\s)?refills?|months?|mos?\b|weeks?|wks?\b|years?|hours?|visits?|"
    r"sessions?|views?|minutes?|(?<!,)(?<!,\s)(?:days?\b|supply))",
    re.IGNORECASE,
)
_OF_WARES = re.compile(rf"#|qty|quantity|disp|[\d\s](?:{_NOUN}|{_VOLUME})", re.IGNORECASE)
_REFILLS = re.compile(r"\s?(?:additional\s)?refills?\b(?![\s:x#-]{0,3}\d)", re.IGNORECASE)
_TAKEN = re.compile(r"(?:take|apply|use|inject|refills?|every|per)[\s:x]{0,3}\Z", re.IGNORECASE)
_LEADING = re.compile(
    rf"(?:(?<=[\s,;:(])|\A)(?=[#\d{_FIRST_LETTERS}])(?P<it>#\s?\d{{1,4}}|{_COUNT})"
    rf"(?P<of>(?:\s(?:[a-z]+\s)??{_NOUN})?(?:\s(?:of|for))?)\s{{1,2}}(?:the\s)?\Z",
    re.IGNORECASE,
)
_LEADING_STRENGTH = re.compile(
    rf"(?:(?<=[\s,;:(])|\A)(?P<it>{_ANY_NUMBER}\s?(?:%|mg|mcg))\s{{1,2}}\Z", re.IGNORECASE
)
_LEADING_WITHIN = 48
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_PERCENTS = re.compile(rf"{_ANY_NUMBER}\s?%?(?:\s?[/-]\s?{_ANY_NUMBER}\s?%?){{1,12}}(?<=%)")


class Dose(NamedTuple):
    """What a stretch of words after a drug's name says of it."""

    strength: Found[str] | None
    quantity: Found[str] | None


def dose_in(words: str, start: int, end: int, numbers: Sequence[int], *, topical: bool) -> Dose:
    """Return the strength and the quantity within *start:end*, the words after a drug's name.

    *numbers* are where numbers begin in that stretch, in digits or words. Amounts in grams count
    as strengths only of what is not rubbed in ("Carafate 1 gm").

    >>> dose = dose_in("Norco 10-325 mg, #60", 5, 20, [6, 9, 18], topical=False)
    >>> dose.strength
    Found(value='10/325mg', start=6, end=15)
    >>> dose.quantity
    Found(value='60', start=17, end=20)
    """
    strength = _strength(words, start, end, numbers, topical=topical)
    return Dose(strength, _quantity(words, (start, end), numbers, strength))


def begins_number(word: str) -> bool:
    """Say whether a number begins with *word*, folded.

    >>> begins_number("60"), begins_number("thirty"), begins_number("tablet")
    (True, True, False)
    """
    return word[0].isdigit() or word in _NUMBERS


def is_dosed(words: str, at: int) -> bool:
    """Say whether a strength or a quantity stands right at *at*, the end of a name."""
    return _DOSED.match(words, at) is not None


def leading_quantity(words: str, start: int, end: int) -> Found[str] | None:
    """Return the quantity that ends where a drug's name begins, at *end*, not before *start*.

    >>> leading_quantity("60 tablets of naproxen", 0, 14)
    Found(value='60', start=0, end=10)
    """
    match = _LEADING.search(words[max(start, end - _LEADING_WITHIN) : end])
    if match is None or "refill" in match.group().lower():
        return None
    base = max(start, end - _LEADING_WITHIN)
    noun = re.sub(r"\s+(?:of|for)\Z", "", match["it"] + match["of"], flags=re.IGNORECASE)
    begin = base + match.start("it")
    return Found(_bare(match["it"]), begin, begin + len(noun.rstrip()))


def counts_shots(printed: str) -> bool:
    """Say whether a quantity beside "injections" counts these: it names nothing that is dispensed.

    >>> counts_shots("three"), counts_shots("x3"), counts_shots("#3"), counts_shots("3 vials")
    (True, True, False, False)
    """
    return _OF_WARES.search(printed) is None


def leading_strength(words: str, start: int, end: int) -> Found[str] | None:
    """Return the strength that ends where a drug's name begins, at *end*, not before *start*.

    >>> leading_strength("5% lidocaine", 0, 3)
    Found(value='5%', start=0, end=2)
    """
    base = max(start, end - _LEADING_WITHIN)
    match = _LEADING_STRENGTH.search(words[base:end])
    return _found_strength(match["it"], base + match.start("it")) if match else None


def percents_in(words: str, start: int, end: int) -> list[Found[str]]:
    """Return the strengths of a list such as ``20%/10%/4%``, in order; else nothing."""
    match = _PERCENTS.search(words, start, end)
    if match is None:
        return []
    return [
        Found(part.group() + "%", part.start(), part.end() + (words[part.end()] == "%"))
        for part in re.compile(_ANY_NUMBER).finditer(words, *match.span())
    ]


def _strength(
    words: str, start: int, end: int, numbers: Sequence[int], *, topical: bool
) -> Found[str] | None:
    if not numbers:
        return None
    first = _STRENGTH.search(words, start, end)
    if first and first.start() <= numbers[0] and first["unit"].lower() not in _GRAMS:
        return _found_strength(first.group(), first.start())
    plain = _UNITLESS.match(words, start, end)
    if plain and _NO_STRENGTH.match(plain["it"]):
        plain = None
    grams = None
    for match in _STRENGTH.finditer(words, start, end):
        if plain and plain.end() <= match.start():
            break
        if match["unit"].lower() not in _GRAMS:
            return _found_strength(match.group(), match.start())
        grams = grams or match
    if plain:
        return _found_strength(plain["it"], plain.start("it"))
    if grams and not topical and _size(grams.group()) <= _LARGEST_STRENGTH_IN_GRAMS:
        return _found_strength(grams.group(), grams.start())
    return None


def _found_strength(printed: str, at: int) -> Found[str]:
    value = "".join(printed.lower().split())
    if "-" in value:
        value = _BETWEEN_NUMBERS.sub("/", value).replace("-", "")
    return Found(value.replace("per", "/"), at, at + len(printed))


def _size(printed: str) -> float:
    match = _DIGITS.search(printed)
    return float(match.group().replace(",", "")) if match else 0.0


def _quantity(
    words: str, span: tuple[int, int], numbers: Sequence[int], strength: Found[str] | None
) -> Found[str] | None:
    solid = strength is not None and strength.value.endswith("mg")
    for pattern in _OF_SOLIDS if solid else _QUANTITIES:
        for match in _matches(pattern, words, span, numbers):
            if strength and match.start() < strength.end and strength.start < match.end():
                continue
            if _is_dispensed(words, span[0], match):
                return _found_quantity(match)
    if strength and (bare := _BARE.match(words, strength.end, span[1])):
        return Found(bare["n"], bare.start("n"), bare.end())
    return None


def _matches(
    pattern: re.Pattern[str], words: str, span: tuple[int, int], numbers: Sequence[int]
) -> Iterator["re.Match[str]"]:
    if pattern not in _AT_NUMBERS:
        return pattern.finditer(words, *span)
    tried = (pattern.match(words, at, span[1]) for at in numbers)
    return (match for match in tried if match is not None)


def _is_dispensed(words: str, start: int, match: "re.Match[str]") -> bool:
    if match.re is _MARKED:
        return _REFILLS.match(words, match.end()) is None
    if _NOT_DISPENSED.match(words, match.end()):
        return False
    return _TAKEN.search(words[max(start, match.start() - 10) : match.start()]) is None


def _found_quantity(match: "re.Match[str]") -> Found[str]:
    if match.re is _AMOUNT:
        printed = match.group().rstrip(".")
        value = re.sub(r"[\s#-]+", "", printed.lower())
        return Found(value, match.start(), match.start() + len(printed))
    number = str(match["m"] if match.re is _MARKED and match["n"] is None else match["n"])
    return Found(_bare(number), *match.span())


def _bare(count: str) -> str:
    """Return a count as digits: ``#30.00`` and ``thirty (30)`` are 30."""
    if count.isdecimal():
        return count
    digits: list[str] = _DIGITS.findall(count)
    if digits:
        number = digits[-1].replace(",", "")
        whole, _, rest = number.partition(".")
        return whole if set(rest) <= {"0"} else number
    total: int = 0
    for word in re.split(r"[\s-]+", count.lower()):
        total = total * 100 if word == "hundred" else total + _NUMBERS.get(word, 0)
    return str(total)
