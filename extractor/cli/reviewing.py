"""``imr review --serve``: what is given, on the desk, and the address to open."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.cli import output

if TYPE_CHECKING:
    from extractor.pipeline import Extractor
    from extractor.reviewing.desk import Desk
    from extractor.reviewing.shelf import Shelf

LOG = "corrections.jsonl"
_LETTERS = (".txt", ".pdf")


class Served(NamedTuple):
    """What is asked of the server.

    ``port`` 0 is any; without ``reviewers`` anyone may say their name; ``corrections`` are kept
    beside what is reviewed, and nothing is exported, where no place is given.
    """

    port: int = 0
    reviewers: tuple[str, ...] = ()
    corrections: Path | None = None
    golden: Path | None = None


def review_on_server(
    file: Path, source: Path | None, extractor: "Extractor", served: Served
) -> None:
    """Serve the records in *file*, or the one of the letter there, until interrupted.

    Raises:
        ImrError: They cannot be read, or are none as a machine makes them; the server is not
            installed; its port, its log or its folder cannot be used.
    """
    from extractor.errors import ImrError

    try:
        from extractor.reviewing.server import serve
    except ImportError as error:
        message = "--serve needs a web server: pip install 'imr-extractor[review]'"
        raise ImrError(message) from error
    from extractor.pages.review.page import render

    desk = _desk(file, source, extractor, served)
    page = render([], None)
    serve(desk, page, port=served.port, reviewers=served.reviewers, tell=_tell)


def _desk(file: Path, source: Path | None, extractor: "Extractor", served: Served) -> "Desk":
    from extractor.cli.given import refuse_table
    from extractor.errors import ImrError
    from extractor.reviewing.desk import Desk
    from extractor.source import STDIN
    from extractor.validate import known_families

    if str(file) == STDIN:
        raise ImrError("What is reviewed on a server is read again and again: give a file.")
    refuse_table(file)
    is_letter = file.suffix.lower() in _LETTERS
    shelf = _of_letter(file, extractor) if is_letter else _of_records(file, source, extractor)
    log = served.corrections or file.absolute().parent / LOG
    return Desk(shelf, log, known_families(extractor.layouts), served.golden)


def _of_letter(file: Path, extractor: "Extractor") -> "Shelf":
    """Return the shelf of a letter, extracted now."""
    from extractor.reviewing.shelf import Shelf
    from extractor.source import find

    found = list(find([file]))
    records = [extractor.extract_input(each) for each in found]
    return Shelf.of_letters({each.id: each for each in found}, records, extractor.limits)


def _of_records(file: Path, source: Path | None, extractor: "Extractor") -> "Shelf":
    from extractor.reviewing.shelf import Shelf, opened
    from extractor.source import find

    letters = None
    if source is not None:
        letters = {each.id: each for each in find([source]) if each.error is None}
    records = opened(file)
    shelf = Shelf(records, output.plain(file), letters, extractor.limits, extractor.encoding)
    if letters is not None:
        lost = sum(json.loads(row.said)["id"] not in letters for row in shelf.rows)
        tell_lost(lost, 0, len(shelf))
    return shelf


def tell_lost(missing: int, changed: int, records: int) -> None:
    """Say how many of the letters of *records* cannot be shown; nothing where all can."""
    why = {"not found": missing, "not as they were when they were extracted": changed}
    said = [f"{count} {what}" for what, count in why.items() if count]
    if said:
        output.say(
            f"Of {records} letters {' and '.join(said)}: their records are shown without their "
            "text. --source names the folder that was extracted."
        )


def _tell(address: str) -> None:
    output.write_line(address)
    output.flush()
    output.say("Open this address in a browser of this machine; Ctrl-C ends the review.")
