"""The tables that a run prints: numbers to the right, and readable in 80 columns too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from evals.metrics.costs import Costs, costs
from evals.metrics.numbers import named_counts
from evals.metrics.rates import Rate, by_case, count_rates, letter_rates
from evals.metrics.repeats import Flicker
from evals.metrics.slices import sliced
from evals.results import ArmResults, Letter
from evals.scoring.letters import OBSERVATIONS, LetterScore, total
from evals.scoring.marks import Counts
from extractor.cli.output import plain

WIDE = 128
NONE = "·"
_COUNTS = ("correct", "wrong", "missing", "extra")
_KILO, _MEGA = 1_000, 1_000_000


def of(part: float, whole: int, interval: tuple[float, float] | None = None) -> str:
    """Say a proportion by its counts, and its interval where there is one.

    >>> of(59, 60, (0.911, 0.997)), of(0, 0)
    ('59 of 60 [0.911, 0.997]', '·')
    """
    if not whole:
        return NONE
    counts = f"{part:,.0f} of {whole:,}"
    return f"{counts} {span(interval)}" if interval else counts


def span(interval: tuple[float, float]) -> str:
    """Say an interval."""
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def table(names: Sequence[str], numbers: Sequence[str], *, gap: int = 2) -> Table:
    """Return an empty table: columns of names, then of numbers, which stand to the right."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, gap, 0, 0))
    for name in names:
        made.add_column(name, overflow="fold", vertical="top")
    for name in numbers:
        made.add_column(name, justify="right", no_wrap=True)
    return made


@dataclass(frozen=True)
class CountsTable:
    """Counts by field or code; parts stand indented under what they are parts of.

    Rows of which nothing was expected or produced are left out. Wide, each row has precision and
    recall with what they are of, F1 with its interval, and how many spans are exact, overlapping
    and apart; where there is no room the counts alone, from which the rest follows.

    Attributes:
        title: What the rows are.
        rows: The counts to show, by name.
        each: The same per golden case, for the intervals.
    """

    title: str
    rows: Mapping[str, Counts]
    each: Callable[[str], Sequence[Counts]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render the table that the width allows."""
        shown = {name: row for name, row in self.rows.items() if row.expected or row.produced}
        if not shown:
            yield Text(f"No {self.title} occurs.")
            return
        wide = options.max_width >= WIDE
        yield self._wide(shown) if wide else self._narrow(shown)
        yield from (Text(line, style="dim") for line in self._notes(wide=wide))

    @property
    def _located(self) -> bool:
        return any(row.located for row in self.rows.values())

    def _notes(self, *, wide: bool) -> Iterator[str]:
        if wide and self._located:
            yield "spans: exact/overlapping/apart"
        never = [name for name, row in self.rows.items() if row.unscored and not row.scored]
        if never:
            yield f"Not labelled in any letter: {', '.join(never)}."

    def _wide(self, shown: Mapping[str, Counts]) -> Table:
        ratios = ("precision", "recall", "F1 [95 %]", *["spans"] * self._located)
        made = table([self.title], [*_COUNTS, "unscored", *ratios], gap=1)
        for name, counts in shown.items():
            rates = count_rates(self.each(name))
            made.add_row(
                *_named(name, counts, "unscored"),
                *(_ratio(rates[ratio]) for ratio in ("precision", "recall")),
                _interval(rates["f1"]),
                *[_places(counts)] * self._located,
            )
        return made

    def _narrow(self, shown: Mapping[str, Counts]) -> Table:
        made = table([self.title], [*_COUNTS, *["exact spans"] * self._located])
        for name, counts in shown.items():
            spans = [of(counts.exact, counts.located)] * self._located
            made.add_row(*_named(name, counts), *spans)
        return made


def _named(name: str, counts: Counts, *more: str) -> list[Text]:
    numbers = [getattr(counts, each) for each in (*_COUNTS, *more)]
    return [Text(_indented(name)), *(Text(_number(number)) for number in numbers)]


def _number(count: int) -> str:
    return f"{count:,}" if count else NONE


def _indented(name: str) -> str:
    """Return a field's name as it stands under its item or citation.

    >>> _indented("items.visits"), _indented("items.reviewer.citations.title")
    ('  visits', '    .title')
    """
    if not name.startswith("items."):
        return name
    parent, _, part = name.rpartition(".")
    return f"    .{part}" if parent.endswith("citations") else f"  {name.removeprefix('items.')}"


def _ratio(rate: Rate) -> str:
    return NONE if rate.value is None else f"{rate.value:.3f} ({rate.whole:,})"


def _interval(rate: Rate) -> str:
    if rate.value is None or rate.interval is None:
        return NONE
    return f"{rate.value:.3f} {span(rate.interval)}"


def _places(counts: Counts) -> str:
    return f"{counts.exact}/{counts.overlap}/{counts.apart}" if counts.located else NONE


def fields_table(arm: ArmResults) -> CountsTable:
    """Return the table of an arm's fields."""
    return _counts_table("field", "fields", arm)


def codes_tables(arm: ArmResults) -> list[CountsTable]:
    """Return the tables of an arm's observations, and of its other finding codes."""
    return [
        _counts_table("observation", "codes", arm, OBSERVATIONS.__contains__),
        _counts_table("error code", "codes", arm, lambda name: name not in OBSERVATIONS),
    ]


def _counts_table(
    title: str, kind: str, arm: ArmResults, wanted: Callable[[str], bool] = bool
) -> CountsTable:
    cases = by_case(arm.letters)
    rows: Mapping[str, Counts] = getattr(arm.totals, kind)
    shown = {name: counts for name, counts in rows.items() if wanted(name)}
    return CountsTable(title, shown, lambda name: named_counts(cases, kind, name))


def slices_table(letters: Sequence[Letter]) -> Table:
    """Return the letters cut by layout, origin, split and number of items."""
    numbers = ("perfect [95 %]", "escaped\nerrors", "needless\nreviews", "values right")
    made = table(["slice", ""], numbers)
    before = None
    for by, name, part in sliced(letters):
        totals = total(letter.score for letter in part)
        made.add_row(
            by if by != before else "",
            Text(plain(name)),
            _letters(by_case(part)),
            _number(totals.escaped_errors),
            _number(totals.needless),
            of(totals.values.correct, totals.values.expected),
        )
        before = by
    return made


def _letters(cases: Mapping[str, Sequence[LetterScore]]) -> str:
    return of(*letter_rates(cases)["perfect"])


def passes_table(found: Mapping[int, tuple[Rate, Rate]]) -> Table:
    """Return pass@k and pass^k, over letters."""
    made = table(["k"], ["pass@k: one of k perfect", "pass^k: all k perfect"])
    for k, rates in found.items():
        made.add_row(str(k), *(f"{_interval(rate)} (n {rate.whole})" for rate in rates))
    return made


def flickers_table(rows: Sequence[Flicker], letters: int) -> Table:
    """Return the fields that repeats disagree on."""
    made = table(["field that flickers"], ["letters", "values"])
    for row in rows:
        made.add_row(row.field, of(len(row.letters), letters), str(row.values))
    return made


def leaderboard(arms: Sequence[ArmResults]) -> Table:
    """Return the arms, the most perfect letters first."""
    names = ("perfect [95 %]", "escaped\nerrors", "needless\nreviews", "cost", "tokens", "median s")
    made = table(["arm"], names, gap=1)
    for arm in sorted(arms, key=_rank):
        spent = costs(arm.letters)
        made.add_row(
            Text(plain(arm.arm.name)),
            _letters(by_case(arm.letters)),
            f"{arm.totals.escaped_errors:,}",
            f"{arm.totals.needless:,}",
            money(spent),
            short(sum(map(spent.tokens.get, _COUNTED, (0, 0)))) if spent.asked else NONE,
            seconds(spent),
        )
    return made


_COUNTED = ("input_tokens", "output_tokens")


def _rank(arm: ArmResults) -> tuple[float, int, int]:
    totals = arm.totals
    return -totals.perfect / max(1, totals.letters), totals.escaped_errors, totals.needless


def money(spent: Costs) -> str:
    """Say what was paid; of how many letters, where the price of some is not known."""
    if not spent.priced:
        return NONE
    some = f" ({spent.priced} of {spent.letters})" if spent.priced < spent.letters else ""
    return f"${spent.usd:.4f}{some}"


def short(count: int) -> str:
    """Say a large number shortly.

    >>> short(900), short(12_345), short(2_500_000)
    ('900', '12.3k', '2.5M')
    """
    if count >= _MEGA:
        return f"{count / _MEGA:.1f}M"
    return f"{count / _KILO:.1f}k" if count >= _KILO else str(count)


def seconds(spent: Costs) -> str:
    """Say the median time, of how many letters."""
    return NONE if spent.seconds is None else f"{spent.seconds:.3g} ({spent.timed:,})"
