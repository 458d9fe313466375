"""What an audit prints and writes: tables for people, JSON for programs."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.audit.estimates import Checked, Corrected, PerItem, per_item, weighted
from evals.audit.methods import paragraph
from evals.audit.reading import Audit
from evals.audit.records import ALL, LETTERS, REVIEW, SAMPLED, VERIFIED
from evals.audit.scored import ITEMS, Audited, Check
from evals.audit.shown import bounded, percent, ranged
from evals.terminal import screenful
from extractor.cli.output import plain
from extractor.intervals import wilson

SCHEMA = "imr-audit-estimates/1"
_WORDS = 60
_NAMES = {ALL: "items overturned", LETTERS: "letters with an item overturned"}


def shown(audit: Audit, by: str | None = None) -> RenderableType:
    """Return what the audit says: escaped errors first, then fields, rates, the paragraph."""
    return Group(
        Text("\n".join(heading(audit)), overflow="fold"),
        Text(),
        field_table(audit),
        Text(),
        rate_table(audit, by),
        Text(),
        screenful("differences", list(differences(audit.letters))),
        Text("\nFor the methods section:\n", style="bold"),
        Text(paragraph(audit), overflow="fold"),
    )


def heading(audit: Audit) -> Iterator[str]:
    """Yield the lines on letters: labelled and not, escaped errors, needless reviews."""
    plan, found = audit.plan, audit.sheets
    sizes = ", ".join(
        f"{len(audit.of(status))} of {plan.strata[status].drawn} drawn of"
        f" {plan.strata[status].letters} {_STATUS[status]}"
        for status in SAMPLED
        if plan.strata[status].letters
    )
    yield f"Labelled: {len(found.letters)} of {plan.n} letters ({sizes})."
    yield from _left(audit)
    yield from _escaped(audit)
    yield from _others(audit)


_STATUS = {VERIFIED: "verified", REVIEW: "for review"}


def _left(audit: Audit) -> Iterator[str]:
    found = audit.sheets
    for names, what in ((found.untouched, "not yet labelled"), (found.unfinished, "begun")):
        if names:
            shown_names = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")  # noqa: PLR2004
            yield f"Left out, {what}: {len(names)} ({shown_names})."
    if found.untouched or found.unfinished:
        yield "Letters left out because they are hard make every number below too good."


def _escaped(audit: Audit) -> Iterator[str]:
    found = audit.anything(VERIFIED)
    if not found.letters:
        yield "Escaped errors: no verified letter is labelled; the sample cannot say."
        return
    errors = sum(letter.wrong.total() for letter in audit.of(VERIFIED))
    yield (
        f"Escaped errors: {errors}, in {found.wrong_letters} of {found.letters} verified letters:"
        f" {bounded(found.rate, found.bound())} of the letters, that is at most about"
        f" {found.bound() * found.size:.0f} of {found.size}."
    )


def _others(audit: Audit) -> Iterator[str]:
    letters = audit.of(REVIEW)
    if letters:
        right = sum(letter.needless for letter in letters)
        yield (
            f"Needless reviews: {right} of {len(letters)} letters for review are right in all that"
            f" was checked: {ranged(right / len(letters), wilson(right, len(letters)))}."
        )
    if failed := audit.plan.strata["failed"].letters:
        yield f"Without text: {failed} letters; nothing below speaks of them."


def field_table(audit: Audit) -> RenderableType:
    """Return wrong of checked per field, with bounds: by stratum and over both."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("field", no_wrap=True)
    strata = [status for status in SAMPLED if audit.strata[status].letters]
    for status in strata:
        table.add_column(f"{_STATUS[status]}:\nwrong/checked, letters", justify="right")
    table.add_column("with a\nvalue", justify="right")
    table.add_column("all letters:\nwrong, at most", justify="right")
    table.add_column("all items:\nwrong (95%)", justify="right")
    for name in audit.fields:
        table.add_row(name, *_cells(audit, name, strata))
    return table if table.row_count else Text("Nothing was checked.")


def _cells(audit: Audit, name: str, statuses: Iterable[str]) -> Iterator[str]:
    strata = [audit.checked(name, status) for status in statuses]
    per_items = is_per_item(audit, name)
    for each in strata:
        yield _counts(each, per_items)
    yield str(audit.valued(name))
    found = weighted(strata)
    yield "·" if found is None else bounded(found.rate, found.bound)
    yield _items(per_item(strata) if per_items else None, strata)


def _counts(each: Checked, is_per_item: bool) -> str:
    """Say wrong of checked, in how many letters where that is another number, and the bound."""
    if not each.letters:
        return "·"
    bound = f"≤ {percent(each.bound())}"
    letters = f"{each.wrong_letters}/{each.letters} {bound}"
    counts = f"{each.wrong.sum():.0f}/{each.checked.sum():.0f}"
    return f"{counts}, {letters}" if is_per_item else letters


def _items(found: PerItem | None, strata: Iterable[Checked]) -> str:
    if found is None or found.interval is None:
        return "·"
    checked = sum(each.checked.sum() for each in strata)
    return f"{ranged(found.rate, found.interval)} of {checked:.0f}"


def is_per_item(audit: Audit, name: str) -> bool:
    """Say whether a field is checked once an item, not once a letter."""
    return any(
        check.item is not None for letter in audit.letters for check in letter.checks
        if check.field == name
    )  # fmt: skip


def domains(by: str | None, audit: Audit) -> list[str]:
    """Return the domains to tell an overturn rate of."""
    return [ALL, LETTERS, *(audit.categories if by == "category" else ())]


def rate_table(audit: Audit, by: str | None) -> RenderableType:
    """Return overturn rates as the records have them and as the audit corrects them.

    ``changed`` of the labelled letters that have such an item count otherwise than their records.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("overturn rate", no_wrap=True)
    for name in ("in the records", "labelled letters", "changed", "corrected (95%)"):
        table.add_column(name, justify="right")
    for domain in domains(by, audit):
        found = audit.overturned(domain)
        table.add_row(
            Text(_called(domain)),
            _machine(found),
            str(found.seen),
            str(found.changed),
            ranged(found.rate, found.interval) if found.rate is not None else "cannot say",
        )
    return Group(table, Text(_why_not(audit, by), style="dim"))


def _why_not(audit: Audit, by: str | None) -> str:
    why: dict[str, list[str]] = {}
    for domain in domains(by, audit):
        if reason := audit.overturned(domain).why:
            why.setdefault(reason, []).append(_called(domain))
    return "\n".join(
        f"Cannot say of {', '.join(names)}: {reason}." for reason, names in why.items()
    )


def _called(domain: str) -> str:
    return _NAMES.get(domain, plain(domain))


def _machine(found: Corrected) -> str:
    if found.machine is None:
        return "·"
    return f"{percent(found.machine)} ({found.overturned}/{found.items})"


def differences(letters: Iterable[Audited]) -> Iterator[str]:
    """Yield each difference in one line: whose, where, what the label and the record say."""
    for letter in letters:
        for check in letter.checks:
            if check.is_wrong:
                yield _difference(letter, check)


def _difference(letter: Audited, check: Check) -> str:
    place = f" item {check.item}" if check.item is not None else ""
    name = "the item" if check.field == ITEMS else check.field
    label, record = brief(check.label), brief(check.record)
    return (
        f"{letter.letter} {plain(letter.id)} ({letter.status}){place} {name}: {check.kind.value};"
        f" label {label}, record {record}"
    )


def brief(value: object) -> str:
    """Return what a part of a record says, in few words."""
    words = plain(_said(value))
    return words if len(words) <= _WORDS else f"{words[: _WORDS // 2]} … {words[-_WORDS // 2 :]}"


def _said(value: object) -> str:
    if value is None or value == []:
        return "none"
    if isinstance(value, list):
        return "; ".join(map(_said, value))
    if isinstance(value, dict):
        if "region" in value:
            return " ".join(filter(None, (value.get("side"), value["region"], *value["levels"])))
        return str(value.get("value", value.get("quote", "")))
    return str(value)


def to_json(audit: Audit, by: str | None = None) -> dict[str, Any]:
    """Return everything that was found; the counts that estimates are made of beside them."""
    return {
        "schema": SCHEMA,
        "records": {"name": audit.plan.records, "sha256": audit.plan.sha256},
        "seed": audit.plan.seed,
        "drawn": audit.plan.day,
        "read": audit.day,
        "strata": {status: _stratum(audit, status) for status in SAMPLED},
        "without_text": audit.plan.strata["failed"].letters,
        "not_labelled": audit.sheets.untouched,
        "unfinished": audit.sheets.unfinished,
        "fields": {name: _field(audit, name) for name in audit.fields},
        "overturn_rates": [_rate(audit, domain) for domain in domains(by, audit)],
        "differences": [
            {"letter": letter.letter, "id": letter.id, "status": letter.status, **check._asdict()}
            for letter in audit.letters
            for check in letter.checks
            if check.is_wrong
        ],
        "methods": paragraph(audit),
    }


def _stratum(audit: Audit, status: str) -> dict[str, Any]:
    found, drawn = audit.anything(status), audit.plan.strata[status]
    return {
        "letters": drawn.letters,
        "drawn": drawn.drawn,
        "inclusion": drawn.inclusion,
        "labelled": len(audit.of(status)),
        "errors": sum(letter.wrong.total() for letter in audit.of(status)),
        "right_throughout": sum(not letter.wrong for letter in audit.of(status)),
        **_counted(found),
    }


def _counted(each: Checked) -> dict[str, Any]:
    return {
        "wrong": int(each.wrong.sum()),
        "checked": int(each.checked.sum()),
        "wrong_letters": each.wrong_letters,
        "checked_letters": each.letters,
        "upper_bound_letters": each.bound() if each.letters else None,
    }


def _field(audit: Audit, name: str) -> dict[str, Any]:
    strata = {status: audit.checked(name, status) for status in SAMPLED}
    whole, items = weighted([*strata.values()]), None
    if is_per_item(audit, name):
        items = per_item([*strata.values()])
    return {
        **{status: _counted(each) for status, each in strata.items()},
        "with_value": audit.valued(name),
        "letters_wrong": whole and whole.rate,
        "upper_bound_letters": whole and whole.bound,
        "items_wrong": items and items.rate,
        "items_interval": items and items.interval,
    }


def _rate(audit: Audit, domain: str) -> dict[str, Any]:
    found = audit.overturned(domain)
    return {
        "of": {ALL: "items", LETTERS: "letters"}.get(domain, "category"),
        "category": None if domain in _NAMES else domain,
        "overturned": found.overturned,
        "items": found.items,
        "records": found.machine,
        "corrected": found.rate,
        "interval": found.interval,
        "letters_labelled": found.letters,
        "letters_with_such": found.seen,
        "letters_changed": found.changed,
        "why_not": found.why or None,
    }
