"""The letters that prompts show as examples: whoever is shown a letter is not scored on it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from evals.errors import EvalError
from extractor.propose.llm.prompt import DEFAULT

SHIPPED = DEFAULT.parent
_LETTERS = "examples/*/letter.txt"


def shown(prompts: Iterable[Path]) -> list[str]:
    """Return the text of every example of *prompts*, and of the prompts that come with the house.

    The house's own count in every run, so that all runs score the same letters.

    Raises:
        EvalError: A prompt is no folder, or an example cannot be read.
    """
    return [_text(path) for folder in _folders(prompts) for path in sorted(folder.glob(_LETTERS))]


def _folders(prompts: Iterable[Path]) -> Iterator[Path]:
    yield from sorted(path for path in SHIPPED.glob("*") if path.is_dir())
    for prompt in prompts:
        if not prompt.is_dir():
            raise EvalError(f"There is no prompt folder {prompt}.")
        yield prompt


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise EvalError(f"The example {path} cannot be read as UTF-8.") from None
