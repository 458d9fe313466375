"""Whether a request is for what was already given, and on which days it was given."""

import re

from extractor.treatments.found import Found
from extractor.treatments.request import Request
from extractor.values import DATE, parse_date

_WHEN = re.compile(
    r"\b(?:(?P<retrospective>retro(?:spective(?:ly)?)?)(?!-?(?:patell|calcan|pharyn|bulb|grade))"
    r"|(?P<prospective>prospective(?:ly)?))\b",
    re.IGNORECASE,
)
_LOOKS = frozenset("retro retrospective retrospectively prospective prospectively".split())
_SERVICE = (
    r"(?:\b(?:DOS|D\.O\.S\.?|dates?(?:\(s\))?\s+of\s+services?|(?:service|treatment)\s+dates?)\b)"
)
_GIVEN = (
    r"(?:\b(?:performed|dispensed|provided|done|given|rendered|administered|received|completed|"
    r"obtained|taken|filled|supplied|delivered|furnished|collected)\b(?:\s+(?:on|from|between|in|for)\b)?)"
)
_OF_SERVICE_BEFORE = re.compile(
    rf"(?:{_SERVICE}|{_GIVEN})[\s:.,;()#=s'-]*(?:(?:of|on|is|was|are|were|from|between)\b[\s:]*)?\Z",
    re.IGNORECASE,
)
_OF_SERVICE_AFTER = re.compile(rf"\s{{0,2}}\(?\s?{_SERVICE}", re.IGNORECASE)
# A date of something else than the service, even in a retrospective request.
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:prescri\w{1,12}|reports?|RFA|PR-?\s?[12]|notes?|orders?|letter|injur\w{1,8}|DOI|DOB|born|accident|"
    r"denial|review|UR|requested|ordered|request\s+dated|authorization|surgery|received)\b"
    r"[^\d;]{0,24}\Z",
    re.IGNORECASE,
)
_NEXT = re.compile(r"[\s,;&()/-]*(?:(?:and|to|through|thru|until|-)\b)?[\s,(-]*", re.IGNORECASE)
# "3/4/2016-3/8/2016" is two dates, from and to.
_GLUED = re.compile(r"-(?:(?<=/\d\d-)|(?<=/\d{4}-))(?=\d{1,2}/)")
_LOOK_BACK = 48
_CLOSE = 16


def retrospective_in(request: Request) -> Found[bool] | None:
    """Say whether *request* calls itself retrospective; None where it does not say, or says both.

    >>> retrospective_in(Request("Retro: urine drug screen"))
    Found(value=True, start=0, end=5)
    >>> retrospective_in(Request("MRI of the knee")) is None
    True
    """
    if _LOOKS.isdisjoint(request.said):
        return None
    found: Found[bool] | None = None
    for match in _WHEN.finditer(request.words):
        value = match.lastgroup == "retrospective"
        if found is None:
            found = Found(value, *match.span())
        elif found.value != value:
            return None
    return found


def service_dates_in(request: Request) -> tuple[Found[str], ...]:
    """Return the days, in ISO form, on which *request* says that the service was given.

    Named as such ("DOS: 11/11/2016", "dispensed on 11/5/2016"), both ends of a range and all of a
    list; of a retrospective request also a date of which nothing else is said. Dates of reports,
    prescriptions and injuries are none.

    >>> service_dates_in(Request("Massage, DOS: 5/1/2016 - 5/30/2016"))
    (Found(value='2016-05-01', start=14, end=22), Found(value='2016-05-30', start=25, end=34))
    """
    words = _GLUED.sub(" ", request.words)
    found: list[Found[str]] = []
    last, counts = 0, False
    matches = list(DATE.finditer(words))
    when = retrospective_in(request) if matches else None
    for match in matches:
        start, end = match.span()
        near = last and start - last <= _CLOSE and _NEXT.fullmatch(words, last, start)
        if not near:
            counts = _is_of_service(words, start, end, retrospective=bool(when and when.value))
        last = end
        if counts and (day := parse_date(match.group())):
            found.append(Found(day, start, end))
    return tuple(found)


def _is_of_service(words: str, start: int, end: int, *, retrospective: bool) -> bool:
    floor = max(0, start - _LOOK_BACK)
    if _OF_SERVICE_BEFORE.search(words, floor, start) or _OF_SERVICE_AFTER.match(words, end):
        return True
    return retrospective and not _OF_SOMETHING_ELSE.search(words, floor, start)
