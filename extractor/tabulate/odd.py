"""Letters that contradict themselves: counted by finding code, the first of each kept."""

from dataclasses import dataclass, field

from extractor.tabulate.letters import Letter, Odd


@dataclass(frozen=True, slots=True)
class Example:
    """One observation and the letter that it is of."""

    id: str
    case_number: str | None
    status: str
    odd: Odd


@dataclass(slots=True)
class Observed:
    """Observations of one code.

    Attributes:
        code: The finding code.
        letters: Letters that have one.
        verified: Of these, verified letters.
        findings: Observations.
        examples: The first of them, in the order of the letters.
    """

    code: str
    letters: int = 0
    verified: int = 0
    findings: int = 0
    examples: list[Example] = field(default_factory=list)


class Observing:
    """Observations while letters are counted; memory holds *most* examples of each code."""

    def __init__(self, most: int) -> None:
        """Begin with none."""
        self._most = most
        self._found: dict[str, Observed] = {}

    def add(self, letter: Letter) -> None:
        """Count what is odd about *letter*."""
        for code in dict.fromkeys(odd.code for odd in letter.odd):
            observed = self._found.setdefault(code, Observed(code))
            observed.letters += 1
            observed.verified += letter.status == "verified"
        for odd in letter.odd:
            observed = self._found[odd.code]
            observed.findings += 1
            if len(observed.examples) < self._most:
                observed.examples.append(Example(letter.id, letter.case_number, letter.status, odd))

    def observed(self) -> list[Observed]:
        """Return the codes, those of most letters first."""
        return sorted(self._found.values(), key=lambda each: (-each.letters, each.code))
