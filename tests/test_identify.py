"""Which guideline a citation names: documents, editions, years, chapters, other spellings."""

import pytest

from extractor.guidelines import UNKNOWN
from extractor.guidelines.components import components_of
from extractor.guidelines.identify import Named, Printed, authority_of, elsewhere, identify
from extractor.record import Authority


@pytest.mark.parametrize(
    ("words", "guideline"),
    [
        ("ACOEM", "acoem"),
        ("ACOEM, 2nd Edition", "mtus/acoem"),
        ("ACOEM Practice Guidelines, Second Edition (2004)", "mtus/acoem"),
        ("ACOEM 2004", "mtus/acoem"),
        ("ACOEM, 3rd ed., Low Back Disorders", "acoem/3/low-back"),
        ("ACOEM, Third Edition", "acoem/3"),
        ("ACOEM 2011, Hip and Groin Disorders", "acoem/3/hip-groin"),
        ("ACOEM V.3", "acoem/3"),
        ("ACOEM (4th Edition)", "acoem/4"),
        ("ACOEM, Low Back", "acoem"),
        ("ACOEM 2004, Low Back Disorders", "mtus/acoem/12"),
        ("ACOEM, 3rd Edition, Low Back Complaints", "acoem/3/low-back"),
        ("Occupational Medicine Practice Guidelines, 2nd ed., 2004", "mtus/acoem"),
    ],
)
def test_the_edition_says_which_acoem_guidelines(words: str, guideline: str) -> None:
    """The second edition (2004; elbow 2007) is the MTUS's; the third is another; else neither."""
    assert components_of(words).guideline == guideline


@pytest.mark.parametrize(
    ("words", "guideline"),
    [
        ("ACOEM Chapter 12", "mtus/acoem/12"),
        ("ACOEM Ch. 7, p. 127", "mtus/acoem/7"),
        ("ACOEM Low Back Complaints", "mtus/acoem/12"),
        ("Low Back Complaints 2004", "mtus/acoem/12"),
        ("ACOEM, Cornerstones of Disability Prevention and Management", "mtus/acoem/5"),
        ("Stress-Related Conditions 2004", "mtus/acoem/15"),
        ("Stress Related Conditions", "mtus/acoem/15"),
        ("Elbow Complaints 2007", "mtus/acoem/10"),
        ("ACOEM Chapter 40", "mtus/acoem"),
        ("Chapter 9 Shoulder Complaints", "mtus/acoem/9"),
    ],
)
def test_chapters_are_known_by_number_and_by_name(words: str, guideline: str) -> None:
    """Number or title alone suffice; a number that no chapter bears names the document only."""
    assert components_of(words, "mtus").guideline == guideline


def test_the_number_counts_where_a_chapter_is_misnamed() -> None:
    """Of a number and a title of two chapters the number is the id."""
    assert components_of("ACOEM Chapter 8 Low Back Complaints").guideline == "mtus/acoem/8"


@pytest.mark.parametrize(
    ("words", "guideline"),
    [
        ("Chronic Pain Medical Treatment 2009", "mtus/chronic-pain/2009"),
        ("Chronic Pain Medical Treatment 2016", "mtus/chronic-pain/2016"),
        ("Chronic Pain Medical Treatment Guidelines", "mtus/chronic-pain"),
        ("Chronic Pain Treatment Guidelines (Effective July 18, 2009)", "mtus/chronic-pain/2009"),
        ("Opioid Treatment 2016", "mtus/opioids/2016"),
        ("Low Back Disorders 2016", "mtus/low-back/2016"),
        ("Low Back Disorders 2020", "mtus/low-back/2020"),
        ("MTUS Low Back Disorders 2019", "mtus/low-back/2019"),
        ("ACOEM Low Back Disorders (2019)", "mtus/low-back/2019"),
        ("Knee Disorders Guideline (ACOEM July 25, 2015)", "mtus/knee/2015"),
        ("Low Back Disorders 1999", "mtus/low-back"),
    ],
)
def test_the_year_says_which_version_of_an_mtus_document(words: str, guideline: str) -> None:
    """A version has its year in its id; without a year, or with an unknown one, all are meant."""
    assert components_of(words, "mtus").guideline == guideline


def test_the_label_tells_an_adopted_topic_from_the_publishers() -> None:
    """An ACOEM topic said to be of the MTUS is what the MTUS adopted; else it is ACOEM's own."""
    words = "ACOEM Low Back Disorders (2019)"
    assert components_of(words, "mtus").guideline == "mtus/low-back/2019"
    assert components_of(words, "non_mtus").guideline == "acoem/3/low-back"


@pytest.mark.parametrize(
    ("words", "guideline"),
    [
        ("ODG", "odg"),
        ("Offical Disability Guidelines, Low Back", "odg/low-back"),
        ("Official Disability Guideline (ODG), Lumbar & Thoracic", "odg/low-back"),
        ("official disability guidelines, KNEE AND LEG CHAPTER", "odg/knee-leg"),
        ("ODG, Carpal Tunnel Syndrome", "odg/carpal-tunnel"),
        ("Official Disability Guidelines Treatment in Workers Compensation, Pain", "odg/pain"),
        ("Official Disability Guidelines (ODG) MRI Elbow", "odg/elbow"),
        (
            "ODG, Treatment Index, 11th Edition (web), 2013, Low Back, Gym Memberships",
            "odg/low-back",
        ),
        ("www.odg-twc.com; Section: Pain (Chronic)", "odg/pain"),
        ("ODG, Beekeeping", "odg"),
    ],
)
def test_aliases_and_misspellings_have_one_id(words: str, guideline: str) -> None:
    """However it is written, a document has one id; a chapter that is none names the document."""
    assert components_of(words, "non_mtus").guideline == guideline


@pytest.mark.parametrize(
    "words", ["Notes on Beekeeping, 3rd Edition", "Chapter 12", "Dr. Q's opinion", "2016", "p. 3"]
)
def test_what_no_catalogue_knows_stays_unknown(words: str) -> None:
    """No likeness, no guess: the text is kept, the id says that it is not known."""
    assert components_of(words, "non_mtus").guideline == UNKNOWN


@pytest.mark.parametrize(
    ("guideline", "labelled", "authority"),
    [
        ("mtus/acoem/12", "non_mtus", "mtus"),
        ("mtus/acoem/12", None, "mtus"),
        ("odg", "mtus", "non_mtus"),
        ("acoem", "mtus", "mtus"),
        ("acoem", "non_mtus", "non_mtus"),
        ("acoem", None, None),
        (UNKNOWN, "mtus", "mtus"),
        (UNKNOWN, "non_mtus", "non_mtus"),
        (UNKNOWN, None, None),
    ],
)
def test_the_catalogue_says_whose_a_guideline_is(
    guideline: str, labelled: Authority | None, authority: Authority | None
) -> None:
    """The letter's label counts only where the catalogue does not know, or leaves it open."""
    assert authority_of(guideline, labelled) == authority


def test_nothing_named_is_unknown() -> None:
    """Numbers and years alone name nothing."""
    assert identify(Named(), Printed(2004, "2nd Edition", "12", "mtus")) == UNKNOWN


def test_a_document_named_late_counts_if_it_is_the_only_one() -> None:
    """A title that the catalogue does not know may stand before the document's name."""
    assert "uptodate" in elsewhere("Zinc: Drug information, accessed from UpToDate.com")
    assert elsewhere("Zinc, as UpToDate and Drugs.com say") == ()
