"""What is odd about the citations of a letter: unknown, misnamed, out of force, contradicted."""

import pytest
from letters import ENGINE, Issue, Letter

from extractor.findings import Finding

OUTSIDE = (
    "The Expert Reviewer based their decision on recommendation(s) outside of the MTUS Guidelines. "
)
MTUS = "Decision based on MTUS "
OTHER = "Decision based on Non-MTUS Citation "
NONE = "The Claims Administrator did not cite any medical evidence for its decision. "


def header(denied: str = "10/19/2016", decided: str = "12/07/2016") -> str:
    """Return a case header with the days of denial and decision."""
    return (
        "Case Number: CM16-0291846\n"
        "Date Assigned: 11/09/2016 Date of Injury:  02/20/2015\n"
        f"Decision Date: {decided} UR Denial Date:  {denied}\n"
        "Priority:  Standard Application\n"
        "Received:\n"
        "10/31/2016"
    )


def observed(code: str, issue: Issue, head: str = "") -> tuple[list[Finding], str]:
    """Return the observations of one code on a letter of one issue, and its text."""
    source = Letter(issues=(issue,), header=head or header()).write(width=1000)
    found = ENGINE.extract_text(source).findings
    return [each for each in found if each.code.value == code], source


def quoted(finding: Finding, source: str) -> list[str]:
    """Return the passages that a finding relates, as the letter prints them."""
    return [source[each.start : each.end] for each in finding.related]


# --- not in the catalogue --------------------------------------------------------------------


def test_a_guideline_outside_the_catalogue_is_noticed() -> None:
    """A field cites what the catalogue does not hold: it is quoted, and nothing is guessed."""
    issue = Issue(reviewer=f"{OTHER}Notes on Beekeeping, 2011.")
    [finding], source = observed("unknown_guideline", issue)
    assert finding.path == "/items/0/reviewer/citations/0"
    assert finding.severity.value == "observation"
    assert quoted(finding, source) == ["Notes on Beekeeping, 2011"]


@pytest.mark.parametrize(
    "field", [f"{OTHER}ODG, Knee Chapter.", f"{MTUS}Low Back Complaints 2004.", NONE]
)
def test_known_guidelines_are_not(field: str) -> None:
    """A document of the catalogue, or none at all, is nothing to notice."""
    assert observed("unknown_guideline", Issue(reviewer=field))[0] == []


@pytest.mark.parametrize(
    "field",
    [
        f"{OTHER}None.",
        f"{OTHER}N/A.",
        f"{OTHER}.",
        f"{OTHER}Abel K, Baker L. Taping for knee pain. Spine. 2009;34(3):114-9.",
        f"{OTHER}Abel K (ed.). Surgical Techniques, 5th ed. Elsevier for Surgeons, 2012.",
        f"{OTHER}California Labor Code section 4610.",
        f"{OTHER}ODG, Elbow, Splints; Knee & Leg (updated 1/2/15).",
        f"{OTHER}FDA Drug Safety Communication, March 22, 2016.",
        f"{OTHER}8 CCR § 9792.24.2.",
    ],
)
def test_fields_like_these_need_no_person(field: str) -> None:
    """No citation is invented where there is none, and a reference's own marks raise no doubt."""
    source = Letter(issues=(Issue(reviewer=field),), header=header()).write(width=1000)
    record = ENGINE.extract_text(source)
    found = [each.path for each in record.findings if each.path.startswith("/items/0/reviewer")]
    assert [path for path in found if "citations/" not in path] == []
    assert record.status == "verified"


# --- number and name of two chapters ---------------------------------------------------------


def test_a_chapter_misnamed_is_noticed() -> None:
    """The number is one chapter's, the name another's."""
    issue = Issue(claims=f"{MTUS}ACOEM Chapter 8 Low Back Complaints Page(s): 303.")
    [finding], source = observed("chapter_title_mismatch", issue)
    assert finding.path == "/items/0/claims_administrator/citations/0"
    assert quoted(finding, source) == ["ACOEM Chapter 8 Low Back Complaints Page(s): 303"]


@pytest.mark.parametrize(
    "cited",
    [
        "ACOEM Chapter 12 Low Back Complaints Page(s): 303",
        "ACOEM Chapter 12",
        "ACOEM Chapter 12 Special Studies",
        "ACOEM Chapter 8 Neck & Upper Back",
        "Low Back Complaints 2004",
        "ACOEM Low Back Complaints",
        "ACOEM Chapter 99 Low Back Complaints",
    ],
)
def test_a_chapter_rightly_named_is_not(cited: str) -> None:
    """The right name, a section's title, a number or a name alone are no mismatch."""
    assert observed("chapter_title_mismatch", Issue(claims=f"{MTUS}{cited}."))[0] == []


# --- out of force ----------------------------------------------------------------------------


def test_what_the_mtus_no_longer_held_on_the_day_of_decision_is_noticed() -> None:
    """The 2004 chapters ended on 11/30/2017; the reviewer's day is the decision's."""
    head = header(denied="11/20/2017", decided="12/20/2017")
    issue = Issue(claims=f"{MTUS}Knee Complaints 2004.", reviewer=f"{MTUS}Eye Complaints 2004.")
    [finding], source = observed("guideline_not_in_force", issue, head)
    assert finding.path == "/items/0/reviewer/citations/0"
    assert quoted(finding, source) == ["Eye Complaints 2004", "12/20/2017"]


def test_the_claims_administrators_day_is_the_denials() -> None:
    """What was cited in a denial is judged by the day of the denial."""
    head = header(denied="12/02/2017", decided="01/20/2018")
    issue = Issue(claims=f"{MTUS}Knee Complaints 2004.", reviewer=f"{OTHER}ODG, Knee.")
    [finding], source = observed("guideline_not_in_force", issue, head)
    assert finding.path == "/items/0/claims_administrator/citations/0"
    assert quoted(finding, source) == ["Knee Complaints 2004", "12/02/2017"]


def test_what_the_mtus_did_not_hold_yet_is_noticed() -> None:
    """A version adopted later was not in force on the day."""
    issue = Issue(reviewer=f"{MTUS}Low Back Disorders 2020.")
    [finding], source = observed("guideline_not_in_force", issue)
    assert quoted(finding, source) == ["Low Back Disorders 2020", "12/07/2016"]


@pytest.mark.parametrize(
    ("decided", "field"),
    [
        ("11/30/2017", f"{MTUS}Knee Complaints 2004."),
        ("12/01/2017", f"{MTUS}Low Back Disorders 2016."),
        ("12/20/2017", f"{OTHER}ACOEM, 2nd Edition (2004), Chapter 12."),
        ("12/20/2017", f"{OTHER}ODG, Knee."),
        ("12/20/2017", f"{MTUS}Notes on Beekeeping 2004."),
    ],
)
def test_what_was_in_force_or_not_said_to_be_of_the_mtus_is_not(decided: str, field: str) -> None:
    """The last and the first day count; what the letter does not call MTUS may be of any age."""
    head = header(denied="10/19/2017", decided=decided)
    assert observed("guideline_not_in_force", Issue(reviewer=field), head)[0] == []


def test_a_letter_without_a_header_has_no_day() -> None:
    """Nothing says when the guideline would have had to be in force."""
    letter = Letter(issues=(Issue(reviewer=f"{MTUS}Low Back Disorders 2020."),), header="")
    codes = {each.code.value for each in ENGINE.extract_text(letter.write()).findings}
    assert "guideline_not_in_force" not in codes


# --- other than the field says ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "related"),
    [
        (
            f"{OUTSIDE}{OTHER}ACOEM Chapter 12.",
            ["outside of the MTUS Guidelines", "ACOEM Chapter 12"],
        ),
        (
            f"{OTHER}MTUS: ACOEM Practice Guidelines 2nd Edition, Chapter 12.",
            ["Non-MTUS Citation", "ACOEM Practice Guidelines 2nd Edition, Chapter 12"],
        ),
        (f"{MTUS}ODG, Knee Chapter.", ["Decision based on MTUS", "ODG, Knee Chapter"]),
        (f"{NONE}{OTHER}ODG, Knee.", ["did not cite any medical evidence", "ODG, Knee"]),
    ],
)
def test_a_citation_that_its_statement_denies_is_noticed(field: str, related: list[str]) -> None:
    """Said to be outside the MTUS and of it, or none cited and one there: both passages stand."""
    [finding], source = observed("basis_contradicts_citations", Issue(reviewer=field))
    statement, citation = quoted(finding, source)
    assert related[0] in statement
    assert citation == related[1]


@pytest.mark.parametrize(
    "field",
    [
        f"{MTUS}Low Back Complaints 2004.",
        f"{OUTSIDE}{OTHER}ODG, Knee Chapter.",
        f"{OUTSIDE}{OTHER}ACOEM, 3rd Edition, Low Back Disorders.",
        f"{OUTSIDE}{OTHER}Notes on Beekeeping.",
        f"{MTUS}Knee Complaints 2004. {OTHER}ODG, Knee.",
        f"{MTUS}ACOEM Low Back Disorders (2019).",
        NONE,
    ],
)
def test_a_citation_as_its_statement_says_is_not(field: str) -> None:
    """Each citation is what the statement before it says; what nobody knows contradicts nothing."""
    assert observed("basis_contradicts_citations", Issue(reviewer=field))[0] == []
