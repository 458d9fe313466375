"""The work of one run: what was done before, what is taken over, what is extracted."""

from collections import deque
from contextlib import ExitStack
from itertools import islice
from typing import BinaryIO, Self

from extractor.errors import OutputError
from extractor.run.content import Content, Contents
from extractor.run.crew import in_order
from extractor.run.known import Known, status_of
from extractor.run.making import Came, Copy, Done, Extracts, Given, confirmed, corrections_of, done
from extractor.run.named import Named
from extractor.run.summary import Tally
from extractor.source import Input
from extractor.write.journal import Journal, Revision


class Work:
    """Makes the records of a journal that is open, and counts them."""

    def __init__(
        self,
        journal: Journal,
        named: Named,
        extract: Extracts,
        tally: Tally,
        revision: Revision | None,
    ) -> None:
        """Name the parts; nothing is done yet."""
        self._journal = journal
        self._named = named
        self._extract = extract
        self._corrected = corrections_of(extract)
        self._tally = tally
        self._update = revision is Revision.UPDATE
        self._retried = None if self._update or revision is None else revision.value
        self._pending: deque[Content | None] = deque()
        self._stack = ExitStack()
        self._standing: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open the index of known letters."""
        self._known = self._stack.enter_context(Known(self._journal.lines))
        self._contents = self._stack.enter_context(Contents(self._corrected))
        if self._retried and self._journal.base:
            self._standing = self._stack.enter_context(self._journal.base.open("rb"))
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._stack.close()

    def resume(self) -> None:
        """Count the records that are already there, and know them."""
        for record, key, begins in self._journal.recover():
            stands = self._stands()
            is_copy = False
            if key and stands is None:
                is_copy = not self._known.claim(key)
                if not is_copy:
                    self._known.made(key, begins)
            self._tally.duplicates += is_copy
            made = Done.of(record)
            self._tally.add(made._replace(provenance=None) if is_copy else made)
        self._tally.resumed = self._tally.inputs
        if self._update:
            self._know_earlier()

    def go_on(self, jobs: int) -> None:
        """Make the records that are missing."""
        rest = islice(self._named, self._tally.resumed, None)
        for came in in_order(map(self._plan, rest), self._extract, jobs):
            self._take(came)

    def _know_earlier(self) -> None:
        """Know the records of earlier runs; count those whose letters are gone."""
        base = self._journal.base
        for lines, keys in self._journal.earlier():
            self._known.take(lines, keys, names=lines == base)
        self._tally.dropped = self._known.dropped(given.id for given in self._named)

    def _stands(self) -> bytes | None:
        """Return the next letter's record that is to stay, if it is one."""
        if self._standing is None:
            return None
        line = self._standing.readline()
        status = status_of(line)
        if not status:
            message = f"{self._journal.out.name} holds no record of a letter: make it anew."
            raise OutputError(message)
        return None if status == self._retried else line

    def _plan(self, given: Input) -> Given:
        """Decide whether a letter is extracted, or its record is there already."""
        if (line := self._stands()) is not None:
            return Copy(given, None, line)
        self._tally.retried += self._retried is not None
        content = self._contents.of(given)
        if content is not None and not self._known.claim(content.key):
            return Copy(given, content)
        self._pending.append(content)
        return given

    def _take(self, came: Came) -> None:
        """Write the record of the next letter, and count it."""
        if isinstance(came, Copy):
            self._take_over(came)
            return
        key = confirmed(came, self._pending.popleft())
        begins = self._journal.append(came.line, key)
        if key:
            self._known.made(key, begins)
        self._tally.add(came)

    def _take_over(self, copy: Copy) -> None:
        """Write the record that a letter shares, or kept; extract it where there is none."""
        made = self._known.copy(copy)
        if made is None:
            made = done(self._extract, copy.given)
            self._journal.append(made.line)
        else:
            key = copy.content.key if copy.content else None
            own = key is not None and self._known.is_own(key)
            self._tally.duplicates += own
            self._tally.reused += not own
            begins = self._journal.append(made.line, key)
            if key and not own:  # further letters with these bytes are this one's duplicates
                self._known.made(key, begins)
        self._tally.add(made)
