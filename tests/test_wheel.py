"""The wheel, installed elsewhere, is the whole program."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LETTER = """IMR ISSUES, DECISIONS AND RATIONALES

The Final Determination was based on decisions for the disputed items/services set forth
below:

Massage therapy, 4 visits:  Upheld

Claims Administrator guideline: The Claims Administrator did not cite any medical
evidence for its decision.

MAXIMUS guideline: Decision based on MTUS Chronic Pain Medical Treatment 2009, Section(s):
Massage therapy.

Decision rationale: Nothing was said of a result. Therefore, the request is not medically necessary.
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this source."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of another environment, with the wheel and this one's libraries."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False)
    scripts = Path(sysconfig.get_path("scripts", "venv", {"base": str(home)}))
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(home)}))
    # The folder that a .pth names is searched; .pth files in it, the editable install, are not.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    python = str(scripts / "python")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return scripts


def run(program: Path, *arguments: str, cwd: Path) -> str:
    """Run an installed program outside the source; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout


def test_the_wheel_carries_the_packages_and_their_data(wheel: Path) -> None:
    """Code, layout files, type markers and prompts are in the wheel; tests and letters are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    kept = [
        path.relative_to(ROOT).as_posix()
        for package in ("extractor", "evals", "prompts")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert set(kept) <= names
    assert {name.partition("/")[0] for name in names} <= {
        "extractor",
        "evals",
        "prompts",
        "imr_extractor-0.1.0.dist-info",
    }


def test_the_program_answers_elsewhere(elsewhere: Path, tmp_path: Path) -> None:
    """Both programs are installed and run without the source beside them."""
    for program in ("imr", "imr-eval"):
        assert "--help" in run(elsewhere / program, "--help", cwd=tmp_path)
    where = run(
        elsewhere / "python", "-c", "import extractor; print(extractor.__file__)", cwd=tmp_path
    )
    assert ROOT not in Path(where).parents


def test_a_letter_is_extracted_elsewhere(elsewhere: Path, tmp_path: Path) -> None:
    """The installed program reads a letter: layouts and all it needs came along."""
    (tmp_path / "letter.txt").write_text(LETTER, "utf-8")
    printed = run(elsewhere / "imr", "extract", "letter.txt", cwd=tmp_path)
    assert '"decision":{"value":"upheld"' in printed
