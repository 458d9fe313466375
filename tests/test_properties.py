"""What holds for every text, whatever it is: found by trying many."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import (
    CREDENTIALS,
    ENGINE,
    HEADER,
    ISSUES,
    LOW_BACK,
    MADE,
    NO_EVIDENCE,
    RATIONALE,
    STORY,
    SUMMARY,
    Issue,
    Letter,
    codes,
    reads_its_quotes,
    refused,
    values,
    written,
)

from extractor.guidelines import read_field
from extractor.guidelines.components import components_of
from extractor.polarity import conclusions, quotations, sentence_around
from extractor.record import Record
from extractor.text import Span, Text, collapse
from extractor.values import parse_age, parse_date

settings.register_profile("quiet", deadline=None, max_examples=100, database=None, derandomize=True)
settings.load_profile("quiet")

ARTEFACTS = (
    "\ufb00\ufb01\ufb02\ufb03\ufb04\u00ad\ufffe\x02\u200b\ufeff\u0301\u00a0\u2019\u2013\u2028"
)
ANY = st.text(max_size=200)
ODD = st.text(st.sampled_from("abE.,: \n\r\f\t1\U0001f9b4" + ARTEFACTS), max_size=80)
PIECES = st.sampled_from(
    [
        "Upheld", "Overturned", ":", "  ", "\n", " \n", "\n \n", "\n\n", "\f", "\r\n", "is:", ",",
        "Claims Administrator guideline:", "MAXIMUS guideline:", "Decision rationale:", "(", ")",
        "Norco #60 was the original request.", "was authorized by the Claims Administrator.",
        "The remaining IMR eligible portion of the original request, ", "not medically necessary",
        "It is medically necessary.", "10/19/2016", "Date of Injury:", "Case Number:", "#35", '"',
        "injury", "utilization review", "48 year old", "woman", "847.2", "M54.5", LOW_BACK,
        NO_EVIDENCE, "Decision based on Non-MTUS Citation", "ACOEM Chapter 8", "Page(s): 30",
        ISSUES, MADE, SUMMARY, "IMR DECISION(S) AND RATIONALE(S)", "Physician Reviewer",
        "1. The request for a bed is medically necessary and appropriate.",
        "Board Certified in", "licensed to practice in", "California", "\u00ad", "\ufb01", "\ufffe",
    ]
)  # fmt: skip
SCRAPS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=12).map(" ".join)
LETTERS = st.builds(
    lambda header, credentials, summary, request, field, rationale, shape: Letter(
        (Issue(), Issue(f"Cane {request}", reviewer=field, rationale=rationale), Issue("Bed")),
        header,
        credentials,
        summary,
    ).write(shape),
    st.one_of(st.just(HEADER), SCRAPS),
    st.one_of(st.just(CREDENTIALS), SCRAPS),
    st.one_of(st.just(STORY), SCRAPS),
    SCRAPS,
    SCRAPS,
    st.one_of(st.just(RATIONALE), SCRAPS),
    st.sampled_from(["spaced", "empty", "doubled", "crlf", "bare"]),
)


def holds(record: Record, source: str) -> None:
    """Demand of *record* what every record promises."""
    assert reads_its_quotes(record, source)
    assert Record.from_json(record.to_json()) == record
    assert (record.status == "verified") is (
        codes(record) == [] and record.document.sha256 is not None
    )
    for finding in record.findings:
        assert finding.start is None or 0 <= finding.start <= (finding.end or 0) <= len(source)


# --- the whole way -------------------------------------------------------------------------------


@given(ANY)
def test_no_text_raises(source: str) -> None:
    """Whatever it is, a text gives a record whose every value reads its quote."""
    holds(ENGINE.extract_text(source), source)


@given(SCRAPS)
def test_no_scraps_of_letters_raise(source: str) -> None:
    """Labels, decisions and values in any order give a record whose every value reads its quote."""
    holds(ENGINE.extract_text(source), source)


@settings(max_examples=150)
@given(LETTERS)
def test_no_letter_of_scraps_raises(source: str) -> None:
    """A letter whose parts hold anything gives a record whose every value reads its quote."""
    holds(ENGINE.extract_text(source), source)


@given(LETTERS, st.data())
def test_no_letter_with_a_hole_raises(source: str, data: st.DataObject) -> None:
    """A letter that lost any of its middle gives a record whose values read their quotes."""
    end = data.draw(st.integers(0, len(source)))
    start = data.draw(st.integers(0, end))
    left = f"{source[:start]}{source[end:]}."
    holds(ENGINE.extract_text(left), left)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_rationale_may_hold_any_characters(words: str) -> None:
    """Arbitrary characters in one part move no other part's span."""
    plain = " ".join(words.replace("\0", "").split())
    source = Letter((Issue(rationale=f"It says {plain}. {RATIONALE}"),), summary=STORY).write()
    record = ENGINE.extract_text(source)
    assert reads_its_quotes(record, source)
    assert [each.request.value for each in record.items] == ["Lumbar brace, purchase"]
    assert [each.decision.value for each in record.items] == ["upheld"]


@given(LETTERS)
def test_a_verified_record_is_refused_nothing(source: str) -> None:
    """The validator says the same of a record whenever it is asked."""
    record = ENGINE.extract_text(source)
    if record.status == "verified":
        assert refused(record, source) == []


# --- white space ---------------------------------------------------------------------------------

PLAIN = Letter(
    (
        Issue("Physical therapy: two visits in a week, for the lumbar spine"),
        Issue("Norco #60", "Overturned"),
    ),
    header="",
)


def said(record: Record) -> list[object]:
    """Return what a record says, without where it stands."""
    return [
        (getattr(each, "value", None), getattr(each, "sections", None), collapse(each.quote))
        for each in values(record)
    ]


@given(st.integers(30, 120), st.sampled_from(["spaced", "empty", "crlf", "spaced_crlf"]))
@settings(max_examples=40)
def test_reflowed_letters_say_the_same(width: int, shape: str) -> None:
    """Where lines end is nothing to a value, as long as paragraphs are kept."""
    one = ENGINE.extract_text(PLAIN.write())
    other = ENGINE.extract_text(PLAIN.write(shape, width))
    assert said(one) == said(other)
    assert one.status == other.status == "verified"


@given(
    st.lists(st.sampled_from([" ", "  ", "\u00a0", " \n", "\n", "\t"]), min_size=40, max_size=40)
)
@settings(max_examples=40)
def test_white_space_between_words_is_nothing_to_a_value(gaps: list[str]) -> None:
    """Any white space but a paragraph's end may stand between two words."""
    joints = iter(gaps * 20)
    paragraphs = re.split(r"\n\n", PLAIN.write("empty", 10_000))
    source = "\n\n".join(re.sub(r" +", lambda _: next(joints), each) for each in paragraphs)
    assert said(ENGINE.extract_text(source)) == said(ENGINE.extract_text(PLAIN.write()))


# --- nothing wrong is verified -------------------------------------------------------------------

REQUESTS = st.sampled_from(
    [
        (
            "Physical therapy: two visits in each week for the lumbar spine and both "
            "hips over a course "
            "of six weeks, with a report to the clinic at its end"
        ),
        "Norco #60",
        "physical therapy 8 visits",
        "1. Cane",
        "Tramadol 50mg 1 tab p.o. b.i.d. p.r.n. pain. #60 with no refills",
        "Acupuncture (2x wk. for 4 wks.) for the neck, both shoulders, the low back and the knee",
    ]
)
SENTENCES = st.sampled_from(
    [
        "It hurts at night.",
        "The scan of 5/5/2015 was clean.",
        "No gain in function is told of in any of the notes that came with the request for review.",
        "Citations: Roe 2004.",
        "He asks for more",
        "see the table below:",
        "Dr. Quill wrote.",
        "References: 1. Doe, J.",
    ]
)
ENDS = st.sampled_from(
    [
        "The request is not medically necessary.",
        "Therefore, it is medically necessary.",
        "Recommendation is for denial.",
        "He may ask again.",
    ]
)
RATIONALES = st.builds(
    lambda paragraphs, end: [*map(" ".join, paragraphs), end],
    st.lists(st.lists(SENTENCES, min_size=1, max_size=3), max_size=2),
    ENDS,
)
TOLD = st.lists(st.tuples(REQUESTS, RATIONALES), min_size=2, max_size=3)


def torn(told: list[tuple[str, list[str]]], shape: str, width: int, edges: list[float]) -> str:
    """Write a letter of items, with page edges at these shares of its lines."""
    letter = Letter(tuple(Issue(request, rationale="|") for request, _ in told), header="")
    reasons = iter(reasons for _, reasons in told)
    paragraphs: list[str] = []
    for paragraph in letter.paragraphs():
        label, mark, _ = paragraph.partition("|")
        first, *others = next(reasons) if mark else [""]
        paragraphs += [label + first, *others]
    lines = written(paragraphs, shape, width).split("\n")
    for edge in edges:
        at = 1 + int(edge * (len(lines) - 1))
        lines[at] = f"\f{lines[at]}"
    return "\n".join(lines)


@given(
    TOLD,
    st.sampled_from(["spaced", "empty", "crlf", "spaced_crlf"]),
    st.integers(60, 100),
    st.lists(st.floats(0, 0.99), max_size=3),
)
@settings(max_examples=300)
def test_a_verified_letter_was_read_right(
    told: list[tuple[str, list[str]]], shape: str, width: int, edges: list[float]
) -> None:
    """Whatever its lines and pages: requests and rationales are right, or not verified."""
    record = ENGINE.extract_text(torn(told, shape, width, edges))
    if record.status == "verified":
        found = [
            (item.request.value, item.rationale and item.rationale.value) for item in record.items
        ]
        assert found == [(request, " ".join(reasons)) for request, reasons in told]


# --- the text ------------------------------------------------------------------------------------


@given(st.one_of(ANY, ODD))
def test_every_place_reads_its_quote(source: str) -> None:
    """A span of the text leads to a range of the source that lies in it and reads its quote."""
    text = Text.of(source)
    assert len(text.clean) == len(text.norm)
    for start in range(len(text.norm)):
        place = text.place(Span(start, min(len(text.norm), start + 5)))
        assert 0 <= place.start <= place.end <= len(source)
        assert collapse(source[place.start : place.end]) == place.quote


@given(st.one_of(ANY, ODD))
def test_places_are_in_order(source: str) -> None:
    """What comes later in the text comes no earlier in the source."""
    text = Text.of(source)
    starts = [text.to_source(Span(at, at + 1))[0] for at in range(len(text.norm))]
    assert starts == sorted(starts)


@given(st.one_of(ANY, ODD))
def test_the_way_there_and_back(source: str) -> None:
    """A range of the source that a span led to leads back to a span that holds it."""
    text = Text.of(source)
    for start in range(len(text.norm)):
        span = Span(start, min(len(text.norm), start + 4))
        assert text.from_source(*text.to_source(span)).holds(span)


@given(st.one_of(ANY, ODD))
def test_gaps_part_words(source: str) -> None:
    """Gaps come in order, hold white space only, and do not overlap."""
    text = Text.of(source)
    at = 0
    for gap in text.gaps:
        assert at <= gap.end < gap.start <= len(text.norm)
        assert not text.norm[gap.end : gap.start].strip()
        at = gap.start


# --- the parts -----------------------------------------------------------------------------------


@given(st.one_of(ANY, SCRAPS))
def test_words_of_any_kind_are_read_or_not(words: str) -> None:
    """Dates, ages, polarities and components are read from any words without an exception."""
    day = parse_date(words)
    assert day is None or re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    assert parse_age(words) is None or isinstance(parse_age(words), int)
    for sentence, polarity in conclusions(words, Span(0, len(words))):
        assert words[slice(*sentence)].strip()
        assert polarity in {"necessary", "not_necessary"}
    found = components_of(words)
    for part in (*found.pages, *found.tables):
        assert part.replace("-", "").replace(".", "").isdigit()


@given(st.dates().filter(lambda day: day.year >= 1950))
def test_every_day_of_the_calendar_is_read(day: date) -> None:
    """A date is read back from each spelling that letters use."""
    iso = day.isoformat()
    name = day.strftime("%B")
    for words in (
        f"{day.month}/{day.day}/{day.year}",
        f"{day.month:02}-{day.day:02}-{day.year}",
        f"{name} {day.day}, {day.year}",
        f"{name[:3]} {day.day} {day.year}",
    ):
        assert parse_date(words) == iso


@given(SCRAPS)
def test_deciding_sentences_lie_in_their_range(words: str) -> None:
    """Deciding sentences are in order, in their range, and begin and end in words."""
    text = Text.of(words)
    at = 0
    for sentence, _ in conclusions(text.norm, text.whole):
        assert at <= sentence.start < sentence.end <= len(text.norm)
        assert text.trim(*sentence) == sentence
        at = sentence.start


@given(SCRAPS, st.data())
def test_the_sentence_around_a_place_holds_it(words: str, data: st.DataObject) -> None:
    """A sentence holds the words it was asked for."""
    text = Text.of(words)
    start = data.draw(st.integers(0, len(text.norm)))
    end = data.draw(st.integers(start, len(text.norm)))
    wanted = text.trim(start, end)
    found = sentence_around(text.norm, text.whole, *wanted)
    assert wanted.start == wanted.end or found.holds(wanted)
    assert all(start < end for start, end in quotations(text.norm, text.whole))


@given(SCRAPS)
def test_citations_are_in_order_and_in_their_field(words: str) -> None:
    """Citations and excerpts of a field do not overlap, and hold words."""
    text = Text.of(words)
    at = 0
    for cited in read_field(text, text.whole).citations:
        assert at <= cited.span.start < cited.span.end <= len(text.norm)
        at = cited.span.end
        if cited.excerpt is not None and cited.excerpt.start < cited.excerpt.end:
            assert at <= cited.excerpt.start <= len(text.norm)


@pytest.mark.parametrize("words", ["", " ", "\f", "\ufeff"])
def test_nothing_is_no_obstacle(words: str) -> None:
    """Fields without words hold no citation and decide nothing."""
    text = Text.of(words)
    assert read_field(text, text.whole).citations == ()
    assert conclusions(text.norm, text.whole) == ()
