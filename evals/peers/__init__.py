"""How three libraries check the same quotes: this one, langextract and instructor, in one run.

Every tool gets the same replies: the quotes of a letter in their order, as a model writes them
(white space collapsed), one in five of them corrupted by one edit. *Let through* is a corrupted
quote that the tool calls grounded; *refused* a true one that it does not. The peers run with their
default settings, through their documented calls, and reach no network. What counts as grounded:

- **instructor** (``CitationMixin`` with the letter as context): the quote is still there after
  validation. It may then be other words than those given: the mixin puts the letter's own in their
  place and does not say that they differ.
- **langextract** (``Resolver.align`` on the chunks of ``extract``, 1,000 characters by default):
  ``char_interval`` is there, which is how its README tells grounded from not. *Exact* is the same
  with fuzzy and partial matches switched off, and ``MATCH_EXACT`` asked for.
- **ours, lines** and **ours, chunk** (``extractor.ground.locate``): the words are found, once, in
  the lines that the quote was read in, or in the chunk that langextract gets. A claim names the
  place it was read in; what stands there twice is refused as ambiguous.
- **ours, validator** (``check_spans``): a record that quotes these words, with the span of the true
  quote, gets no finding.

A corruption counts only if its words stand nowhere in the letter; words and numbers are matched
whole and exactly for that, so a tool that does the same lets nothing through unless it is broken.
langextract is made to find where a quote may come from, instructor's helper to bring it back to the
letter's words; what is compared here is what it would mean to take either for a check.
"""
