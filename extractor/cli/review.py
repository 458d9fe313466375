"""``imr review``: letters beside their records, as a page to look at."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output
from extractor.cli.options import EncodingOption, LayoutsOption, extractor_of, refusals, there
from extractor.cli.reviewing import Served, review_on_server, tell_lost

if TYPE_CHECKING:
    from extractor.findings import Finding
    from extractor.pages.review.letter import Json
    from extractor.record import Record
    from extractor.source import Input, Source

SERVED = "With --serve"
PICTURES = 24 * 1024 * 1024  # characters of a page's pictures, beyond which text must do


def review(  # noqa: PLR0913, PLR0917 - each is an option of its own
    file: Annotated[
        Path,
        typer.Argument(
            callback=there,
            dir_okay=False,
            metavar="RECORDS|LETTER",
            help="Records as JSONL, or a letter; - is standard input.",
        ),
    ],
    source: Annotated[
        Path | None,
        typer.Option(exists=True, metavar="DIR", help="The letters that the records describe."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Where the page is written.")
    ] = None,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve", help="Review in a browser of this machine.", rich_help_panel=SERVED
        ),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="N", help="Serve here; 0 is any.", rich_help_panel=SERVED
        ),
    ] = 0,
    reviewer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Who may review, once for each; else anyone says their name.",
            rich_help_panel=SERVED,
        ),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            help="Where decisions are kept; else corrections.jsonl beside what is reviewed.",
            rich_help_panel=SERVED,
        ),
    ] = None,
    golden: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            metavar="DIR",
            help="Accepted letters can be exported here, as golden cases.",
            rich_help_panel=SERVED,
        ),
    ] = None,
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
) -> None:
    """Show letters beside their records: each value on its words.

    With --out, on one page that opens from disk, to look at and to share. With --serve, to be
    corrected by any number of people: each decision is on disk at once.

    The letters of records are looked for where the records say, or under --source; a letter is
    extracted first.
    """
    from extractor.cli.given import records_of
    from extractor.pages.review.page import render

    with refusals():
        if serve:
            extractor = extractor_of(layouts, encoding)
            served = Served(port, tuple(reviewer or ()), corrections, golden)
            review_on_server(file, source, extractor, served)
            return
        if out is None:
            raise typer.BadParameter("needs a file to write to, or --serve", param_hint="--out")
        output.check_place(out, others=[file])
        records = records_of(file, extractor_of(layouts, encoding))
        letters = Letters(source, encoding)
        shown = list(letters.shown(records))
        output.write_file(out, render(rows_of(records), shown, letters.note))
        tell_lost(letters.missing, letters.changed, len(records))


def rows_of(records: "Sequence[Record]") -> "list[Json]":
    """Return the queue of *records*, in their order."""
    from extractor.pages.review.letter import queue_row

    return [queue_row(place, record) for place, record in enumerate(records)]


class Letters:
    """The letters that records were made of.

    They are found by their id as ``imr validate`` finds them; where no source is given, where the
    record says, if it names the file by its SHA-256 too: no other file may come onto a
    page, and no other machine is asked for one.
    """

    def __init__(self, source: Path | None, encoding: str | None) -> None:
        """Find the letters under *source*; none is read yet."""
        from extractor.source import find

        found = find([source]) if source else ()
        self._letters = {given.id: given for given in found if given.error is None}
        self._anywhere = source is None
        self._encoding = encoding
        self._room = PICTURES
        self._without = 0
        self.missing = self.changed = 0

    def shown(self, records: "Sequence[Record]") -> "Iterator[Json]":
        """Yield each record's letter as a page shows it, with pictures while there is room."""
        from extractor.findings import Code, Finding
        from extractor.pages.review.letter import letter_of

        for place, record in enumerate(records):
            letter = self.letter(record)
            if isinstance(letter, Finding):
                self.missing += letter.code is Code.MISSING_PATH
                self.changed += letter.code is Code.SOURCE_MISMATCH
            pdf = self.pdf(record, letter)
            made = letter_of(record, letter, pdf if self._room > 0 else None, place=place)
            self._room -= sum(len(page["image"]) for page in made["pages"] or ())
            self._without += pdf is not None and made["pages"] is None
            yield made

    @property
    def note(self) -> str:
        """Say which letters are shown without their pages."""
        if not self._without:
            return ""
        return (
            f"{self._without:,} PDF letters are shown as text only: pictures of their pages would "
            "make this file too large. imr review --serve shows them."
        )

    def letter(self, record: "Record") -> "Source | Finding":
        """Return the letter of *record*, or why there is none to show."""
        from extractor.errors import InputError
        from extractor.findings import Code, Finding
        from extractor.source import load
        from extractor.validate import mismatch

        given = self._given(record)
        if given is None:
            return Finding.of(
                Code.MISSING_PATH, "The letter is not there: name its folder by --source."
            )
        try:
            letter = load(given, encoding=self._encoding)
        except InputError as error:
            return Finding.of(error.code, str(error))
        return mismatch(record, letter) or letter

    def pdf(self, record: "Record", letter: "Source | Finding") -> bytes | None:
        """Return the file of *letter* where it is a PDF of its own, else None."""
        from extractor.source import Source
        from extractor.source.opening import is_address

        given = self._given(record)
        if not isinstance(letter, Source) or letter.media_type != "application/pdf":
            return None
        if given is None or given.path is None or given.place or is_address(given.path):
            return None
        return Path(given.path).read_bytes()

    def _given(self, record: "Record") -> "Input | None":
        from extractor.pages.review.letter import named_by

        found = named_by(record) if self._anywhere else None
        return found or self._letters.get(record.document.id)
