"""What a quote says: dates, ages, sexes, priorities, and which way a conclusion decides."""

import pytest
from letters import marked

from extractor.polarity import conclusions, quotations, sentence_around
from extractor.record import Polarity
from extractor.text import Span, Text
from extractor.values import (
    AGE,
    DATE,
    parse_age,
    parse_date,
    parse_priority,
    parse_sex,
)

# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("10/16/2016", "2016-10-16"),
        ("1/5/2014", "2014-01-05"),
        ("01/05/2014", "2014-01-05"),
        ("10-16-2016", "2016-10-16"),
        ("1/5/14", "2014-01-05"),
        ("10-16-16", "2016-10-16"),
        ("1/1/00", "2000-01-01"),
        ("7/4/89", "1989-07-04"),
        ("12/31/99", "1999-12-31"),
        ("11-21-\n2016", "2016-11-21"),
        ("11/\n21/2016", "2016-11-21"),
        ("August 27, 2007", "2007-08-27"),
        ("August 27 2007", "2007-08-27"),
        ("August 27th, 2007", "2007-08-27"),
        ("March 1st, 2012", "2012-03-01"),
        ("June 2nd 2012", "2012-06-02"),
        ("July 3rd, 2012", "2012-07-03"),
        ("January  2,\n2015", "2015-01-02"),
        ("December\n31, 2015", "2015-12-31"),
        ("May 5, 2011", "2011-05-05"),
        ("Aug 27, 2007", "2007-08-27"),
        ("Aug. 27, 2007", "2007-08-27"),
        ("Sept 3, 2012", "2012-09-03"),
        ("Sept. 3, 2012", "2012-09-03"),
        ("2/29/2016", "2016-02-29"),
        ("Feb 29, 2012", "2012-02-29"),
    ],
)
def test_a_date_in_every_spelling(words: str, day: str) -> None:
    """Month before day, in digits or by name; no year lies before a working life."""
    found = DATE.search(f"on {words} in")
    assert found is not None
    assert (found.group(), parse_date(words)) == (words, day)


@pytest.mark.parametrize(
    "words",
    [
        "2/30/2014", "13/1/2014", "0/5/2014", "12/0/2015", "00/00/0000", "6/31/2016",
        "February 29, 2015", "April 31, 2016", "2/29/2015",
    ],
)  # fmt: skip
def test_a_day_that_no_month_has_is_no_date(words: str) -> None:
    """What the calendar does not hold says no date, however it is spelled."""
    assert parse_date(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "10/16", "10/16/201", "10/16/20145", "110/16/2016", "1/10/16/2016", "10/16/2016/1",
        "10-16-16-2", "v1.10/16/16", "5/5/5", "June 2014", "Smarch 2, 2014", "Maybe 5, 2011",
        "8.10.2014", "L4-5", "7/10", "120/80", "27", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date(words: str) -> None:
    """Fractions, scores, spinal levels, counted lists and cut dates are no dates."""
    assert parse_date(words) is None
    assert DATE.search(f"of {words} and") is None


@pytest.mark.parametrize("words", ["on 10/16/2016", "10/16/2016 and 11/1/2016", "10/16/2016."])
def test_a_date_is_the_whole_quote(words: str) -> None:
    """A quote with more words than a date says no date."""
    assert parse_date(words) is None


# --- ages, sexes, priorities ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "48 year old", "48-year-old", "48 year-old", "48- year-old", "48 years old",
        "48-years-old", "48 yr old", "48 yr. old", "48 y/o", "48 yo", "48yo", "48 y.o.",
        "48 year\nold", "48-year-\nold",
    ],
)  # fmt: skip
def test_an_age_in_every_spelling(words: str) -> None:
    """From the number to the word "old", or its abbreviation."""
    found = AGE.search(f"a {words} man")
    assert found is not None
    assert (found.group(), parse_age(words)) == (words, 48)


@pytest.mark.parametrize(
    "words",
    [
        "a 10 year history", "1.5 years old", "10-15 year old", "a year old", "10 yolks",
        "2015 year old", "L4-5 year old", "10 years older", "5/10 year old", "8 years ago",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_age(words: str) -> None:
    """Spans of time, ranges and other numbers are no ages."""
    assert parse_age(words) is None


@pytest.mark.parametrize(
    ("noun", "sex"),
    [
        ("male", "male"), ("man", "male"), ("gentleman", "male"), ("Male", "male"),
        ("female", "female"), ("woman", "female"), ("lady", "female"), ("FEMALE", "female"),
        ("he", None), ("she", None), ("his", None), ("patient", None), ("men", None), ("", None),
    ],
)  # fmt: skip
def test_sex_is_read_from_nouns(noun: str, sex: str | None) -> None:
    """A noun of a person gives the sex; a pronoun gives none."""
    assert parse_sex(noun) == sex


@pytest.mark.parametrize(
    ("word", "priority"),
    [("Standard", "standard"), ("Expedited", "expedited"), ("Urgent", None), ("", None)],
)
def test_priorities_are_two(word: str, priority: str | None) -> None:
    """A case is standard or expedited."""
    assert parse_priority(word) == priority


# --- which way a sentence decides ----------------------------------------------------------------

NOT_NECESSARY = [
    "The request is not medically necessary.",
    "As such, the request is not medically necessary and appropriate.",
    "The request is not medically necessary or appropriate.",
    "The MRI cannot be considered medically necessary.",
    "A second brace is not a medical necessity.",
    "A second brace is not a medical necessity at present.",
    "Recommendation is for denial.",
    "Recommendation is therefore for denial.",
    "Recommendation is for non-certification.",
    "The stimulator is not\nmedically\nnecessary.",
    "The patch is not medically-necessary.",
    "Medical necessity of the request is not established.",
    "The medical necessity of the walker has not been established.",
    "Medical necessity has not been demonstrated.",
    "Medical necessity is not evident.",
    "The medical necessity for the scan cannot be established.",
    "The records do not establish the medical necessity of a lift.",
    "The file fails to support medical necessity.",
    "The request lacks medical necessity.",
    "Therefore, the request is denied.",
    "The request is not certified.",
    "The request is non-certified.",
    "The request is not approved.",
    "The request is not authorized.",
    "The visits are no longer medically necessary.",
    "The drug isn't medically necessary.",
    "The drug isn\u2019t medically necessary.",
    "The drug is not deemed to be medically necessary.",
    "The drug is not seen as medically necessary.",
    "I do not find the drug medically necessary.",
    "I cannot find the study to be medically necessary.",
    "The request for twelve visits is deemed not medically necessary.",
    "The request is considered not medically appropriate.",
    "The request is found to be not medically necessary.",
    "The cream is therefore not medically warranted.",
    "The collar is not currently medically indicated.",
    "It is not shown to be medically necessary.",
    "The fusion was not medically necessary.",
    "Thus, the pillow is NOT medically necessary.",
    "THE REQUEST IS NOT MEDICALLY NECESSARY.",
    "The pump is medically unnecessary.",
    "There is no medical necessity for the bed.",
    "No medical necessity is established for the bed.",
    "Without a trial, the stimulator is not medically necessary.",
]
NECESSARY = [
    "The request is medically necessary.",
    "THE REQUEST IS MEDICALLY NECESSARY.",
    "The request is medically necessary and appropriate.",
    "Recommendation is for authorization.",
    "Recommendation is for approval.",
    "The request is certified.",
    "Therefore, the request is approved.",
    "The request is certified as medically necessary.",
    "I find the additional visits medically necessary.",
    "The reviewer finds the brace medically appropriate.",
    "The walker is deemed medically necessary.",
    "The walker is considered to be medically necessary.",
    "The visits are therefore medically necessary.",
    "The brace was medically necessary.",
    "The study remains medically indicated.",
    "The injection appears medically warranted.",
    "The scan is a medical necessity.",
    "Medical necessity has been established.",
    "The medical necessity of the scan is established.",
    "The records establish the medical necessity of the scan.",
    "The brace is not cheap, but it is medically necessary.",
    "Not only the brace but the scan is medically necessary.",
    "While a first scan did not help, the second is medically necessary.",
    "There is no other way to walk, and the chair is medically necessary.",
    "The request cannot be denied and is medically necessary.",
]
DECIDING: list[tuple[str, Polarity]] = [
    *((words, "not_necessary") for words in NOT_NECESSARY),
    *((words, "necessary") for words in NECESSARY),
]


def decided(source: str) -> list[tuple[str, Polarity]]:
    """Return the deciding sentences of *source*, and what each says."""
    text = Text.of(source)
    found = conclusions(text.norm, text.whole)
    return [(source[slice(*each.sentence)], each.polarity) for each in found]


@pytest.mark.parametrize(("sentence", "polarity"), DECIDING)
def test_a_deciding_sentence_in_every_wording(sentence: str, polarity: Polarity) -> None:
    """A sentence decides one way or the other, whatever its wording; its quote is all of it."""
    story = "Six visits were given in May. Little came of them. "
    assert decided(f"{story}{sentence}") == [(sentence, polarity)]


@pytest.mark.parametrize(("sentence", "polarity"), DECIDING)
def test_words_alone_have_the_same_polarity(sentence: str, polarity: Polarity) -> None:
    """What a conclusion says does not depend on what stands around it."""
    text = Text.of(sentence)
    assert [found.polarity for found in conclusions(text.norm, text.whole)] == [polarity]


@pytest.mark.parametrize(
    "sentence",
    [
        'The guideline reads: "A brace is medically necessary in the acute phase."',
        "The guideline reads: \u201cA brace is not medically necessary later on\u201d.",
        "If the knee gives way, a brace is medically necessary.",
        "Unless red flags are present, imaging is not medically necessary.",
        "Surgery would be medically necessary after a failed trial.",
        "A trial could be medically necessary.",
        "It must be shown that a brace is medically necessary.",
        "In order to be medically necessary, a brace needs an unstable knee.",
        "The provider asks whether the brace is medically necessary.",
        "The guideline allows surgery when it is medically necessary.",
        "The medical necessity of the drug must be documented at each visit.",
        "He was told of the medical necessity of rest.",
        "Medically, he is stable, and rest is necessary.",
        "The denial was appealed in May.",
        "The necessary records were not sent.",
        "The request is for a brace.",
    ],
)
def test_a_sentence_that_decides_nothing(sentence: str) -> None:
    """Quoted guideline text, conditions, questions and stories decide nothing."""
    assert decided(sentence) == []


def test_every_deciding_sentence_is_found_in_order() -> None:
    """The last of the sentences that decide is the conclusion."""
    source = "A brace is medically necessary. The scan is not medically necessary. He may work."
    assert decided(source) == [
        ("A brace is medically necessary.", "necessary"),
        ("The scan is not medically necessary.", "not_necessary"),
    ]


def test_a_quotation_before_the_decision_does_not_hide_it() -> None:
    """Only what stands between quotation marks is quoted."""
    source = (
        'The text says "medically necessary when stable". The brace is not medically necessary.'
    )
    assert decided(source) == [("The brace is not medically necessary.", "not_necessary")]


def test_inches_open_no_quotation() -> None:
    """A sign for inches after a number is no quotation mark that hides what follows."""
    source = 'A 3/4" lift was worn. The lift is not medically necessary. He is 70" tall.'
    assert decided(source) == [("The lift is not medically necessary.", "not_necessary")]


@pytest.mark.parametrize(
    "notice",
    [
        "Weaning may be medically necessary.",
        "Abrupt stopping is not medically appropriate.",
        "A slow taper is medically necessary with drugs of this kind.",
        "Withdrawal is avoided by reducing the dose as is medically indicated.",
    ],
)
def test_a_closing_notice_is_no_conclusion(notice: str) -> None:
    """A closing notice on stopping a drug does not decide the request before it."""
    sentence = "The request for Norco is not medically necessary."
    assert decided(f"{sentence} {notice}") == [(sentence, "not_necessary")]


def test_a_decision_on_weaning_counts() -> None:
    """A sentence that decides a request for weaning is its conclusion."""
    sentence = "The request for a weaning program is medically necessary."
    assert decided(f"The dose is high. {sentence}") == [(sentence, "necessary")]


@pytest.mark.parametrize(
    "source",
    [
        "It hurts. ⟦The brace (e.g. a Velcro one) is not medically necessary.⟧ He rests.",
        "It hurts. ⟦The request of Dr. Quill is not medically necessary.⟧ He rests.",
        "It hurts. ⟦Norco 7.5/325 mg is not medically necessary.⟧ He rests.",
        (
            "It hurts. ⟦Visits vs. exercise at home: the visits are not medically necessary.⟧ He "
            "rests."
        ),
        "It hurts.⟦The brace is not medically necessary.⟧ He rests.",
        "It hurts! ⟦The brace is not\nmedically necessary.⟧ \n \nHe rests.",
        "⟦The brace is not medically necessary⟧",
    ],
)
def test_a_conclusion_is_the_whole_sentence(source: str) -> None:
    """Abbreviations and decimals end no sentence; a run-on sentence ends at its full stop."""
    plain, [expected] = marked(source)
    [found] = conclusions(plain, Span(0, len(plain)))
    assert found.sentence == expected


def test_only_the_range_asked_for_is_read() -> None:
    """A decision outside the rationale is none of its conclusions."""
    source = "The brace is medically necessary. It was worn for a week."
    assert conclusions(source, Span(source.index("It was"), len(source))) == ()


@pytest.mark.parametrize(
    ("source", "quoted"),
    [
        ('He said "it hurts" twice.', ['"it hurts"']),
        ('"One." and "two"', ['"One."', '"two"']),
        ('An unclosed "mark', []),
        ("None at all", []),
    ],
)
def test_quotations_are_closed(source: str, quoted: list[str]) -> None:
    """A quotation is what stands between an opening and a closing mark."""
    found = quotations(source, Span(0, len(source)))
    assert [source[slice(*each)] for each in found] == quoted


def test_the_sentence_around_a_word() -> None:
    """A sentence ends at its full stop, begins after the one before, and stays in its span."""
    source, [expected] = marked("He fell. ⟦The hip broke in two places.⟧ It healed.")
    at = source.index("broke")
    assert sentence_around(source, Span(0, len(source)), at, at + 5) == expected
    assert sentence_around(source, Span(at, at + 5), at, at + 5) == Span(at, at + 5)
