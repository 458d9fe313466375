"""The gate: a run against the committed baseline, and an exit code."""
