"""Properties of the citation grammar: what is rendered is read back, and any text is read."""

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.guidelines import Guideline, catalogue, find_citations, read_field
from extractor.guidelines.components import Components
from extractor.phrases import tokens_of
from extractor.text import Span, Text, collapse

MTUS = "Decision based on MTUS "
OTHER = "Decision based on Non-MTUS Citation "
ENTRIES = tuple(catalogue().entries.values())
CHAPTERS = [entry for entry in ENTRIES if entry.part_of == "mtus/acoem" and entry.chapter]
DATED = [
    entry
    for entry in ENTRIES
    if entry.authority == "mtus" and entry.year and entry.id.endswith(f"/{entry.year}")
]
PARTS_OF_ODG = [entry for entry in ENTRIES if entry.part_of == "odg"]
SECTIONS = [
    "Initial Care",
    "Special Studies",
    "Surgical Considerations",
    "NSAIDs, GI symptoms & cardiovascular risk",
    "TENS, chronic pain (transcutaneous electrical nerve stimulation)",
    "Epidural steroid injections (ESIs)",
]
# Works that no other entry of the catalogue shares a word of its name with.
PLAIN = [
    ("UpToDate", "uptodate"),
    ("Drugs.com", "drugs.com"),
    ("American College of Radiology (ACR)", "acr-radiology"),
    ("North American Spine Society (NASS)", "nass"),
    ("Centers for Medicare and Medicaid Services (CMS)", "cms"),
    ("Aetna Clinical Policy Bulletin", "aetna"),
]
DASHES = "-\u2010\u2011\u2012\u2013"
pages = st.lists(
    st.one_of(
        st.integers(1, 700).map(str),
        st.tuples(st.integers(1, 300), st.integers(1, 40)).map(lambda p: f"{p[0]}-{sum(p)}"),
    ),
    min_size=1,
    max_size=5,
).map(tuple)
tables = st.tuples(st.integers(1, 16), st.integers(1, 12)).map(lambda t: f"{t[0]}-{t[1]}")
sections = st.lists(st.sampled_from(SECTIONS), max_size=4, unique=True).map(tuple)
quick = settings(max_examples=60, deadline=None, database=None, derandomize=True)
many = settings(quick, max_examples=200)


def listed(numbers: tuple[str, ...], joint: str = ", ") -> str:
    """Return a list of pages as letters print it."""
    return f" Page(s): {joint.join(numbers)}" if numbers else ""


def read_back(lead: str, citation: str, tail: str = ".") -> Components:
    """Return the components of the one citation of a field, and demand that it spans *citation*."""
    text = Text.of(lead + citation + tail)
    [cited] = read_field(text, text.whole).citations
    assert cited.span == Span(len(lead), len(lead) + len(citation))
    return cited.components


@quick
@given(st.sampled_from(CHAPTERS), pages, st.none() | tables, st.sampled_from([", ", ",", "; "]))
def test_the_form_of_2014_is_read_back(
    entry: Guideline, numbers: tuple[str, ...], table: str | None, joint: str
) -> None:
    """ACOEM, the chapter's number and title, and a list of tables and pages."""
    both = (f"Table {table}", *numbers) if table else numbers
    found = read_back(MTUS, f"ACOEM Chapter {entry.chapter} {entry.title}{listed(both, joint)}")
    assert found == Components(
        guideline=entry.id,
        title="ACOEM",
        chapter=entry.chapter,
        sections=(entry.title,),
        pages=numbers,
        tables=(table,) if table else (),
    )


@quick
@given(st.sampled_from(DATED), st.data(), sections)
def test_the_form_of_2016_is_read_back(
    entry: Guideline, data: st.DataObject, titles: tuple[str, ...]
) -> None:
    """Any name of a dated document, its year, and a list of sections whose titles hold commas."""
    names = [name for name in entry.all_names if not re.search(r"\d", name)]
    name = data.draw(st.sampled_from(names))
    after = f", Section(s): {', '.join(titles)}" if titles else ""
    found = read_back(MTUS, f"{name} {entry.year}{after}")
    assert (found.guideline, found.year) == (entry.id, entry.year)
    assert found.sections[len(found.sections) - len(titles) :] == titles


@quick
@given(st.lists(st.tuples(st.sampled_from(DATED), sections), min_size=2, max_size=5))
def test_several_documents_of_2016_are_read_back(
    cited: list[tuple[Guideline, tuple[str, ...]]],
) -> None:
    """Each document with its year begins a citation; ", and" stands between them."""
    printed = [
        f"{entry.title} {entry.year}" + (f", Section(s): {', '.join(titles)}" if titles else "")
        for entry, titles in cited
    ]
    text = Text.of(f"{MTUS}{', and '.join(printed)}.")
    found = read_field(text, text.whole).citations
    assert [text.norm[slice(*each.span)] for each in found] == printed
    assert [each.components.guideline for each in found] == [entry.id for entry, _ in cited]


@quick
@given(
    st.sampled_from(["Official Disability Guidelines (ODG)", "ODG", "ODG-TWC", "ODG Guidelines"]),
    st.sampled_from(PARTS_OF_ODG),
    st.sampled_from(["", " (updated 11/23/16)", " (updated 2/3/2014)"]),
    st.sampled_from([", ", " ", ": "]),
)
def test_chapters_of_odg_are_read_back(
    document: str, entry: Guideline, edition: str, joint: str
) -> None:
    """Document, chapter and the day of the update, whatever mark stands between them."""
    found = read_back(OTHER, f"{document}{joint}{entry.title.removeprefix('ODG ')}{edition}")
    assert found.guideline == entry.id
    assert found.edition == (edition.strip(" ()") or None)


@quick
@given(
    st.sampled_from(["ACOEM", "ACOEM Practice Guidelines", "ACOEM Guidelines"]),
    st.sampled_from([("2nd Edition", "mtus/acoem"), ("3rd Edition", "acoem/3")]),
    pages,
)
def test_editions_are_read_back(
    title: str, edition: tuple[str, str], numbers: tuple[str, ...]
) -> None:
    """An edition's number says which guidelines are meant."""
    found = read_back(OTHER, f"{title}, {edition[0]}, pages {', '.join(numbers)}")
    assert found == Components(guideline=edition[1], title=title, edition=edition[0], pages=numbers)


@quick
@given(st.sampled_from(PLAIN), st.integers(1990, 2025), pages, st.booleans())
def test_other_works_are_read_back(
    work: tuple[str, str], year: int, numbers: tuple[str, ...], has_subject: bool
) -> None:
    """A work outside the MTUS, what it is about, its year and its pages."""
    subject = "Wheelchair cushions" if has_subject else ""
    citation = ", ".join(part for part in (work[0], subject, str(year)) if part)
    found = read_back(OTHER, citation + listed(numbers))
    assert found == Components(
        guideline=work[1],
        title=work[0],
        year=year,
        sections=(subject,) if subject else (),
        pages=numbers,
    )


@quick
@given(
    st.lists(st.sampled_from(PLAIN), min_size=2, max_size=5, unique=True),
    st.sampled_from(["; ", ". ", "; and "]),
    pages,
)
def test_several_other_works_are_read_back(
    works: list[tuple[str, str]], joint: str, numbers: tuple[str, ...]
) -> None:
    """Each work's name begins a citation, which ends where the joint stands."""
    printed = [f"{name}, Wheelchair cushions{listed(numbers)}" for name, _ in works]
    text = Text.of(f"{OTHER}{joint.join(printed)}.")
    found = read_field(text, text.whole).citations
    assert [text.norm[slice(*each.span)] for each in found] == printed
    assert [each.components.guideline for each in found] == [guideline for _, guideline in works]
    assert {each.components.pages for each in found} == {numbers}


def test_every_name_of_a_work_is_read_back() -> None:
    """A work is known by each of its names, alone or with a section and a year."""
    works = [each for each in ENTRIES if each.authority == "non_mtus" and not each.part_of]
    for entry in works:
        for name in entry.all_names:
            citation = name.rstrip(".")
            if entry.id.startswith("acoem") or citation != name:
                continue
            assert read_back(OTHER, citation).guideline == entry.id, name
            assert read_back(OTHER, f"{citation}, Cushions, 2015").guideline == entry.id, name


@quick
@given(
    st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=5),
    st.sampled_from("\n \f"),
)
def test_broken_web_addresses_are_put_together(names: list[str], white: str) -> None:
    """White space that a line break left after a slash is none of the address."""
    address = f"https://www.guide.example/{'/'.join(names)}/page.html"
    broken = address.replace("/page", f"/{white}page")
    assert read_back(OTHER, f"ODG, Knee Chapter, {broken}").url == address


@quick
@given(
    st.sampled_from(CHAPTERS),
    st.sampled_from(["\n", "\u00a0", "  ", " \r\n", "\f"]),
    st.sampled_from(DASHES),
)
def test_white_space_and_dashes_change_no_component(
    entry: Guideline, white: str, dash: str
) -> None:
    """A line break, a space without break or another dash is the reader's, not the letter's."""
    plain = f"{MTUS}ACOEM Chapter {entry.chapter} {entry.title} Page(s): 30-33"
    changed = plain.replace(" ", white).replace("30-", f"30{dash}")
    expected, found = (
        read_field(text, text.whole).citations[0].components
        for text in (Text.of(plain), Text.of(changed))
    )
    assert found == expected


@quick
@given(st.integers(0, 400), st.sampled_from([MTUS, OTHER]))
def test_a_field_may_end_anywhere(length: int, lead: str) -> None:
    """A field that is cut off is read as far as it goes, and never refused."""
    field = (
        f"{lead}ACOEM Chapter 9 Shoulder Complaints Page(s): 209-211, Table 9-6. {OTHER}Official "
        "Disability Guidelines (ODG), Forearm, Wrist, and hand (updated 11/23/16), MRI's (magnetic "
        "resonance imaging); ACOEM, 2nd Edition, (2004) Chapter 7, IME; http://www.odg.example/a/b "
        "c.htm has the following: Recommended for acute trauma. Abel K, Bo L. Pain. 2009;3(1):4."
    )[:length]
    text = Text.of(field)
    for cited in read_field(text, text.whole).citations:
        assert text.whole.holds(cited.span)


WORDS = [
    "MTUS", "ACOEM", "ODG", "Chapter", "12", "(", ")", ",", ";", ".", ":", "Page(s):", "Table",
    "8-8", "2004", "Section(s):", "and", "the", "3rd Edition", "updated", "http://a.example/b",
    "www.", "Low Back Complaints", "Non-MTUS Citation", "Decision based on", "which is part of the",
    "The Claims Administrator", "Other Medical Treatment Guideline", "et al", "Pain", "\n",
    "\u00a0", "Abel K", "J Bone Joint Surg", "of", "§", "9792.20(e)", "guidelines", "recommended",
]  # fmt: skip
anything = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=40).map("".join),
)


@many
@given(anything)
def test_citations_of_any_text_are_cut_from_it(source: str) -> None:
    """Citations stand in order, none over another, and each quotes what stands in its place."""
    found = find_citations(source)
    assert all(earlier.end <= later.start for earlier, later in pairwise(found))
    for cited in found:
        assert cited.quote
        assert collapse(source[cited.start : cited.end]) == cited.quote


@many
@given(
    anything, st.sampled_from(["", MTUS, OTHER, "The Claims Administrator based its decision on "])
)
def test_any_field_is_read(words: str, lead: str) -> None:
    """Whatever a field says, its citations stand inside it, in order, and say what it prints."""
    text = Text.of(lead + words)
    found = read_field(text, text.whole).citations
    assert all(earlier.span.end <= later.span.start for earlier, later in pairwise(found))
    for cited in found:
        assert text.whole.holds(cited.span)
        printed = {token.word for token in tokens_of(text.norm[slice(*cited.span)])}
        for section in cited.components.sections:
            assert {token.word for token in tokens_of(section)} <= printed
