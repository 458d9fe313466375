"""Metrics: what the scores of an arm's letters come to, with how sure each number is."""
