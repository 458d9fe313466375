"""``imr findings``: every code is explained, and every example gives the code it is for."""

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from letters import ENGINE, HEADER, Issue, Letter, value
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from terminal import imr, records

from evals.endpoint import ScriptedEndpoint, Step, says, status
from extractor import Extractor
from extractor.corrections import Correction, revise
from extractor.findings import INPUT_CODES, OBSERVATIONS, Code, Finding
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.reply import Reply
from extractor.record import Record
from extractor.text import Text
from extractor.validate import validate

ROOT = Path(__file__).parent.parent
Json = dict[str, Any]


def guide(*arguments: str) -> list[Json]:
    """Return the guide's entries."""
    done = imr("findings", *arguments, "--format", "json")
    assert done.exit_code == 0
    found: list[Json] = json.loads(done.stdout)["findings"]
    return found


GUIDE = guide()
RAISED = [entry for entry in GUIDE if entry["raised"]]
ON_FILES = [entry for entry in RAISED if "file" in entry["example"]]
ON_ENDPOINTS = [entry for entry in RAISED if "endpoint" in entry["example"]]
ON_LETTERS = [entry for entry in RAISED if not entry["example"].keys() & {"file", "endpoint"}]


def name_of(entry: Json) -> str:
    """Return an entry's code, by which its test is called."""
    return str(entry["code"])


# --- complete -----------------------------------------------------------------------------------


def test_every_code_is_explained() -> None:
    """The guide has each code of the enum once, in its order, with its severity."""
    assert [(e["code"], e["severity"]) for e in GUIDE] == [
        (c.value, c.severity.value) for c in Code
    ]


def test_groups_are_those_of_the_codes() -> None:
    """Input codes and observations, which programs tell apart, are groups of the guide."""
    grouped = {
        group: {Code(e["code"]) for e in GUIDE if e["group"] == group}
        for group in ("input", "observations")
    }
    assert grouped == {"input": INPUT_CODES, "observations": OBSERVATIONS}


def test_codes_that_nothing_raises_are_called_so() -> None:
    """The guide says of just those codes that they are not raised which no source file names."""
    sources = [p for p in (ROOT / "extractor").rglob("*.py") if p.name != "findings.py"]
    named = {
        name for path in sources for name in re.findall(r"\bCode\.([A-Z_]+)", path.read_text())
    }
    assert {e["code"] for e in GUIDE if not e["raised"]} == {
        code.value for code in Code if code.name not in named
    }


def test_the_page_is_what_the_command_prints(root: Path) -> None:
    """FINDINGS.md is up to date; where it is not: imr findings > FINDINGS.md."""
    assert (root / "FINDINGS.md").read_text("utf-8") == imr("findings").stdout


def test_the_page_has_a_section_that_each_row_of_its_index_links_to() -> None:
    """The index leads to every code's section; no section is without its row."""
    page = imr("findings").stdout
    linked = re.findall(r"^\| \[`\w+`\]\(#(\w+)\)", page, re.MULTILINE)
    assert linked == re.findall(r"^### (\w+)$", page, re.MULTILINE) == [c.value for c in Code]


def test_one_code_can_be_asked_for() -> None:
    """With a code, its section and nothing else is printed; an unknown one is refused."""
    section = imr("findings", "altered_quote").stdout
    assert section.startswith("### altered_quote\n")
    assert section.count("###") == 1
    assert section in imr("findings").stdout
    assert [e["code"] for e in guide("altered_quote")] == ["altered_quote"]
    refused = imr("findings", "altered_quotation")
    assert (refused.exit_code, refused.stdout) == (2, "")


@pytest.mark.parametrize(
    ("code", "summary", "instead"),
    [
        ("sex_contradiction", "The 52-year-old female worker is a man.", "/patient/sex"),
        ("age_implausible", "The injured worker is a 7-year-old female.", "/patient/age"),
    ],
)
def test_what_is_found_in_place_of_an_unraised_observation(
    code: str, summary: str, instead: str
) -> None:
    """Where the guide says that a letter is `ambiguous` instead, it is."""
    [entry] = guide(code)
    assert "`ambiguous`" in entry["unraised"]
    assert f"`{instead}`" in entry["unraised"]
    [finding] = ENGINE.extract_text(Letter(summary=summary).write()).findings
    assert (finding.code, finding.path) == (Code.AMBIGUOUS, instead)


# --- the examples, run --------------------------------------------------------------------------


def written(example: Json) -> str:
    """Return the letter that an example describes."""
    if "text" in example:
        return str(example["text"])
    issues = tuple(Issue(**item) for item in example.get("items", [{}]))
    header = HEADER
    for label, printed in example.get("header", {}).items():
        header, changed = re.subn(rf"({label}: +)\S+", rf"\g<1>{printed}", header)
        assert changed == 1
    letter = Letter(issues, header, **example.get("letter", {}))
    return letter.write(example.get("shape", "spaced"))


def part(data: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return the part of *data* at JSON Pointer *path*."""
    for step in path.strip("/").split("/") if path else ():
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


def with_wrong(record: Record, source: str, wrong: Json) -> Record:
    """Return *record* saying what an example's record says wrongly."""
    data = json.loads(record.to_json())
    for path, said in wrong.items():
        way, _, last = path.rpartition("/")
        parent = part(data, way)
        put = _meant(said, source, data)
        if isinstance(parent, list) and int(last) == len(parent):
            parent.append(put)
        else:
            parent[int(last) if isinstance(parent, list) else last] = put
    return Record.model_validate(data)


def _meant(said: Any, source: str, data: Json) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON that an example's words stand for."""
    if isinstance(said, dict) and "like" in said:
        return json.loads(json.dumps(part(data, said["like"])))
    if isinstance(said, dict):
        return value(source, said["quote"], said.get("value"))
    return said


def found_in(example: Json) -> tuple[Finding, ...]:
    """Return the findings that an example on a letter gives."""
    source = written(example)
    record = ENGINE.extract_text(source)
    if "corrections" in example:
        text = Text.of(source)
        made = [Correction.of(record, by="a reader", **each) for each in example["corrections"]]
        return revise(record, made, text, lambda revised: validate(revised, text)).findings
    if "record" not in example:
        return record.findings
    assert record.findings == ()
    return validate(with_wrong(record, source, example["record"]), Text.of(source))


@pytest.mark.parametrize("entry", ON_LETTERS, ids=name_of)
def test_an_example_gives_its_code(entry: Json) -> None:
    """The letter, or the wrong record of it, gives this finding here, and none but those named."""
    example = entry["example"]
    found = found_in(example)
    assert (entry["code"], example.get("at", "")) in {(f.code.value, f.path) for f in found}
    assert {f.code.value for f in found} == {entry["code"], *example.get("also", ())}


@pytest.mark.parametrize(
    "entry", [e for e in ON_LETTERS if e["severity"] == "observation"], ids=name_of
)
def test_an_observation_quotes_what_its_example_says(entry: Json) -> None:
    """The passages compared are those that the guide names, and the letter is verified."""
    record = ENGINE.extract_text(written(entry["example"]))
    [finding] = record.findings
    assert [place.quote for place in finding.related] == entry["example"]["quotes"]
    assert record.status == "verified"


def pdf(words: str | None = None, password: str | None = None) -> bytes:
    """Return a PDF of one page: *words*, or else a picture."""
    file = BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption(password) if password else None)
    if words:
        canvas.drawString(72, 700, words)
    else:
        canvas.rect(72, 72, 400, 600, fill=1)
    canvas.save()
    return file.getvalue()


MADE = {
    "a PDF that opens with a password only": pdf("A letter.", password="open"),  # noqa: S106
    "a PDF of one page, scanned": pdf(),
}


@pytest.mark.parametrize("entry", ON_FILES, ids=name_of)
def test_an_example_on_a_file_gives_its_code(
    entry: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command, given the file, ends with this finding on the last record it prints."""
    monkeypatch.chdir(tmp_path)
    file = entry["example"]["file"]
    data = (
        file["text"].encode(file.get("encoding", "utf-8")) if "text" in file else MADE[file["is"]]
    )
    Path(file["name"]).write_bytes(data)
    program, *arguments = entry["example"]["run"].split()
    assert program == "imr"
    *_, last = records(imr(*arguments).stdout)
    assert last["findings"][0]["code"] == entry["code"]


LENGTH = says("{", finish="length")
SHOWN_IN_PART = says(
    Reply(last_line=3, facts=[], clinical_summary=None, items=[]).model_dump_json()
)
# What each example says that the endpoint does: one step for each call that is to be made.
PLAYED: dict[str, list[Step]] = {
    'refuses: "I cannot help with that."': [says("", refusal="I cannot help with that.")],
    "breaks off for length, twice": [LENGTH, LENGTH],
    "holds the reply back (content_filter)": [says("", finish="content_filter")],
    "says that it was shown the letter up to line 3": [SHOWN_IN_PART],
    "answers 401: the key is not valid": [status(401, "the key is not valid")],
    "is not asked, because the run may spend nothing": [],
}


@pytest.mark.parametrize("entry", ON_ENDPOINTS, ids=name_of)
def test_an_example_on_an_endpoint_gives_its_code(entry: Json) -> None:
    """The letter, with an endpoint that does this, has a record in review with this code alone."""
    script = PLAYED[entry["example"]["endpoint"]]
    allowed = ModelOptions(no_cache=True, max_run_tokens=None if script else 0)
    with (
        ScriptedEndpoint(script) as endpoint,
        Extractor("llm", model="m", base_url=endpoint.url, options=allowed) as extractor,
    ):
        record = extractor.extract(text=Letter().write())
    assert [finding.code.value for finding in record.findings] == [entry["code"]]
    assert (record.status, len(endpoint.calls)) == ("review", len(script))


def test_no_script_is_left_without_its_example() -> None:
    """Each example on an endpoint is played, and nothing is that the guide no longer says."""
    assert PLAYED.keys() == {entry["example"]["endpoint"] for entry in ON_ENDPOINTS}
