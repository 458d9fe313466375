"""Records on a terminal: one letter in full, or many as a table.

What a letter says is shown as plain characters: nothing in it can colour, move or hide anything.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractor.findings import Finding, Severity
from extractor.record import Basis, Citation, Item, Record, V

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
# Controls, invisible and direction-changing characters, lone surrogates.
_HOSTILE = {"Cc", "Cf", "Cs"}
_LONG = 200


def plain(words: object) -> str:
    r"""Return *words* on one line, every character that could act on a terminal as U+FFFD.

    >>> plain("Norco\x1b[2J #60\n(upheld)")
    'Norco\ufffd[2J #60 (upheld)'
    """
    line = " ".join(str(words).split())
    if line.isascii() and line.isprintable():
        return line
    return "".join("\ufffd" if unicodedata.category(c) in _HOSTILE else c for c in line)


def letter(record: Record) -> RenderableType:
    """Return one record in full: header, items with decisions and citations, findings."""
    parts: list[RenderableType] = [_title(record), Padding(_facts(record), (0, 0, 1, 2))]
    parts += [Padding(_item(item), (0, 0, 1, 0)) for item in record.items]
    parts += [_findings(record.findings)] if record.findings else []
    return Group(*parts)


def overview(records: Sequence[Record]) -> RenderableType:
    """Return many records: a row per disputed item, then the findings, then the counts."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name in ("Letter", "Request", "Decision", "Claims administrator", "Reviewer"):
        table.add_column(name, overflow="fold")
    for record in records:
        for row in _rows(record):
            table.add_row(*row)
    odd = [_findings(r.findings, plain(r.document.id)) for r in records if r.findings]
    return Group(table, Text(), *odd, _counts(records))


def _rows(record: Record) -> Iterator[tuple[Text, ...]]:
    """Yield a row per item; a letter without items has one with its status."""
    name = Text(plain(record.document.id), style=_STATUS[record.status])
    if not record.items:
        yield name, Text(f"({record.status}: no items)", style="dim"), Text(), Text(), Text()
    for item in record.items:
        yield (
            name if item.number == record.items[0].number else Text(),
            Text(_shorten(item.request.quote, 100)),
            _decision(item),
            Text(_cited(item.claims_administrator)),
            Text(_cited(item.reviewer)),
        )


def _counts(records: Sequence[Record]) -> Text:
    """Return the last line: how many letters of each status, items of each decision."""
    statuses = Counter(record.status for record in records)
    decisions = Counter(item.decision.value for record in records for item in record.items)
    letters = ", ".join(f"{statuses[name]} {name}" for name in _STATUS)
    items = ", ".join(f"{decisions[name]} {name}" for name in ("upheld", "overturned"))
    return Text(
        f"{len(records)} letters: {letters}. {sum(decisions.values())} items: {items}.",
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
    for name, basis in (
        ("Claims administrator", item.claims_administrator),
        ("Reviewer", item.reviewer),
    ):
        if basis:
            table.add_row(name, _basis(basis))
    if item.conclusion:
        verdict = item.conclusion.value.replace("_", " ")
        table.add_row("Conclusion", Text(f"{verdict}: {plain(item.conclusion.quote)}"))
    return table


def _basis(basis: Basis) -> Text:
    """Return what one side rests on, a citation a line."""
    lines = Text(_BASIS[basis.cites])
    for citation in basis.citations:
        lines.append(f"\n- {_citation(citation)}")
        lines.append(_page(citation.page), style="dim")
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


def _findings(findings: Iterable[Finding], where: str = "") -> Table:
    """Return the findings, one a row: severity, code, place, message."""
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        table.add_row(
            Text(where),
            Text(finding.severity.value, style=_SEVERITY[finding.severity]),
            Text(finding.code.value),
            Text(plain(finding.path) + _page(finding.page), style="dim"),
            Text(plain(finding.message)),
        )
    return table


def _decision(item: Item) -> Text:
    return Text(item.decision.value, style=_DECISION[item.decision.value])


def _value(value: V[str] | V[str] | None) -> str:
    return "" if value is None else str(value.value)


def _joined(parts: Iterable[object]) -> str:
    return ", ".join(str(part) for part in parts if part)


def _page(page: int | None) -> str:
    return f"  p. {page}" if page else ""


def _shorten(words: str, width: int) -> str:
    """Return *words* on one line, cut at *width* characters."""
    line = plain(words)
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"


def print_records(records: Sequence[Record], console: Console) -> None:
    """Print one record in full, several as an overview."""
    console.print(letter(records[0]) if len(records) == 1 else overview(records))
