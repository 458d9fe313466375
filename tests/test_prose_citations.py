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
        (
            "It is ⟦page 31 of the MTUS Chronic Pain Guidelines⟧ that says so.",
            ["mtus/chronic-pain"],
        ),
        ("See ⟦pages 12-14 of ACOEM Chapter 9⟧.", ["mtus/acoem/9"]),
        ("⟦MTUS Chronic Pain Guidelines (May 2009)⟧ do.", ["mtus/chronic-pain/2009"]),
        ("⟦MTUS Opioids Treatment Guidelines (July 28, 2016)⟧ do.", ["mtus/opioids/2016"]),
        (
            "⟦Opioids Treatment Guidelines MTUS - 8 C.C.R. 9792.24.4 (July 28, 2016)⟧ do.",
            ["mtus/opioids/2016"],
        ),
        (
            "⟦Opioids Treatment Guidelines (MTUS 2016), section 3.2.1⟧ says so.",
            ["mtus/opioids/2016"],
        ),
        ("(See ⟦MTUS 2016⟧)", ["mtus"]),
        ("Per the ⟦MTUS⟧, Knee braces may help.", ["mtus"]),
        (
            "⟦MTUS Chronic Pain Guidelines §§9792.20 - 9792.26 MTUS (Effective May 1, 2009) pg 3⟧.",
            ["mtus/chronic-pain/2009"],
        ),
        ("The ⟦MTUS shoulder chapter⟧ says so.", ["mtus/acoem/9"]),
        ("⟦ACOEM 2004 Shoulder Disorders Chapter⟧ says so.", ["mtus/acoem/9"]),
        ("⟦ACOEM guidelines- shoulder chapter⟧ leaves the edition open.", ["acoem"]),
        ("⟦ACOEM's Elbow Disorders (3rd ed. 2018)⟧ says so.", ["acoem/3/elbow"]),
        ("⟦MTUS Chronic Pain⟧ and ⟦ODG Pain guidelines⟧.", ["mtus/chronic-pain", "odg/pain"]),
        ("⟦ODG Shoulder⟧ and ⟦Elbow chapters⟧ agree.", ["odg/shoulder", "odg/elbow"]),
        ("⟦MTUS ACOEM Guidelines⟧ say so.", ["mtus/acoem"]),
        ("⟦ACOEM/MTUS Guidelines⟧ say so.", ["mtus/acoem"]),
        ('The ⟦MTUS "Acupuncture Guidelines"⟧ say so.', ["mtus/acupuncture/2007"]),
        ("Per ⟦ODG, Elbow Chapter (updated 3/4/15), MRI⟧.", ["odg/elbow"]),
        ("⟦ODG, Elbow Chapter⟧, MRI is advised.", ["odg/elbow"]),
        ("Per ⟦UpToDate⟧, rest helps.", ["uptodate"]),
        ("A ⟦Cochrane Review⟧ found none.", ["cochrane"]),
        (
            "The ⟦CDC Guideline for Prescribing Opioids for Chronic Pain⟧ warns.",
            ["cdc/opioids"],
        ),
        ("The ⟦VA/DoD Clinical Practice Guideline⟧ warns.", ["va-dod"]),
        (
            "⟦AMA Guides to the Evaluation of Permanent Impairment, 5th ed.⟧ rates it.",
            ["ama-guides"],
        ),
        ("⟦8 CCR § 9792.24.2⟧ governs.", ["mtus/chronic-pain"]),
        ("As ⟦section 9792.24.3⟧ says.", ["mtus/postsurgical/2009"]),
        ("As ⟦section 9792.23.5⟧ says, whichever chapter it adopted then.", ["mtus"]),
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
        "It was shown. (Cochrane, 2003) (Abel-Cochrane, 2001)",
        "An MRI of the Elbow. Guidelines state otherwise.",
        "As Section 9792.20 defines it, function improved.",
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


@pytest.mark.parametrize(
    ("words", "label", "authority"),
    [
        ("The ACOEM says so.", None, None),
        ("Decision based on Non-MTUS Citation ACOEM.", "non_mtus", "non_mtus"),
        ("Decision based on MTUS ACOEM.", "mtus", "mtus"),
    ],
)
def test_acoem_alone_is_what_the_letter_calls_it(
    words: str, label: str | None, authority: str | None
) -> None:
    """One edition of it is the MTUS's, another is not, and the name says neither."""
    [mention] = find_citations(words)
    assert (mention.labelled, mention.authority) == (label, authority)


def test_of_a_date_the_year_is_kept() -> None:
    """A day in parentheses says which version is meant; month and day are no edition."""
    [mention] = find_citations("See page 31 of the MTUS Chronic Pain Guidelines (July 28, 2016).")
    assert (mention.title, mention.edition) == ("MTUS Chronic Pain Guidelines", None)
    assert (mention.year, mention.pages) == (2016, ("31",))


def test_a_year_within_a_name_parts_no_title() -> None:
    """The title is the guideline's with its year taken out."""
    [mention] = find_citations("The MTUS 2009 Acupuncture Guidelines say so.")
    assert (mention.title, mention.year) == ("MTUS Acupuncture Guidelines", 2009)
    assert mention.sections == ()


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
