"""The desk that reviewers share: what they see of each letter, and what they decide of it.

Every decision is in the log, on disk, before its caller hears of it; whatever else the desk knows
can be made again from the records and the log.
"""

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import NamedTuple

from extractor.corrections import Correction, Dismissed, Log, content_of, live, revise
from extractor.errors import ReviewError
from extractor.findings import Code, Finding
from extractor.pages.review.letter import Json, letter_of
from extractor.record import Record
from extractor.reviewing.asked import Decision, Seen, correction_of
from extractor.reviewing.deal import Deal
from extractor.reviewing.exported import export
from extractor.reviewing.shelf import Row, Shelf, is_pdf
from extractor.reviewing.steps import Steps, Verdict, history, step_ids, verdict_of
from extractor.source import Source
from extractor.text import Text
from extractor.validate import validate
from extractor.validate.families import Family

_KEPT = 8  # letters that were looked at last
_TRIES = 20  # of adding to a log that other programs add to


class Changed(ReviewError):
    """Somebody else decided of this letter in the meantime; ``letter`` is how it stands now."""

    def __init__(self, letter: Json) -> None:
        """Keep the *letter* as it stands."""
        super().__init__("changed", "Somebody else changed this letter: look at it again.")
        self.letter = letter


class _Open(NamedTuple):
    """A letter that is looked at: the machine's record of it, and what it was made of."""

    place: int
    base: Record
    source: Source | Finding
    text: Text | None


class _State(NamedTuple):
    """A letter as it stands: all of its corrections, and the record that they leave."""

    made: Sequence[Correction]
    record: Record

    @property
    def digest(self) -> str:
        """By what this state is known again."""
        said = [content_of(self.record), *(each.id for each in self.made)]
        return sha256(" ".join(said).encode()).hexdigest()


class Desk:
    """Records under review; whatever is asked of it is answered one after the other."""

    def __init__(
        self, shelf: Shelf, log: Path, families: Iterable[Family], golden: Path | None = None
    ) -> None:
        """Lay out the records of *shelf* as the corrections in *log* leave them.

        Args:
            shelf: The records and their letters.
            log: Where corrections are, and are added.
            families: The families of letters that the validator looks for.
            golden: The folder that golden cases are exported to; None where none are.

        Raises:
            CorrectionError: The log cannot be read.
        """
        self._shelf, self._log, self._families = shelf, Log(log), tuple(families)
        self._golden, self._deal, self._lock = golden, Deal(), RLock()
        self._opened: OrderedDict[int, _Open] = OrderedDict()
        self._states: dict[int, _State] = {}  # of those that are open
        self._rows: dict[int, tuple[Row, Verdict | None]] = {}  # of those with corrections
        self._stale: set[int] = set()
        self._look()

    # --- looking --------------------------------------------------------------------------------

    def queue(self, reviewer: str | None) -> str:
        """Return the queue as JSON."""
        with self._lock:
            self._look()
            self._read_stale()
            head = json.dumps({"reviewer": reviewer, "mode": "serve"}, ensure_ascii=False)
            rows = ",\n".join(map(self._row, range(len(self._shelf))))
            return f'{head[:-1]}, "letters": [{rows}]}}'

    def letter(self, place: int, reviewer: str | None) -> Json:
        """Return a letter as the page reads it; it is with *reviewer* from now on, if free.

        Raises:
            ReviewError: There is no such letter, or no such records any more.
        """
        with self._lock:
            self._look()
            letter, state = self._open(place), self._state(place)
            if reviewer and verdict_of(live(state.made)) is None:
                self._deal.take(place, reviewer)
            return self._shown(letter, state, reviewer)

    def picture(self, place: int, number: int) -> bytes:
        """Return a page of a letter, from 1, as a PNG.

        Raises:
            ReviewError: There is no such page.
        """
        from extractor.pages.review.sheets import picture  # noqa: PLC0415 - loads PDFium

        with self._lock:
            letter = self._open(place)
            data = self._shelf.data(letter.base) if is_pdf(letter.source) else None
        try:
            return picture(data or b"", number) if data else _no_page()
        except IndexError:
            return _no_page()

    def next(self, reviewer: str, places: Iterable[int] | None = None) -> int | None:
        """Deal *reviewer* the first letter that nobody decided or holds; None where none is left.

        Args:
            reviewer: Who asks.
            places: Those that are meant, in their order; else all that need a person.
        """
        with self._lock:
            self._look()
            self._read_stale()
            rows = self._shelf.rows
            if places is None:
                places = (each for each in range(len(rows)) if self._of(each)[0].status == "review")
            known = (each for each in places if 0 <= each < len(rows))
            return self._deal.first((e for e in known if self._of(e)[1] is None), reviewer)

    # --- deciding -------------------------------------------------------------------------------

    def decide(self, place: int, decision: Decision, reviewer: str) -> Json:
        """Add *reviewer*'s corrections of a letter, all or none; return how it stands after them.

        Raises:
            Changed: The letter does not stand as *decision* was made of it.
            ReviewError: A correction cannot be made; nothing is written.
            CorrectionError: The log cannot be written.
        """
        return self._add(place, reviewer, decision)

    def undo(self, place: int, reviewer: str, *, redo: bool = False) -> Json:
        """Take back what *reviewer* last did to a letter, or do again what they took back.

        Raises:
            ReviewError: There is nothing, or what others did since builds upon it.
            CorrectionError: The log cannot be written.
        """
        return self._add(place, reviewer, redo)

    def _add(self, place: int, reviewer: str, what: Decision | bool) -> Json:
        with self._lock:
            for _ in range(_TRIES):
                self._look()
                letter, state = self._open(place), self._state(place)
                if letter.text is None or not letter.base.document.sha256:
                    raise ReviewError("no_text", "Without its letter a record cannot be corrected.")
                if isinstance(what, Decision):
                    made = self._decided(letter, state, what, reviewer)
                else:
                    made = self._taken_back(letter, state, reviewer, redo=what)
                if self._log.add(made):
                    self._deal.give_back(place, reviewer)  # and take it again, where undecided
                    return self.letter(place, reviewer)
            raise ReviewError("busy", "Another program keeps writing to the log: try again.")

    def _decided(
        self, letter: _Open, state: _State, decision: Decision, reviewer: str
    ) -> list[Correction]:
        """Return the corrections of *decision*, every one of which can be applied."""
        if decision.seen != state.digest:
            raise Changed(self._shown(letter, state, reviewer))
        assert letter.text is not None
        seen = Seen(state.record, letter.text)
        made: list[Correction] = []
        record = state.record
        ids = step_ids(len(decision.corrections))
        for asked, id_ in zip(decision.corrections, ids, strict=True):
            made.append(correction_of(asked, record, seen, by=reviewer, id=id_))
            before, record = record, self._revise(letter, [*state.made, *made])
            if refused := _unapplied(record)[len(_unapplied(before)) :]:
                raise ReviewError("unapplied", refused[-1].message)
            _check_dismissed(made[-1], record)
        return made

    def _taken_back(
        self, letter: _Open, state: _State, reviewer: str, *, redo: bool
    ) -> list[Correction]:
        steps = Steps(state.made, reviewer)
        ids = steps.to_redo() if redo else steps.to_undo()
        if not ids:
            raise ReviewError("no_step", "There is nothing of yours to take back here, or redo.")
        made = [
            Correction.of(letter.base, "undo", reviewer, id=id_, undoes=about)
            for id_, about in zip(step_ids(len(ids)), ids, strict=True)
        ]
        after = self._revise(letter, [*state.made, *made])
        if len(_unapplied(after)) > len(_unapplied(state.record)):
            raise ReviewError("built_upon", "What somebody did since builds upon this.")
        return made

    def export(self, places: Sequence[int]) -> Json:
        """Write accepted letters as golden cases; return the folder, and the names of the cases.

        Raises:
            ReviewError: No folder was given, or a letter is not accepted; nothing is written.
            GoldenError: The folder cannot be written.
        """
        with self._lock:
            self._look()
            if self._golden is None:
                raise ReviewError("no_folder", "Start the server with --golden DIR to export.")
            for place in places:
                if verdict_of(live(self._corrections(self._open(place)))) != "accept":
                    message = f"Letter {place + 1} of the queue is not accepted: look at it first."
                    raise ReviewError("not_accepted", message)
            names = []
            for place in places:
                data = self._shelf.data(self._open(place).base)
                names.append(export(self._golden, self._state(place).record, data))
            return {"folder": str(self._golden), "cases": names}

    # --- what is known --------------------------------------------------------------------------

    def _look(self) -> None:
        """Take in what anyone added to the log."""
        for digest in self._log.look():
            for place in self._shelf.places_of(digest):
                self._stale.add(place)
                self._states.pop(place, None)

    def _open(self, place: int) -> _Open:
        if place in self._opened:
            self._opened.move_to_end(place)
            return self._opened[place]
        base = self._shelf.record(place)
        source = self._shelf.source(base)
        text = source.as_text() if isinstance(source, Source) else None
        self._opened[place] = _Open(place, base, source, text)
        if len(self._opened) > _KEPT:
            gone, _ = self._opened.popitem(last=False)
            self._states.pop(gone, None)
        return self._opened[place]

    def _corrections(self, letter: _Open) -> Sequence[Correction]:
        digest = letter.base.document.sha256
        return tuple(self._log.of(digest)) if digest else ()

    def _state(self, place: int) -> _State:
        if place not in self._states:
            letter = self._open(place)
            made = self._corrections(letter)
            self._states[place] = _State(made, self._revise(letter, made))
        return self._states[place]

    def _revise(self, letter: _Open, made: Iterable[Correction]) -> Record:
        text = letter.text
        if text is None:
            return letter.base
        families = self._families
        return revise(letter.base, live(made), text, lambda each: validate(each, text, families))

    def _shown(self, letter: _Open, state: _State, reviewer: str | None) -> Json:
        pdf = self._shelf.data(letter.base) if is_pdf(letter.source) else None
        place, steps = letter.place, Steps(state.made, reviewer)

        def address(number: int) -> str:
            return f"api/letters/{place}/pages/{number}.png"

        return {
            **letter_of(state.record, letter.source, pdf, address, place=place),
            "content": state.digest,
            "undo": len(steps.done),
            "redo": len(steps.undone),
            "history": history(state.made),
            "verdict": verdict_of(live(state.made)),
            "dealt": self._deal.holder(place),
        }

    def _read_stale(self) -> None:
        """Bring the rows of letters up to date that were corrected since."""
        while self._stale:
            place = self._stale.pop()
            state = self._state(place)
            if state.made:
                verdict = verdict_of(live(state.made))
                self._rows[place] = Row.of(place, state.record), verdict
            else:
                self._rows.pop(place, None)

    def _of(self, place: int) -> tuple[Row, Verdict | None]:
        return self._rows.get(place) or (self._shelf.rows[place], None)

    def _row(self, place: int) -> str:
        row, verdict = self._of(place)
        return row.as_json(verdict, self._deal.holder(place))


def _unapplied(record: Record) -> list[Finding]:
    return [each for each in record.findings if each.code is Code.CORRECTION_UNAPPLIED]


def _check_dismissed(made: Correction, record: Record) -> None:
    """Refuse to dismiss a finding that is not there."""
    if made.finding is None:
        return
    let = [Dismissed.of(each) for each in record.findings if not each.stands]
    if made.finding not in let:
        raise ReviewError("no_finding", "There is no such finding any more.")


def _no_page() -> bytes:
    raise ReviewError("no_page", "The letter has no such page.")
