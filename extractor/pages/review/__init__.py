"""The review page: a letter beside its record, each value on the words it was read from.

``letter`` says of one letter what a page shows; ``sheets`` draws a PDF's pages and finds where
words stand on them; ``page`` writes the page, to be opened from disk or served.
"""
