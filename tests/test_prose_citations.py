"""Citations in running text; each stands marked in its sentence."""

import pytest
from letters import HEADER, Issue, Letter, marked

from extractor.guidelines import find_citations
from extractor.text import Text


def cited(source: str) -> tuple[list[str], list[str]]:
    """Return the quotes found in *source*, and the words marked in it."""
    plain, spans = marked(source)
    found = find_citations(plain)
    assert [(each.start, each.end) for each in found] == spans
    return [each.quote for each in found], [plain[slice(*span)] for span in spans]


@pytest.mark.parametrize(
    ("source", "guidelines"),
    [
        ("The ⟦MTUS⟧ recommends rest.", ["mtus"]),
        ("The ⟦California MTUS Guidelines⟧ do not.", ["mtus"]),
        ("Per ⟦MTUS/ACOEM Chapter 12, page 303⟧, imaging waits.", ["mtus/acoem/12"]),
        ("⟦ACOEM guidelines (Chapter 7, page 127)⟧ support it.", ["mtus/acoem/7"]),
        ("The ⟦ACOEM Practice Guidelines, 2nd Edition (2004), Table 13-5⟧ say so.", ["mtus/acoem"]),
        ("⟦ACOEM, Chapter 3, Initial Approaches to Treatment, page 48⟧ says.", ["mtus/acoem/3"]),
        ("⟦Chapter 12 of the ACOEM Guidelines⟧ says so.", ["mtus/acoem/12"]),
        ("⟦Third Edition ACOEM guidelines⟧ do not.", ["acoem/3"]),
        ("The ⟦3rd edition of the ACOEM guidelines⟧ does.", ["acoem/3"]),
        ("The ⟦MTUS Postsurgical Treatment Guidelines⟧ allow it.", ["mtus/postsurgical/2009"]),
        (
            "⟦MTUS 2016, Chronic Pain Medical Treatment Guidelines, page 8⟧.",
            ["mtus/chronic-pain/2016"],
        ),
        ("⟦MTUS Low Back Disorders Guideline (2020)⟧ says.", ["mtus/low-back/2020"]),
        ("⟦MTUS 9792.20(e)⟧ defines function.", ["mtus"]),
        ("The ⟦Official Disability Guidelines (ODG) Low Back Chapter⟧ says.", ["odg/low-back"]),
        ("⟦ODG⟧ criteria for fusion are not met.", ["odg"]),
        ("⟦MTUS⟧, ⟦ODG⟧ and ⟦ACOEM⟧ all agree.", ["mtus", "odg", "acoem"]),
        ("⟦MTUS⟧/⟦ODG⟧ agree.", ["mtus", "odg"]),
        ("⟦FDA guidelines⟧ urge caution.", ["fda"]),
        ("⟦American Academy of Orthopaedic Surgeons guidelines⟧ say no.", ["aaos"]),
        ("As ⟦Low Back Complaints 2004⟧ notes, rest is not advised.", ["mtus/acoem/12"]),
        ("The ⟦Chronic Pain Medical Treatment\nGuidelines⟧ say so.", ["mtus/chronic-pain"]),
    ],
)
def test_sentences_cite_by_name(source: str, guidelines: list[str]) -> None:
    """From the document's name to its last chapter, year or page; one citation per document."""
    cited(source)
    assert [each.guideline for each in find_citations(marked(source)[0])] == guidelines


@pytest.mark.parametrize(
    "source",
    [
        "Non-MTUS guidelines were used.",
        "It rests on recommendations outside of the MTUS Guidelines.",
        "The FDA has approved the drug.",
        "The CDC reports many falls.",
        "UpToDate recommends rest.",
        "Opioid treatment was started in 2016.",
        "Acupuncture treatment helped; chronic pain treatment goes on.",
        "Low Back Complaints",
        "He has low back complaints and knee complaints.",
        "The guidelines recommend it.",
        "ODGEN and AMTUSA are no words of it.",
        "",
    ],
)
def test_what_names_no_guideline_is_none(source: str) -> None:
    """A publisher alone, a heading, a treatment, what lies outside the MTUS: all cite nothing."""
    assert find_citations(source) == []


def test_a_mention_is_not_labelled() -> None:
    """A sentence has no statement: the authority is the catalogue's, the label none."""
    [mention] = find_citations("The ODG says so.")
    assert (mention.labelled, mention.authority) == (None, "non_mtus")


def test_offsets_count_the_text_as_given() -> None:
    """A text that was read already keeps its own offsets, artefacts and all."""
    source = "\ufeffThe of\ufb01cial  ODG\u00a0Pain\r\nChapter says."
    [mention] = find_citations(Text.of(source))
    assert source[mention.start : mention.end] == "ODG\u00a0Pain\r\nChapter"
    assert mention.quote == "ODG Pain Chapter"


def test_fields_within_a_letter_are_read_by_their_own_grammar() -> None:
    """In a whole letter the fields' citations are labelled, the sentences' are not."""
    letter = Letter(
        issues=(
            Issue(
                claims="Decision based on MTUS Knee Complaints 2004, Section(s): Initial Care.",
                reviewer="Decision based on Non-MTUS Citation ODG, Knee Chapter, Braces.",
                rationale="The ODG Knee Chapter does not advise it. It is not medically necessary.",
            ),
        )
    ).write()
    assert [(each.quote, each.labelled, each.guideline) for each in find_citations(letter)] == [
        ("Knee Complaints 2004, Section(s): Initial Care", "mtus", "mtus/acoem/13"),
        ("ODG, Knee Chapter, Braces", "non_mtus", "odg/knee-leg"),
        ("ODG Knee Chapter", None, "odg/knee-leg"),
    ]


def test_a_field_ends_where_the_next_label_stands() -> None:
    """Without blank lines a field still ends before the next label."""
    source = (
        "Claims Administrator guideline: Decision based on MTUS Knee Complaints 2004. "
        "MAXIMUS guideline: Decision based on MTUS Eye Complaints 2004. "
        "Decision rationale: Per ODG it may help."
    )
    assert [each.labelled for each in find_citations(source)] == ["mtus", "mtus", None]


def test_a_header_cites_nothing() -> None:
    """Dates and case numbers name no guideline."""
    assert find_citations(HEADER) == []
