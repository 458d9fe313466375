"""Which letter it is, where its sections and items stand, and what a layout file must say."""

import re
from pathlib import Path

import pytest
from letters import (
    HEADER,
    ISSUES,
    LOW_BACK,
    PROSE_CREDENTIALS,
    RATIONALE,
    STORY,
    Issue,
    Letter,
    codes,
    written,
)

from extractor.errors import LayoutError
from extractor.layout import Layout, lay_out, load_rules, parse_rule
from extractor.layout.rules import phrase
from extractor.pipeline import Extractor
from extractor.text import Span, Text, collapse

OLD_FIELD = "Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 30."
OLD = Letter(header="", credentials=PROSE_CREDENTIALS, issues=(Issue(reviewer=OLD_FIELD),))

LETTER_2014 = [
    "MAXIMUS FEDERAL SERVICES, INC.\nIndependent Medical Review",
    "HOW THE IMR FINAL DETERMINATION WAS MADE",
    PROSE_CREDENTIALS,
    "DOCUMENTS REVIEWED\nThe records of the provider.",
    (
        "CLINICAL CASE SUMMARY\nThe expert reviewer developed the following clinical "
        "case summary based "
        "on a review of the case file, including all medical records:"
    ),
    STORY,
    (
        "IMR DECISION(S) AND RATIONALE(S)\nThe Final Determination was based on decisions for the "
        "disputed items/services set forth below:"
    ),
    "1. The request for a walker with seat is medically necessary and appropriate.",
    (
        "The Claims Administrator based its decision on the ACOEM Practice Guidelines, Chapter 12, "
        "which is part of the MTUS."
    ),
    (
        "The Physician Reviewer based his/her decision on the Official Disability "
        "Guidelines (ODG), "
        "Low Back Chapter, which is not part of the MTUS."
    ),
    "The Physician Reviewer's decision rationale:\nThe walker is medically necessary.",
]
LETTER_2013 = [
    (
        "MAXIMUS FEDERAL SERVICES, INC.\nNotice of Independent Medical Review Determination\n"
        "Dated: 9/26/2013"
    ),
    "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE",
    (
        "1) MAXIMUS Federal Services, Inc. has determined the request for a hospital bed is "
        "notmedically necessary and appropriate."
    ),
    f"Medical Qualifications of the Expert Reviewer:\n{PROSE_CREDENTIALS}",
    f"Case Summary:\n{STORY}",
    "Documents Reviewed for Determination:\nThe records of the provider.",
    "1) Regarding the request for a hospital bed:",
    (
        "The Claims Administrator based its decision on the ACOEM Practice Guidelines, Chapter 12, "
        "which is part of the MTUS."
    ),
    (
        "The Expert Reviewer relied on the ACOEM Practice Guidelines, Chapter 12, which "
        "is part of the "
        "MTUS."
    ),
    "Rationale for the Decision:\nHe sleeps well. The bed is not medically necessary.",
]
PROFESSIONAL = [
    "MEDICAL PROFESSIONAL REVIEW",
    "ISSUE AT DISPUTE:\nRight knee brace",
    f"CASE SUMMARY:\n{STORY}",
    "DOCUMENTS REVIEWED FOR DETERMINATION:\nThe records of the provider.",
    (
        "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY:\n"
        "The ACOEM Guidelines, Chapter 13, which is part of the MTUS."
    ),
    (
        "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE IS NOT MEDICALLY NECESSARY:\n"
        "The knee is stable. The brace is not medically necessary."
    ),
    f"MEDICAL REVIEWER QUALIFICATIONS:\n{PROSE_CREDENTIALS}",
]
LAYOUTS = {
    "dwc-2016": Letter().paragraphs(),
    "dwc-2014": OLD.paragraphs(),
    "letter-2014": LETTER_2014,
    "letter-2013": LETTER_2013,
    "professional-review": PROFESSIONAL,
}


def plan(source: str) -> tuple[Text, Layout]:
    """Lay the built-in layouts over *source*."""
    text = Text.of(source)
    return text, lay_out(text)


def words(text: Text, span: Span | None) -> str | None:
    """Return the words of a place; None where there is none."""
    return collapse(text.norm[slice(*span)]) if span else None


# --- which letter it is --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["spaced", "empty", "doubled", "spaced_crlf", "bare"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_known_in_every_shape(name: str, shape: str) -> None:
    """A letter is known by its headings and labels, whatever its white space."""
    assert plan(written(LAYOUTS[name], shape))[1].name == name


@pytest.mark.parametrize("name", LAYOUTS)
def test_headings_may_wrap(name: str) -> None:
    """A heading broken over lines is the same heading."""
    assert plan(written(LAYOUTS[name], "empty", 24))[1].name == name


@pytest.mark.parametrize(
    "source",
    [
        "Flour, butter, six eggs and the small tin of paint.",
        "Notice of Independent External Review. The plan's denial is upheld.",
        f"{ISSUES} and no more.",
        "Claims Administrator guideline: none.",
        "The claims administrator's guideline on imr issues, decisions and rationales",
        "MEDICAL PROFESSIONAL REVIEW of a kind",
        ".",
    ],
)
def test_anything_else_is_unknown(source: str) -> None:
    """Without every phrase of a layout there is no layout, no section and no item."""
    layout = plan(source)[1]
    assert (layout.name, layout.rule, layout.sections, layout.items) == ("unknown", None, {}, ())


@pytest.mark.parametrize(
    "field",
    [
        LOW_BACK,
        (
            "The Expert Reviewer based their decision on recommendation(s) outside of the MTUS "
            "Guidelines."
        ),
    ],
)
def test_a_letter_of_2016_is_known_without_its_header(field: str) -> None:
    """With the header cut off, the form of its guideline fields tells the year."""
    source = Letter(header="", issues=(Issue(reviewer=field),)).write()
    assert plan(source)[1].name == "dwc-2016"


# --- sections ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_summary_is_all_of_the_story_and_only_it(name: str) -> None:
    """A section reaches from behind its heading and lead to the next heading."""
    text, layout = plan(written(LAYOUTS[name]))
    assert words(text, layout.sections["summary"]) == STORY


def test_the_header_ends_where_the_letter_tells_how_it_was_made() -> None:
    """What stands before the first heading is the case header."""
    text, layout = plan(Letter().write())
    assert words(text, layout.sections["header"]) == collapse(HEADER)


# --- items ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "request_", "decision", "verdict", "rationale"),
    [
        ("dwc-2016", "Lumbar brace, purchase", "Upheld", "upheld", RATIONALE),
        ("dwc-2014", "Lumbar brace, purchase", "Upheld", "upheld", RATIONALE),
        (
            "letter-2014",
            "walker with seat",
            "is medically necessary and appropriate",
            "overturned",
            "The walker is medically necessary.",
        ),
        (
            "letter-2013",
            "hospital bed",
            "is notmedically necessary and appropriate",
            "upheld",
            "He sleeps well. The bed is not medically necessary.",
        ),
        (
            "professional-review",
            "Right knee brace",
            "IS NOT MEDICALLY NECESSARY",
            "upheld",
            "The knee is stable. The brace is not medically necessary.",
        ),
    ],
)
def test_an_item_in_each_layout(
    name: str, request_: str, decision: str, verdict: str, rationale: str
) -> None:
    """Request, deciding words and rationale, each without its label."""
    text, layout = plan(written(LAYOUTS[name]))
    [place] = layout.items
    found = [words(text, span) for span in (place.request, place.decision, place.rationale)]
    assert found == [request_, decision, rationale]
    assert place.verdict == verdict


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("WHY THE REQUESTED TREATMENT/SERVICE IS NOT", "IS MEDICALLY", "overturned"),
        ("WHY THE REQUESTED TREATMENT/SERVICE IS NOT", "WAS NOT MEDICALLY", "upheld"),
        ("WHY THE REQUESTED TREATMENT/SERVICE IS NOT", "WAS MEDICALLY", "overturned"),
    ],
)
def test_a_heading_may_carry_the_decision(before: str, after: str, verdict: str) -> None:
    """A professional review says in the rationale's heading what it decides."""
    heading = before.removesuffix("IS NOT") + after
    paragraphs = [each.replace(f"{before} MEDICALLY", heading) for each in PROFESSIONAL]
    assert [place.verdict for place in plan(written(paragraphs))[1].items] == [verdict]


def test_a_letter_without_a_label_has_no_such_part() -> None:
    """A part whose label is missing is not guessed from another's text."""
    paragraphs = [each for each in OLD.paragraphs() if not each.startswith("MAXIMUS guideline")]
    [place] = plan(written(paragraphs))[1].items
    assert place.reviewer is None


# --- a layout of one's own -----------------------------------------------------------------------

COUNTY = """\
name = "county"

[detect]
all = ["COUNTY REVIEW BOARD"]

[[sections]]
name = "header"

[[sections]]
name = "issues"
heading = "MATTERS DECIDED"
lead = "The board decides as follows:"

[items]
style = "heading"
heading = "{request}: {decision}"

[items.decisions]
Granted = "overturned"
Refused = "upheld"

[items.labels]
claims_administrator = "Insurer's ground:"
reviewer = "Board's ground:"
rationale = "Why:"

[require]
item = ["claims_administrator", "reviewer", "rationale"]
"""
COUNTY_LETTER = [
    "COUNTY REVIEW BOARD",
    "MATTERS DECIDED\nThe board decides as follows:",
    "A cane: Granted",
    f"Insurer's ground: {OLD_FIELD}",
    f"Board's ground: {OLD_FIELD}",
    "Why: He limps. The cane is medically necessary.",
    "A chair: Refused",
    f"Insurer's ground: {OLD_FIELD}",
    f"Board's ground: {OLD_FIELD}",
    "Why: He can walk. The chair is not medically necessary.",
]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with one layout of the user's own."""
    (tmp_path / "county.toml").write_text(COUNTY, "utf-8")
    return tmp_path


def test_a_layout_of_ones_own_is_extracted_and_verified(own: Path) -> None:
    """A file in a folder is enough to read, and to verify, letters of another kind."""
    record = Extractor(layouts=own).extract(text=written(COUNTY_LETTER, "empty"))
    assert (record.document.layout, record.status, codes(record)) == ("county", "verified", [])
    assert [(item.request.value, item.decision.value) for item in record.items] == [
        ("A cane", "overturned"),
        ("A chair", "upheld"),
    ]


def test_without_its_layout_such_a_letter_is_unknown() -> None:
    """Nothing of another kind of letter is guessed."""
    record = Extractor().extract(text=written(COUNTY_LETTER, "empty"))
    assert (record.document.layout, codes(record)) == ("unknown", ["unknown_layout"])


def test_a_layout_of_ones_own_cannot_vouch_for_a_missing_item(own: Path) -> None:
    """The validator finds an own layout's items itself: a label gone is not passed over."""
    source = written(COUNTY_LETTER, "empty").replace("Board's ground", "Ground", 1)
    record = Extractor(layouts=own).extract(text=source)
    assert record.status == "review"


def test_layouts_of_ones_own_come_first(own: Path) -> None:
    """An own layout is tried before the built-in ones, which stay."""
    assert [rule.name for rule in load_rules(own)][:1] == ["county"]
    assert [rule.name for rule in load_rules(own)][1:] == [rule.name for rule in load_rules()]
    assert sorted(rule.name for rule in load_rules()) == sorted(LAYOUTS)


def test_other_files_in_the_folder_are_no_layouts(own: Path) -> None:
    """Only ``*.toml`` is read."""
    (own / "notes.txt").write_text("not a layout", "utf-8")
    assert len(load_rules(own)) == len(LAYOUTS) + 1


# --- layout files that are none ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (COUNTY, "name = ["),
        (COUNTY, ""),
        ('name = "county"\n', ""),
        ('[detect]\nall = ["COUNTY REVIEW BOARD"]\n', ""),
        ('["COUNTY REVIEW BOARD"]', "[]"),
        ('name = "issues"', 'name = "matters"'),
        ('name = "header"', 'name = "header"\ncolour = "red"'),
        ('name = "header"', 'heading = "A section without a name"'),
        ('style = "heading"', 'style = "poem"'),
        ('style = "heading"\n', ""),
        ('Refused = "upheld"', 'Refused = "sustained"'),
        ('[items.decisions]\nGranted = "overturned"\nRefused = "upheld"\n', ""),
        ('rationale = "Why:"\n', ""),
        ('rationale = "Why:"', 'rationale = "Why:"\nreason = "For:"'),
    ],
)
def test_a_layout_file_that_is_none_is_refused(part: str, instead: str) -> None:
    """A part that is missing, not known or of no known value is an error, before any letter."""
    assert part in COUNTY
    with pytest.raises(LayoutError):
        parse_rule(COUNTY.replace(part, instead), "county.toml")


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A layouts folder must exist, and be a folder."""
    with pytest.raises(LayoutError):
        load_rules(tmp_path / "nowhere")


def test_an_extractor_refuses_a_broken_layout(own: Path) -> None:
    """One file that is no layout stops the work: its letters would be read by another."""
    (own / "broken.toml").write_text("name =", "utf-8")
    with pytest.raises(LayoutError):
        Extractor(layouts=own).extract(text="anything")


# --- phrases -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "words_", "matches"),
    [
        ("Decision rationale:", "Decision rationale:", True),
        ("Decision rationale:", "Decision\n  rationale :", True),
        ("Decision rationale:", "Decision\u2003rationale:", True),
        ("Decision rationale:", "Decisionrationale:", True),
        ("Decision rationale:", "Decision rationale", False),
        ("Decision rationale:", "decision rationale:", False),
        ("[The] Board", "Board", True),
        ("[The] Board", "The Board", True),
        ("Item(s)", "Item(s)", True),
        ("Item(s)", "Items", False),
        ("a.b", "axb", False),
    ],
)
def test_a_phrase_is_its_words_with_any_white_space(
    template: str,
    words_: str,
    matches: bool,
) -> None:
    """White space of any kind, or none, may stand between words; signs mean themselves."""
    assert (re.fullmatch(phrase(template), words_) is not None) is matches
