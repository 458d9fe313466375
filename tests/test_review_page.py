"""The review page as it is written: what it holds, what it allows, what stands on its pages."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from reviewed import BAD, HOSTILE, folders, hostile, hostile_page, page_of, read_golden, shown
from typer.testing import CliRunner

from extractor import extract
from extractor.cli import app
from extractor.corrections import content_of
from extractor.errors import InputError
from extractor.findings import Code, Finding
from extractor.pages.frame import allowed
from extractor.pages.review import sheets
from extractor.pages.review.letter import choices, letter_of, named_by, queue_row
from extractor.pages.review.page import render
from extractor.record import Record
from extractor.source import from_text, read_bytes

Box = tuple[float, float, float, float]
_UNTURNED: dict[int, Callable[[float, float], tuple[float, float]]] = {
    0: lambda u, v: (u, 1 - v),
    90: lambda u, v: (v, u),
    180: lambda u, v: (1 - u, v),
    270: lambda u, v: (1 - v, 1 - u),
}
_BLOCK = re.compile(r'<script type="application/json" id="([^"]+)">(.*?)</script>', re.DOTALL)


def embedded(page: str) -> dict[str, Any]:
    """Return what the page's JSON blocks hold, by their id."""
    return {name: json.loads(block) for name, block in _BLOCK.findall(page)}


def test_letters_come_back_from_the_page_as_they_went_in() -> None:
    """Whatever stands in a letter, its JSON is whole, and nothing of it is markup."""
    record = hostile()
    letter = letter_of(record, from_text(HOSTILE))
    blocks = embedded(hostile_page())
    assert blocks["letter-0"] == letter
    assert blocks["first"]["letters"][0] == queue_row(0, record)
    assert Record.model_validate(blocks["letter-0"]["record"]) == record


def test_nothing_of_a_letter_opens_a_tag() -> None:
    """The page has as many scripts as its template writes, and no other tag of a letter's."""
    page = hostile_page()
    harmless = page_of(folders("txt")[:2], note="x")
    for tag in ("<script", "<img", "<!--", "\u2028"):
        assert page.count(tag) == harmless.count(tag)


@pytest.mark.parametrize(("letters", "connect"), [([], "'none'"), (None, "'self'")])
def test_the_policy_allows_the_pages_own_style_and_script_only(
    letters: list[Any] | None, connect: str
) -> None:
    """By hash; from disk nothing can be asked for, served only the page's own server."""
    page = render([], letters)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(each.split(" ", 1) for each in policy.split("; "))
    style, script = (re.findall(rf"<{n}>(.*?)</{n}>", page, re.DOTALL) for n in ("style", "script"))
    assert (rules["style-src"], rules["script-src"]) == (allowed(style[0]), allowed(script[0]))
    assert (rules["default-src"], rules["connect-src"]) == ("'none'", connect)
    assert "unsafe" not in policy
    assert not re.search(r"\son\w+=|\sstyle=", page)


def test_a_letters_content_is_that_of_its_record() -> None:
    """By its digest a server sees whether a person corrected what still stands."""
    record = hostile()
    letter = letter_of(record, from_text(HOSTILE))
    assert letter["content"] == content_of(record)
    assert letter["dismissible"] == [True, True]


def test_a_letter_that_is_not_there_is_said_to_be_missing() -> None:
    """A record without its letter is shown, without words, and says why."""
    problem = Finding.of(Code.SOURCE_MISMATCH, "Another file.")
    letter = letter_of(hostile(), problem)
    assert (letter["text"], letter["pages"], letter["boxes"]) == ("", None, None)
    assert letter["problem"] == {"code": "source_mismatch", "message": "Another file."}


def test_the_queue_counts_what_stands() -> None:
    """A dismissed error is none that a letter waits for."""
    row = queue_row(3, hostile())
    assert (row["place"], row["codes"], row["observations"]) == (3, ["uncited_text"], [])


def test_choices_are_what_a_record_takes() -> None:
    """Each closed list, with its parts."""
    given = choices()
    assert given["decision"] == ["upheld", "overturned"]
    assert "left" in given["sides"]
    assert "Acupuncture" in given["categories"]["Rehabilitation"]


def turned(data: bytes, turn: int, crop: Box | None) -> bytes:
    """Return the PDF with every page turned, and cropped."""
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            page.set_rotation(turn)
            if crop:
                page.set_cropbox(*crop)
        written = io.BytesIO()
        document.save(written)
        return written.getvalue()


def on_the_page(box: Box, turn: int, crop: Box) -> Box:
    """Return a box of the page as shown in the page's own points: left, bottom, right, top."""
    left, bottom, right, top = crop
    corners = [_UNTURNED[turn](*corner) for corner in (box[:2], box[2:])]
    (x0, x1), (y0, y1) = (sorted(each) for each in zip(*corners, strict=True))
    wide, high = right - left, top - bottom
    return left + x0 * wide, bottom + y0 * high, left + x1 * wide, bottom + y1 * high


def words_in(textpage: pypdfium2.PdfTextPage, box: Box) -> str:
    """Return what PDFium reads in the middle of a box, its lines being as high as the box."""
    left, bottom, right, top = box
    shy = 0.3 * (top - bottom)
    within = (left + 0.1, bottom + shy, right - 0.1, top - shy)
    found: str = textpage.get_text_bounded(*within)
    return found


def bare(words: str) -> str:
    """Return the letters and digits of *words*: hyphens and spaces are the readers' own."""
    return "".join(filter(str.isalnum, words))


def boxed(data: bytes, turn: int, crop: Box) -> Iterator[tuple[str, str]]:
    """Yield each line and each word of a letter, and what stands in its boxes."""
    text = read_bytes(data, "x.pdf").text
    spans = [each.span() for each in re.finditer(r"\S[^\n\f]*|\S+", text)]
    spans += [each.span() for each in re.finditer(r"\S+", text)]
    with pypdfium2.PdfDocument(data) as document:
        pages = [page.get_textpage() for page in document]
        for (start, end), boxes in sheets.sheets(data, text, spans).boxes.items():
            words = [
                words_in(pages[page - 1], on_the_page((x0, y0, x1, y1), turn, crop))
                for page, x0, y0, x1, y1 in boxes
            ]
            yield bare(text[start:end]), bare("".join(words))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("path", folders("pdf"), ids=lambda path: path.parent.name)
def test_boxes_stand_on_the_words_of_their_spans(path: Path, turn: int) -> None:
    """On pages that are turned and cropped too: what PDFium reads in the boxes is the quote."""
    crop = (36.0, 36.0, 590.0, 770.0)
    pairs = list(boxed(turned(path.read_bytes(), turn, crop), turn, crop))
    assert len(pairs) > 200
    assert [each for each in pairs if each[0] != each[1]] == []


def test_a_page_is_drawn_as_a_picture_of_its_own_shape() -> None:
    """A PNG in grey, as wide as the page to its height; no such page is no picture."""
    data = folders("pdf")[0].read_bytes()
    png = sheets.picture(data, 1, scale=1)
    width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))
    assert (png[:8], width, height) == (b"\x89PNG\r\n\x1a\n", 612, 792)
    with pytest.raises(IndexError):
        sheets.picture(data, 99)
    with pytest.raises(InputError):
        sheets.picture(b"%PDF-1.4 broken", 1)


def test_letters_that_are_not_under_the_source_are_counted(tmp_path: Path) -> None:
    """A wrong folder is told of on standard error; of the right one there is nothing to say."""
    letters = tmp_path / "in"
    letters.mkdir()
    (tmp_path / "wrong").mkdir()
    for name in "ab":
        (letters / f"{name}.txt").write_text(HOSTILE, "utf-8")
    records = tmp_path / "r.jsonl"
    made = [extract(path) for path in sorted(letters.iterdir())]
    records.write_text("".join(f"{each.to_json()}\n" for each in made), "utf-8")
    said = {}
    for source in (letters, tmp_path / "wrong"):
        options = ["--source", str(source), "--out", str(tmp_path / "r.html")]
        done = CliRunner().invoke(app, ["review", str(records), *options])
        assert done.exit_code == 0
        said[source.name] = re.findall(r"\d+", done.stderr)
    assert said == {"in": [], "wrong": ["2", "2"]}


def test_a_letter_is_extracted_and_written(tmp_path: Path) -> None:
    """A PDF in, a page out: its record, its words, its pages as pictures."""
    path = folders("pdf")[0]
    done = CliRunner().invoke(app, ["review", str(path), "--out", str(tmp_path / "r.html")])
    assert done.exit_code == 0
    letter = embedded((tmp_path / "r.html").read_text("utf-8"))["letter-0"]
    same = shown(path)
    assert (letter["text"], letter["boxes"]) == (same["text"], same["boxes"])
    assert letter["pages"][0]["image"].startswith("data:image/png;base64,")


def test_records_are_shown_on_their_own_letters_only(tmp_path: Path) -> None:
    """A letter that has changed since is named as such, and highlights nothing."""
    (tmp_path / "in").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / "in" / f"{name}.txt").write_text(HOSTILE, "utf-8")
    records, out = tmp_path / "r.jsonl", tmp_path / "r.html"
    made = [extract(path) for path in sorted((tmp_path / "in").iterdir())]
    records.write_text("".join(f"{each.to_json()}\n" for each in made), "utf-8")
    (tmp_path / "in" / "b.txt").write_text("Another letter.", "utf-8")
    (tmp_path / "in" / "c.txt").unlink()
    done = CliRunner().invoke(
        app, ["review", str(records), "--source", str(tmp_path / "in"), "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    assert re.findall(r"\d+", done.stderr) == ["3", "1", "1"]
    blocks = embedded(out.read_text("utf-8"))
    assert blocks["letter-0"]["text"] == HOSTILE
    assert BAD in blocks["letter-0"]["text"]
    problems = [blocks[f"letter-{place}"]["problem"] for place in range(3)]
    assert [each and each["code"] for each in problems] == [None, "source_mismatch", "missing_path"]


def test_without_a_source_a_record_shows_the_file_it_names_by_its_digest(tmp_path: Path) -> None:
    """Where it was when it was extracted; a record that names no digest brings no file in."""
    (tmp_path / "a.txt").write_text(HOSTILE, "utf-8")
    record = extract(tmp_path / "a.txt")
    unnamed = {"id": "b", "sha256": None, "text_sha256": None}
    other = record.model_copy(update={"document": record.document.model_copy(update=unnamed)})
    records, out = tmp_path / "r.jsonl", tmp_path / "r.html"
    records.write_text(f"{record.to_json()}\n{other.to_json()}\n", "utf-8")
    done = CliRunner().invoke(app, ["review", str(records), "--out", str(out)])
    assert done.exit_code == 0, done.output
    blocks = embedded(out.read_text("utf-8"))
    assert (blocks["letter-0"]["text"], blocks["letter-1"]["text"]) == (HOSTILE, "")
    assert blocks["letter-1"]["problem"]["code"] == "missing_path"


@pytest.mark.parametrize(
    "path",
    ["http://127.0.0.1:9/a.txt", "s3://letters/a.txt", r"\\host\share\a.txt", "//host/a.txt"],
)
def test_a_record_sends_nobody_to_another_machine(path: str) -> None:
    """Records come from anyone: to look at one asks no address that it names for anything."""
    record = read_golden(folders("txt")[0])
    elsewhere = {"path": path, "sha256": "0" * 64}
    forged = record.document.model_copy(update=elsewhere)
    here = record.document.model_copy(update={**elsewhere, "path": "letters/a.txt"})
    assert named_by(record.model_copy(update={"document": forged})) is None
    assert named_by(record.model_copy(update={"document": here})) is not None
