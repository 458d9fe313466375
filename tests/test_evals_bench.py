"""The benchmark: that it measures what it says; how fast anything is stays out of the tests."""

from pathlib import Path

import pytest

from evals.bench import (
    Effort,
    Letters,
    measure,
    pdf_speed,
    pdfium_text,
    step_times,
    text_speed,
    to_json,
)
from evals.bench.corpus import multiplied, write_folder
from evals.bench.measures import Measure, Target, turns
from evals.bench.processes import peak_memory
from evals.errors import EvalError
from extractor.errors import ImrError

LITTLE = Effort(rounds=1, letters=3, files=2)
LETTER = "Case Number: CM16-0213037\nThe other letter is CM15-1234567.\n"
MEBIBYTE = 2**20


def test_tasks_are_run_in_turns_after_a_round_that_does_not_count() -> None:
    """Each round runs every task once, so that what slows the machine slows them all."""
    order: list[str] = []
    ticks = iter(range(100))

    taken = turns(
        {"a": lambda: order.append("a"), "b": lambda: order.append("b")},
        rounds=2,
        clock=lambda: float(next(ticks)),
    )

    assert order == ["a", "b"] * 3
    assert taken == {"a": [1.0, 1.0], "b": [1.0, 1.0]}


def test_a_measure_is_the_median_with_its_extremes() -> None:
    """One slow round moves the highest value, not the measure."""
    slow = Measure.of_rounds("m", "s", [3.0, 1.0, 90.0], "1 start")

    assert (slow.value, slow.low, slow.high, slow.rounds) == (3.0, 1.0, 90.0, 3)


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        (None, None),
        (Target(3.0, at_least=True), True),
        (Target(3.1, at_least=True), False),
        (Target(3.0, at_least=False), True),
        (Target(2.9, at_least=False), False),
    ],
)
def test_a_target_is_reached_from_its_own_side(target: Target | None, reached: bool | None) -> None:
    """A rate must be at least its target, a ratio at most; equal is reached."""
    assert Measure.of_rounds("m", "s", [3.0], "1 start", target).reached is reached


def test_multiplied_letters_differ_in_their_case_numbers_only() -> None:
    """Every copy has a number of its own, and every offset stays."""
    copies = list(multiplied([LETTER, LETTER.lower()], 2000))

    assert len(set(copies[::2])) == 1000
    assert {len(copy) for copy in copies} == {len(LETTER)}
    assert {copy.replace(copy[13:25], "").count("CM") for copy in copies[::2]} == {0}


def test_a_folder_of_multiplied_letters_holds_them_all(tmp_path: Path) -> None:
    """As many files as asked for, none twice, their text untouched."""
    write_folder(["a\r\nb\f", "c"], 1002, tmp_path)

    files = sorted(tmp_path.rglob("*.txt"))

    assert len(files) == 1002
    assert [path.read_bytes() for path in files[:2]] == [b"a\r\nb\f", b"c"]


def test_the_peak_of_a_process_is_its_own() -> None:
    """What a process holds is seen; what its measurer holds is not."""
    ballast = bytearray(200 * MEBIBYTE)

    idle = peak_memory("-c", "pass")
    large = peak_memory("-c", f"held = bytearray({150 * MEBIBYTE})")

    assert idle < 100
    assert 150 < large < 250
    assert len(ballast) == 200 * MEBIBYTE


def test_a_measured_process_that_fails_is_no_measure() -> None:
    """A run that ends with an error has no peak memory worth telling."""
    with pytest.raises(EvalError):
        peak_memory("-c", "raise SystemExit(3)")


def test_one_part_can_be_measured_alone(root: Path) -> None:
    """A profiler sees the part that it is asked for and nothing else."""
    measures = list(measure(root / "golden", None, 20, "pdf", LITTLE))

    assert {each.unit for each in measures} == {"ms/file", "times"}
    with pytest.raises(EvalError):
        measure(root / "golden", None, 20, "everything", LITTLE)


def test_a_folder_without_a_letter_to_verify_is_refused(tmp_path: Path) -> None:
    """Nothing is measured on nothing."""
    with pytest.raises(ImrError):
        measure(tmp_path, None, 20)


def test_text_letters_are_measured_with_how_many_were_verified() -> None:
    """A rate says over how many letters, and how many of them were verified."""
    (rate,) = text_speed(Letters("mine", (LETTER,), ()), LITTLE)

    assert (rate.unit, rate.rounds, rate.of) == ("letters/s", 1, "3 letters, 0 verified")


def test_each_step_is_measured() -> None:
    """The steps from text to findings, in order, each in milliseconds a letter."""
    names = [each.name for each in step_times(Letters("mine", (LETTER,), ()), LITTLE)]

    assert names == [
        f"mine: {step}" for step in ("normalize", "lay out", "propose", "ground", "validate")
    ]


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    """A PDF of two pages."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    path = tmp_path / "letter.pdf"
    page = canvas.Canvas(str(path))
    for words in ("The first page.", "The second page."):
        page.drawString(72, 700, words)
        page.showPage()
    page.save()
    return path.read_bytes()


def test_the_yardstick_reads_every_page(pdf: bytes) -> None:
    """The time to compare with is of reading the whole text, not a part of it."""
    assert [text.strip() for text in pdfium_text(pdf)] == ["The first page.", "The second page."]


def test_pdfs_are_measured_over_the_yardstick(pdf: bytes) -> None:
    """Our text and our record, each as a multiple of the time pypdfium2 alone takes."""
    alone, text, record = pdf_speed(Letters("mine", (), (pdf,)), LITTLE)

    assert (alone.unit, text.unit, record.unit) == ("ms/file", "times", "times")
    assert (text.of, text.target) == ("2 files", Target(1.5, at_least=False))


def test_measures_are_written_with_what_they_were_taken_on() -> None:
    """The JSON holds versions and machine, and whether each target was reached."""
    missed = Measure.of_rounds("m", "s", [3.0], "1 start", Target(1.0, at_least=False))

    data = to_json([missed])

    assert data["measures"][0]["reached"] is False
    assert data["measures"][0]["target"] == {"value": 1.0, "at_least": False}
    assert {"versions", "machine"} <= data.keys()
