"""How two labellers of the same letters agree, field by field.

Neither is right: what one left out is not compared, items and citations are matched as the scoring
matches them, and what only one of them found is counted as found by one. Equal means what it means
when records are scored.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from evals.care.kappa import Kappa, Pair, clustered_kappa
from evals.dataset import dumped, file_hash, labelled
from evals.errors import EvalError
from evals.running.records import read_records
from evals.scoring.align import Likeness, align, citation_likeness, item_likeness
from evals.scoring.equal import matched, same_quote
from evals.scoring.fields import CITATION, ITEM, LETTER, At, Rule, compare, look, one
from evals.scoring.letters import score_codes
from evals.scoring.marks import Kind, Mark, Place
from extractor.findings import OBSERVATIONS, Code
from extractor.golden import load_all
from extractor.intervals import Interval, clustered

Entry = Mapping[str, Any]

_SIDES = ("items.claims_administrator.citations", "items.reviewer.citations")
_CITED = (*_SIDES, "items.rationale_citations")
CATEGORICAL = frozenset(
    {
        "status", "outcome", "document.layout", "case.priority", "patient.sex", "items.decision",
        "items.partial_approval", "items.retrospective", "items.category.name",
        "items.category.subcategory", "items.drug.class", "items.claims_administrator.cites",
        "items.reviewer.cites", "items.conclusion",
        *(f"{cited}.{part}" for cited in _CITED for part in ("labelled", "authority", "guideline")),
    }
)  # fmt: skip
"""Fields whose values are words of a closed list: those that kappa is for."""

_ITEM: Mapping[str, Rule] = {"partial_approval": one(matched), **ITEM}
_LISTS: Mapping[str, tuple[Likeness, Callable[[Any, Any], bool], Mapping[str, Rule]]] = {
    "items": (item_likeness, matched, _ITEM),
    **dict.fromkeys(_CITED, (citation_likeness, same_quote, CITATION)),
}


class Labels(NamedTuple):
    """One labeller's letters: labels and the file's SHA-256 by document id.

    ``unreviewed`` names the cases left out because nobody calls them reviewed.
    """

    letters: Mapping[str, tuple[Entry, str | None]]
    unreviewed: tuple[str, ...] = ()


class Field(NamedTuple):
    """How a field's labels agree.

    Attributes:
        name: The field, or a finding code.
        agree: Both have a value, and it is equal.
        differ: Both have one, and they differ.
        only_first: The first has one, the second says that there is none.
        only_second: The reverse.
        absent: Both say that there is none; of these kappa alone takes account.
        interval: Of ``agree`` of ``compared``, letters drawn whole; None where nothing is.
        places: How the spans compare where both have one.
        kappa: None where the field is not categorical.
    """

    name: str
    agree: int
    differ: int
    only_first: int
    only_second: int
    absent: int
    interval: Interval | None
    places: Mapping[Place, int]
    kappa: Kappa | None = None

    @property
    def compared(self) -> int:
        """How many values at least one of them gave."""
        return self.agree + self.differ + self.only_first + self.only_second


class Disagreement(NamedTuple):
    """Where two labellers differ.

    ``words`` are those of the letter that a bare value is about: the citation's, or the request.
    """

    letter: str
    mark: Mark
    words: str


@dataclass(frozen=True)
class Agreement:
    """Two labellers compared.

    Attributes:
        letters: Ids of the letters that both labelled.
        only_first: Ids of letters that the first alone labelled.
        only_second: The reverse.
        unreviewed: Names of cases left out, of the first and of the second.
        fields: Every field that both labelled in some letter.
        observations: The same for finding codes, counted per item; their kappa per letter.
        disagreements: Every mark that is not flawless, inexact spans among them.
    """

    letters: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    unreviewed: tuple[tuple[str, ...], tuple[str, ...]]
    fields: tuple[Field, ...]
    observations: tuple[Field, ...]
    disagreements: tuple[Disagreement, ...]


def read_labels(path: Path) -> Labels:
    """Read a folder of golden cases, or a file of records (JSONL).

    Raises:
        GoldenError: A case is not whole.
        EvalError: The file is no file of records.
    """
    if not path.is_dir():
        records = read_records(path)
        found = {id_: (dumped(each), each.document.sha256) for id_, each in records.items()}
        return Labels(found)
    cases = load_all(path)
    letters = {
        case.expected.document.id: (labelled(case.expected), file_hash(case.source))
        for case in cases
        if case.reviewed
    }
    return Labels(letters, tuple(case.name for case in cases if not case.reviewed))


def agreement(first: Labels, second: Labels) -> Agreement:
    """Compare the letters that both labelled.

    Raises:
        EvalError: There is none, or one of them is another file on each side.
    """
    ids = _common(first, second)
    marks: dict[str, list[Mark]] = {}
    codes: dict[str, list[Mark]] = {}
    seen: dict[str, tuple[set[str], set[str]]] = {}
    for id_ in ids:
        ours, theirs = first.letters[id_][0], second.letters[id_][0]
        marks[id_] = list(compared(LETTER, At("", ""), ours, theirs))
        if "findings" in ours and "findings" in theirs:
            codes[id_] = list(score_codes(ours, theirs))
            seen[id_] = _codes(ours), _codes(theirs)
    return Agreement(
        ids,
        tuple(sorted(first.letters.keys() - second.letters.keys())),
        tuple(sorted(second.letters.keys() - first.letters.keys())),
        (first.unreviewed, second.unreviewed),
        tuple(_fields(marks, _categories(marks))),
        tuple(_fields(codes, _presence(seen))),
        tuple(
            Disagreement(id_, mark, _words(mark, first.letters[id_][0], second.letters[id_][0]))
            for id_ in ids
            for mark in (*marks[id_], *codes.get(id_, ()))
            if not mark.is_flawless
        ),
    )


def _words(mark: Mark, first: Entry, second: Entry) -> str:
    """Return the words of the last entry on the way to *mark*'s value that has any.

    None of a finding code that the second alone gave: its item may be one that the first lacks.
    """
    if mark.kind is Kind.EXTRA and mark.field in list(Code):
        return ""
    part: Any = second if mark.kind is Kind.EXTRA else first
    words = ""
    for step in mark.pointer.split("/")[1:]:
        part = part[int(step)] if isinstance(part, list) else (part or {}).get(step)
        if isinstance(part, Mapping):
            words = (part.get("request") or part).get("quote", words)
    return words


def _common(first: Labels, second: Labels) -> tuple[str, ...]:
    ids = tuple(sorted(first.letters.keys() & second.letters.keys()))
    if not ids:
        raise EvalError("No letter is labelled by both; letters are matched by document id.")
    for id_ in ids:
        ours, theirs = first.letters[id_][1], second.letters[id_][1]
        if ours and theirs and ours != theirs:
            raise EvalError(f"{id_} is another file on each side.")
    return ids


# --- letter by letter -----------------------------------------------------------------------------


def compared(
    rules: Mapping[str, Rule], at: At, first: Entry | None, second: Entry | None
) -> Iterator[Mark]:
    """Yield the marks of two labellers' entries by *rules*, ``expected`` being the first's.

    What either leaves out is unscored. Of an item or a citation that one alone found, nothing is
    compared but that it was found.
    """
    for path, rule in rules.items():
        here = at.down(path)
        (said, ours), (said_too, theirs) = look(first, path), look(second, path)
        if not (said and said_too):
            yield Mark(here.field, here.pointer, Kind.UNSCORED)
        elif here.field in _LISTS:
            yield from _listed(here, ours or [], theirs or [])
        else:
            yield from rule(here, ours, theirs)


def _listed(at: At, first: Sequence[Entry], second: Sequence[Entry]) -> Iterator[Mark]:
    like, equal, parts = _LISTS[at.field]
    if not first and not second:
        yield Mark(at.field, at.pointer, Kind.EMPTY)
    for i, j in align(first, second, like):
        here = at.entry(j if i is None else i)
        ours = None if i is None else first[i]
        theirs = None if j is None else second[j]
        yield compare(here, ours, theirs, equal)
        if ours is not None and theirs is not None:
            yield from compared(parts, here, ours, theirs)


# --- added up -------------------------------------------------------------------------------------


def _fields(
    marks: Mapping[str, Sequence[Mark]], categories: Mapping[str, Sequence[Sequence[Pair]]]
) -> Iterator[Field]:
    """Yield the fields of *marks* by letter, in the order they first occur."""
    by_field: dict[str, dict[str, list[Mark]]] = defaultdict(dict)
    for letter, found in marks.items():
        for mark in found:
            if mark.kind is not Kind.UNSCORED:
                by_field[mark.field].setdefault(letter, []).append(mark)
    for name, letters in by_field.items():
        pairs = categories.get(name)
        kappa = None if pairs is None else clustered_kappa(pairs)
        yield _field(name, list(letters.values()), kappa)


def _field(name: str, letters: Sequence[Sequence[Mark]], kappa: Kappa | None) -> Field:
    kinds = Counter(mark.kind for marks in letters for mark in marks)
    right = [sum(mark.kind is Kind.CORRECT for mark in marks) for marks in letters]
    given = [sum(mark.kind is not Kind.EMPTY for mark in marks) for marks in letters]
    return Field(
        name,
        kinds[Kind.CORRECT],
        kinds[Kind.WRONG],
        kinds[Kind.MISSING],
        kinds[Kind.EXTRA],
        kinds[Kind.EMPTY],
        clustered(right, given),
        Counter(mark.place for marks in letters for mark in marks if mark.place is not None),
        kappa,
    )


def _categories(marks: Mapping[str, Sequence[Mark]]) -> dict[str, list[list[Pair]]]:
    """Return the pairs of categories by field and letter; absence is a category too."""
    found: dict[str, list[list[Pair]]] = {}
    for each in marks.values():
        pairs: dict[str, list[Pair]] = defaultdict(list)
        for mark in each:
            if mark.field in CATEGORICAL and mark.kind is not Kind.UNSCORED:
                pairs[mark.field].append((_category(mark.expected), _category(mark.produced)))
        for name, own in pairs.items():
            found.setdefault(name, []).append(own)
    return found


def _category(value: object) -> Hashable:
    """Return a value's category: the closed word itself; whether there is a partial approval."""
    if isinstance(value, Mapping):
        word: Hashable = value.get("value", True)
        return word
    return str(value) if value is not None else None


def _codes(labels: Entry) -> set[str]:
    return {str(finding["code"]) for finding in labels["findings"]}


def _presence(seen: Mapping[str, tuple[set[str], set[str]]]) -> dict[str, list[list[Pair]]]:
    """Return by observation, letter by letter, whether each labeller says that it deserves it."""
    codes = [code.value for code in Code if code in OBSERVATIONS]
    return {
        code: [[(code in one, code in other)] for one, other in seen.values()] for code in codes
    }


def never_compared(found: Agreement) -> Iterable[str]:
    """Return the categorical fields that not both labelled in any letter."""
    return sorted(CATEGORICAL - {field.name for field in found.fields})
