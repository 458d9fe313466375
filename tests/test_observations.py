"""What is odd about a letter that was read right: each rule with what it notices and what not."""

from typing import Any

import pytest

from extractor.findings import OBSERVATIONS, Code, Finding
from extractor.record import DecisionWord, Polarity, Record
from extractor.text import Text, collapse
from extractor.validate.observations import OBSERVERS, observe
from extractor.values import parse_date

NOT_NECESSARY = "As such, the request is not medically necessary."
IN_ORDER = {
    "date_of_injury": "05/02/2016",
    "ur_denial_date": "08/31/2016",
    "application_received": "09/12/2016",
    "date_assigned": "09/12/2016",
    "decision_date": "10/30/2016",
}


class Letter:
    """A letter written piece by piece, and the record of what each piece says."""

    def __init__(self) -> None:
        """Start with an empty sheet."""
        self.source = ""
        self.record: dict[str, Any] = {
            "document": {"id": "invented.txt"},
            "status": "verified",
            "provenance": {"proposer": "test", "version": "0"},
            "case": {},
            "patient": {},
            "items": [],
        }

    def _write(self, words: str, value: str | None = None) -> dict[str, Any]:
        self.source += f"{words}\n\n"
        return self._find(words, value)

    def _find(self, words: str, value: str | None = None) -> dict[str, Any]:
        start = self.source.rindex(words)
        quote = collapse(words)
        return {"value": value or quote, "quote": quote, "start": start, "end": start + len(words)}

    def header(self, **dates: str) -> "Letter":
        """Write the header's dates, as printed."""
        for field, words in dates.items():
            self.record["case"][field] = self._write(words, parse_date(words))
        return self

    def told(self, summary: str, **dates: str) -> "Letter":
        """Write the clinical summary; *dates* are words of it."""
        self.record["clinical_summary"] = self._write(summary)
        for field, words in dates.items():
            self.record["patient"][field] = self._find(words, parse_date(words))
        return self

    def item(
        self,
        request: str,
        rationale: str,
        decision: DecisionWord = "upheld",
        concluded: tuple[str, Polarity] | None = None,
    ) -> "Letter":
        """Write one item; *concluded* are words of its rationale, and what they say."""
        asked = self._write(request)
        self.record["items"].append(
            {
                "number": len(self.record["items"]) + 1,
                "request": asked,
                "treatment": asked,
                "decision": self._write(decision.title(), decision),
                "rationale": self._write(rationale),
                "conclusion": self._find(*concluded) if concluded else None,
            }
        )
        return self

    def observed(self) -> list[Finding]:
        """Return what the observers notice about the letter."""
        return observe(Record.model_validate(self.record), Text.of(self.source))

    def codes(self) -> list[Code]:
        """Return the codes of what the observers notice."""
        return [finding.code for finding in self.observed()]


# --- all of them -------------------------------------------------------------------------------


def odd_letter() -> Letter:
    """Return a letter that every observer has something to say about."""
    letter = Letter().header(**{**IN_ORDER, "ur_denial_date": "09/13/2016"})
    told = "Hurt on May 2, 2014. The MRI of the neck done on 6/1/2016 was normal."
    letter.told(told, date_of_injury="May 2, 2014")
    said = "The most recent MRI of the neck is more than a year old. It is necessary."
    letter.item("MRI of the neck", said, concluded=("It is necessary.", "necessary"))
    return letter.item("Knee brace", f"The patient had a lumbar fusion with\nrods. {NOT_NECESSARY}")


def test_every_observer_is_heard_in_its_place() -> None:
    """What is found comes in the order of the observers, under the code each one declares."""
    order = [observer.code for observer in OBSERVERS]
    found = odd_letter().codes()
    assert len(found) > 1
    assert found == [code for code in order if code in found]


def test_observers_only_observe() -> None:
    """An observer's code is an observation: it keeps no record from being verified."""
    assert {observer.code for observer in OBSERVERS} <= OBSERVATIONS


def test_both_passages_are_quoted() -> None:
    """An observation names the two passages it compares, and they read what they quote."""
    letter = odd_letter()
    for finding in letter.observed():
        assert len({(place.start, place.end) for place in finding.related}) == 2
        for place in finding.related:
            assert collapse(letter.source[place.start : place.end]) == place.quote != ""


def test_passages_count_the_characters_of_the_source() -> None:
    """Soft hyphens and ligatures do not shift a passage."""
    letter = Letter().item(
        "Knee brace", "Non\u00admedical. The patient has a \ufb01xed lumbar curve. It lasts."
    )
    [finding] = letter.observed()
    sentence = finding.related[1]
    assert letter.source[sentence.start : sentence.end].startswith("The patient has a \ufb01xed")
    assert letter.source[sentence.start : sentence.end].endswith("curve.")


def test_a_bare_record_is_not_odd() -> None:
    """Nothing is said of what the letter does not tell."""
    assert Letter().observed() == []


# --- the conclusion and the decision -------------------------------------------------------------


@pytest.mark.parametrize(
    ("decision", "polarity", "words"),
    [
        ("upheld", "necessary", "The brace is medically necessary."),
        ("overturned", "not_necessary", "The brace is not medically necessary."),
        ("overturned", "not_necessary", "Medical necessity of the brace is not established."),
    ],
)
def test_a_conclusion_against_the_decision(
    decision: DecisionWord, polarity: Polarity, words: str
) -> None:
    """Upheld goes with not necessary, overturned with necessary; the item is pointed at."""
    letter = Letter().item("Brace", NOT_NECESSARY)
    letter.item("Brace", f"He limps. {words}", decision, (words, polarity))
    [finding] = letter.observed()
    assert finding.code is Code.CONCLUSION_CONTRADICTS_DECISION
    assert finding.path == "/items/1/conclusion"
    assert [place.quote for place in finding.related] == [words, decision.title()]


@pytest.mark.parametrize(
    ("decision", "polarity"), [("upheld", "not_necessary"), ("overturned", "necessary")]
)
def test_a_conclusion_that_agrees(decision: DecisionWord, polarity: Polarity) -> None:
    """A conclusion that says what was decided is not odd."""
    letter = Letter().item("Brace", "So it is.", decision, ("So it is.", polarity))
    assert letter.codes() == []


def test_a_conclusion_both_ways() -> None:
    """Where one thing is called necessary and another not, the decision contradicts neither."""
    words = "The visit is medically necessary, the brace is not medically necessary."
    letter = Letter().item("Visit", words, "overturned", (words, "not_necessary"))
    assert letter.codes() == []


# --- the header and the body ---------------------------------------------------------------------


def test_two_dates_of_injury() -> None:
    """Header and summary must give one date of injury."""
    letter = Letter().header(date_of_injury="04/07/2016")
    letter.told("A cook who fell on April 7, 2015.", date_of_injury="April 7, 2015")
    [finding] = letter.observed()
    assert finding.code is Code.HEADER_CONTRADICTS_BODY
    assert finding.path == "/patient/date_of_injury"
    assert [place.quote for place in finding.related] == ["04/07/2016", "April 7, 2015"]


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        ("A cook who fell on April 7, 2016.", "April 7, 2016"),
        ("Hurt on 4/7/15, and again on 4-7-16.", "4/7/15"),
    ],
)
def test_one_date_of_injury_in_two_spellings(summary: str, words: str) -> None:
    """A summary that names the header's date, in any spelling, does not contradict it."""
    letter = Letter().header(date_of_injury="04/07/2016").told(summary, date_of_injury=words)
    assert letter.codes() == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("8/29/2016", []),
        ("9/2/2016", []),
        ("9/16/2016", [Code.HEADER_CONTRADICTS_BODY]),
        ("8/31/3016", [Code.HEADER_CONTRADICTS_BODY]),
        ("8/31/2015", [Code.HEADER_CONTRADICTS_BODY]),
    ],
)
def test_a_review_that_cannot_have_been_then(told: str, expected: list[Code]) -> None:
    """Review dates differ by days; only after the application, or before the injury, is odd."""
    letter = Letter().header(
        date_of_injury="05/02/2016", ur_denial_date="08/31/2016", application_received="09/12/2016"
    )
    letter.told(f"The review of {told} denied it.", ur_date=told)
    assert letter.codes() == expected


# --- the order of dates --------------------------------------------------------------------------


def test_a_dispute_takes_its_course() -> None:
    """Injury, denial, application, assignment, decision; two of them may fall on one day."""
    assert Letter().header(**IN_ORDER).codes() == []


@pytest.mark.parametrize(
    ("field", "printed", "path"),
    [
        ("date_of_injury", "09/01/2016", "/case/date_of_injury"),
        ("ur_denial_date", "09/13/2016", "/case/ur_denial_date"),
        ("date_assigned", "11/02/2016", "/case/date_assigned"),
        ("decision_date", "01/30/2016", "/case/date_assigned"),
    ],
)
def test_an_event_before_its_cause(field: str, printed: str, path: str) -> None:
    """One date out of place is one finding, at the event that is dated too late."""
    [finding] = Letter().header(**{**IN_ORDER, field: printed}).observed()
    assert (finding.code, finding.path) == (Code.DATES_OUT_OF_ORDER, path)
    assert printed in [place.quote for place in finding.related]


def test_the_summary_stands_in_for_a_missing_header() -> None:
    """Without a header, an injury that the summary dates after the review is out of order."""
    letter = Letter().told(
        "Hurt on 7/4/2014. The review of 6/30/2014 denied it.",
        date_of_injury="7/4/2014",
        ur_date="6/30/2014",
    )
    assert letter.codes() == [Code.DATES_OUT_OF_ORDER]


# --- durations -----------------------------------------------------------------------------------

WRITTEN = "The review is dated 2/10/2015. "


@pytest.mark.parametrize(
    ("dated", "claimed"),
    [
        ("On 5/4/14 he received an MRI of the knee.", "The latest MRI is more than one year old."),
        ("An MRI of the knee dated 5/4/14 was normal.", "The last MRI is over 12 months old."),
        ("An x-ray of the knee (5/4/14) was normal.", "The x-ray was done over a year ago."),
        ("A knee injection was done on May 4, 2014.", "His last injection was over a year ago."),
        ("A CT scan from June 2014 shows his knee.", "The worker's CT scan is over a year old."),
    ],
)
def test_younger_than_claimed(dated: str, claimed: str) -> None:
    """An age that the letter's own date for the thing does not reach is a contradiction."""
    letter = Letter().told(WRITTEN + dated).item("Knee MRI", f"He limps. {claimed} Denied.")
    [finding] = letter.observed()
    assert finding.code is Code.DURATION_CONTRADICTS_DATES
    assert [place.quote for place in finding.related] == [claimed, dated]


def test_older_than_claimed() -> None:
    """What was already older at the time of the denial is not less than so old."""
    letter = Letter().told(
        "The review of 2/10/2015 denied it. Knee surgery was performed on 3/1/2014.",
        ur_date="2/10/2015",
    )
    letter.item("Knee brace", "The surgery was less than six months ago.")
    assert letter.codes() == [Code.DURATION_CONTRADICTS_DATES]


MRI = "An MRI of the knee dated 5/4/14 was normal."
TOO_OLD = "The latest MRI of the knee is more than a year old."


@pytest.mark.parametrize(
    "dated",
    [
        "An MRI of the knee dated 1/4/14 was normal.",
        "An MRI of the knee dated 2/14/14 was normal.",
        "An MRI of the neck dated 5/4/14 was normal.",
        "An x-ray of the knee dated 5/4/14 was normal.",
        "An MRI of the knee was requested on 5/4/14.",
        "An MRI of the knee and a report of 5/4/14 are on file.",
    ],
    ids=["old enough", "a rounding", "region", "study", "asked for, not done", "another's date"],
)
def test_a_date_that_rules_nothing_out(dated: str) -> None:
    """Only a date on which the same study of the same region was done can rule an age out."""
    assert Letter().told(WRITTEN + dated).item("Knee MRI", f"{TOO_OLD} Denied.").codes() == []


@pytest.mark.parametrize(
    "claimed",
    [
        "The prior MRI of the knee is more than a year old.",
        "On 1/5/15 the MRI of the knee was more than a year old.",
        'The treater writes: "The latest MRI of the knee is more than a year old."',
        "It is noted that the latest MRI of the knee is more than a year old.",
        "The MRI of the knee is not more than a year old.",
        "Denied unless the latest MRI of the knee is more than a year old.",
        "The MRI of the knee followed an injury more than a year ago.",
    ],
    ids=["the one before", "then", "quoted", "noted", "negated", "a rule", "another's age"],
)
def test_words_that_claim_no_age(claimed: str) -> None:
    """In any doubt of what is how old, in whose words, or when, nothing is said."""
    assert Letter().told(WRITTEN + MRI).item("Knee MRI", f"He limps. {claimed}").codes() == []


def test_one_of_two_may_be_meant() -> None:
    """An age may be that of any study of the kind, unless the latest one is named."""
    letter = Letter().told(f"{WRITTEN}{MRI} Another MRI of the knee was of 2012.")
    letter.item("Knee MRI", "The MRI of the knee is more than a year old.")
    assert letter.codes() == []
    assert letter.item("Knee MRI", TOO_OLD).codes() == [Code.DURATION_CONTRADICTS_DATES]


def test_ages_are_counted_to_the_decision() -> None:
    """A reviewer writes on the day of the decision, when a study may have come of age."""
    dated, claimed = "The knee MRI of 5/4/14 was normal.", "The last knee MRI is over a year old."
    letter = Letter().header(decision_date="05/30/2015").told(WRITTEN + dated)
    assert letter.item("Knee MRI", claimed).codes() == []


# --- regions of the body -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "fact"),
    [
        ("MRI of the cervical spine", "The patient had an L4-5 fusion in 2009."),
        ("Physical therapy, cervical and thoracic spine", "The claimant has lumbar pain."),
        ("Right knee arthroscopy", "Her shoulder is stiff."),
        ("Acupuncture for the right wrist", "The worker has low back pain."),
        ("C5-6 epidural injection", "He reports pain of the left ankle."),
        ("MRI of the neck", "The request for MRI of the knee is not medically necessary."),
    ],
)
def test_a_rationale_on_another_region(request_: str, fact: str) -> None:
    """A request for one region that is decided on the facts of another is odd."""
    letter = Letter().item(request_, f"It failed. {fact} It is denied.")
    [finding] = letter.observed()
    assert (finding.code, finding.path) == (Code.BODY_REGION_MISMATCH, "/items/0/rationale")
    assert [place.quote for place in finding.related] == [request_, fact]


OPEN = {
    "both": ("Knee MRI", "The patient has low back pain. The knee MRI is denied."),
    "its nerves": ("MRI of the neck", "The patient's hand is numb."),
    "its nerves, lower": ("Lumbar MRI", "Her left foot drops. She limps."),
    "limb and spine": ("EMG of the upper extremities", "She has C6 radiculopathy."),
    "a general word": ("MRI of the neck", "The patient's spine is stiff. His leg hurts."),
    "a general request": ("Therapy for the back", "The patient's shoulder hurts."),
    "a request for none": ("Naproxen 500 mg #60", "The patient has low back pain."),
    "a rationale on none": ("MRI of the neck", "The request repeats an earlier one."),
    "guideline prose": ("MRI of the neck", "Guidelines allow it if the patient's knee locks."),
    "any case": ("MRI of the neck", "MRI may help when the patient's knee locks."),
    "a compound": ("Knee brace", "Patient-specific hand therapy reduces swelling."),
    "many patients": ("MRI of the neck", "Most patients with knee pain improve."),
    "a cited paper": ("Elbow brace", "His low back improved with exercise (Doe, 2003)."),
    "a length": ("MRI of the neck", "The worker fell six feet."),
    "a measure": ("Shoulder brace", "His internal rotation is to L5."),
    "a figure of speech": ("Knee brace", "On the other hand, she walks well."),
    "a device's name": ("Knee walker", "The patient has low back pain."),
    "a profession": ("Consultation with a hand surgeon", "His knee locks."),
    "an implant": ("Stimulator leads at T8-9", "His low back hurts."),
}


@pytest.mark.parametrize(("request_", "rationale"), OPEN.values(), ids=OPEN.keys())
def test_a_rationale_that_may_be_on_the_region(request_: str, rationale: str) -> None:
    """Where the region may be meant, or no fact of this patient names another, nothing is said."""
    assert Letter().item(request_, f"{rationale} {NOT_NECESSARY}").codes() == []
