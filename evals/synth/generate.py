"""Many synthetic letters to a folder of golden cases, one at a time."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from evals.errors import EvalError
from evals.synth.letters import Sheet, letter
from evals.synth.traps import FORMATS, LAYOUTS, chosen
from extractor.golden import SOURCES, save


def sheets(
    letters: int,
    seed: int,
    traps: Iterable[str] = (),
    layouts: Sequence[str] = LAYOUTS,
    formats: Sequence[str] = FORMATS,
) -> Iterator[Sheet]:
    """Yield *letters* synthetic letters, each in every one of *formats*.

    Args:
        letters: How many.
        seed: The same seed gives the same letters, to the byte.
        traps: The traps to choose from, by name; none stands for all.
        layouts: The layouts to choose from.
        formats: ``text``, ``pdf`` or both.

    Raises:
        EvalError: There is no such trap or layout, or no trap can be set.
    """
    _check("layout", layouts, LAYOUTS)
    _check("format", formats, FORMATS)
    pool = [
        trap
        for trap in chosen(traps)
        if not set(layouts).isdisjoint(trap.layouts) and not set(formats).isdisjoint(trap.formats)
    ]
    if not pool:
        raise EvalError("None of these traps can be set in these layouts and formats.")
    for number in range(letters):
        yield from letter(seed, number, pool, layouts, formats)


def _check(kind: str, names: Iterable[str], known: Sequence[str]) -> None:
    if unknown := sorted(set(names) - set(known)):
        raise EvalError(f"There is no {kind} {unknown[0]!r}; there is {', '.join(known)}.")


def write(sheets: Iterable[Sheet], folder: Path) -> int:
    """Write each sheet to *folder* as a golden case; return how many.

    Raises:
        EvalError: The folder cannot be written to, or holds such a case already.
    """
    count = 0
    try:
        for sheet in sheets:
            _write_case(sheet, folder / sheet.name)
            count += 1
    except OSError as error:
        raise EvalError(f"{folder} cannot be written to: {error.strerror}.") from None
    return count


def _write_case(sheet: Sheet, folder: Path) -> None:
    folder.mkdir(parents=True)
    save(folder, sheet.expected)
    text, pdf = (folder / name for name in SOURCES)
    if sheet.media == "pdf":
        pdf.write_bytes(_drawn(sheet))
    else:
        text.write_bytes(sheet.printed.text.encode())


def _drawn(sheet: Sheet) -> bytes:
    try:
        from evals.synth.pdf import draw  # noqa: PLC0415 - texts are written without reportlab
    except ImportError:
        raise EvalError("PDFs need reportlab; `--only text` does without.") from None
    return draw(sheet.printed)
