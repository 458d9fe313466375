"""Treatments: the regions of the body that a request names, their sides and spinal levels."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import marked

import extractor.treatments
from extractor.treatments.regions import RegionFound, body_regions_in
from extractor.treatments.request import Request
from extractor.treatments.vocabulary import REGIONS


def regions(request: str) -> list[str]:
    """Return what is found in *request*, each as "side region levels", without what is missing."""
    return [said(found) for found in body_regions_in(Request(request))]


def said(found: RegionFound) -> str:
    """Return "side region levels", without what is missing."""
    return " ".join(filter(None, (found.side, found.region, ",".join(found.levels))))


@pytest.mark.parametrize(
    ("request_", "region"),
    [
        ("⟦ACL⟧ reconstruction", "knee"),
        ("Debridement of the ⟦meniscus⟧", "knee"),
        ("Repair of the ⟦rotator cuff⟧", "shoulder"),
        ("⟦Carpal tunnel⟧ release", "wrist"),
        ("⟦Plantar fascia⟧ release", "foot"),
        ("⟦TMJ⟧ arthrogram", "jaw"),
        ("⟦SI joint⟧ fusion", "sacroiliac joint"),
        ("Botox to the ⟦trapezius⟧", "cervical spine"),
        ("MRI of the ⟦neck⟧", "cervical spine"),
        ("CT of the ⟦C-spine⟧", "cervical spine"),
        ("CT of the ⟦L/S spine⟧", "lumbar spine"),
        ("CT of the ⟦LS spine⟧", "lumbar spine"),
        ("⟦Lumbosacral⟧ orthosis", "lumbar spine"),
        ("⟦Low-back⟧ pillow", "lumbar spine"),
        ("Heat for the ⟦mid back⟧", "thoracic spine"),
        ("⟦Back⟧ brace", "back"),
        ("⟦Spinal⟧ cord stimulator", "spine"),
        ("⟦Chest⟧ X-ray", "chest"),
        ("Cast for both bones of the ⟦forearm⟧", "forearm"),
        ("Boot, ⟦Feet⟧", "foot"),
    ],
)
def test_words_name_regions(request_: str, region: str) -> None:
    """Common words, anatomy and abbreviations name the region; they are the evidence."""
    words, [span] = marked(request_)
    [found] = body_regions_in(Request(words))
    assert (said(found), (found.start, found.end)) == (region, span)


@pytest.mark.parametrize(
    "request_",
    [
        "Hand therapy 2x6",
        "Referral to a certified hand therapist",
        "Consultation with a spine surgeon",
        "Head to head trial",
        "Whole body bone scan",
        "Vitamin B12 and vitamin C1",
        "L3 splint; codes L0631 and L1832",
        "T1-weighted and T2 weighted images",
        "TSH, T3 and T4",
        "Right to a second opinion",
        "Knee scooter",
        "Voltaren 75mg #60",
        "",
    ],
)
def test_words_that_name_no_region(request_: str) -> None:
    """Turns of speech, professions, codes, vitamins and the weighting of images are no regions."""
    assert regions(request_) == []


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ("Heat to the neck and low back", "cervical spine; lumbar spine"),
        ("Upper and lower extremities", "upper extremity; lower extremity"),
        ("Thoracolumbar brace", "thoracic spine; lumbar spine"),
        ("Lumbar fusion; MRI of the lumbar spine", "lumbar spine"),
        ("Spinal fusion, lumbar", "lumbar spine"),
        ("Heat to the neck and back", "cervical spine; back"),
        ("Knee brace, ACL, knee", "knee"),
    ],
)
def test_every_region_once(request_: str, found: str) -> None:
    """In order; a general word says nothing more where its part is named."""
    assert regions(request_) == found.split("; ")


# --- sides ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ("MRI, ⟦left knee⟧", "left knee"),
        ("MRI, ⟦R knee⟧", "right knee"),
        ("MRI, ⟦Rt. knee⟧", "right knee"),
        ("MRI, ⟦lt knee⟧", "left knee"),
        ("MRI, ⟦knee, left⟧", "left knee"),
        ("⟦Wrist splint, right⟧, made to measure, with a lining", "right wrist"),
        ("⟦Elbow brace (left)⟧, hinged", "left elbow"),
        ("MRI, ⟦knee (R)⟧", "right knee"),
        ("MRI, ⟦left-sided neck⟧", "left cervical spine"),
        ("MRI, ⟦bilat. knees⟧", "bilateral knee"),
        ("MRI, ⟦B/L knee⟧", "bilateral knee"),
        ("MRI, ⟦both knees⟧", "bilateral knee"),
        ("MRI, ⟦right and left knees⟧", "bilateral knee"),
        ("MRI, ⟦R/L knee⟧", "bilateral knee"),
        ("EMG ⟦BUE⟧", "bilateral upper extremity"),
        ("EMG ⟦RLE⟧", "right lower extremity"),
        ("⟦Left hand⟧ therapy", "left hand"),
        ("⟦Right arthroscopic repair of the shoulder⟧", "right shoulder"),
        ("⟦Knee injection, right⟧", "right knee"),
    ],
)
def test_a_side_stands_before_or_after(request_: str, found: str) -> None:
    """The evidence holds the side and the region."""
    words, [span] = marked(request_)
    [region] = body_regions_in(Request(words))
    assert (said(region), (region.start, region.end)) == (found, span)


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ("left hip and knee", "left hip; left knee"),
        ("left hip knee and ankle", "left hip; left knee; left ankle"),
        ("bilateral hip, knee, and ankle", "bilateral hip; bilateral knee; bilateral ankle"),
        ("left hip and right knee", "left hip; right knee"),
        ("neck, right knee and head", "cervical spine; right knee; head"),
        ("right knee and low back", "right knee; lumbar spine"),
        ("right knee brace, hip MRI", "right knee; hip"),
        ("neck, bilateral hands", "cervical spine; bilateral hand"),
        ("knee left, ankle right", "left knee; right ankle"),
        ("left knee, right knee", "left knee; right knee"),
        ("elbow and wrist, right", "right elbow; right wrist"),
        ("elbow, wrist (right)", "elbow; right wrist"),
        ("wrist-hand orthosis, left, with a forearm strap", "left wrist; left hand; forearm"),
    ],
)
def test_a_side_holds_for_a_list_of_paired_regions(request_: str, found: str) -> None:
    """As far as nothing but commas and "and" stand between, and no region has one side only."""
    assert regions(request_) == found.split("; ")


# --- levels --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ("⟦L4-5⟧ fusion", "lumbar spine L4-5"),
        ("⟦L4-L5⟧ fusion", "lumbar spine L4-L5"),
        ("⟦L4/5⟧ fusion", "lumbar spine L4/5"),
        ("⟦L4/L5⟧ fusion", "lumbar spine L4/L5"),
        ("⟦L5S1⟧ fusion", "lumbar spine L5S1"),
        ("⟦l5 - s1⟧ fusion", "lumbar spine L5-S1"),
        ("⟦L3 to S1⟧ fusion", "lumbar spine L3-S1"),
        ("⟦L3, L4 and L5⟧ blocks", "lumbar spine L3,L4,L5"),
        ("⟦L3, 4 and 5⟧ blocks", "lumbar spine L3,L4,L5"),
        ("⟦L4-5, L5-S1⟧ blocks", "lumbar spine L4-5,L5-S1"),
        ("⟦L4-5/L5-S1⟧ blocks", "lumbar spine L4-5,L5-S1"),
        ("⟦L5-S1 and S1⟧ blocks", "lumbar spine L5-S1,S1"),
        ("⟦C5-6 and C6-7⟧ blocks", "cervical spine C5-6,C6-7"),
        ("⟦T12-L1⟧ block", "thoracic spine T12-L1"),
        ("⟦Lumbar block, T12-L1⟧", "lumbar spine T12-L1"),
        ("⟦Lumbar facet block L4-5⟧", "lumbar spine L4-5"),
        ("⟦Right L4⟧ block", "right lumbar spine L4"),
        ("⟦Bilateral facet blocks at C3, C4⟧", "bilateral cervical spine C3,C4"),
        ("⟦Lumbar⟧ fusion, 2 levels, L9 and T14", "lumbar spine"),
    ],
)
def test_spinal_levels_in_every_spelling(request_: str, found: str) -> None:
    """As printed, in capitals without blanks; a level alone names its part of the spine."""
    words, [span] = marked(request_)
    [region] = body_regions_in(Request(words))
    assert (said(region), (region.start, region.end)) == (found, span)


def test_levels_of_two_sides_are_apart() -> None:
    """A level belongs to the side that is said before it."""
    assert regions("Right L4-5 and left L5-S1 blocks") == [
        "right lumbar spine L4-5",
        "left lumbar spine L5-S1",
    ]


@given(
    st.lists(st.integers(2, 7), min_size=1, max_size=4, unique=True),
    st.sampled_from(["C{0}", "C{0}-{1}", "C{0}-C{1}", "C{0}/{1}"]),
    st.sampled_from([", ", " and ", ", and ", " & "]),
)
def test_lists_of_levels_are_read_back(numbers: list[int], form: str, joint: str) -> None:
    """A list of levels gives each of them, in order, and one region."""
    levels = [form.format(number, number + 1) for number in numbers]
    [found] = body_regions_in(Request(f"Blocks at {joint.join(levels)}."))
    assert (found.region, found.levels) == ("cervical spine", tuple(levels))


@given(
    st.sampled_from(["left", "right", "bilateral", "Rt", "B/L"]),
    st.lists(st.sampled_from(["hip", "knee", "ankle", "elbow"]), min_size=1, unique=True),
)
def test_lists_of_regions_are_read_back(side: str, names: list[str]) -> None:
    """Each region of a list has the list's side."""
    sides = {found.side for found in body_regions_in(Request(f"{side} {', '.join(names)}"))}
    assert [region.split()[-1] for region in regions(f"{side} {', '.join(names)}")] == names
    assert len(sides) == 1
    assert None not in sides


@given(st.text(st.sampled_from("LRCTS1245-/, andlefthipkneebot."), max_size=60))
def test_any_words_give_spans_within_them(words: str) -> None:
    """Whatever is found was read from words of the request."""
    for found in body_regions_in(Request(words)):
        assert found.region in REGIONS
        assert words[found.start : found.end].strip()


def test_the_lexicon_names_known_regions_and_no_phrase_twice() -> None:
    """Every region of the lexicon is one of the closed list; a phrase stands for one thing."""
    path = Path(extractor.treatments.__file__).parent / "lexicon" / "regions.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    names = [*data["regions"], *(name for key in data["several"] for name in key.split(", "))]
    assert set(names) == set(REGIONS)
    assert {key.split(" ", 1)[1] for key in data["sided"]} <= set(REGIONS)
    phrases = [phrase for table in data.values() for row in table.values() for phrase in row]
    assert [phrase for phrase in phrases if phrases.count(phrase) > 1] == []
