"""The eval harness: how right records are, what got worse, how fast it runs.

Counts before ratios, and no ratio without the number it is of. ``python -m evals`` and
``imr-eval`` are one program; ``evals.score`` holds the scoring for use from Python.
"""
