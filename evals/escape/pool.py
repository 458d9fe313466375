"""Which letters are corrupted: golden, synthetic and real ones, each with its right record.

A letter takes part when the rules proposer's record of it is verified and, where somebody labelled
it, has those values. Two variants of letters with several items take part too, where their records
are verified: two items that say the same, instructions to whoever reads, letters with accents.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from evals.escape.letters import Letter
from evals.escape.operators.instructed import INSTRUCTION
from evals.running import letter_of
from evals.synth import generate
from extractor.golden import Case, load_all
from extractor.pipeline import Extractor
from extractor.source import find, read
from extractor.text import Text

_VERIFIED = "verified"
_ACCENTED = "Dr. Pe\u00f1a saw her at the caf\u00e9, and Dr. Rene\u0301 at the clinic. "


class Pool(NamedTuple):
    """The letters that take part, and how many were left out of each source."""

    letters: tuple[Letter, ...]
    left_out: dict[str, int]


def gather(golden: Path | None, synthetic: int, folders: Iterable[Path], seed: int) -> Pool:
    """Return the letters of all sources, with variants, in order.

    Args:
        golden: Folder of golden cases, or None.
        synthetic: How many letters to write.
        folders: Folders of letters without labels.
        seed: Of the synthetic letters.

    Raises:
        GoldenError: A golden case is incomplete.
    """
    left_out: dict[str, int] = {}
    letters: list[Letter] = []
    sources = [("golden", load_all(golden) if golden else [])]
    with tempfile.TemporaryDirectory() as made:
        if synthetic:
            generate.write(generate.sheets(synthetic, seed, formats=("text",)), Path(made))
            sources.append(("synthetic", load_all(Path(made))))
        for name, cases in sources:
            taken = list(_of_cases(cases))
            left_out[name] = len(cases) - len(taken)
            letters += taken
    for folder in folders:
        found = [given for given in find([folder]) if given.error is None and given.path]
        taken = [each for given in found if (each := _of_file(given.path or "", given.id))]
        left_out[str(folder)] = len(found) - len(taken)
        letters += taken
    letters += [variant for letter in letters for variant in _variants(letter)]
    for letter in letters:
        letter.others = letters
    return Pool(tuple(letters), left_out)


def _of_cases(cases: Sequence[Case]) -> Iterator[Letter]:
    for case in cases:
        letter = _of_file(case.source, f"{case.name}/{case.source.name}")
        if letter and letter_of(case, letter.record).score.perfect:
            yield letter


def _of_file(path: str | Path, name: str) -> Letter | None:
    source = read(path, name)
    record = Extractor().extract_source(source)
    return Letter(record, source.as_text()) if record.status == _VERIFIED else None


def _of_text(text: str, name: str) -> Letter | None:
    record = Extractor().extract_text(text, id=name)
    return Letter(record, Text.of(text)) if record.status == _VERIFIED else None


def _variants(letter: Letter) -> Iterator[Letter]:
    """Yield the letter with one rationale in two items, with instructions, with accents."""
    reasoned = [item["rationale"] for item in letter.items if item["rationale"]]
    if not reasoned:
        return
    first, last = reasoned[0], reasoned[-1]
    source = letter.source
    inserted = {"instructed": INSTRUCTION, "accented": _ACCENTED}
    texts = {
        name: source[: first["start"]] + words + source[first["start"] :]
        for name, words in inserted.items()
    }
    if len(reasoned) > 1:
        words = source[first["start"] : first["end"]]
        texts["same-words"] = source[: last["start"]] + words + source[last["end"] :]
    for name, text in texts.items():
        made = _of_text(text, f"{letter.id}#{name}")
        if made and len(made.items) == len(letter.items):
            yield made
