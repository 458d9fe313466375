"""Scoring: a golden record and a produced one give marks, counts and a letter's score."""
