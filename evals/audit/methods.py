"""A paragraph for the methods section of a paper: what was done, with every number."""

from collections.abc import Iterator

from evals.audit.estimates import Checked, Corrected, weighted
from evals.audit.plan import Plan
from evals.audit.reading import Audit
from evals.audit.records import ALL, LETTERS, REVIEW, SAMPLED, VERIFIED
from evals.audit.shown import percent, ranged
from extractor.intervals import RESAMPLES

REFERENCES = (
    "Agresti A, Coull BA (1998), Am Stat 52:119-126",
    "Clopper CJ, Pearson ES (1934), Biometrika 26:404-413",
    "Cochran WG (1977), Sampling Techniques, 3rd ed., chapters 5 to 7",
    "Wright T (1991), Exact Confidence Bounds when Sampling from Small Finite Universes",
)
_BOUND = "exact, hypergeometric; the finite form of Clopper and Pearson 1934, Wright 1991"
_NAMES = {ALL: "of disputed items", LETTERS: "of letters with at least one item overturned"}


def paragraph(audit: Audit) -> str:
    """Return the paragraph; what a program cannot know stands in square brackets."""
    parts = [*_sample(audit.plan), *_labels(audit), *_errors(audit), *_rates(audit)]
    return " ".join(parts) + f" References: {'; '.join(REFERENCES)}."


def _sample(plan: Plan) -> Iterator[str]:
    total = sum(each.letters for each in plan.strata.values())
    makers = ", ".join(f"{name} ({count:,})" for name, count in plan.made_by.items())
    version = plan.versions.get("imr-extractor")
    yield (
        f"We audited the records of {total:,} letters ({plan.records}, SHA-256 {plan.sha256}; made"
        f" by {makers}) by hand. On {plan.day} a stratified random sample of {plan.n:,} letters was"
        f" drawn with imr-eval {version} (seed {plan.seed}; within a stratum, the letters with the"
        f" smallest SHA-256 of seed and identifier):"
    )
    yield (
        " and ".join(
            f"{each.drawn:,} of the {each.letters:,} letters whose record was {_STATUS[status]}"
            for status in SAMPLED
            if (each := plan.strata[status]).letters
        )
        + "."
    )
    if failed := plan.strata["failed"].letters:
        yield f"Outside the sampling frame, letters without legible text: {failed:,}."


_STATUS = {VERIFIED: "verified", REVIEW: "left for review"}


def _labels(audit: Audit) -> Iterator[str]:
    by_stratum = " and ".join(
        f"{len(audit.of(status)):,} {_STATUS[status]}"
        for status in SAMPLED
        if audit.plan.strata[status].letters
    )
    yield (
        f"[Number] reader(s), blind to the records, labelled {len(audit.letters):,} letters"
        f" ({by_stratum}); the sheets were read back on {audit.day}."
    )
    if left := len(audit.sheets.untouched) + len(audit.sheets.unfinished):
        yield f"Drawn letters that were not labelled and are left out: {left:,} [reason]."
    yield (
        "Labels were compared with the records word for word, white space and typographic variants"
        " aside; items were matched by best assignment of their requests in letter order."
    )


def _errors(audit: Audit) -> Iterator[str]:
    found = audit.anything(VERIFIED)
    if found.letters:
        yield (
            f"Of {found.letters:,} verified records {found.wrong_letters:,} held an error in any"
            f" field checked ({percent(found.rate)}; one-sided 95% upper bound"
            f" {percent(found.bound())}, {_exact(found)})."
        )
    others = audit.of(REVIEW)
    if others:
        wrong = sum(bool(letter.wrong) for letter in others)
        yield f"Of {len(others):,} records left for review {wrong:,} held one."
    if told := list(_fields(audit)):
        yield (
            "Share of letters with an error, weighted by the strata's sizes, with the one-sided"
            " 95% upper bound (exact within each stratum, Bonferroni over the strata):"
            f" {'; '.join(told)}."
        )


def _exact(found: Checked) -> str:
    return "all were labelled" if found.letters == found.size else _BOUND


def _fields(audit: Audit) -> Iterator[str]:
    """Yield each field's share of wrong letters; fields with the very same numbers together."""
    alike: dict[str, list[str]] = {}
    for name in audit.fields:
        strata = [audit.checked(name, status) for status in SAMPLED]
        found = weighted(strata)
        if found is not None:
            wrong = sum(each.wrong_letters for each in strata)
            n = sum(each.letters for each in strata)
            bound = f"at most {percent(found.bound)}; {wrong:,} of {n:,} letters"
            alike.setdefault(f"{percent(found.rate)} ({bound})", []).append(name)
    for numbers, names in alike.items():
        yield f"{', '.join(names)} {numbers}"


def _rates(audit: Audit) -> Iterator[str]:
    told = [(domain, audit.overturned(domain)) for domain in (ALL, LETTERS)]
    for domain, found in told:
        yield _rate(_NAMES[domain], found)
    if any(found.rate is not None for _, found in told):
        yield (
            "Corrected rates are difference estimates: the records' totals over all letters plus"
            " the mean difference of label and record in the sample, by stratum, and the ratio of"
            " two such totals; their variance is linearised, clustered by letter, with finite"
            " population correction (Cochran 1977), and includes two pseudo-letters in each"
            " direction and stratum against the chance of having seen too few rare errors (after"
            f" Agresti and Coull 1998). Rates per item come from {RESAMPLES:,} bootstrap draws of"
            " whole letters."
        )


def _rate(name: str, found: Corrected) -> str:
    if found.machine is None or found.rate is None:
        why = found.why or "the records have none"
        return f"The overturn rate {name} could not be corrected: {why}."
    return (
        f"The overturn rate {name} was {percent(found.machine)} in the records"
        f" ({found.overturned:,} of {found.items:,}) and {ranged(found.rate, found.interval)} as"
        f" corrected by {found.letters:,} labelled letters, {found.changed:,} of which differed"
        " (95% confidence interval)."
    )
