"""Where one document of a field ends and the next begins; each stands marked."""

import pytest
from letters import marked

from extractor.guidelines import read_field
from extractor.guidelines.documents import mtus_documents, other_documents
from extractor.guidelines.sections import split_sections
from extractor.text import Text

MTUS = "Decision based on MTUS "
OTHER = "Decision based on Non-MTUS Citation "


@pytest.mark.parametrize(
    "source",
    [
        "⟦Knee Complaints 2004, Section(s): Initial Care, Special Studies⟧",
        "⟦Knee Complaints 2004, Section(s): Initial Care⟧, and ⟦Low Back Complaints 2004⟧",
        "⟦Knee Complaints 2004, Section(s): Initial Care, and Low Back Complaints⟧",
        "⟦ACOEM⟧,⟦Chronic Pain Treatment Guidelines⟧",
        "⟦ACOEM Chapter 8 Neck and Upper Back Complaints⟧, ⟦Chronic Pain Treatment Guidelines⟧",
        "⟦ACOEM Chapter 9 Shoulder Complaints⟧, ⟦Chapter 12 Low Back Complaints Page(s): 203⟧",
        (
            "⟦ACOEM Chapter 9 Shoulder Complaints Page(s): 203⟧, and ⟦Chapter 12 Low Back "
            "Complaints Page(s): 299⟧"
        ),
        "⟦MTUS Opioids Guideline 2017, Section(s): Tapering⟧",
        "⟦ACOEM Low Back Disorders (2019)⟧",
        "⟦Low Back Disorders 2016⟧, and ⟦Hip and Groin Disorders 2019⟧, and ⟦Chronic Pain 2017⟧",
        "⟦Chronic Pain Guideline (ACOEM May 15, 2017)⟧, ⟦Opioids Guideline (ACOEM April 20, 2017)⟧",
        "⟦Chronic Pain Medical Treatment 2009⟧, and",
        "",
    ],
)
def test_documents_of_an_mtus_clause(source: str) -> None:
    """A known name and a year begin a document, or a name after a joint, or a further chapter."""
    plain, spans = marked(source)
    assert list(mtus_documents(plain)) == spans


@pytest.mark.parametrize(
    "source",
    [
        "⟦ODG, Elbow (updated 1/2/17), Splints⟧; ⟦ODG Knee⟧",
        "⟦ODG Elbow Chapter⟧ and ⟦ODG Knee Chapter⟧",
        "⟦ODG⟧ & ⟦ACOEM Guidelines⟧",
        "⟦ODG⟧, ⟦ACOEM⟧, and the ⟦MTUS⟧",
        "⟦ODG Elbow Chapter⟧, ⟦Knee Chapter⟧",
        "⟦ODG (see ACOEM Chapter 12), Knee⟧",
        "⟦ODG Knee⟧, and Other Medical Treatment Guidelines ⟦AAOS⟧",
        "Other Medical Treatment Guideline or Medical Evidence: ⟦UpToDate, Insomnia⟧",
        "⟦ODG; Work Loss Data Institute, LLC; www.odg-twc.com; Section: Knee⟧",
        "⟦UpToDate, Gout⟧; ⟦Drugs.com, Zinc⟧",
        "⟦ODG, Elbow⟧; ⟦Knee & Leg (Acute & Chronic)⟧",
        "⟦ODG Elbow, Splints⟧, and ⟦Hip & Pelvis (updated 1/2/17), MRI⟧",
        "⟦ODG, Forearm, Wrist, and Hand, Surgery⟧",
        "⟦ODG Elbow, Physical therapy, Preface⟧",
        "⟦ODG, MRI (Elbow, Knee), Elbow⟧",
        "⟦Elbow, Physical Therapy⟧, ⟦ODG Preface⟧",
        "⟦FDA: Zinc, prescribing information⟧",
        "⟦Abel K, Baker L. Taping of knees. Am J Sports Med. 2009;37(2):31-9⟧",
        "⟦Abel et al. Taping of knees. Am J Sports Med. 2009;37(2):31-9⟧; ⟦ODG, Knee⟧",
        "⟦Baker L (Ed), Occupational Medicine Practice Guidelines, 2nd Edition⟧",
        "⟦http://www.knee.example/a⟧, ⟦http://www.knee.example/b⟧",
        "⟦ODG, http://www.odg.example/a⟧; ⟦UpToDate, http://www.utd.example/b⟧",
        "⟦http://www.knee.example/ODG/ACOEM/MTUS.htm⟧",
        " , ",
    ],
)
def test_documents_of_another_clause(source: str) -> None:
    """What parentheses, addresses, authors and a kind of work name begins no document."""
    plain, spans = marked(source)
    assert list(other_documents(plain)) == spans


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        (
            (
                "The Expert Reviewer based his/her decision on the ⟦ACOEM Practice Guidelines, "
                "2nd Edition (2004), Chapter 12, page 303⟧, which is part of the MTUS, and the "
                "⟦Official Disability Guidelines (ODG)⟧, which is not part of the MTUS."
            ),
            ["mtus", "non_mtus"],
        ),
        (
            (
                "The Claims Administrator based its decision on the ⟦Chronic Pain Medical "
                "Treatment Guidelines⟧, which is part of the MTUS. The Claims Administrator used "
                "the ⟦ODG, Pain Chapter⟧, which is not part of the MTUS."
            ),
            ["mtus", "non_mtus"],
        ),
        (f"{OTHER}Non-MTUS ⟦ODG, Knee⟧.", ["non_mtus"]),
        (f"{OTHER}MTUS: ⟦ACOEM Chapter 12⟧.", ["non_mtus"]),
        (f"{OTHER}⟦MTUS, functional improvement⟧.", ["non_mtus"]),
        (
            f"{MTUS}⟦Guideline for the Use of Opioids to Treat Work-Related Injuries 2016⟧.",
            ["mtus"],
        ),
    ],
)
def test_statements_label_their_documents(source: str, labels: list[str]) -> None:
    """Each document is labelled by the statement it follows, or that follows it."""
    plain, spans = marked(source)
    text = Text.of(plain)
    found = read_field(text, text.whole).citations
    assert [cited.span for cited in found] == spans
    assert [cited.labelled for cited in found] == labels


@pytest.mark.parametrize(
    ("source", "excerpt"),
    [
        ("⟦ODG, Low Back, Gym Memberships⟧: ⟦Not recommended as a prescription⟧", True),
        ("⟦ODG, Low Back, MRI⟧. ⟦Repeat imaging is not routine.⟧", True),
        ("⟦ODG, Low Back, Indications for surgery: discectomy⟧", False),
    ],
)
def test_advice_is_an_excerpt(source: str, excerpt: bool) -> None:
    """What the guideline says is no part of its name."""
    plain, spans = marked(OTHER + source)
    text = Text.of(plain)
    [cited] = read_field(text, text.whole).citations
    assert [cited.span, cited.excerpt] == [*spans, None][:2]
    assert (cited.excerpt is not None) is excerpt


@pytest.mark.parametrize(
    ("words", "sections"),
    [
        ("Initial Care, (MRI)", ("Initial Care", "MRI")),
        ("( , ), Initial Care", ("Initial Care",)),
        ("Heat (dry, moist), Initial Care", ("Heat (dry, moist)", "Initial Care")),
        ("," * 200, ()),
    ],
)
def test_parentheses_and_stray_marks_of_sections(words: str, sections: tuple[str, ...]) -> None:
    """Empty parentheses and doubled commas are what was taken out of the list."""
    known = {"Initial Care", "Heat (dry, moist)"}.__contains__
    assert split_sections(words, known) == sections
