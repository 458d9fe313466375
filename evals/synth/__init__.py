"""Synthetic letters: every layout, every trap, and the record that each letter deserves.

A letter is written piece by piece, and each value is marked where it is written: the golden record
follows from how the letter was made, never from reading it. Nothing of the extractor is used.
"""
