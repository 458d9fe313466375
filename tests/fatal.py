"""An extractor of the tests that other processes can import: slow, or dying of some letters."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.source import Input


@dataclass(frozen=True)
class Fatal(Extractor):
    """Says what it reads and in which process.

    Attributes:
        log: Where it says so: a line for each letter, with the process and the letter's id.
        pause: How many seconds it takes longer.
        deadly: Letters, by their ids, that kill the process.
        breaking: Letters on which it raises.
    """

    log: Path | None = None
    pause: float = 0.0
    deadly: tuple[str, ...] = ()
    breaking: tuple[str, ...] = ()

    def extract_input(self, found: Input, /) -> Record:
        """Extract a letter, if it can be survived."""
        if self.log is not None:
            with self.log.open("a") as log:
                log.write(f"{os.getpid()} {found.id}\n")
        time.sleep(self.pause)
        if found.id in self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if found.id in self.breaking:
            raise RuntimeError(found.id)
        return super().extract_input(found)
