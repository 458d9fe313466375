"""From a reply to claims: what a place means, and what it can never mean."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import marked

from evals.replies import reply_of
from extractor.assemble import assemble
from extractor.findings import Code, Finding
from extractor.golden import Case, load_all
from extractor.ground import Grounder
from extractor.layout.rules import built_in
from extractor.pipeline import Extractor
from extractor.propose import Proposal
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.proposal import passage_in, proposal_of, short
from extractor.propose.llm.reply import Reply
from extractor.record import Record, Words
from extractor.source import Source, read
from extractor.text import Span, Text, collapse
from extractor.validate import validate

CASES = load_all(Path(__file__).parent.parent / "golden")
LETTER = "Norco 5 mg #60 was asked for, and Norco 5 mg #30\nwas given; Norco 15 mg was not. Upheld"


def grounded(source: str, at: str) -> tuple[tuple[int, int] | None, list[Code]]:
    """Return the span that the words at the place *at* have in *source*, and what was refused."""
    text = Text.of(source)
    ground = Grounder(text)
    value = ground.value(Words, short(at, NumberedLines(text)), "")
    codes = [finding.code for finding in ground.findings]
    return (None if value is None else (value.start, value.end)), codes


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("It is ⟦Upheld⟧", "1: Upheld"),
        ("a\n⟦MRI of the\nneck⟧", "2-3: MRI … neck"),
        ("a\n⟦MRI of the\nneck⟧", "2-3: MRI ... neck"),
        ("⟦MRI ... neck b⟧ neck", "1: MRI ... neck b"),
        ("Norco 5 and ⟦Norco 5⟧", "1#2: Norco 5"),
        ("⟦Norco 5⟧ and Norco 5", "1#1: Norco 5"),
        ("⟦Norco 5⟧", "1#1: Norco 5"),
        ("Norco 15, Norco 5, ⟦Norco 5⟧, Norco 51", "1#2: Norco 5"),
        ("no no a, ⟦no no⟧ b", "1#2: no no"),
        ("a x b ⟦a y c⟧ d", "1#2: a … c"),
        ("It\x00s ⟦MRI \x00 of neck⟧", "1: MRI … neck"),
    ],
)
def test_a_place_means_these_words(source: str, at: str) -> None:
    """Whole, by first and last words, or by which of several: one span and no other."""
    plain, [span] = marked(source)
    assert grounded(plain, at) == ((span.start, span.end), [])


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("1: Norco 5 mg", Code.AMBIGUOUS),
        ("1#3: Norco 5 mg", Code.UNGROUNDED),
        ("1#0: Norco 5 mg", Code.UNGROUNDED),
        ("1#999: Norco 5 mg", Code.UNGROUNDED),
        ("1#1: Norco 5 m", Code.UNGROUNDED),
        ("1#2: norco 5 mg", Code.UNGROUNDED),
        ("2#2: Norco 15 mg", Code.UNGROUNDED),
        ("2: 5 mg", Code.UNGROUNDED),
        ("1-2: Norco … Upheld", Code.AMBIGUOUS),
        ("1-2: was asked … Norco", Code.AMBIGUOUS),
        ("1: was asked … was asked", Code.UNGROUNDED),
        ("1: #30 … #60", Code.UNGROUNDED),
        ("1-2: asked … given … Upheld", Code.UNGROUNDED),
        ("1: … #60", Code.UNGROUNDED),
        ("1: Norco …", Code.UNGROUNDED),
        ("1: …", Code.UNGROUNDED),
        ("2: asked", Code.UNGROUNDED),
        ("3: Upheld", Code.UNGROUNDED),
        ("0: Upheld", Code.UNGROUNDED),
        ("2-1: Upheld", Code.UNGROUNDED),
        ("1-2", Code.UNGROUNDED),
        ("nonsense", Code.UNGROUNDED),
    ],
)
def test_a_place_that_is_not_sure_is_refused(at: str, code: Code) -> None:
    """Words that are absent, elsewhere, cut, fewer than said, or not told apart ground nothing."""
    assert grounded(LETTER, at) == (None, [code])


WORDS = st.lists(st.sampled_from(["a", "b", "aa", "a-b", "5", "2.5", "."]), max_size=12)


@given(WORDS.map(" ".join), WORDS.map(" ".join), WORDS.map(" ".join), st.integers(0, 4))
def test_first_and_last_words_enclose_what_they_ground(
    source: str, first: str, last: str, nth: int
) -> None:
    """A grounded span begins with the first words and ends with the last, which stand once in it.

    The first words are the nth in the letter, or the only ones.
    """
    at = f"1#{nth}: {first} … {last}" if nth else f"1: {first} … {last}"
    span, codes = grounded(source, at)
    if span is None:
        assert len(codes) == 1
        return
    said = collapse(source[slice(*span)])
    assert said.startswith(first)
    assert said.endswith(last)
    assert len(first) + len(last) < len(said) + 1
    words = source.split()
    starts = [n for n in range(len(words)) if words[n : n + len(first.split())] == first.split()]
    before = len(source[: span[0]].split())
    assert starts.index(before) + 1 == (nth or 1)


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ("patient.age 1: 48 … old", Code.UNGROUNDED),
        ("patient.age 1: 61 year old … 48", Code.UNGROUNDED),
        ("patient.date_of_injury 1: 1/2/2014 … 3/4/2015", Code.UNGROUNDED),
        ("patient.date_of_injury 1: 48", Code.VALUE_MISMATCH),
        ("patient.sex 1: he", Code.VALUE_MISMATCH),
        ("header.priority 1: year", Code.VALUE_MISMATCH),
    ],
)
def test_a_value_is_read_from_words_given_in_full(fact: str, code: Code) -> None:
    """Ages and dates come from the very words that are grounded, nothing left out between."""
    text = Text.of("48 hours on he, a 61 year old, fell 1/2/2014 and 3/4/2015.")
    reply = Reply(last_line=1, facts=[fact], clinical_summary=None, items=[])
    proposal = proposal_of(reply, NumberedLines(text))
    record, refused = assembled(proposal, text)
    assert [finding.code for finding in refused] == [code]
    assert (record.patient.age, record.patient.date_of_injury, record.patient.sex) == (None,) * 3


def assembled(proposal: Proposal, text: Text) -> tuple[Record, list[Finding]]:
    """Return the record of *proposal* and what grounding refused."""
    empty = Extractor().extract(text="x")
    return assemble(proposal, text, empty.document, empty.provenance)


LABELS = sorted(
    {
        label
        for rule in built_in()
        for part, label in rule.labels.items()
        if part not in rule.kept_labels
    }
)
KEPT = sorted({rule.labels[part] for rule in built_in() for part in rule.kept_labels})


def passage(source: str) -> str:
    """Return the passage that all lines of *source* hold."""
    lines = NumberedLines(Text.of(source))
    scope = lines.span(1, len(lines))
    assert scope is not None
    return source[slice(*passage_in(scope, lines))]


@pytest.mark.parametrize("gap", [" ", "\n", " \n \n ", "  "])
@pytest.mark.parametrize("label", LABELS)
def test_the_label_of_whole_lines_is_cut_off(label: str, gap: str) -> None:
    """Every layout's own labels, however they are spaced; once, and nothing after them."""
    rest = "As the guideline says: rest. Decision rationale: none."
    assert passage(f"{label}{gap}{rest}") == rest
    assert passage(label.replace(" ", "\n") + gap + rest) == rest


@pytest.mark.parametrize("label", KEPT)
def test_a_label_that_belongs_to_its_passage_stays(label: str) -> None:
    """Layouts whose passages are whole sentences lose no word of them."""
    words = f"{label} the ACOEM Practice Guidelines."
    assert passage(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "As the guideline says: rest.",
        "Per ODG guidelines: rest.",
        "The rationale: rest.",
        "No Decision rationale: rest.",
        "Decision rationale:",
    ],
)
def test_words_that_only_look_like_a_label_stay(words: str) -> None:
    """A sentence with a colon is a sentence; a label alone is not cut to nothing."""
    assert passage(words) == words


@pytest.mark.parametrize(
    "before",
    [
        "CLINICAL CASE SUMMARY\n",
        (
            "The expert reviewer developed the following clinical case summary based on\na review "
            "of the case file, including all medical records: "
        ),
        (
            "CLINICAL CASE SUMMARY\n\nThe expert reviewer developed the following clinical case\n"
            "summary based on a review of the case file, including all medical records:\n\n"
        ),
        "Case Summary: ",
        "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE WAS NOT MEDICALLY NECESSARY:\n",
    ],
)
def test_headings_and_their_leads_are_cut_off(before: str) -> None:
    """A model that counts the heading's lines in loses nothing by it."""
    assert passage(f"{before}The patient is well.") == "The patient is well."


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_a_faultless_reply_gives_the_record_of_the_rules(case: Case) -> None:
    """Pointers lose nothing: from the reply the same values follow, at the same characters."""
    source = read(case.source, case.name)
    record = Extractor().extract_source(source)
    again, refused = answered(source, record)
    assert refused == []
    assert again == record.model_copy(update={"findings": (), "status": again.status})
    assert_same_findings(record, again, source)


def answered(source: Source, record: Record) -> tuple[Record, list[Finding]]:
    """Return what follows from the faultless reply for *record*, sent as JSON."""
    text = source.as_text()
    lines = NumberedLines(text)
    reply = Reply.model_validate_json(reply_of(record, lines).model_dump_json())
    return assemble(proposal_of(reply, lines), text, record.document, record.provenance)


def assert_same_findings(record: Record, again: Record, source: Source) -> None:
    """Hold the findings on both records against each other."""
    found = validate(again, source.as_text())
    assert {each.code for each in found} <= {each.code for each in record.findings}


def test_lines_of_another_item_ground_there() -> None:
    """Of sentences that two items share, the lines say whose they are."""
    text = Text.of("The request is not necessary.\n\nThe request is not necessary.")
    lines = NumberedLines(text)
    claims = [short(f"{n}: The request … necessary.", lines) for n in (1, 2)]
    assert [claim.scope for claim in claims] == [Span(0, 29), Span(31, 60)]
