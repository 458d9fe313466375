"""What the tests of ``imr-eval audit`` share: invented letters, their sheets, the program."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from evals.cli import app
from evals.synth import generate
from extractor import golden
from extractor.record import Record

Data = dict[str, Any]
LETTER_PATHS = {
    "case_number": "case.case_number",
    "date_assigned": "case.date_assigned",
    "date_of_injury": "case.date_of_injury",
    "decision_date": "case.decision_date",
    "ur_denial_date": "case.ur_denial_date",
    "priority": "case.priority",
    "application_received": "case.application_received",
    "specialties": "expert.specialties",
    "subspecialties": "expert.subspecialties",
    "licensed_in": "expert.licensed_in",
    "age": "patient.age",
    "sex": "patient.sex",
    "patient_date_of_injury": "patient.date_of_injury",
    "patient_ur_date": "patient.ur_date",
    "diagnosis_codes": "patient.diagnosis_codes",
    "clinical_summary": "clinical_summary",
}
ITEM_PATHS = {
    "request": "request",
    "decision": "decision",
    "treatment": "treatment",
    "partial_authorized": "partial_approval.authorized",
    "retrospective": "retrospective",
    "dates_of_service": "dates_of_service",
    "category": "category.name",
    "subcategory": "category.subcategory",
    "drug_name": "drug.name",
    "drug_strength": "drug.strength",
    "drug_quantity": "drug.quantity",
    "visits": "visits",
    "body_regions": "body_regions",
    "claims_administrator_cites": "claims_administrator.cites",
    "reviewer_cites": "reviewer.cites",
    "conclusion": "conclusion",
    "claims_administrator_text": "claims_administrator.text",
    "claims_administrator_citations": "claims_administrator.citations",
    "reviewer_text": "reviewer.text",
    "reviewer_citations": "reviewer.citations",
    "rationale": "rationale",
}


def truths(folder: Path, letters: int, seed: int = 1) -> list[Record]:
    """Write invented letters and return the record that each of them deserves."""
    generate.write(generate.sheets(letters, seed, formats=["text"]), folder)
    return [case.expected for case in golden.load_all(folder)]


def data_of(record: Record, status: str = "verified") -> Data:
    """Return a record's JSON, its status changed."""
    data: Data = json.loads(record.to_json())
    data["status"] = status
    return data


def write_records(path: Path, records: Iterable[Data]) -> Path:
    """Write records as JSONL."""
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path


def small(
    id_: str, decisions: Sequence[str] = ("upheld",), status: str = "verified", **more: object
) -> Data:
    """Return a record of few words: one item per decision, called treatment 1, 2 …."""

    def word(value: str) -> Data:
        return {"value": value, "quote": value, "start": 0, "end": len(value)}

    items = [
        {
            "number": number,
            "request": word(f"treatment {number}"),
            "treatment": word(f"treatment {number}"),
            "decision": word(decision),
        }
        for number, decision in enumerate(decisions, 1)
    ]
    outcome = None if not decisions else decisions[0] if len({*decisions}) == 1 else "mixed"
    return {
        "document": {"id": id_},
        "status": status,
        "outcome": outcome,
        "items": items,
        "provenance": {"proposer": "rules", "version": "1"},
        **more,
    }


def cell(part: Any, name: str) -> str:  # noqa: ANN401 - any part of a record
    """Return what a careful labeller writes into column *name* for a part of the true record."""
    if name.endswith("cites"):
        return {None: "absent", "none": "no evidence"}.get(part, str(part))
    if part is None or part == []:
        return "none"
    if name == "retrospective":
        return "retrospective" if part["value"] else "prospective"
    if isinstance(part, list):
        mark = " | " if name.endswith("citations") else "; "
        return mark.join(_entry(each) for each in part)
    return str(part["value"] if isinstance(part, dict) else part)


def _entry(entry: Data) -> str:
    if "region" in entry:
        return " ".join(filter(None, [entry["side"], entry["region"], *entry["levels"]]))
    return str(entry["quote"] if "guideline" in entry else entry["value"])


def _at(part: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    for key in path.split("."):
        part = None if part is None else part.get(key)
    return part


def rows_of(path: Path) -> list[dict[str, str]]:
    """Read a sheet as a spreadsheet would."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def save(path: Path, rows: Sequence[dict[str, str]], names: Sequence[str]) -> None:
    """Save a sheet."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, names, restval="")
        table.writeheader()
        table.writerows(rows)


class Desk:
    """A folder with records, the sheets drawn of them, and the program to run there."""

    def __init__(self, folder: Path) -> None:
        """Name the files; nothing is written."""
        self.folder = folder
        self.records = folder / "records.jsonl"
        self.sheets = folder / "audit"

    def audit(self, *more: object) -> Result:
        """Run ``imr-eval audit`` on the records."""
        args = ["audit", self.records, "--out", self.sheets, *more]
        return CliRunner().invoke(app, [str(each) for each in args])

    def draw(self, records: Iterable[Data], n: int, *more: object) -> Data:
        """Write records, draw *n* letters of them and return the plan."""
        write_records(self.records, records)
        result = self.audit("--n", n, *more)
        assert result.exit_code == 0, result.output
        return self.plan()

    def plan(self) -> Data:
        """Return the plan."""
        data: Data = json.loads((self.sheets / "plan.json").read_text(encoding="utf-8"))
        return data

    def letters(self) -> list[dict[str, str]]:
        """Return the rows of the sheet of letters."""
        return rows_of(self.sheets / "letters.csv")

    def items(self) -> list[dict[str, str]]:
        """Return the rows of the sheet of items."""
        return rows_of(self.sheets / "items.csv")

    def fill(self, truth: Iterable[Data], leave: Sequence[str] = ()) -> None:
        """Fill the sheets as the true records say, but for the letters with an id in *leave*."""
        by_id = {record["document"]["id"]: record for record in truth}
        letters, blank = self.letters(), self.items()
        items: list[dict[str, str]] = []
        for row in letters:
            record = by_id[row["id"]]
            if row["id"] not in leave:
                for name in row.keys() & LETTER_PATHS:
                    row[name] = cell(_at(record, LETTER_PATHS[name]), name)
                row["items"] = str(len(record["items"]))
                items += [self._item(row["letter"], item, blank[0]) for item in record["items"]]
        save(self.sheets / "letters.csv", letters, list(letters[0]))
        save(self.sheets / "items.csv", items, list(blank[0]))

    @staticmethod
    def _item(letter: str, item: Data, columns: Iterable[str]) -> dict[str, str]:
        said = {
            name: cell(_at(item, ITEM_PATHS[name]), name) for name in columns if name in ITEM_PATHS
        }
        return {"letter": letter, **said}

    def read(self, *more: object) -> Data:
        """Read the sheets back and return the estimates' JSON."""
        out = self.folder / "estimates.json"
        result = self.audit("--json", out, *more)
        assert result.exit_code == 0, result.output
        data: Data = json.loads(out.read_text(encoding="utf-8"))
        return data

    def refusal(self, *more: object) -> str:
        """Run the program, which must refuse, and return its line."""
        result = self.audit(*more)
        assert result.exit_code == 2, result.output
        assert result.stderr.count("\n") == 1
        return result.stderr
