"""The citations of guideline fields: which words are one, and what each of its components is.

In the tables a citation stands marked in its field, its excerpt after it in marks of its own.
"""

from dataclasses import replace
from typing import Any

import pytest
from letters import NO_EVIDENCE, marked

from extractor.guidelines import UNKNOWN, Cited, Reading, read_field
from extractor.guidelines.components import Components, components_of
from extractor.guidelines.sections import split_sections
from extractor.text import Span, Text, collapse

MTUS = "Decision based on MTUS "
OTHER = "Decision based on Non-MTUS Citation "
ODG = "Official Disability Guidelines (ODG)"
CHRONIC = "Chronic Pain Medical Treatment"


def field(source: str) -> tuple[str, Reading, list[Span]]:
    """Read a field whose citations are marked."""
    plain, spans = marked(source)
    text = Text.of(plain)
    return plain, read_field(text, text.whole), spans


def said(cited: Cited) -> dict[str, Any]:
    """Return the components that a citation has."""
    parts = vars(cited.components).items()
    return {name: part for name, part in parts if part and name != "guideline"}


def only(source: str) -> Cited:
    """Return the one citation of a field, which is marked."""
    _, reading, [span] = field(source)
    [cited] = reading.citations
    assert cited.span == span
    return cited


# --- the forms of 2014 ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "components"),
    [
        (
            f"{MTUS}⟦ACOEM Chapter 12 Low Back Complaints Page(s): 30⟧.",
            {
                "title": "ACOEM",
                "chapter": "12",
                "sections": ("Low Back Complaints",),
                "pages": ("30",),
            },
        ),
        (
            f"{MTUS}⟦ACOEM Chapter 12 Low Back\nComplaints Page(s): 177-178⟧. ",
            {
                "title": "ACOEM",
                "chapter": "12",
                "sections": ("Low Back Complaints",),
                "pages": ("177-178",),
            },
        ),
        (
            f"{MTUS}⟦ACOEM Chapter 8 Neck and Upper Back Complaints Page(s): Table 8-8,182⟧.",
            {
                "title": "ACOEM",
                "chapter": "8",
                "sections": ("Neck and Upper Back Complaints",),
                "pages": ("182",),
                "tables": ("8-8",),
            },
        ),
        (
            (
                f"{MTUS}⟦ACOEM Chapter 2 General Approach to Initial Assessment and Documentation "
                "Page(s): 21-23⟧."
            ),
            {
                "title": "ACOEM",
                "chapter": "2",
                "sections": ("General Approach to Initial Assessment and Documentation",),
                "pages": ("21-23",),
            },
        ),
        (
            (
                f"{MTUS}⟦Chronic Pain Treatment Guidelines Epidural steroid injections (ESIs) "
                "Page(s): 46⟧."
            ),
            {
                "title": "Chronic Pain Treatment Guidelines",
                "sections": ("Epidural steroid injections (ESIs)",),
                "pages": ("46",),
            },
        ),
        (
            f"{MTUS}⟦Chronic Pain Treatment Guidelines Page(s): 78, 80-81, 124⟧.",
            {"title": "Chronic Pain Treatment Guidelines", "pages": ("78", "80-81", "124")},
        ),
        (
            f"{MTUS}⟦Postsurgical Treatment Guidelines Page(s): 10⟧.",
            {"title": "Postsurgical Treatment Guidelines", "pages": ("10",)},
        ),
        (
            f"{MTUS}⟦Acupuncture Treatment Guidelines⟧.",
            {"title": "Acupuncture Treatment Guidelines"},
        ),
    ],
)
def test_mtus_citations_of_2014(source: str, components: dict[str, Any]) -> None:
    """Chapter, its name, pages and tables; "MTUS" and the final stop are no part of it."""
    cited = only(source)
    assert said(cited) == components
    assert (cited.labelled, cited.authority) == ("mtus", "mtus")


@pytest.mark.parametrize(
    "source",
    [
        f"{MTUS}⟦ACOEM⟧,⟦Chronic Pain Treatment Guidelines⟧.",
        (
            f"{MTUS}⟦ACOEM Chapter 9 Shoulder Complaints Page(s): 209-211⟧, ⟦Chronic Pain "
            "Treatment "
            "Guidelines Page(s): 30-33⟧."
        ),
        f"{MTUS}⟦ACOEM Chapter 13 Knee Complaints Page(s): 341⟧.  {OTHER}⟦{ODG} Knee & Leg⟧,",
        f"{OTHER}⟦{ODG} Pain Chapter⟧. {OTHER}⟦{ODG} Knee Chapter⟧.",
        (
            f"{MTUS}⟦General Approaches 2004⟧, and ⟦Stress-Related Conditions 2004⟧, and ⟦Elbow "
            "Complaints 2007⟧, and ⟦Acupuncture Treatment 2007⟧, and ⟦Postsurgical Treatment 2009⟧."
        ),
        (
            f"{MTUS}⟦Neck and Upper Back Complaints 2004, Section(s): Initial Care⟧, and ⟦Shoulder "
            "Complaints 2004, Section(s): Initial Care, Physical Methods⟧, and ⟦Forearm, Wrist, "
            "and Hand "
            "Complaints 2004⟧."
        ),
        f"{MTUS}⟦{CHRONIC} 2009⟧, and ⟦{CHRONIC} 2016, Section(s): Opioids⟧.",
        f"{MTUS}⟦Knee Complaints 2004⟧. {OTHER}⟦{ODG}, Knee Chapter⟧.",
    ],
)
def test_a_field_may_cite_several_documents(source: str) -> None:
    """One citation for each document, from its name to its last section or page."""
    _, reading, spans = field(source)
    assert [cited.span for cited in reading.citations] == spans


@pytest.mark.parametrize(
    ("source", "authority", "components"),
    [
        (
            f"{OTHER}⟦{ODG} Low Back-Lumbar & Thoracic (Acute & Chronic)⟧ ,",
            "non_mtus",
            {"title": ODG, "sections": ("Low Back-Lumbar & Thoracic (Acute & Chronic)",)},
        ),
        (
            "Decision based on Non- MTUS Citation ⟦APG 1 Plus, 2010, Low Back Disorders, Imaging⟧.",
            "non_mtus",
            {"title": "APG 1 Plus", "year": 2010, "sections": ("Low Back Disorders", "Imaging")},
        ),
        (
            (
                f"{OTHER}⟦American College of Occupational and Environmental Medicine (ACOEM), 2nd "
                "Edition, (2004) Chapter 7, IME⟧."
            ),
            "mtus",
            {
                "title": "American College of Occupational and Environmental Medicine (ACOEM)",
                "edition": "2nd Edition",
                "year": 2004,
                "chapter": "7",
                "sections": ("IME",),
            },
        ),
        (
            (
                f"{OTHER}MTUS: ⟦ACOEM PRACTICE GUIDELINES\n2ND EDITION, CHAPTER 12, LOW BACK "
                "COMPLAINTS⟧,"
            ),
            "mtus",
            {
                "title": "ACOEM PRACTICE GUIDELINES",
                "edition": "2ND EDITION",
                "chapter": "12",
                "sections": ("LOW BACK COMPLAINTS",),
            },
        ),
        (
            (
                f"{OTHER}⟦ACOEM Occupational Medicine Practice Guidelines, 3rd ed., Low Back "
                "Disorders, "
                "pg. 607⟧."
            ),
            "non_mtus",
            {
                "title": "ACOEM Occupational Medicine Practice Guidelines",
                "edition": "3rd ed.",
                "sections": ("Low Back Disorders",),
                "pages": ("607",),
            },
        ),
        (
            (
                f"{OTHER}⟦{ODG}, Forearm, Wrist, and hand (updated 10/03/15), MRI's (magnetic "
                "resonance "
                "imaging)⟧."
            ),
            "non_mtus",
            {
                "title": ODG,
                "edition": "updated 10/03/15",
                "sections": ("Forearm, Wrist, and hand", "MRI's (magnetic resonance imaging)"),
            },
        ),
        (
            f"{OTHER}⟦ODG Guidelines, 14th Edition, 2016, Knee Chapter⟧.",
            "non_mtus",
            {
                "title": "ODG Guidelines",
                "edition": "14th Edition",
                "year": 2016,
                "sections": ("Knee Chapter",),
            },
        ),
        (
            f"{OTHER}⟦UpToDate, Sciatica in adults, 2016⟧.",
            "non_mtus",
            {"title": "UpToDate", "year": 2016, "sections": ("Sciatica in adults",)},
        ),
        (
            f"{OTHER}⟦Centers for Medicare and Medicaid Services (CMS), Wheelchair Seating⟧.",
            "non_mtus",
            {
                "title": "Centers for Medicare and Medicaid Services (CMS)",
                "sections": ("Wheelchair Seating",),
            },
        ),
    ],
)
def test_citations_labelled_non_mtus(
    source: str, authority: str, components: dict[str, Any]
) -> None:
    """What a letter calls it is not what it is: the MTUS adopts ACOEM's second edition."""
    cited = only(source)
    assert said(cited) == components
    assert (cited.labelled, cited.authority) == ("non_mtus", authority)


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (f"{OTHER}⟦http://www.drugs.example/norco.html⟧.", "http://www.drugs.example/norco.html"),
        (f"{OTHER}⟦www.nhlbi.example/health⟧, ", "www.nhlbi.example/health"),
        (
            f"{OTHER}⟦https://www.ortho.example/en/treatment/\nknee-braces/⟧",
            "https://www.ortho.example/en/treatment/knee-braces/",
        ),
        (
            f"{OTHER}⟦ODG Knee/DME, Mattress selection https://www.odg.example/a/b.htm⟧.",
            "https://www.odg.example/a/b.htm",
        ),
    ],
)
def test_a_web_address_is_read_over_lines(source: str, url: str) -> None:
    """An address broken over lines is one, without the full stop of the sentence."""
    assert only(source).components.url == url


# --- the forms of 2016 ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "title", "year", "sections"),
    [
        ("Low Back Complaints 2004", "Low Back Complaints", 2004, ()),
        (
            "Low Back Complaints 2004, Section(s): Summary",
            "Low Back Complaints",
            2004,
            ("Summary",),
        ),
        ("Elbow Complaints 2007", "Elbow Complaints", 2007, ()),
        (
            "Forearm, Wrist, and Hand Complaints 2004, Section(s): Initial Care, Special Studies",
            "Forearm, Wrist, and Hand Complaints",
            2004,
            ("Initial Care", "Special Studies"),
        ),
        (
            (
                f"{CHRONIC} 2016, Section(s): TENS, chronic pain (transcutaneous electrical nerve "
                "stimulation)"
            ),
            CHRONIC,
            2016,
            ("TENS, chronic pain (transcutaneous electrical nerve stimulation)",),
        ),
        (
            (
                f"{CHRONIC} 2009, Section(s): NSAIDs, GI symptoms & cardiovascular risk, "
                "NSAIDs, specific "
                "drug list & adverse effects"
            ),
            CHRONIC,
            2009,
            (
                "NSAIDs, GI symptoms & cardiovascular risk",
                "NSAIDs, specific drug list & adverse effects",
            ),
        ),
        (
            (
                "Opioid Treatment 2016, Section(s): 3.3.9 Opioids for Chronic Pain and Chronic "
                "Opioid "
                "Treatment: Maintenance"
            ),
            "Opioid Treatment",
            2016,
            ("3.3.9 Opioids for Chronic Pain and Chronic Opioid Treatment: Maintenance",),
        ),
    ],
)
def test_mtus_citations_of_2016(
    source: str, title: str, year: int, sections: tuple[str, ...]
) -> None:
    """Document, year and sections; a section's title may hold commas of its own."""
    found = only(f"{MTUS}⟦{source}⟧.").components
    assert replace(found, guideline=UNKNOWN) == Components(
        title=title, year=year, sections=sections
    )


# --- excerpts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        (
            f"{OTHER}⟦{ODG} Knee & Leg, MRI's:  (http://www.odg.example/odg/ knee.htm#P)⟧ has the "
            "following:  ⟦Recommended for what is listed.  Acute trauma.  (Tamm, 1998)⟧"
        ),
        (
            f"{OTHER}⟦{ODG} Knee & Leg, Knee brace⟧:  ⟦Criteria for the use of braces. A brace "
            "may be "
            "appropriate in one of these: 1. instability; 2.⟧"
        ),
    ],
)
def test_guideline_text_after_a_citation_is_its_excerpt(source: str) -> None:
    """What the field quotes from the guideline is no part of the citation's own words."""
    _, reading, [span, excerpt] = field(source)
    [cited] = reading.citations
    assert (cited.span, cited.excerpt) == (span, excerpt)


def test_an_excerpt_ends_where_the_next_statement_begins() -> None:
    """Guideline text is over where the field states the next decision."""
    source = (
        f"{OTHER}⟦{ODG} Knee⟧ states the following: ⟦Not recommended. Braces may help.⟧ "
        f"{MTUS}⟦Knee Complaints "
        "2004⟧."
    )
    _, reading, [span, excerpt, second] = field(source)
    [first, last] = reading.citations
    assert (first.span, first.excerpt, last.span, last.excerpt) == (span, excerpt, second, None)


# --- what a field rests on -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "cites", "labels"),
    [
        (f"{MTUS}Low Back Complaints 2004.", "mtus", ["mtus"]),
        (f"{OTHER}{ODG}, Low Back.", "non_mtus", ["non_mtus"]),
        (f"Decision based on Non- MTUS Citation {ODG}, Low Back.", "non_mtus", ["non_mtus"]),
        (f"{MTUS}Knee Complaints 2004. {OTHER}{ODG}, Knee.", "both", ["mtus", "non_mtus"]),
        (
            (
                f"The Claims Administrator did not base their decision on the MTUS.  {OTHER}{ODG} "
                "Head."
            ),
            "non_mtus",
            ["non_mtus"],
        ),
        (
            (
                "The Expert Reviewer based their decision on recommendation(s) outside of the MTUS "
                f"Guidelines. {OTHER}{ODG}, Pain."
            ),
            "non_mtus",
            ["non_mtus"],
        ),
        (
            (
                "The Expert Reviewer based their decision on recommendation(s) outside of the MTUS "
                "Guidelines."
            ),
            "non_mtus",
            [],
        ),
        (NO_EVIDENCE, "none", []),
        (
            (
                "The Claims Administrator did not cite any medical evidence in support of its "
                "decision."
            ),
            "none",
            [],
        ),
        ("See above.", "unclear", []),
        (".", "unclear", []),
        (f"{OTHER}.", "non_mtus", []),
        (f"{MTUS}.", "mtus", []),
        ("", "unclear", []),
    ],
)
def test_what_a_field_rests_on(source: str, cites: str, labels: list[str]) -> None:
    """The MTUS, something else, both, nothing; and what says none of these is unclear."""
    _, reading, _ = field(source)
    assert reading.cites == cites
    assert [cited.labelled for cited in reading.citations] == labels


@pytest.mark.parametrize(
    ("source", "labelled"),
    [
        (
            (
                "The Claims Administrator based its decision on the ⟦Chronic Pain Medical "
                "Treatment "
                "Guidelines, page 99⟧, which is part of the MTUS."
            ),
            "mtus",
        ),
        (
            (
                f"The Expert Reviewer relied on the ⟦{ODG}, Pain Chapter⟧, which is not part of "
                "the MTUS."
            ),
            "non_mtus",
        ),
        (
            (
                "The Physician Reviewer based his/her decision on the ⟦ACOEM Practice "
                "Guidelines, Chapter "
                "15, Stress Related Conditions⟧, which is part of the California Medical Treatment "
                "Utilization Schedule (MTUS)."
            ),
            "mtus",
        ),
    ],
)
def test_a_sentence_may_say_what_is_part_of_the_mtus(source: str, labelled: str) -> None:
    """Letters of 2013 and 2014 say of each document whether it is part of the MTUS."""
    cited = only(source)
    assert (cited.labelled, cited.authority) == (labelled, labelled)


@pytest.mark.parametrize(
    "words",
    [
        "None.", "N/A", "Not applicable.", "No guideline", "standard of care.",
        "Clinical judgment", "No guidelines cited.",
    ],
)  # fmt: skip
def test_a_field_may_name_no_guideline(words: str) -> None:
    """Words that say that there is none are no citation; the statement says what it rests on."""
    text = Text.of(OTHER + words)
    assert read_field(text, text.whole) == Reading("non_mtus", ())


def test_chapters_listed_after_one_of_odg_are_citations_of_their_own() -> None:
    """Each chapter has its id, though the letter prints the document's name once."""
    _, reading, spans = field(
        f"{OTHER}⟦{ODG}, Elbow, Splints⟧; ⟦Knee & Leg (updated 1/2/17)⟧, ⟦Hand Chapter, MRI⟧."
    )
    assert [cited.span for cited in reading.citations] == spans
    found = [cited.components for cited in reading.citations]
    assert [each.guideline for each in found] == [
        "odg/elbow",
        "odg/knee-leg",
        "odg/forearm-wrist-hand",
    ]
    assert [each.title for each in found] == [ODG, "Knee & Leg", "Hand Chapter"]
    assert [each.sections for each in found] == [("Elbow", "Splints"), (), ("MRI",)]


def test_a_chapter_before_the_name_of_odg_is_one_of_it() -> None:
    """The document may be named last, with the preface that the chapter's visits follow."""
    _, reading, spans = field(f"{OTHER}⟦Elbow, Physical Therapy⟧, ⟦ODG Preface⟧.")
    assert [cited.span for cited in reading.citations] == spans
    found = [cited.components.guideline for cited in reading.citations]
    assert found == ["odg/elbow", "odg/preface"]


@pytest.mark.parametrize("words", ["Physical therapy/Preface", "Preface/Physical therapy"])
def test_the_preface_holds_the_guidelines_of_physical_therapy(words: str) -> None:
    """In whichever order they stand, they are two sections of the preface."""
    found = only(f"{OTHER}⟦ODG {words}⟧.").components
    assert (found.guideline, sorted(found.sections)) == (
        "odg/preface",
        ["Physical therapy", "Preface"],
    )


def test_how_a_work_was_reached_is_no_section() -> None:
    """A note on where and when a page was read belongs to its title."""
    words = "Zinc: Drug information, accessed from UpToDate.com on 1/2/2016"
    found = only(f"{OTHER}⟦{words}⟧.").components
    assert (found.title, found.sections, found.guideline) == (words, (), "uptodate")


def test_a_section_known_by_its_title_is_written_without_the_break_of_its_line() -> None:
    """A blank after a hyphen is a line's end, unless "and" or "or" follows."""
    title = "NSAIDs (non- steroidal anti-inflammatory drugs)"
    found = only(f"{MTUS}⟦{CHRONIC} 2016, Section(s): {title}⟧.").components
    assert found.sections == (title.replace("- ", "-"),)


# --- components ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sections"),
    [
        ("Initial Care, Physical Methods", ("Initial Care", "Physical Methods")),
        ("Heat, dry, Initial Care", ("Heat, dry", "Initial Care")),
        ("NSAIDs, GI symptoms, Initial Care", ("NSAIDs, GI symptoms", "Initial Care")),
        ("Braces (knee, hinged), Initial Care", ("Braces (knee, hinged)", "Initial Care")),
        ("Initial Care; Physical Methods,", ("Initial Care", "Physical Methods")),
        ("Mud, Moor baths, Kneipp's cure", ("Mud, Moor baths, Kneipp's cure",)),
        ("Initial Care, Mud, Moor baths", ("Initial Care", "Mud, Moor baths")),
        ("Surgery, ", ("Surgery",)),
        (" , ", ()),
        ("", ()),
    ],
)
def test_sections_are_parted_where_titles_are_known(words: str, sections: tuple[str, ...]) -> None:
    """Known titles are sections, their own commas included; what is unknown stays together."""
    known = {"Initial Care", "Physical Methods", "Heat, dry", "NSAIDs, GI symptoms"}
    assert split_sections(words, known.__contains__) == sections


@pytest.mark.parametrize(
    "words",
    [
        "ACOEM Chapter 12 Low Back Complaints Page(s): 30",
        f"{ODG}, Forearm, Wrist, and hand (updated 10/03/15), MRI's",
        "ODG Guidelines, 14th Edition, 2016, Knee Chapter",
        f"{CHRONIC} 2016, Section(s): NSAIDs, GI symptoms & cardiovascular risk",
        "ACOEM Chapter 8 Neck and Upper Back Complaints Page(s): Table 8-8,182",
        "UpToDate, Sciatica in adults, 2016",
    ],
)
def test_components_are_printed_in_their_citation(words: str) -> None:
    """No component says anything that its citation does not print."""
    found = components_of(words)
    parts = [found.title, found.edition, found.chapter, found.year, found.url]
    for part in [*parts, *found.sections, *found.pages, *found.tables]:
        assert part is None or str(part) in words


def test_only_the_field_asked_for_is_read() -> None:
    """Citations of the text around a field are none of it."""
    text = Text.of(f"{MTUS}Knee Complaints 2004. {NO_EVIDENCE} {MTUS}Eye Complaints 2004.")
    start = text.norm.index(NO_EVIDENCE)
    assert read_field(text, Span(start, start + len(NO_EVIDENCE))) == Reading("none", ())


def test_readers_artefacts_do_not_hide_a_citation() -> None:
    """Ligatures, spaces without break and dashes of any length are read as what they stand for."""
    source = f"Decision\u00a0based on Non\u2013MTUS Citation {ODG}, Of\ufb01ce visits."
    text = Text.of(source)
    [cited] = read_field(text, text.whole).citations
    assert cited.components.sections == ("Office visits",)
    assert collapse(source[slice(*text.to_source(cited.span))]) == f"{ODG}, Of\ufb01ce visits"
