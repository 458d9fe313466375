"""Records on a terminal: one letter in full, or many as a table.

What a letter says is shown as plain characters: nothing in it can colour, move or hide anything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractor.cli.output import plain
from extractor.findings import Finding, Severity
from extractor.record import Basis, Citation, Item, Record, V
from extractor.write.columns import region_of

_STATUS = {"verified": "green", "review": "yellow", "failed": "red"}
_DECISION = {"upheld": "red", "overturned": "green", "mixed": "yellow"}
_SEVERITY = {Severity.ERROR: "red", Severity.OBSERVATION: "yellow"}
_BASIS = {
    "mtus": "MTUS",
    "non_mtus": "not MTUS",
    "both": "MTUS and not MTUS",
    "none": "no medical evidence",
    "unclear": "unclear",
}
_COLUMNS = ("Letter, requests", "Decision", "Claims administrator", "Reviewer")
_LONG = 120


def shown(records: Sequence[Record], *, prose: bool = False) -> RenderableType:
    """Return one record alone, several as an overview; *prose* adds summary and rationales."""
    return letter(records[0], prose=prose) if len(records) == 1 else overview(records)


def letter(record: Record, *, prose: bool = False) -> RenderableType:
    """Return one record: header, items with decisions and citations, findings."""
    parts: list[RenderableType] = [_title(record), Padding(_facts(record), (0, 0, 1, 2))]
    if prose and record.clinical_summary:
        parts.append(Padding(_prose("Clinical summary", record.clinical_summary), (0, 0, 1, 2)))
    for item in record.items:
        parts.append(Padding(_item(item), (0, 0, 1, 0)))
        if prose and item.rationale:
            parts.append(Padding(_prose("Rationale", item.rationale), (0, 0, 1, 3)))
    for finding in record.findings:
        parts += [Padding(_finding(finding), (0, 0, 0, 2)), *_passages(finding)]
    return Group(*parts)


def overview(records: Sequence[Record]) -> RenderableType:
    """Return many records: under each letter's name its items and findings, last the counts."""
    head = _row_of_four()
    head.add_row(*(Text(name, style="dim") for name in _COLUMNS))
    parts: list[RenderableType] = [head]
    for record in records:
        parts += [_title(record), _items(record)]
        parts += [Padding(_finding(finding), (0, 0, 0, 2)) for finding in record.findings]
    return Group(*parts, Text(), _counts(records))


def _items(record: Record) -> Table:
    """Return a row for each disputed item."""
    table = _row_of_four()
    for item in record.items:
        table.add_row(
            Padding(Text(_shorten(item.request.value, _LONG)), (0, 0, 0, 2)),
            _decision(item),
            Text(_cited(item.claims_administrator)),
            Text(_cited(item.reviewer)),
        )
    return table


def _row_of_four() -> Table:
    """Return a table without rows, as wide as the screen and divided like every other."""
    table = Table.grid(padding=(0, 1), expand=True)
    for ratio in (5, 2, 4, 4):
        table.add_column(overflow="fold", ratio=ratio)
    return table


def _counts(records: Sequence[Record]) -> Text:
    """Return the last line: how many letters of each status, items of each decision."""
    statuses: Counter[str] = Counter(record.status for record in records)
    decisions: Counter[str] = Counter(
        item.decision.value for record in records for item in record.items
    )
    letters = ", ".join(f"{statuses[name]} {name}" for name in _STATUS)
    items = ", ".join(f"{decisions[name]} {name}" for name in ("upheld", "overturned"))
    return Text(
        f"{len(records)} letters: {letters}.\n{sum(decisions.values())} items: {items}.",
        style="bold",
    )


def _title(record: Record) -> Text:
    """Return the letter's name, status and outcome."""
    title = Text(plain(record.document.id), style="bold")
    title.append(f"  {record.status}", style=_STATUS[record.status])
    if record.outcome:
        title.append(f"  {record.outcome}", style=_DECISION[record.outcome])
    return title


def _facts(record: Record) -> Table:
    """Return what the letter says of itself, its case, expert and patient, as name and value."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, words in _named_facts(record):
        if words:
            table.add_row(name, Text(plain(words)))
    return table


def _named_facts(record: Record) -> Iterator[tuple[str, str]]:
    document, expert, patient = record.document, record.expert, record.patient
    pages = f"{document.pages} pages" if document.pages else ""
    yield "Document", _joined([document.layout, document.reader, pages])
    for name in type(record.case).model_fields:
        yield name.replace("_", " ").capitalize(), _value(getattr(record.case, name))
    yield "Specialty", _joined(v.value for v in expert.specialties + expert.subspecialties)
    yield "Licensed in", _joined(v.value for v in expert.licensed_in)
    age = f"{patient.age.value} years" if patient.age else None
    injured = f"injured {patient.date_of_injury.value}" if patient.date_of_injury else None
    yield "Patient", _joined([age, _value(patient.sex), injured])
    yield "Diagnoses", _joined(v.value for v in patient.diagnosis_codes)
    yield "Read by", f"{record.provenance.proposer} {record.provenance.version}"


def _item(item: Item) -> RenderableType:
    """Return one disputed item: its request and decision, both bases, the conclusion."""
    title = Text(f"{item.number}  ", style="bold")
    title.append(f"{plain(item.request.value)}  ", style="bold")
    title.append_text(_decision(item))
    title.append(_page(item.request.page), style="dim")
    return Group(title, Padding(_item_facts(item), (0, 0, 0, 3)))


def _item_facts(item: Item) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    if item.partial_approval:
        table.add_row("Authorized", Text(plain(item.partial_approval.authorized.value)))
        table.add_row("Decided", Text(plain(item.partial_approval.remaining.value)))
    for name, words in _treatment(item):
        if words:
            table.add_row(name, Text(plain(words)))
    for name, basis in (
        ("Claims administrator", item.claims_administrator),
        ("Reviewer", item.reviewer),
    ):
        if basis:
            table.add_row(name, _basis(basis))
    if item.rationale_citations:
        ids = dict.fromkeys(citation.guideline for citation in item.rationale_citations)
        table.add_row("Rationale cites", Text(plain(_joined(ids))))
    if item.conclusion:
        verdict = item.conclusion.value.replace("_", " ")
        table.add_row("Conclusion", Text(f"{verdict}: {plain(item.conclusion.quote)}"))
    return table


def _treatment(item: Item) -> Iterator[tuple[str, str]]:
    """Yield what was read of the treatment, as name and words."""
    if item.category:
        yield "Category", " / ".join(filter(None, (item.category.name, item.category.subcategory)))
    if drug := item.drug:
        yield "Drug", _joined([drug.name.value, drug.drug_class, _value(drug.strength)])
        yield "Quantity", _value(drug.quantity)
    yield "Visits", _value(item.visits)
    yield "Body regions", "; ".join(map(region_of, item.body_regions))
    if item.retrospective:
        yield "Retrospective", "yes" if item.retrospective.value else "no"
    yield "Dates of service", _joined(day.value for day in item.dates_of_service)


def _prose(name: str, words: V[str]) -> Text:
    """Return a passage of the letter under its name."""
    text = Text(name, style="dim")
    return text.append(f"{_page(words.page)}\n").append(plain(words.value), style="default")


def _basis(basis: Basis) -> Text:
    """Return what one side rests on, a citation a line."""
    lines = Text(_BASIS[basis.cites])
    for citation in basis.citations:
        lines.append(f"\n- {_citation(citation)}")
        lines.append(f"  {plain(citation.guideline)}{_page(citation.page)}", style="dim")
    return lines


def _citation(citation: Citation) -> str:
    """Return a citation's parts in one order; its words as printed where it has no title."""
    if not citation.title:
        return _shorten(citation.quote, _LONG)
    chapter = f"chapter {citation.chapter}" if citation.chapter else None
    pages = f"p. {', '.join(citation.pages)}" if citation.pages else None
    tables = f"table {', '.join(citation.tables)}" if citation.tables else None
    parts = [citation.title, citation.edition, citation.year, chapter, *citation.sections]
    return plain(_joined([*parts, pages, tables]))


def _cited(basis: Basis | None) -> str:
    """Return a basis in a table's cell: the guidelines' titles, or what it says instead."""
    if basis is None:
        return ""
    titles = dict.fromkeys(_shorten(c.title or c.quote, 60) for c in basis.citations)
    return "; ".join(titles) or _BASIS[basis.cites]


def _finding(finding: Finding) -> Text:
    """Return a finding on one line: severity, code, place, message."""
    let = finding.dismissed
    line = Text(*("dismissed", "dim") if let else _weight(finding))
    line.append(f" {finding.code.value}", style="default")
    line.append(f" {plain(finding.path)}{_page(finding.page)}", style="dim")
    line.append(f"  {plain(finding.message)}", style="default")
    return line.append(f"  ({plain(let.by)}: {plain(let.reason)})", style="dim") if let else line


def _weight(finding: Finding) -> tuple[str, str]:
    """Return what a finding is, and its colour."""
    return finding.severity.value, _SEVERITY[finding.severity]


def _passages(finding: Finding) -> Iterator[Padding]:
    """Yield the passages that an observation compares."""
    for passage in finding.related:
        words = Text(f'"{_shorten(passage.quote, 2 * _LONG)}"')
        yield Padding(words.append(_page(passage.page), style="dim"), (0, 0, 0, 4))


def _decision(item: Item) -> Text:
    return Text(item.decision.value, style=_DECISION[item.decision.value])


def _value(value: V[Any] | None) -> str:
    return "" if value is None else str(value.value)


def _joined(parts: Iterable[object]) -> str:
    return ", ".join(str(part) for part in parts if part)


def _page(page: int | None) -> str:
    return f"  p. {page}" if page else ""


def _shorten(words: str, width: int) -> str:
    """Return *words* on one line, cut at *width* characters."""
    line = plain(words)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
