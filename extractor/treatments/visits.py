"""How many visits a request asks for, in all: counts, and so many times a week for so many weeks.

The words are written as a line of signs, one for each word or mark that matters (N a number, x
"times", k a week, v "visits" ...), and statements are patterns of that line.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from extractor.phrases import Token
from extractor.treatments.found import Found
from extractor.treatments.request import Request

_NUMBERS = {
    name: number
    for number, name in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        start=1,
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "single": 1}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_KNOWN: dict[str, tuple[str, int]] = {
    word: (sign, 0)
    for sign, words in {
        "x": "x \u00d7 time",
        "p": "per a an",
        "E": "each every q",
        "k": "week wk w",
        "K": "wks",
        "y": "weekly wkly",
        "B": "biweekly bimonthly",
        "m": "month mo mos",
        "n": "monthly",
        "h": "hour hr hrs minute min mins day daily year yr yrs level view unit pill tablet capsule"
        " mg ml mcg gm gram refill patch st nd rd th percent degree lb pound",
        "v": "visit session appointment appt",
        "u": "treatment tx",
        "f": "for over during within",
        "r": "to or through thru",
        "e": "other",
        "Q": "# qty quantity",
        "(": "(",
        ")": ")",
        ",": ", ; : .",
    }.items()
    for word in words.split()
}
_KNOWN |= {word: ("N", number) for word, number in _NUMBERS.items()}
_KNOWN |= {word: ("T", number) for word, number in _TIMES.items()}
_OTHER = ("o", 0)
# What is given in visits, and what is a thing, in the words as the tokens have them; of the two
# the one right before a bare number says what the number counts.
_GIVEN = frozenset(
    "therapy pt ot acupuncture acupuncturist electroacupuncture chiropractic chiropractor chiro "
    "chirophysio chirotherapy physiotherapy physio manipulation manipulative massage visit session "
    "treatment tx psychotherapy cbt counseling counselling biofeedback neurofeedback hypnotherapy "
    "hypnosis program exam examination rehab rehabilitation hardening conditioning ultrasound "
    "stimulation infrared cupping myofascial diathermy emdr aquatic aqua mobilization exercise "
    "training yoga pilates relaxation eswt shockwave tms hyperbaric traction osteopathic omt "
    "adjustment appointment iontophoresis phonophoresis whirlpool kinesiotherapy group".split()
)
_THINGS = frozenset(
    "unit device chair table machine kit ball rental purchase pad system band equipment supply "
    "brace pillow mattress bed injection block esi mri emg ncv ncs ray view tablet capsule mg ml "
    "gm mcg gel cream patch ointment stimulator electrode battery wrap pump walker cane orthotic "
    "splint screw membership screen drug medication pill bottle tens needle book tape".split()
)
_HOME_CARE = frozenset("caregiver housekeeping housekeeper nursing nurse".split())
_AT_HOME = frozenset("health care aide aid attendant assistance assistant".split())
_CARED_FOR = frozenset({"wound", "chiropractic", "burn"})
_MAY_BE_GIVEN = _GIVEN | {"care", "t"}  # "wound care", "P.T."
# What is named from here to the next mark was before: "s/p injection".
_PAST = frozenset("after following post status".split())
_PIECE = re.compile(r"\d+|[^\W\d_]+|.")
_LONGEST_NUMBER = 3


class _Sign(NamedTuple):
    """A sign of the line: the number it stands for, and its half-open span of the words."""

    sign: str
    number: int
    start: int
    end: int


class _Statement(NamedTuple):
    """A number of visits that the words say; ``weight``: the higher says it more plainly."""

    visits: int | None
    weight: int
    start: int
    end: int


def visits_in(request: Request) -> Found[int] | None:
    """Return how many visits *request* asks for in all; None where it says none or no one number.

    Only treatments given in visits have them: the number of tablets, of braces, of a home aide's
    hours is none. A count ("12 sessions") is preferred to what it follows from; statements that
    disagree say nothing.

    >>> visits_in(Request("Acupuncture 3 times a week for 2 weeks, neck"))
    Found(value=6, start=12, end=38)
    >>> visits_in(Request("Ibuprofen 600mg #60")) is None
    True
    """
    if _MAY_BE_GIVEN.isdisjoint(request.said):
        return None
    heads = _heads(request)
    if not any(given for _, given in heads):
        return None
    line = _line(request)
    if not any(sign.number for sign in line):
        return None
    statements = [
        statement
        for statement in _statements(line)
        if statement.weight == _COUNT or _is_of_visits(heads, statement)
    ]
    if len({statement.visits for statement in statements}) != 1:
        return None
    best = max(statements, key=_plainness)
    return None if not best.visits else Found(best.visits, best.start, best.end)


def _plainness(statement: _Statement) -> tuple[int, int]:
    return statement.weight, statement.start - statement.end


def _heads(request: Request) -> list[tuple[int, bool]]:
    """Return where a treatment or a thing is named, and whether it is given in visits.

    Nothing where care at home is asked for, which is counted in hours.
    """
    heads: list[tuple[int, bool]] = []
    before = ""
    is_past = False
    for token in request.tokens:
        word = token.word
        if word in _GIVEN or _is_given(request.words, token, before):
            heads.append((token.start, True))
        elif word in _THINGS:
            if not is_past:
                heads.append((token.start, False))
        elif word in _HOME_CARE or (before == "home" and word in _AT_HOME):
            return []
        elif word in _PAST or before + word == "sp":
            is_past = True
        elif not word[0].isalnum():
            is_past = False
        before = word
    return heads


def _is_given(words: str, token: Token, before: str) -> bool:
    """Say whether *token* is the rest of "wound care" or "P.T."."""
    if token.word == "care":
        return before in _CARED_FOR
    return token.word == "t" and words[token.start - 2 : token.start].lower() in {"p.", "o."}


def _is_of_visits(heads: list[tuple[int, bool]], statement: _Statement) -> bool:
    """Say whether the thing named right before *statement*, or else after, is given in visits."""
    before = bisect_left(heads, (statement.start, False)) - 1
    return heads[max(0, before)][1]


# --- the line of signs -------------------------------------------------------------------------


def _line(request: Request) -> list[_Sign]:
    """Return the signs of the words; other words are "o", of several in a row the first."""
    line: list[_Sign] = []
    words = request.words
    for word, start, end in request.tokens:
        if word.isalpha() or not word.isalnum():
            sign, number = _KNOWN.get(word, _OTHER)
            if sign == "o" and line and line[-1].sign == "o":
                continue
            if sign in _TIMED:
                sign = _timed(line, words, sign, start, end)
            line.append(_Sign(sign, number, start, end))
            if sign == ")":
                _join_repeated(line, words)
        else:
            for piece in _pieces(words, word, start, end):
                line.append(piece)
                if piece.sign == "N":
                    _join_numbers(line, words)
            continue
        if sign == "N":
            _join_numbers(line, words)
    return line


_TIMED = frozenset("kmy")
_STUCK = frozenset({"xwk", "xweek", "xw", "xweekly"})


def _timed(line: list[_Sign], words: str, sign: str, start: int, end: int) -> str:
    """Return the sign of a week, a month or "weekly", after the slash before it, if any."""
    if sign == "y":
        return "B" if words[max(0, start - 3) : start].lower() in {"bi-", "bi "} else sign
    if words[start - 1 : start] == "/":
        line.append(_Sign("p", 0, start - 1, start))
    return "K" if sign == "k" and words[end - 1] in "sS" else sign


def _is_reckoned(words: str, start: int, end: int) -> bool:
    """Say whether a number is part of a sum, or negative: it counts nothing then."""
    before = words[start - 1 : start]
    if "+" in (before, words[end : end + 1]):
        return True
    return before == "-" and not words[: start - 1].strip()


def _pieces(words: str, word: str, start: int, end: int) -> list[_Sign]:
    """Return the signs of a word with digits: "3x", "2x6", "x12", "6wks"; a level is no number."""
    if word.isdecimal() and len(word) <= _LONGEST_NUMBER:
        return [_Sign("R" if _is_reckoned(words, start, end) else "N", int(word), start, end)]
    signs: list[_Sign] = []
    for piece in _PIECE.finditer(word):
        at, stop = start + piece.start(), start + piece.end()
        said = piece.group()
        if said.isdecimal() and len(said) <= _LONGEST_NUMBER:
            signs.append(_Sign("N", int(said), at, stop))
            continue
        if said in _STUCK:
            signs += [_Sign("x", 0, at, at + 1), _Sign("k", 0, at + 1, stop)]
        elif said in _KNOWN:
            signs.append(_Sign(_KNOWN[said][0], 0, at, stop))
        else:
            return [_Sign("o", 0, start, end)]
    if not signs or signs[0].sign not in "NxEQ":
        return [_Sign("o", 0, start, end)]
    signs[-1] = signs[-1]._replace(end=end)
    return signs


def _join_numbers(line: list[_Sign], words: str) -> None:
    """Make of two numbers one: "twenty-four", or a range, which is no number: "2-3", "2 to 3"."""
    if len(line) == 1:
        return
    number, before = line[-1], line[-2]
    between = words[before.end : number.start]
    if before.sign in "NR" and between.strip(" \n") in {"-", "/", ""}:
        tens = before.number >= 20 and number.number < 10  # noqa: PLR2004 - "twenty-four"
        joined = tens and before.sign == "N" and words[before.start].isalpha()
        if between.strip() or joined:
            total = before.number + number.number
            line[-2:] = [_Sign("N" if joined else "R", total, before.start, number.end)]
    elif before.sign == "r" and line[-3:-2] and line[-3].sign == "N":
        line[-3:] = [_Sign("R", number.number, line[-3].start, number.end)]
    elif before.sign == "," and between == "" and words[before.start] == ".":
        line[-2:] = [_Sign("o", 0, before.start, number.end)]
    elif before.sign == "o" and words[number.start - 1] in "-/":
        line.pop()


def _join_repeated(line: list[_Sign], words: str) -> None:
    """Make of "three (3)" one number; of "three (4)" none."""
    if "".join(sign.sign for sign in line[-4:]) == "N(N)":
        first, _, second, mark = line[-4:]
        if first.number != second.number and words[first.start].isdecimal():
            return
        sign = "N" if first.number == second.number else "R"
        line[-4:] = [_Sign(sign, first.number, first.start, mark.end)]


# --- statements --------------------------------------------------------------------------------

_COUNT, _BARE, _PRODUCT = 3, 2, 1
_COUNTS = re.compile(
    r"(?<!Nx)(?<!Tx)(?<!kx)N(?:Nh|[oy]){0,6}[vu](?![pE]?[ky]|[pE][mn]|n)"
    r"|[vu][,(xQ]{0,3}N(?![xkKmhpvu]|[oy]?[vu]|y|r|\(N)"
)
_RANGE_OF_VISITS = re.compile(r"R[oy]{0,3}[vu](?![pE]?[ky]|[pE][mn])|[vu][,(xQ]{0,2}R")
_FREQUENCIES = re.compile(
    r"N[xvu]{0,2}[pE]{1,2}(?P<week>k)(?!N?K)|N[xvu]{1,2}(?:k|y)|T[pE]?k|Ty"
    r"|E(?P<other>e)k|E(?P<every>N)[kK]|Ek|(?<!N)y(?=[,(]?[xf])|N[xvu]{1,2}(?:[pE]{1,2}m|n)"
    r"|T[pE]?m|Tn|(?P<months>n)(?=[,(]?[xf])"
)
_DURATIONS = re.compile(r"(?P<weeks>N)[o]?[kK](?![x]?N|[pE])|(?P<months>N)o?m")
_THEN = re.compile(r"[,)]?[xf]{1,2}(N)(?![kKmhvuxpo]?[hKmv])")
_PRODUCTS = re.compile(r"(?<![NRx])N(?:x|[pE]?kx?|xk)N(?![hmx]|[pE]?k(?!K)|x)")
_BARES = re.compile(
    r"(?<![NRTkKyBvupEmn])x(?P<after>N)(?![kKmhxy]|[vu])|Q,?(?P<count>N)(?![hmkKx])|(?<!Q)(?P<times>N)x(?![N(pEkyvuRQ])"
)


def _statements(line: list[_Sign]) -> Iterator[_Statement]:
    """Yield every number of visits that *line* says."""
    signs = "".join(sign.sign for sign in line)
    if ("R" in signs) and (at := _RANGE_OF_VISITS.search(signs)):
        yield _Statement(None, _COUNT, line[at.start()].start, line[at.end() - 1].end)
    if "v" in signs or "u" in signs:
        for match in _COUNTS.finditer(signs):
            yield _said(line, match.start(), match.end(), _COUNT)
    product = _product(line, signs)
    if product:
        yield product
    for match in _BARES.finditer(signs):
        yield _said(line, match.start(), match.end(), _BARE)


def _said(line: list[_Sign], start: int, end: int, weight: int) -> _Statement:
    """Return the statement of the one number between two signs."""
    number = next(sign.number for sign in line[start:end] if sign.sign == "N")
    if line[start].sign in "vu" and line[end - 2].sign in "xQ":
        start = end - 2
    return _Statement(number, weight, line[start].start, line[end - 1].end)


def _product(line: list[_Sign], signs: str) -> _Statement | None:
    """Return what so many times a week for so many weeks come to; None where not said just once."""
    often = list(_FREQUENCIES.finditer(signs))
    if not often:
        plain = list(_PRODUCTS.finditer(signs))
        if len(plain) != 1:
            return None
        start, end = plain[0].span()
        visits = _multiplied(sign.number for sign in line[start:end] if sign.sign == "N")
        if signs[end : end + 1] in {"k", "K"}:
            end += 1
        return _Statement(visits, _PRODUCT, line[start].start, line[end - 1].end)
    return _over_time(line, signs, often[0]) if len(often) == 1 else None


def _multiplied(numbers: Iterator[int]) -> int:
    first, second = numbers
    return first * second


def _over_time(line: list[_Sign], signs: str, often: re.Match[str]) -> _Statement | None:
    start, end = often.span()
    monthly = signs[end - 1] in "mn"
    then = _THEN.match(signs, end)
    long = [
        match
        for match in _DURATIONS.finditer(signs)
        if match.end() <= start or match.start() >= end
    ]
    if len(long) == 1:
        if monthly != bool(long[0]["months"]):
            return None
        at = long[0].start()
        start, end = min(start, at), max(end, long[0].end())
    elif then and not long:
        at = then.start(1)
        end = then.end()
    else:
        return None
    visits = _times(line, often) * line[at].number
    if often["every"]:
        period = line[often.start("every")].number
        visits, rest = divmod(line[at].number, period)
    else:
        visits, rest = divmod(visits, 2 if often["other"] else 1)
    if rest:
        return None
    return _Statement(visits, _PRODUCT, line[start].start, line[end - 1].end)


def _times(line: list[_Sign], often: re.Match[str]) -> int:
    """Return how many times a frequency says; once where it says no number."""
    return line[often.start()].number or 1
