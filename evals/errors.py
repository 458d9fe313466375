"""What the eval harness itself refuses; the one error of this package."""

from extractor.errors import ImrError


class EvalError(ImrError):
    """An eval cannot be run: its golden folder, records or baseline cannot be used."""
