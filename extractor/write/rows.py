"""The flat row: one per disputed item, and the one table that names its columns.

CSV and Parquet hold these columns as they stand; SQLite holds those of the letter in ``letters``,
those of the item in ``items`` and both together in the view ``disputed_items``.
"""

from collections.abc import Iterator

from extractor.findings import Severity
from extractor.record import Record
from extractor.write.columns import (
    Cell,
    Column,
    codes_of,
    ids_of,
    number_of,
    of_basis,
    of_drug,
    of_item,
    of_letter,
    of_partial_approval,
    of_place,
    outcome_of,
    quotes_of,
    region_of,
    value_of,
    values_of,
)

DWC_COLUMNS: tuple[Column, ...] = (
    of_letter("case_number", "text", "The case number.", lambda r: value_of(r.case.case_number)),
    of_letter(
        "case_outcome",
        "text",
        "Over all items: upheld, overturned or partially overturned.",
        outcome_of,
    ),
    of_letter(
        "decision_date",
        "date",
        "When the review was decided; from the case header.",
        lambda r: value_of(r.case.decision_date),
    ),
    of_letter(
        "date_of_injury",
        "date",
        "The injury's date; from the case header.",
        lambda r: value_of(r.case.date_of_injury),
    ),
    of_letter(
        "application_received",
        "date",
        "When the application was received; from the case header.",
        lambda r: value_of(r.case.application_received),
    ),
    of_letter(
        "reviewer_specialty",
        "text",
        'The reviewer\'s specialties, joined by "; ".',
        lambda r: "; ".join(values_of(r.expert.specialties)) or None,
    ),
    of_item(
        "request_category",
        "text",
        "The DWC's treatment category.",
        lambda i: i.category.name if i.category else None,
    ),
    of_item(
        "request_subcategory",
        "text",
        "The DWC's treatment subcategory.",
        lambda i: i.category.subcategory if i.category else None,
    ),
    of_item("request_decision", "text", "upheld or overturned.", lambda i: i.decision.value),
)

REQUEST_COLUMNS: tuple[Column, ...] = (
    of_letter(
        "id", "text", "The document's id: its path below the folder given.", lambda r: r.document.id
    ),
    of_item(
        "item_number", "integer", "The item's place in the letter, from 1.", lambda i: i.number
    ),
    of_item("request", "text", "The request as the heading prints it.", lambda i: i.request.value),
    of_item(
        "treatment",
        "text",
        "What is decided: the remaining part of a partial approval, else the request.",
        lambda i: i.treatment.value,
    ),
    of_partial_approval("original", "what was requested first", lambda p: p.original),
    of_partial_approval(
        "authorized", "what the claims administrator authorized", lambda p: p.authorized
    ),
    of_partial_approval("remaining", "what is left to decide", lambda p: p.remaining),
    of_item(
        "retrospective",
        "boolean",
        "Whether the request is for treatment already given.",
        lambda i: value_of(i.retrospective),
    ),
    of_item(
        "dates_of_service",
        "list",
        "The dates of service that the request names.",
        lambda i: values_of(i.dates_of_service),
    ),
    of_drug("name", "The drug that the request names: its generic name.", lambda d: d.name.value),
    of_drug("as_printed", "The drug's name as the request prints it.", lambda d: d.name.quote),
    of_drug("class", "The drug's class; `class` in JSON.", lambda d: d.drug_class),
    of_drug("strength", 'The drug\'s strength: "5%", "10/325mg".', lambda d: value_of(d.strength)),
    of_drug(
        "quantity",
        'The drug\'s quantity: a count ("60"), or an amount ("120grams").',
        lambda d: value_of(d.quantity),
    ),
    of_item(
        "visits",
        "integer",
        "The number of visits requested; of home care none, which is given in hours and days.",
        lambda i: number_of(i.visits),
    ),
    of_item(
        "body_regions",
        "list",
        'What the request names of the body, each as side, region and levels: "left knee".',
        lambda i: tuple(map(region_of, i.body_regions)),
    ),
    of_item(
        "regions",
        "list",
        "The same without sides and spinal levels, each once.",
        lambda i: tuple(dict.fromkeys(each.region for each in i.body_regions)),
    ),
    of_item(
        "category_evidence",
        "text",
        "The words of the request that decide its category.",
        lambda i: i.category.evidence.quote if i.category else None,
    ),
)

CASE_COLUMNS: tuple[Column, ...] = (
    of_letter("priority", "text", "standard or expedited.", lambda r: value_of(r.case.priority)),
    of_letter(
        "date_assigned",
        "date",
        "When the case was assigned; from the case header.",
        lambda r: value_of(r.case.date_assigned),
    ),
    of_letter(
        "ur_denial_date",
        "date",
        "When utilization review denied; from the case header.",
        lambda r: value_of(r.case.ur_denial_date),
    ),
    of_letter("age", "integer", "The patient's age in years.", lambda r: number_of(r.patient.age)),
    of_letter("sex", "text", "male or female.", lambda r: value_of(r.patient.sex)),
    of_letter(
        "patient_date_of_injury",
        "date",
        "The injury's date as the clinical summary gives it.",
        lambda r: value_of(r.patient.date_of_injury),
    ),
    of_letter(
        "patient_ur_date",
        "date",
        "The utilization review's date as the clinical summary gives it.",
        lambda r: value_of(r.patient.ur_date),
    ),
    of_letter(
        "diagnosis_codes",
        "list",
        "ICD-9 and ICD-10 codes as printed.",
        lambda r: values_of(r.patient.diagnosis_codes),
    ),
    of_letter(
        "specialties",
        "list",
        "The reviewer's specialties.",
        lambda r: values_of(r.expert.specialties),
    ),
    of_letter(
        "subspecialties",
        "list",
        "The reviewer's subspecialties.",
        lambda r: values_of(r.expert.subspecialties),
    ),
    of_letter(
        "licensed_in",
        "list",
        "The states where the reviewer is licensed.",
        lambda r: values_of(r.expert.licensed_in),
    ),
)

REASON_COLUMNS: tuple[Column, ...] = (
    *of_basis("claims_administrator", "the claims administrator", lambda i: i.claims_administrator),
    *of_basis("reviewer", "the reviewer", lambda i: i.reviewer),
    of_item("rationale", "text", "Why it was decided so.", lambda i: value_of(i.rationale)),
    of_item(
        "rationale_citations",
        "list",
        "The guidelines that the rationale cites, as printed.",
        lambda i: quotes_of(i.rationale_citations),
    ),
    of_item(
        "rationale_guidelines",
        "list",
        "The stable ids of the guidelines that the rationale cites; unknown where there is none.",
        lambda i: ids_of(i.rationale_citations),
    ),
    of_item(
        "conclusion",
        "text",
        "What the rationale's deciding sentence says: necessary or not_necessary.",
        lambda i: value_of(i.conclusion),
    ),
    of_item(
        "conclusion_quote",
        "text",
        "That sentence.",
        lambda i: i.conclusion.quote if i.conclusion else None,
    ),
    of_item(
        "reasons",
        "list",
        "The kinds of reason that a model found.",
        lambda i: tuple(reason.kind for reason in i.reasons),
    ),
    of_letter(
        "clinical_summary",
        "text",
        "The clinical case summary.",
        lambda r: value_of(r.clinical_summary),
    ),
)

DOCUMENT_COLUMNS: tuple[Column, ...] = (
    of_letter("layout", "text", "Which letter it is.", lambda r: r.document.layout),
    of_letter("status", "text", "verified, review or failed.", lambda r: r.status),
    of_letter(
        "error_codes",
        "list",
        "What keeps the letter from being verified: finding codes.",
        lambda r: codes_of(r, Severity.ERROR),
    ),
    of_letter(
        "observation_codes",
        "list",
        "What is odd about the letter: finding codes.",
        lambda r: codes_of(r, Severity.OBSERVATION),
    ),
    of_letter("path", "text", "The file that was read.", lambda r: r.document.path),
    of_letter("sha256", "text", "The file's SHA-256.", lambda r: r.document.sha256),
    of_letter(
        "text_sha256",
        "text",
        "The SHA-256 of the text that offsets count, as UTF-8.",
        lambda r: r.document.text_sha256,
    ),
    of_letter("media_type", "text", "The file's media type.", lambda r: r.document.media_type),
    of_letter("encoding", "text", "A text file's encoding.", lambda r: r.document.encoding),
    of_letter(
        "reader",
        "text",
        "What gave the text: the PDF library and its version, or text.",
        lambda r: r.document.reader,
    ),
    of_letter("pages", "integer", "The number of pages.", lambda r: r.document.pages),
    of_letter(
        "characters",
        "integer",
        "The text's length in code points.",
        lambda r: r.document.characters,
    ),
    of_letter("proposer", "text", "Who proposed the values.", lambda r: r.provenance.proposer),
    of_letter("model", "text", "The language model, if one did.", lambda r: r.provenance.model),
    of_letter("version", "text", "The version of imr-extractor.", lambda r: r.provenance.version),
    of_letter(
        "reviewed", "boolean", "Whether a person reviewed it.", lambda r: r.provenance.reviewed
    ),
    *of_place("request", lambda i: i.request),
    *of_place("decision", lambda i: i.decision),
    *of_place("rationale", lambda i: i.rationale),
    *of_place("conclusion", lambda i: i.conclusion),
)

COLUMNS: tuple[Column, ...] = (
    *DWC_COLUMNS,
    *REQUEST_COLUMNS,
    *CASE_COLUMNS,
    *REASON_COLUMNS,
    *DOCUMENT_COLUMNS,
)
LETTER_COLUMNS = tuple(column for column in COLUMNS if column.level == "letter")
ITEM_COLUMNS = tuple(column for column in COLUMNS if column.level == "item")


_OF_AN_ITEM = tuple((n, each.get) for n, each in enumerate(COLUMNS) if each.level == "item")


def rows_of(record: Record) -> Iterator[list[Cell]]:
    """Yield one row of ``COLUMNS`` per item of *record*; a record without items has one row."""
    row = [column.get(record, None) for column in COLUMNS]
    if not record.items:
        yield row
    for item in record.items:
        own = row.copy()
        for place, get in _OF_AN_ITEM:
            own[place] = get(record, item)
        yield own
