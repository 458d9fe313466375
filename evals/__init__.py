"""The eval harness: how right records are, how sure that is, what got worse, how fast it runs.

Counts before ratios, and no ratio without the number it is of. ``python -m evals`` and
``imr-eval`` are one program.

>>> from evals import Dataset, run
>>> results = run(Dataset.load("golden"))
>>> results.arms[0].totals.escaped_errors
0

Models and prompts are arms side by side: ``run(dataset, grid(models=["a", "b"]))``. A test suite of
one's own asserts on a golden folder with ``evals.testing``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evals.comparison.compare import compare
    from evals.dataset import Dataset
    from evals.results import Results
    from evals.running import run
    from evals.running.arms import Setup, grid

__all__ = ["Dataset", "Results", "Setup", "compare", "grid", "run"]

_HOMES = {
    "Dataset": "evals.dataset",
    "Results": "evals.results",
    "Setup": "evals.running.arms",
    "compare": "evals.comparison.compare",
    "grid": "evals.running.arms",
    "run": "evals.running",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import what is asked for when it is asked for, so that ``--help`` answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'evals' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
