"""An audit: how right are the records of letters that nobody has labelled?

The method, in the order in which it is done:

1. **Frame and strata.** Every record of the file that has text, apart by its status: ``verified``
   and ``review``. A ``failed`` record says nothing that could be checked; it is counted, not drawn.
2. **Sample.** Simple random within a stratum: the letters with the smallest SHA-256 of the seed and
   the id. So the draw depends on neither the order of the file nor on a generator's version, and
   the same seed with a larger *n* keeps the letters it had. Allocation is proportional, but no
   stratum gets less than a fifth of the sample (``plan.LEAST`` says why).
3. **Blind labels.** A person fills two empty sheets from the letters alone: no value of a record,
   not how many items it has, not its status; letters in random order.
4. **Scoring** is the harness's own: the same rules of equality, the same assignment of items.
5. **Bounds.** A letter's field is right or wrong once: within a stratum the bound is the exact one
   of a finite population (hypergeometric; in a large stratum Clopper and Pearson's). What is
   counted per item is bounded over *letters* with an error in it, since the items of one letter are
   not independent; the rate per item stands beside it, its interval from a bootstrap that draws
   letters whole. Strata are added up by their sizes, each bound taken at a level that lets all of
   them hold at once (Bonferroni): conservative.
6. **Corrected overturn rate.** The records' totals over *all* letters, plus what the sample says
   they are off by (difference estimator), for overturned items and for items; the rate is their
   ratio. Its variance is that of the ratio's linearised residuals per letter, by stratum, with the
   finite population correction (Cochran 1977), and with two made-up letters each way, all of whose
   items are off, in each stratum: without them a sample that shows no difference would prove that
   there is none (after Agresti and Coull 1998).

What the numbers cannot say: letters left unlabelled because they are hard bias all of them; one
reader's slip counts as the record's error until the sheet is corrected, and correcting only the
differences favours the record, so agreement of two readers on a part of the letters belongs beside
them.
"""
