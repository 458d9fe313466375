"""The people of a letter: the reviewer's credentials and the injured worker."""

import pytest
from letters import (
    ENGINE,
    RATIONALE,
    STORY,
    Issue,
    Letter,
    codes,
    read,
    written,
)

from extractor.record import Patient
from extractor.text import collapse

# --- the reviewer's credentials ------------------------------------------------------------------


def expert(credentials: str, shape: str = "spaced") -> tuple[list[list[str]], list[str]]:
    """Return specialties, subspecialties and states of a letter, and the codes about it."""
    record = ENGINE.extract_text(Letter(credentials=credentials).write(shape))
    groups = (record.expert.specialties, record.expert.subspecialties, record.expert.licensed_in)
    return [[value.value for value in group] for group in groups], codes(record)


@pytest.mark.parametrize(
    ("states", "specialties", "expected"),
    [
        ("California", "Neurology", (["California"], ["Neurology"])),
        ("California, Arizona", "Psychologist", (["California", "Arizona"], ["Psychologist"])),
        (
            "Montana,Idaho",
            "Surgery,Sports Medicine",
            (["Montana", "Idaho"], ["Surgery", "Sports Medicine"]),
        ),
        (
            "California",
            "Physical Medicine & Rehabilitation, Pain Management",
            (["California"], ["Physical Medicine & Rehabilitation", "Pain Management"]),
        ),
        (
            "California",
            "Preventive Medicine, Occupational Medicine",
            (["California"], ["Preventive Medicine", "Occupational Medicine"]),
        ),
        (
            "California",
            "Physical Medicine and Rehabilitation",
            (["California"], ["Physical Medicine and Rehabilitation"]),
        ),
        (
            "California",
            "Obstetrics and Gynecology",
            (["California"], ["Obstetrics and Gynecology"]),
        ),
        (
            "New York, West Virginia, Virginia, District of Columbia, Puerto Rico",
            "Neurology",
            (
                ["New York", "West Virginia", "Virginia", "District of Columbia", "Puerto Rico"],
                ["Neurology"],
            ),
        ),
        (
            "North\nCarolina, South\nDakota",
            "Physical Medicine &\nRehabilitation, Pain\nManagement",
            (
                ["North Carolina", "South Dakota"],
                ["Physical Medicine & Rehabilitation", "Pain Management"],
            ),
        ),
    ],
)
@pytest.mark.parametrize("shape", ["spaced", "empty", "crlf"])
def test_credentials_in_lists(
    states: str, specialties: str, expected: tuple[list[str], list[str]], shape: str
) -> None:
    """One value for each name; names are parted at commas and may wrap over lines."""
    lists = f"State(s) of Licensure: {states}\nCertification(s)/Specialty: {specialties}"
    assert expert(lists, shape) == ([expected[1], [], expected[0]], [])


@pytest.mark.parametrize(
    ("prose", "specialties", "subspecialties", "states"),
    [
        ("Neurology and is licensed to practice in Ohio", ["Neurology"], [], ["Ohio"]),
        (
            (
                "Physical Medicine & Rehabilitation, has a subspecialty in Interventional "
                "Spine, and is "
                "licensed to practice in California"
            ),
            ["Physical Medicine & Rehabilitation"],
            ["Interventional Spine"],
            ["California"],
        ),
        (
            "Psychiatry, and is licensed to practice in New York, New Jersey and Rhode Island",
            ["Psychiatry"],
            [],
            ["New York", "New Jersey", "Rhode Island"],
        ),
        (
            "Preventive Medicine, Occupational Medicine and is licensed to practice in Texas",
            ["Preventive Medicine", "Occupational Medicine"],
            [],
            ["Texas"],
        ),
        (
            (
                "Physical Medicine and Rehabilitation, has a subspecialty in Pain Management and "
                "is "
                "licensed to practice in California, Florida, and New York"
            ),
            ["Physical Medicine and Rehabilitation"],
            ["Pain Management"],
            ["California", "Florida", "New York"],
        ),
        (
            (
                "Orthopedic Surgery, has a subspecialty in Hand Surgery and Sports Medicine and is "
                "licensed to practice in North Carolina"
            ),
            ["Orthopedic Surgery"],
            ["Hand Surgery", "Sports Medicine"],
            ["North Carolina"],
        ),
        (
            "Internal Medicine and Rheumatology and is licensed to practice in Maryland",
            ["Internal Medicine", "Rheumatology"],
            [],
            ["Maryland"],
        ),
    ],
)
@pytest.mark.parametrize("shape", ["spaced", "doubled"])
def test_credentials_in_prose(
    prose: str, specialties: list[str], subspecialties: list[str], states: list[str], shape: str
) -> None:
    """Specialties, a subspecialty if there is one, and the states."""
    sentence = f"The expert reviewer is Board Certified in {prose}. He/she has a practice."
    assert expert(sentence, shape) == ([specialties, subspecialties, states], [])


@pytest.mark.parametrize("state", ["CA", "Ontario", "Californa"])
def test_a_state_that_is_none_is_looked_at(state: str) -> None:
    """A name in the list of states that names no state is left over, not dropped."""
    lists = f"State(s) of Licensure: {state}\nCertification(s)/Specialty: Neurology"
    found, refusals = expert(lists)
    assert found == [["Neurology"], [], []]
    assert "uncovered_text" in refusals


# --- the injured worker --------------------------------------------------------------------------


def patient(summary: str) -> tuple[Patient, list[str]]:
    """Return what a clinical summary says of the injured worker, and the words marked in it."""
    record, found = read(Letter(header="", summary=summary).write())
    return record.patient, [collapse(each) for each in found]


@pytest.mark.parametrize(
    ("summary", "age", "sex"),
    [
        ("The patient is a ⟦48-year-old⟧ ⟦male⟧ who fell.", 48, "male"),
        ("A ⟦33 year old⟧ right-handed ⟦woman⟧ with pain.", 33, "female"),
        ("The claimant, a ⟦35 y.o.⟧ ⟦gentleman⟧, fell.", 35, "male"),
        ("This ⟦63-year-old⟧, left-handed, ⟦female⟧ cook fell.", 63, "female"),
        ("The patient is a pleasant, tall ⟦55 yo⟧ ⟦lady⟧.", 55, "female"),
        ("His 12-year-old son drove. The patient is a ⟦40-year-old⟧ ⟦man⟧.", 40, "male"),
        ("Her 70 year old mother fell. She is a ⟦40-year-old⟧ ⟦woman⟧.", 40, "female"),
        ("A 10-year-old MRI was seen. The worker is a ⟦44 year old⟧ ⟦man⟧.", 44, "male"),
        ("It is a 5-year-old injury. The worker is a ⟦44 year old⟧ ⟦man⟧.", 44, "male"),
    ],
)
def test_age_and_sex_of_the_injured_worker(summary: str, age: int, sex: str) -> None:
    """The age is from the number to "old", the sex the noun beside it; kin are others."""
    found, quotes = patient(summary)
    assert found.age is not None
    assert found.sex is not None
    assert [found.age.quote, found.sex.quote] == quotes
    assert (found.age.value, found.sex.value) == (age, sex)


@pytest.mark.parametrize(
    ("summary", "age", "sex"),
    [
        ("The worker is 61 years old. He fell.", 61, None),
        ("The claimant is a woman who fell.", None, "female"),
        ("He fell. She fell. The patient hurts.", None, None),
        ("The patient is a 50 year old who was hit by a man.", 50, None),
        ("The pain has lasted for 10 years. It is 8 out of 10.", None, None),
    ],
)
def test_what_the_summary_does_not_say_is_not_guessed(
    summary: str, age: int | None, sex: str | None
) -> None:
    """Pronouns give no sex, other persons give none, and a span of time is no age."""
    found, _ = patient(summary)
    assert (found.age and found.age.value, found.sex and found.sex.value) == (age, sex)


@pytest.mark.parametrize(
    "words",
    [
        "with a date of injury of ⟦02/20/2015⟧",
        "with a date of injury: ⟦02/20/2015⟧",
        "with a date of injury on ⟦2-20-2015⟧",
        "(DOI: ⟦2-20-15⟧)",
        "with an injury date of ⟦2/20/15⟧",
        "who was injured on ⟦02/20/2015⟧",
        "who was injured at work on ⟦February 20, 2015⟧ while lifting",
        "who sustained an industrial injury on ⟦February 20, 2015⟧",
        "with a work-related injury dated ⟦02/20/2015⟧",
        "who reported injuries that occurred on ⟦2/20/2015⟧",
        "who suffered an accident on ⟦02/20/2015⟧",
        "who fell from a ladder on ⟦Feb 20, 2015⟧",
        "who gave ⟦February 20, 2015⟧ as the date of injury",
        "with an industrial injury of ⟦February 20,\n2015⟧",
    ],
)
def test_the_date_of_injury_in_every_wording(words: str) -> None:
    """A full date that is said to be the injury's, as printed."""
    found, [quote] = patient(f"The patient is a 48-year-old male {words}. It was seen on 3/1/2015.")
    assert found.date_of_injury is not None
    assert (found.date_of_injury.value, found.date_of_injury.quote) == ("2015-02-20", quote)


def test_a_sentence_may_run_on_into_the_next() -> None:
    """A full stop without a space after it ends the date too."""
    found, quotes = patient(
        "A man with an industrial injury of ⟦August 27, 2007⟧.In a Utilization Review Report dated "
        "⟦November 2, 2016⟧, the claims administrator denied it."
    )
    assert found.date_of_injury is not None
    assert found.ur_date is not None
    assert [found.date_of_injury.quote, found.ur_date.quote] == quotes


@pytest.mark.parametrize(
    "words",
    [
        "He was seen on 02/20/2015 for his pain.",
        "He was seen on 02/20/2015 for his injury.",
        "The MRI of 02/20/2015 shows an injury of the disc.",
        "The report dated 02/20/2015 describes an accident.",
        "He had surgery on 02/20/2015.",
        "He was born on 02/20/1965.",
        "The injury has healed. The note of 02/20/2015 says so.",
        "He fell in February of 2015.",
        "The date of injury is 2/2015.",
        "He was injured on 02/30/2015.",
    ],
)
def test_other_dates_are_not_the_injurys(words: str) -> None:
    """Visits, studies, births, months without a day and impossible days are no injury dates."""
    found, _ = patient(f"The patient is a 48-year-old male. {words}")
    assert found.date_of_injury is None


@pytest.mark.parametrize(
    "words",
    [
        "On ⟦10/19/2016⟧ utilization review denied the request.",
        "On ⟦October 19, 2016⟧, the UR physician denied it.",
        "The utilization review determination is dated ⟦10/19/2016⟧.",
        "In a Utilization Review Report dated ⟦October 19, 2016⟧, the brace was denied.",
        "The UR determination of ⟦10-19-2016⟧ denied it.",
        "The UR denial date: ⟦10/19/16⟧.",
        "Utilization Review of ⟦10-19-2016⟧ non-certified it.",
        "The brace was denied by utilization review on ⟦10/19/2016⟧.",
        "It was non-certified on ⟦10/19/2016⟧ by utilization review.",
        "A modified Utilization Review decision was issued on ⟦10-19-2016⟧.",
        "The utilization review (UR) decision on ⟦10/19/2016⟧ denied it.",
        "The MRI of 9/1/2016 and the utilization review of ⟦10/19/2016⟧ were seen.",
    ],
)
def test_the_date_of_the_utilization_review_in_every_wording(words: str) -> None:
    """The date that the summary gives for the report, the denial or the determination."""
    found, [quote] = patient(f"The patient is a 48-year-old male. {words}")
    assert found.ur_date is not None
    assert (found.ur_date.value, found.ur_date.quote) == ("2016-10-19", quote)


@pytest.mark.parametrize(
    ("words", "sure"),
    [
        ("The request was denied by utilization review on 10/19/2016.", True),
        ("The MRI was denied in the utilization review report dated 10/19/2016.", True),
        ("The request was non-certified by UR on 10/19/2016.", True),
        ("The request of 10/2/2016 was denied by utilization review on 10/19/2016.", True),
        ("Utilization review denied the request dated 10/19/2016.", False),
        ("The provider received the denial by utilization review on 10/19/2016.", False),
        ("UR certified an MRI by utilization review on 10/19/2016.", False),
    ],
)
def test_the_verb_beside_the_date_says_whose_it_is(words: str, sure: bool) -> None:
    """What was denied on a date was not requested, received or approved on it."""
    story = f"The patient is a 48-year-old male. {words}"
    record = ENGINE.extract_text(Letter(header="", summary=story).write())
    assert record.patient.ur_date is not None
    assert record.patient.ur_date.value == "2016-10-19"
    assert codes(record) == ([] if sure else ["ambiguous"])


@pytest.mark.parametrize(
    "words",
    [
        "The note of 10/19/2016 was reviewed.",
        "Utilization review denied the brace. The note of 10/19/2016 followed.",
        "Utilization review cited a report of 10/19/2016.",
        "On 10/19/2016 the provider appealed the utilization review.",
        "The note dated 10/19/2016 was not reviewed by utilization review.",
        "A urine (UR) test on 10/19/2016 was clean.",
        "Utilization review took place in October of 2016.",
    ],
)
def test_other_dates_are_not_the_utilization_reviews(words: str) -> None:
    """A date that only stands near the words, or is of what was reviewed, is not the review's."""
    found, _ = patient(f"The patient is a 48-year-old male. {words}")
    assert found.ur_date is None


@pytest.mark.parametrize(
    "words",
    [
        "The diagnosis is lumbar strain (⟦847.2⟧).",
        "Diagnoses are ⟦847.2⟧, ⟦724.4⟧ and ⟦722.10⟧.",
        "ICD-9: ⟦847.2⟧; ⟦724.4⟧.",
        "It has the ICD-9 code ⟦847.2⟧.",
        "It is lumbago (⟦724.2⟧), sciatica (⟦724.3⟧).",
        "After surgery (⟦V45.89⟧) and a fall (⟦E849.3⟧).",
        "ICD-10 codes ⟦M54.16⟧, ⟦S33.5XXA⟧ and ⟦G89.4⟧.",
        "Radiculopathy ⟦M54.16⟧ is the diagnosis.",
        "The diagnoses are (⟦M54.5⟧) and [⟦M79.7⟧].",
    ],
)
def test_diagnosis_codes_are_read_as_printed(words: str) -> None:
    """Codes of ICD-9 and ICD-10, each without its parentheses."""
    found, quotes = patient(f"The patient is a 48-year-old male. {words}")
    assert [code.quote for code in found.diagnosis_codes] == quotes


@pytest.mark.parametrize(
    "words",
    [
        "The discs at L4, L5, S1 and T12 are dark.",
        "The fracture is at T12.",
        "A fusion of L5.S1 was done.",
        "He weighs 185.5 pounds.",
        "He weighs 212.5.",
        "The dose is 100.25 mg.",
        "The temperature is 101.5 F.",
        "Grip is 110.2 lbs.",
        "The hemoglobin A1c is 7.2.",
        "It cost $120.50.",
        "The procedure is CPT 97110.",
        "He takes vitamin B12.",
        "It was on 2/20/2015.",
    ],
)
def test_what_only_looks_like_a_diagnosis_code(words: str) -> None:
    """Spinal levels, measurements, doses, prices, procedures and dates are no diagnosis codes."""
    found, _ = patient(f"The patient is a 48-year-old male. {words}")
    assert found.diagnosis_codes == ()


def test_the_patient_is_read_from_the_summary_only() -> None:
    """What a rationale says of an age or a date is not the summary's."""
    rationale = f"This 30 year old woman was injured on 1/1/2014. {RATIONALE}"
    record = ENGINE.extract_text(Letter((Issue(rationale=rationale),), summary="It hurts.").write())
    assert record.patient == Patient()


def test_without_a_layout_nothing_is_proposed() -> None:
    """A letter of no known kind gives no values, however familiar its words."""
    record = ENGINE.extract_text(written(["Case Number: CM16-0291846", STORY]))
    assert (record.case.case_number, record.patient, record.items) == (None, Patient(), ())
