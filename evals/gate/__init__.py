"""The gate: a run against the committed baseline, and an exit code.

``baseline`` is the file and what an arm's letters come to, ``losses`` what got worse count by
count, ``paired`` what a model lost significantly, ``floors`` what must be reached whatever the
baseline was, ``verdict`` all of it together; ``screen``, ``markdown`` and ``junit`` show it.
"""
