"""Letters to PDF files: each line where it was printed, a gap where a paragraph ends."""

from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from evals.synth.printing import Printed, Row

_REGULAR, _BOLD, _SIZE = "Times-Roman", "Times-Bold", 11
_LEFT, _TOP, _LEAD = 60, 735, 13.8
_PAGE = (612, 792)


def draw(printed: Printed) -> bytes:
    """Return the PDF file of a letter that was printed on the paper of PDFs.

    The same letter gives the same bytes: neither the day nor a number of chance is written.
    """
    file = BytesIO()
    canvas = Canvas(file, pagesize=_PAGE, invariant=1, pageCompression=1)
    for rows in printed.rows:
        _draw_page(canvas, rows)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_page(canvas: Canvas, rows: list[Row]) -> None:
    down = 0.0
    for number, row in enumerate(rows):
        down += (2 if row.begins and number else 1) * _LEAD
        line = canvas.beginText(_LEFT, _TOP - down)
        bold, regular = row.words[: row.bold], row.words[row.bold :]
        for font, words in ((_BOLD, bold), (_REGULAR, regular)):
            if words:
                line.setFont(font, _SIZE)
                line.textOut(words)
        canvas.drawText(line)
