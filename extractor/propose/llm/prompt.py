"""Prompts are folders of files: what a model is told, shown, and told of what was refused.

``prompt.toml`` names the files. In ``letter.md`` ``{{lines}}`` stands for the numbered lines and
``{{mark}}``, before and after them, for a word that the letter cannot hold; in ``repair.md``
``{{refused}}`` stands for what was refused. Nothing that is put in is looked at again, so no letter
can bring a placeholder of its own.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.errors import SettingsError
from extractor.findings import Finding
from extractor.propose.llm.asking import Message
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.parts import part_of
from extractor.propose.llm.reply import Reply
from extractor.text import Text

DEFAULT = Path(__file__).parents[3] / "prompts" / "default"
MANIFEST = "prompt.toml"
LETTER, REPLY = "letter.txt", "reply.json"
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_MARK_LENGTH = 12
_NEEDED = {"system": (), "letter": ("mark", "lines"), "repair": ("refused",)}

_Name = Annotated[str, Field(pattern=r"^[^\s/\\.][^/\\]*$", max_length=100)]


class _Manifest(BaseModel):
    """What ``prompt.toml`` says; anything else in it is refused by name."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    version: _Name
    system: _Name
    letter: _Name
    repair: _Name
    examples: list[_Name]


@dataclass(frozen=True)
class Example:
    """A letter and the reply that is right for it, shown to the model before the one it is asked.

    ``reply`` is JSON on one line.
    """

    name: str
    letter: str
    reply: str


@dataclass(frozen=True)
class Prompt:
    """A set of prompt files, as read.

    Attributes:
        name: Its name, as ``prompt.toml`` gives it.
        version: Its version, as ``prompt.toml`` gives it.
        hash: A SHA-256 over all its files, in hexadecimal.
        system: What every model is told first.
        letter: The frame that a letter stands in.
        repair: The frame that refused parts stand in.
        shown: The examples, in order.
    """

    name: str
    version: str
    hash: str
    system: str
    letter: str
    repair_frame: str
    shown: tuple[Example, ...] = ()

    @classmethod
    def load(cls, folder: Path | None = None) -> "Prompt":
        """Read the prompt in *folder*; None is the one that comes with the package.

        Raises:
            SettingsError: a part is missing, or says something that is not known.
        """
        files = _Files(folder or DEFAULT)
        manifest = files.manifest()
        frames = {part: files.frame(getattr(manifest, part), part) for part in _NEEDED}
        examples = tuple(files.example(name) for name in manifest.examples)
        return cls(
            name=manifest.name,
            version=manifest.version,
            hash=files.hash(),
            system=frames["system"],
            letter=frames["letter"],
            repair_frame=frames["repair"],
            shown=examples,
        )

    @property
    def examples(self) -> tuple[str, ...]:
        """The texts of the letters that it shows: these are not to be scored."""
        return tuple(example.letter for example in self.shown)

    def messages(self, lines: NumberedLines) -> list[Message]:
        """Return what a model is asked about a letter: the part that never changes comes first."""
        return [*self._stable, self._asked(lines)]

    def repair(self, refused: Iterable[Finding], lines: NumberedLines) -> Message:
        """Return the message that sends refused parts back: which, why, and in which lines.

        Args:
            refused: What was found wrong with the record that the last reply became.
            lines: The letter's lines, as the model was shown them.
        """
        parts = dict.fromkeys(_refusal(finding, lines) for finding in refused)
        return _message("user", _filled(self.repair_frame, {"refused": "\n".join(parts)}))

    @cached_property
    def _stable(self) -> tuple[Message, ...]:
        messages = [_message("system", self.system)]
        for example in self.shown:
            messages.append(self._asked(NumberedLines(Text.of(example.letter))))
            messages.append(_message("assistant", example.reply))
        return tuple(messages)

    def _asked(self, lines: NumberedLines) -> Message:
        words = {"lines": lines.shown, "mark": mark_of(lines.shown)}
        return _message("user", _filled(self.letter, words))


def mark_of(shown: str) -> str:
    """Return a word that does not occur in *shown*, the same for the same text.

    >>> mark_of("1| Upheld")
    'f4c2cee170d5'
    """
    held = shown.lower()
    return next(mark for n in count() if (mark := _nth_mark(n, shown)) not in held)


def _nth_mark(n: int, shown: str) -> str:
    digest = hashlib.sha256(f"{n} {shown}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:_MARK_LENGTH]


def _filled(frame: str, words: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: words[found[1]], frame)


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _refusal(finding: Finding, lines: NumberedLines) -> str:
    why = " ".join(finding.message.split())
    return f"- {part_of(finding.path)}{_where(finding, lines)}: {why}"


def _where(finding: Finding, lines: NumberedLines) -> str:
    """Return the lines that a finding is about; nothing where it has no place."""
    if finding.start is None or finding.end is None:
        return ""
    touched = lines.touched(lines.text.from_source(finding.start, finding.end))
    if not touched:
        return ""
    return f" (line {touched[0]})" if len(touched) == 1 else f" (lines {touched[0]}-{touched[-1]})"


class _Files:
    """The files of a prompt's folder; each that is read counts in the hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: dict[str, str] = {}
        if not folder.is_dir():
            msg = f"There is no prompt in {folder}: give a folder that has a {MANIFEST}."
            raise SettingsError(msg)

    def text(self, name: str) -> str:
        try:
            self.read[name] = (self.folder / name).read_text("utf-8")
        except FileNotFoundError:
            msg = (
                f"The prompt in {self.folder} lacks {name}: add it, or name another in {MANIFEST}."
            )
            raise SettingsError(msg) from None
        except (OSError, UnicodeDecodeError):
            msg = f"{name} of the prompt in {self.folder} cannot be read: make it UTF-8 text."
            raise SettingsError(msg) from None
        return self.read[name]

    def manifest(self) -> _Manifest:
        try:
            return _Manifest.model_validate(tomllib.loads(self.text(MANIFEST)))
        except tomllib.TOMLDecodeError as error:
            raise self._refusal(MANIFEST, f"it is not TOML ({error})") from None
        except ValidationError as error:
            raise self._refusal(MANIFEST, _first(error)) from None

    def frame(self, name: str, part: str) -> str:
        """Return the frame in the file *name*, with the placeholders that its *part* has."""
        text, needed = self.text(name).strip(), _NEEDED[part]
        found = _PLACEHOLDER.findall(text)
        if unknown := [each for each in found if each not in needed]:
            known = ", ".join(f"{{{{{each}}}}}" for each in needed) or "none"
            raise self._refusal(name, f"{{{{{unknown[0]}}}}} is no placeholder of it; {known} is")
        if lacking := [each for each in needed if each not in found]:
            raise self._refusal(name, f"it lacks {{{{{lacking[0]}}}}}")
        if part == "letter" and not _is_enclosed(found):
            raise self._refusal(name, "{{lines}} stands there once, {{mark}} before and after it")
        return text

    def example(self, name: str) -> Example:
        folder = f"examples/{name}"
        letter, reply = self.text(f"{folder}/{LETTER}"), self.text(f"{folder}/{REPLY}")
        try:
            right = Reply.model_validate_json(reply)
        except ValidationError as error:
            raise self._refusal(f"{folder}/{REPLY}", _first(error)) from None
        if right.last_line != len(NumberedLines(Text.of(letter))):
            raise self._refusal(f"{folder}/{REPLY}", f"last_line is not the last of {LETTER}")
        return Example(name, letter, right.model_dump_json())

    def hash(self) -> str:
        """Return one hash over the names and contents of all files that were read."""
        whole = hashlib.sha256()
        for name, text in sorted(self.read.items()):
            for each in (name, text):
                whole.update(hashlib.sha256(each.encode()).digest())
        return whole.hexdigest()

    def _refusal(self, name: str, why: str) -> SettingsError:
        return SettingsError(f"{name} of the prompt in {self.folder} is not right: {why}.")


def _is_enclosed(found: list[str]) -> bool:
    """Say whether the lines stand once among the placeholders *found*, between marks."""
    at = found.index("lines")
    return found.count("lines") == 1 and "mark" in found[:at] and "mark" in found[at:]


def _first(error: ValidationError) -> str:
    """Return where the first fault is and which, without the words that are at fault."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else str(first["msg"])
