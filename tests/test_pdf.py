"""PDFs to text: lines, paragraphs by geometry, page edges by weight, and what cannot be read."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from io import BytesIO

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extractor.errors import InputError
from extractor.findings import Code
from extractor.pdf import READER, read_pdf
from extractor.text import Text

REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
WIDE = "These words reach from the left margin across the page to the right, as prose does, and"
Row = tuple[float, float, str]


def drawn(draw: Callable[[Canvas], None], encrypt: StandardEncryption | None = None) -> bytes:
    """Return the PDF that *draw* makes; it ends its pages itself."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=(612, 792), encrypt=encrypt)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def pdf(
    *pages: Iterable[Row], size: float = 12, encrypt: StandardEncryption | None = None
) -> bytes:
    """Return a PDF of rows (left, height, words); words between asterisks are bold."""

    def draw(canvas: Canvas) -> None:
        for rows in pages:
            for left, height, words in rows:
                line = canvas.beginText(left, height)
                for number, part in enumerate(words.split("*")):
                    line.setFont(BOLD if number % 2 else REGULAR, size)
                    line.textOut(part)
                canvas.drawText(line)
            canvas.showPage()

    return drawn(draw, encrypt)


def column(
    *lines: str, gaps: Iterable[float] = (), left: float = 72, top: float = 700
) -> list[Row]:
    """Return rows below one another, *gaps* points apart (14 where they run out)."""
    rows = []
    rest = iter(gaps)
    for line in lines:
        rows.append((left, top, line))
        top -= next(rest, 14)
    return rows


def text_of(data: bytes) -> str:
    """Return the PDF's text."""
    return read_pdf(data, max_pages=10).text


def raw(content: str, to_unicode: dict[str, str]) -> bytes:
    """Return a one-page PDF of *content* whose font's letters stand for other characters."""
    letters = "\n".join(f"<{ord(letter):02x}> <{code}>" for letter, code in to_unicode.items())
    cmap = (
        "1 begincodespacerange <00> <ff> endcodespacerange\n"
        f"{len(to_unicode)} beginbfchar\n{letters}\nendbfchar"
    )
    page = "/MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R {page} >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    )
    body = "\n".join(f"{number} 0 obj\n{each}\nendobj" for number, each in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}\ntrailer << /Root 1 0 R >>\n%%EOF".encode()


# --- paragraphs ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "leading"), [(12, 13.8), (9, 10), (20, 26), (11, 20)])
def test_a_paragraph_ends_in_a_line_of_one_space(size: float, leading: float) -> None:
    """A gap twice the usual one is a paragraph's end, whatever the font's size and leading."""
    gaps = [leading, leading, 2 * leading, leading, leading]
    rows = column(WIDE, WIDE, "its end.", WIDE, WIDE, "its end.", gaps=gaps)
    paragraph = f"{WIDE}\n{WIDE}\nits end.\n"
    assert text_of(pdf(rows, size=size)) == f"{paragraph} \n{paragraph}"


@pytest.mark.parametrize("gap", [11, 14, 17, 18.5])
def test_an_uneven_line_gap_is_no_paragraph(gap: float) -> None:
    """Lines that raised marks or a larger word push apart stay in their paragraph."""
    rows = column("One two", "three four", "five six", "seven", "eight", gaps=[14, 14, gap])
    assert " \n" not in text_of(pdf(rows))


def test_lines_that_crowd_each_other_are_no_measure() -> None:
    """Where marks and cells stand closer than lines do, the lines are not paragraphs for it."""
    rows = column(*["widgets"] * 10, gaps=[9, 14] * 3 + [14, 14, 14])
    assert " \n" not in text_of(pdf(rows))


def test_a_raised_mark_belongs_to_its_line() -> None:
    """The gap below a line is measured from its baseline, not from a mark above it."""

    def draw(canvas: Canvas) -> None:
        for number, words in enumerate(["One two", "three", "four", "five", "six"]):
            line = canvas.beginText(72, 700 - 14 * number)
            line.textOut(words)
            if number == 1:
                line.setRise(6)
                line.textOut("7")
                line.setRise(0)
            canvas.drawText(line)

    assert text_of(drawn(draw)) == "One two\nthree7\nfour\nfive\nsix\n"


def test_a_font_without_a_true_size_has_paragraphs() -> None:
    """Where sizes are no measure of the lines, the usual gap is."""
    lines = "(a) Tj 0 -14 Td (b c d) Tj 0 -14 Td (e) Tj 0 -14 Td (f) Tj 0 -28 Td (g) Tj"
    assert (
        text_of(raw(f"BT /F 1 Tf 72 700 Td {lines} ET", {"X": "0041"})) == "a\nb c d\ne\nf\n \ng\n"
    )


def test_double_spaced_prose_is_one_paragraph() -> None:
    """Wide gaps below lines that reach across the page are the page's line spacing."""
    rows = column(*[WIDE] * 8, "its end.", gaps=[28] * 9)
    assert " \n" not in text_of(pdf(rows))


def test_lines_apart_are_paragraphs_each() -> None:
    """Wide gaps below short lines end paragraphs, also on a page that has no others."""
    labels = column("Age: 40", "Sex: female", "Priority: standard", "State: Utah", gaps=[28] * 3)
    expected = "Age: 40\n \nSex: female\n \nPriority: standard\n \nState: Utah\n"
    assert text_of(pdf(labels)) == expected
    assert text_of(pdf(column(*[WIDE] * 9), labels)).endswith("\f" + expected)


@pytest.mark.parametrize("gaps", [(1, 2, 2, 2, 2, 1, 1), (2, 2, 2, 2, 1, 1), (1, 2, 2), (2, 2, 2)])
def test_a_page_of_few_lines_is_spaced_like_its_document(gaps: tuple[int, ...]) -> None:
    """Paragraphs of a line each, though they reach the margin, stay apart on a short last page."""
    prose = column(*[WIDE] * 20)
    rows = column(*[f"{WIDE}."] * (len(gaps) + 1), gaps=[14 * gap for gap in gaps])
    _, last = text_of(pdf(prose, rows)).split("\f")
    assert last.count(" \n") == gaps.count(2)


def test_a_page_may_be_spaced_otherwise_than_its_document() -> None:
    """A page of prose, all of it double-spaced, is no page of paragraphs."""
    data = pdf(column(*[WIDE] * 20), column(*[WIDE] * 12, "its end.", gaps=[28] * 12))
    assert " \n" not in text_of(data)


def test_a_row_of_cells_is_no_paragraph() -> None:
    """Cells on one height or a little higher follow their row; the next row is measured from it."""
    rows = [
        *column("Assigned on Monday", "Priority: standard"),
        (300, 672, "Received:"),
        (400, 686, "Tuesday"),
        (72, 658, "Decided on Friday"),
        *column("The summary", "goes on", "and on.", top=630),
    ]
    assert text_of(pdf(rows)).split(" \n") == [
        "Assigned on Monday\nPriority: standard\nReceived:\nTuesday\nDecided on Friday\n",
        "The summary\ngoes on\nand on.\n",
    ]


def test_columns_keep_their_paragraphs() -> None:
    """The top of the next column proves nothing; a gap inside it does."""
    left = column("one", "two", "three", "four", "five")
    right = column("six", "seven", "eight", "nine", gaps=[14, 28], left=330)
    expected = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n \neight\nnine\n"
    assert text_of(pdf([*left, *right])) == expected


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_reads_like_an_upright_one(angle: int) -> None:
    """Geometry follows the text's own direction."""
    rows = column("One two", "three", "four.", "Five six", "seven", gaps=[14, 14, 28])

    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(angle)
        canvas.translate(*{90: (612, 0), 180: (612, 792), 270: (0, 612)}[angle])
        canvas.rotate(angle)
        for left, height, words in rows:
            canvas.drawString(left, height - 200, words)

    assert text_of(drawn(draw)) == text_of(pdf(rows))


def test_a_hyphen_at_a_lines_end_stays_with_its_line() -> None:
    """PDFium takes such a line's end with the hyphen; both return, and no false paragraph."""
    lines = ("a well-", "known range-of-", "motion test", "was done", "twice.", "So it is.")
    assert text_of(pdf(column(*lines))) == "\n".join([*lines, ""])


# --- pages --------------------------------------------------------------------------------------


def edges(data: bytes) -> list[bool]:
    """Return, for each page edge of the PDF's text, whether it proves a paragraph's end."""
    text = Text.of(text_of(data), paged=True)
    return [gap.proven for gap in text.gaps if "\f" in text.norm[gap.end : gap.start]]


OPENING = column("One two", "three.", "Four", gaps=[28])


@pytest.mark.parametrize(
    ("last", "first", "proven"),
    [
        ("it is not necessary.", "*A widget for the left hand:* Upheld", True),
        ("*A widget:* Upheld", "*Guideline:* none", True),
        (f"*{WIDE[:60]}:* Upheld at last", "*Guideline:* none", True),
        ("set forth below", "*WIDGETS AND OTHERS*", True),
        ("it is not", "necessary here.", False),
        ("it is not necessary.", "Also, it is not appropriate.", False),
        ("*A widget for the left*", "*hand and the right:* Upheld", False),
        ("*A widget for the left hand:*", "Upheld", False),
        (WIDE, "*never* more than ten of them", False),
    ],
)
def test_a_change_of_weight_proves_a_paragraph_over_a_page_edge(
    last: str, first: str, proven: bool
) -> None:
    """Bold after regular does: a label; or after a sentence's end, or a line that ended early."""
    data = pdf([*OPENING, *column(WIDE, last, top=600)], column(first, "and more."))
    assert edges(data) == [proven]


def test_pages_are_separated_and_not_ended_by_form_feeds() -> None:
    """A page without text is a page; the text's pages are the PDF's."""
    read = read_pdf(pdf(column("One."), [], column("Two."), []), max_pages=10)
    assert read.text == "One.\n\f\fTwo.\n\f"
    assert (read.pages, read.pictures) == (4, ())


def test_two_pages_that_begin_alike_have_no_running_head() -> None:
    """A first line where the third page has its own first line is the letter's; its break stays."""
    body = (WIDE, WIDE, "it is not necessary.")
    label = column("*Guideline:* none", *body)
    assert edges(pdf(column("Letter", *body, gaps=[28]), label, label)) == [True, True]


def test_a_running_head_may_be_missing_on_the_first_page() -> None:
    """Where the first page has nothing in its place, a line of two pages is a running head."""
    body = (WIDE, WIDE, "it is not necessary.")
    headed = [(72.0, 750.0, "Letter 7"), *column("*Guideline:* none", *body)]
    assert edges(pdf(column("Letter", *body, gaps=[28]), headed, headed)) == [True, True]


@pytest.mark.parametrize("foot", [(72, 40, "Letter 7, page {}"), (72, 750, "Letter 7, page {}")])
@pytest.mark.parametrize("drawn_first", [False, True])
def test_running_lines_are_looked_through(foot: Row, drawn_first: bool) -> None:
    """A heading that runs on below a foot is one; a label below a sentence still starts anew."""
    bodies = [
        [*OPENING, (72, 500, "*A widget for the left*")],
        [*column("*hand:* Upheld", WIDE, "which is necessary.", top=690)],
        [*column("*Guideline:* none", WIDE, "as it was asked", top=690)],
        [*column("for by everyone", WIDE, top=690)],
    ]
    pages = []
    for number, body in enumerate(bodies):
        running = (foot[0], foot[1], foot[2].format(number))
        pages.append([running, *body] if drawn_first else [*body, running])
    assert edges(pdf(*pages)) == [False, True, False]


# --- characters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("D835DC00", "\U0001d400"),
        ("006600660069", "ffi"),
        ("0000", "\ufffd"),
        ("D835", "\ufffd"),
        ("FFFE", "\ufffd"),
        ("0002", "-"),
        ("000C", " "),
        ("000A", " "),
        ("2028", " "),
    ],
)
def test_every_glyph_leaves_one_trace(code: str, shown: str) -> None:
    """A glyph without a character is seen to be one; none can pass for a line's or page's end."""
    content = "BT /F 12 Tf 72 700 Td (aXb) Tj 0 -14 Td (Xb) Tj 0 -14 Td (c) Tj 0 -28 Td (d) Tj ET"
    first = shown.strip(" ")
    expected = f"a{shown}b\n{first}b\nc\n \nd\n"
    assert text_of(raw(content, {"X": code})) == expected


@pytest.mark.parametrize(
    "font",
    [
        "/F 0 Tf 1 0 0 1 72 700 Tm",
        "/F 9 Tf 0 0 0 0 72 700 Tm",
        f"/F {9**60} Tf 1 0 0 1 72 700 Tm",
        f"/F 9 Tf {9**60} 0 0 {9**60} {9**60} -{9**60} Tm",
    ],
)
def test_letters_beyond_measure_prove_nothing(font: str) -> None:
    """Text of no height, or too far away for a page, is read or is none; pages stay pages."""
    content = f"BT /F 12 Tf 72 750 Td (a) Tj {font} (b) Tj 0 -14 Td (c) Tj 0 -90 Td (d) Tj ET"
    assert set(text_of(raw(content, {"X": "0041"})).replace("\n", "")) <= set("abcd ")


def test_a_line_across_the_page_is_no_paragraph() -> None:
    """A note up the margin neither ends the text beside it nor hides its paragraphs."""

    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "One two")
        canvas.drawString(72, 686, "three.")
        canvas.saveState()
        canvas.rotate(90)
        canvas.drawString(300, -500, "filed")
        canvas.restoreState()
        for height, words in ((672, "Four"), (658, "five."), (630, "Six")):
            canvas.drawString(72, height, words)

    assert text_of(drawn(draw)) == "One two\nthree.\nfiled\nFour\nfive.\n \nSix\n"


# --- what is refused ----------------------------------------------------------------------------


def refusal(data: bytes, max_pages: int = 10) -> Code:
    """Return the code with which the PDF is refused."""
    with pytest.raises(InputError) as refused:
        read_pdf(data, max_pages)
    return refused.value.code


def test_a_password_is_not_guessed() -> None:
    """A PDF that asks for a password is ``encrypted``."""
    locked = StandardEncryption("sesame", ownerPassword="open", strength=128)
    assert refusal(pdf(column("One."), encrypt=locked)) is Code.ENCRYPTED


def test_a_flag_against_copying_is_not_heeded() -> None:
    """A PDF that opens without a password is read, whatever its owner allows."""
    flagged = StandardEncryption("", ownerPassword="open", canCopy=0, strength=128)
    assert text_of(pdf(column("One."), encrypt=flagged)) == "One.\n"


def test_what_pdfium_cannot_open_is_not_text() -> None:
    """A PDF that breaks off is ``not_text``."""
    assert refusal(b"%PDF-1.7\n1 0 obj\n<<") is Code.NOT_TEXT


def test_too_many_pages_are_refused() -> None:
    """As many pages as the limit are read, one more is ``too_many_pages``."""
    pages = pdf(column("One."), column("Two."))
    assert read_pdf(pages, max_pages=2).pages == 2
    assert refusal(pages, max_pages=1) is Code.TOO_MANY_PAGES


def scan(*pages: str) -> bytes:
    """Return a PDF with a page for each of *pages*: its words, or a picture where it has none."""
    picture = ImageReader(Image.new("L", (4, 4)))

    def draw(canvas: Canvas) -> None:
        for words in pages:
            if words:
                canvas.drawString(72, 700, words)
            else:
                canvas.drawImage(picture, 72, 72, 400, 600)
            canvas.showPage()

    return drawn(draw)


def test_a_pdf_of_pictures_has_no_text_layer() -> None:
    """Scanned pages, and empty ones, are ``no_text_layer``."""
    assert refusal(scan("", "")) is Code.NO_TEXT_LAYER
    assert refusal(pdf([], [])) is Code.NO_TEXT_LAYER


def test_a_picture_among_pages_of_text_is_told() -> None:
    """A page that is a picture is named: part of the letter is missing from the text."""
    assert read_pdf(scan("One.", "", "Three.", ""), max_pages=10).pictures == (2, 4)


# --- PDFium -------------------------------------------------------------------------------------


def test_pdfs_are_read_from_many_threads() -> None:
    """PDFium is used by one thread at a time, so that all read the same."""
    data = pdf(column(*[WIDE] * 40), column(*[WIDE] * 40))
    with ThreadPoolExecutor(4) as pool:
        texts = set(pool.map(text_of, [data] * 40))
    assert texts == {text_of(data)}


def test_the_reader_names_its_version() -> None:
    """A text's offsets hold for one library in one version."""
    assert READER.split() == ["pypdfium2", version("pypdfium2")]
