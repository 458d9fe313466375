"""Validation and grounding raise on nothing: any record, any proposal, any text."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import ENGINE, STORY, Issue, Letter, codes, reads_its_quotes
from pydantic import ValidationError

from extractor.assemble import assemble
from extractor.findings import Code, Finding
from extractor.ground import Grounder
from extractor.propose import Claim, Proposal, ProposedItem
from extractor.record import Day, Decision, Document, Number, Provenance, Record, Words
from extractor.source import find
from extractor.text import Span, Text, collapse
from extractor.validate import validate
from extractor.validate.hints import changed_words, explain, nearly

FEW = settings(deadline=None, max_examples=60, database=None, derandomize=True)
MANY = settings(FEW, max_examples=150)
MEGABYTE = 10**6
MANY_ITEMS = 10_000

ODDITIES = (
    "\x00\x01\x02\x0b\x0c\x1b\x1c\x1f\x7f\x85\u00a0\u00ad\u0301\u0327\u05e9\u0644\u064b\u200b\u200d\u200e"
    "\u200f\u202a\u202e\u2028\u2029\u2066\u2069\u3000\ufb01\ufe0f\ufeff\ufffe\uffff\U0001f9b4\U000e0041"
    "\U0010ffff\r\n\t "
)
CHARACTERS = st.one_of(st.sampled_from(ODDITIES), st.characters(exclude_categories=["Cs"]))
ANY = st.text(CHARACTERS, max_size=120)


def letters() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the golden letters, each with what is read from it."""
    for path in sorted((Path(__file__).parent.parent / "golden").glob("*/source.txt")):
        source = path.read_bytes().decode()
        record = ENGINE.extract_text(source)
        if record.items:
            yield source, record.model_dump(mode="json")


LETTERS = list(letters())


def values(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any part of a record
    """Yield every value and citation within a record's JSON."""
    members = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and {"quote", "start", "end"} <= part.keys():
        yield part
    for member in members:
        yield from values(member)


@st.composite
def sources(draw: st.DrawFn) -> str:
    """Draw a letter with anything written into it, cut out of it, or nothing but that."""
    source = draw(st.sampled_from(LETTERS))[0]
    start, length = draw(st.integers(0, len(source))), draw(st.integers(0, 300))
    written = draw(ANY)
    around = draw(st.booleans())
    return source[:start] + written + source[start + length :] if around else written


def moved(draw: st.DrawFn, value: dict[str, Any], source: str) -> None:
    """Let *value* stand anywhere in *source*, and read what stands there."""
    start = draw(st.integers(0, max(0, len(source) - 1)))
    length = draw(st.one_of(st.integers(1, 40), st.integers(1, 2000)))
    words = source[start : start + length].strip()
    start += len(source[start:]) - len(source[start:].lstrip())
    if value.get("value") == value["quote"]:
        value["value"] = collapse(words)
    value.update(quote=collapse(words), start=start, end=start + len(words))
    value["page"] = source.count("\f", 0, start) + 1 if "\f" in source else None


def lied(draw: st.DrawFn, value: dict[str, Any], _: str) -> None:
    """Change one part of *value* to anything of its kind."""
    name = draw(st.sampled_from(sorted(value)))
    kinds = {int: st.integers(0, 2**64), str: ANY, list: st.lists(ANY, max_size=3)}
    value[name] = draw(kinds.get(type(value[name]), st.none()))


def rearranged(draw: st.DrawFn, record: dict[str, Any], _: str) -> None:
    """Drop, double or exchange items, or give one the parts of another."""
    items = record["items"]
    one, other = (draw(st.integers(0, len(items) - 1)) for _ in "ab")
    how = draw(st.sampled_from(["drop", "double", "exchange", "mix"]))
    if how == "drop" and len(items) > 1:
        del items[one]
    elif how == "double":
        items.insert(other, deepcopy(items[one]))
    elif how == "exchange":
        items[one], items[other] = items[other], items[one]
    else:
        part = draw(st.sampled_from(sorted(items[one])))
        items[one][part] = deepcopy(items[other][part])


@st.composite
def letters_and_records(draw: st.DrawFn) -> tuple[str, Record | None]:
    """Draw a letter, and a record of it that is wrong in up to four things; None if it is none."""
    source, right = draw(st.sampled_from(LETTERS))
    record = deepcopy(right)
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 4)) == 0:
            rearranged(draw, record, source)
        else:
            value = draw(st.sampled_from(list(values(record))))
            draw(st.sampled_from([moved, moved, lied]))(draw, value, source)
    try:
        return source, Record.model_validate(record)
    except ValidationError:
        return source, None


def stand_within(findings: tuple[Finding, ...], source: str) -> bool:
    """Say whether every finding that has a place has it in *source*."""
    places = [(each.start, each.end) for each in findings if each.start is not None]
    return all(0 <= start <= (end or 0) <= len(source) for start, end in places)


# --- validation ----------------------------------------------------------------------------------


@MANY
@given(letters_and_records())
def test_no_record_of_a_letter_raises(drawn: tuple[str, Record | None]) -> None:
    """Values that stand anywhere, lie, or belong to other items are judged, whatever they are."""
    source, record = drawn
    if record is not None:
        assert stand_within(validate(record, Text.of(source)), source)


@MANY
@given(letters_and_records(), sources())
def test_no_record_of_another_text_raises(drawn: tuple[str, Record | None], source: str) -> None:
    """A record is judged by any text, be it its own or not."""
    _, record = drawn
    if record is not None:
        assert stand_within(validate(record, Text.of(source)), source)


# --- grounding -----------------------------------------------------------------------------------

OFFSETS = st.integers(-3, 4000)
CLAIMS = st.builds(
    Claim,
    st.builds(Span, OFFSETS, OFFSETS),
    st.one_of(st.none(), ANY, st.integers(-1, 2**70), st.just("upheld"), st.just("2016-10-19")),
    st.one_of(
        st.none(), ANY, st.sampled_from(["the", "Upheld", "10/19/2016", ".", "IMR", "\u00ad"])
    ),
)
ITEMS = st.builds(
    ProposedItem,
    CLAIMS, CLAIMS, CLAIMS, st.one_of(st.none(), st.tuples(CLAIMS, CLAIMS, CLAIMS)),
    CLAIMS, CLAIMS, CLAIMS, CLAIMS,
)  # fmt: skip
PROPOSALS = st.builds(
    Proposal,
    st.dictionaries(st.sampled_from(["case_number", "decision_date", "priority"]), CLAIMS),
    st.dictionaries(st.sampled_from(["specialties", "licensed_in"]), st.lists(CLAIMS, max_size=3)),
    st.dictionaries(st.sampled_from(["age", "sex", "ur_date"]), CLAIMS),
    st.lists(CLAIMS, max_size=3),
    CLAIMS,
    st.lists(ITEMS, max_size=3),
)


@MANY
@given(CLAIMS, sources(), st.sampled_from([Words, Day, Decision, Number]))
def test_no_claim_raises(claim: Claim, source: str, kind: Any) -> None:  # noqa: ANN401 - any kind
    """A claim is a value that reads its quote, or a finding; never both, never neither."""
    ground = Grounder(Text.of(source))
    value = ground.value(kind, claim, "/somewhere")
    assert (value is None) is (len(ground.findings) == 1)
    assert value is None or collapse(source[value.start : value.end]) == value.quote


@FEW
@given(PROPOSALS, sources())
def test_no_proposal_raises(proposal: Proposal, source: str) -> None:
    """Whatever is proposed of whatever text gives a record that reads its quotes."""
    text = Text.of(source)
    made_by = Provenance(proposer="anybody", version="")
    record, _ = assemble(proposal, text, Document(id="anything"), made_by)
    assert reads_its_quotes(record, source)
    assert stand_within(validate(record, text), source)


# --- extraction ----------------------------------------------------------------------------------


@MANY
@given(sources())
def test_no_characters_raise(source: str) -> None:
    """Controls, directions, combining marks and planes beyond the first make no letter fail."""
    record = ENGINE.extract_text(source)
    assert reads_its_quotes(record, source)
    assert Record.from_json(record.to_json()) == record


@FEW
@given(st.one_of(st.binary(max_size=200), sources().map(str.encode)))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Any file that is found is read to a record."""
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    [found] = find(path)
    assert ENGINE.extract_input(found).document.id == "any.txt"


# --- hints ---------------------------------------------------------------------------------------


@MANY
@given(ANY, ANY)
def test_no_words_keep_a_hint_from_being_printable(printed: str, quoted: str) -> None:
    """A hint names words of a hostile letter; none of their characters may act on a terminal."""
    changed = changed_words(printed, quoted)
    assert changed is None or changed.isprintable()
    near = nearly(printed, quoted)
    assert near is None or (0 <= near[0] < near[1] <= len(printed) and near[2].isprintable())


@MANY
@given(sources(), ANY.filter(str.strip), st.data())
def test_every_misread_quote_is_explained(source: str, quote: str, data: st.DataObject) -> None:
    """Whatever a span does not read, one of three codes says so."""
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    code, _ = explain(Text.of(source), start, end, collapse(quote))
    assert code in {Code.UNGROUNDED, Code.WRONG_PLACE, Code.ALTERED_QUOTE}


# --- the very large ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", "\f", "\u0301", "\u202e\U0001f9b4", "1. ", "Upheld\n\n", "is: Upheld Claims "],
)
def test_a_long_run_of_anything_is_read(piece: str) -> None:
    """Two hundred thousand characters of the same give a record."""
    source = (piece * MEGABYTE)[: MEGABYTE // 5]
    assert reads_its_quotes(ENGINE.extract_text(source), source)


def test_ten_megabytes_are_read_and_judged() -> None:
    """A letter of ten million characters is verified as a short one is."""
    sentence = "She kneads and lifts, day by day,\nand it hurts as before. "
    long = f"{STORY} {sentence * (10 * MEGABYTE // len(sentence))}"
    record = ENGINE.extract_text(Letter(summary="[STORY]").write("empty").replace("[STORY]", long))
    assert (codes(record), len(record.items)) == ([], 1)


def test_thousands_of_items_are_read() -> None:
    """A letter of two thousand items gives as many, each in its place."""
    issue = Issue(rationale="The request is not medically necessary.")
    record = ENGINE.extract_text(Letter((issue,) * 2000).write("empty"))
    assert (codes(record), len(record.items)) == ([], 2000)


def test_ten_thousand_wrong_items_are_judged() -> None:
    """Each of the same item ten thousand times, or of as many misread ones, has its finding."""
    source = Letter().write()
    record = ENGINE.extract_text(source)
    item = record.items[0]
    doubled = record.model_copy(update={"items": (item,) * MANY_ITEMS})
    findings = [f.code for f in validate(doubled, Text.of(source))]
    assert findings.count(Code.DUPLICATE_ITEM) == MANY_ITEMS - 1
    misread = item.model_copy(update={"request": item.decision.model_copy(update={"quote": "No"})})
    wrong = record.model_copy(update={"items": (misread,) * MANY_ITEMS})
    assert len(validate(wrong, Text.of(source))) == MANY_ITEMS
