"""Layout files: what a TOML file must say, and the patterns that its phrases become."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from extractor.errors import LayoutError
from extractor.layout.file import LayoutFile
from extractor.record import DecisionWord

BUILT_IN = ("dwc-2016", "dwc-2014", "letter-2014", "letter-2013", "professional-review")
PARTS = ("claims_administrator", "reviewer", "rationale")
_LONGEST_REQUEST = 1500
_REQUEST_SLOT = (
    rf"(?:(?:an?|the)\s+)?(?P<request>\S(?:[^\n\f]|[\n\f]){{0,{_LONGEST_REQUEST}}}?)[\s,]*"
)
_LINE_START = r"(?:^|(?<=[\n\f]))[ \t]*"

Style = Literal["heading", "sentence", "list", "single"]


@dataclass(frozen=True)
class SectionRule:
    """A section of a letter: its heading, and the sentence that leads into it."""

    name: str
    heading: str = ""
    lead: str = ""


@dataclass(frozen=True)
class LayoutRule:
    """A layout file as read: every phrase is matched with white space of any kind between words."""

    name: str
    description: str = ""
    detect_all: tuple[str, ...] = ()
    detect_any: tuple[str, ...] = ()
    sections: tuple[SectionRule, ...] = ()
    style: Style = "heading"
    heading: str = ""
    passage: str = ""
    decisions: dict[str, DecisionWord] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    kept_labels: frozenset[str] = frozenset()
    required: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def decided(self) -> str:
        """A pattern for the decision words, the longest first."""
        longest_first = sorted(self.decisions, key=len, reverse=True)
        return "|".join(phrase(word) for word in longest_first)

    @cached_property
    def head(self) -> re.Pattern[str]:
        """The sentence that opens an item and decides it."""
        return self._template(self.heading)

    @cached_property
    def decided_heads(self) -> tuple[re.Pattern[str], ...]:
        """What opens an item in the style ``heading``, by its decision word, the longest first."""
        label = phrase(self.labels["claims_administrator"])
        return tuple(
            re.compile(rf"(?P<decision>{phrase(word)})\s*(?P<label>{label})")
            for word in sorted(self.decisions, key=len, reverse=True)
        )

    @cached_property
    def passage_head(self) -> re.Pattern[str]:
        """What opens the passage of an item that a list decides."""
        return self._template(self.passage)

    def _template(self, words: str) -> re.Pattern[str]:
        slots = {
            "number": r"(?P<number>\d{1,3})",
            "request": _REQUEST_SLOT,
            "decision": rf"\b(?P<decision>{self.decided})",
        }
        at_line_start = _LINE_START if words.startswith("{number}") else ""
        return re.compile(at_line_start + phrase(words, **slots))

    @cached_property
    def section_heads(self) -> dict[str, re.Pattern[str]]:
        """The headings by section name."""
        return {
            section.name: re.compile(
                phrase(section.heading, decision=f"(?P<decision>{self.decided})")
            )
            for section in self.sections
            if section.heading
        }


# --- layout files ---------------------------------------------------------------------------


@cache
def built_in() -> tuple[LayoutRule, ...]:
    """Return the layouts that come with the package, in the order in which they are tried."""
    folder = resources.files("extractor") / "layouts"
    return tuple(
        parse_rule((folder / f"{name}.toml").read_text("utf-8"), name) for name in BUILT_IN
    )


def load_rules(folder: Path | None = None) -> tuple[LayoutRule, ...]:
    """Return the layouts of *folder* (each ``*.toml`` in it), tried first, and the built-in ones.

    Raises:
        LayoutError: *folder* is no folder, or a file in it is no layout.
    """
    if folder is None:
        return built_in()
    if not folder.is_dir():
        msg = f"--layouts {folder}: there is no such folder."
        raise LayoutError(msg)
    own = [parse_rule(_read(path), path.name) for path in sorted(folder.glob("*.toml"))]
    if not own:
        msg = f"--layouts {folder}: there is no *.toml file in it."
        raise LayoutError(msg)
    return (*own, *built_in())


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The layout file {path} cannot be read: {error}"
        raise LayoutError(msg) from None


def parse_rule(toml: str, source: str) -> LayoutRule:
    """Read a layout file's content; *source* names it in errors.

    Raises:
        LayoutError: it is not TOML, or a part is missing or not known.
    """
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source} is not TOML: {error}"
        raise LayoutError(msg) from None
    try:
        return _rule_of(LayoutFile.model_validate(data))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = f"{where}: {first['msg']}" if where else first["msg"]
        msg = f"{source} is no layout: {said}. See CONTRIBUTING, 'Add a layout'."
        raise LayoutError(msg) from None


def _rule_of(file: LayoutFile) -> LayoutRule:
    items = file.items
    return LayoutRule(
        name=file.name,
        description=file.description,
        detect_all=tuple(file.detect.all),
        detect_any=tuple(file.detect.any),
        sections=tuple(SectionRule(**section.model_dump()) for section in file.sections),
        style=items.style,
        heading=items.heading,
        passage=items.passage,
        decisions=dict(items.decisions),
        labels={str(part): label for part, label in items.labels.items()},
        kept_labels=frozenset(items.keep.labels),
        required={name: tuple(fields) for name, fields in file.require.model_dump().items()},
    )


# --- phrases --------------------------------------------------------------------------------


def phrase(words: str, **slots: str) -> str:
    r"""Return a pattern for *words* with any white space between them.

    ``{name}`` takes a slot; a word in square brackets may be missing.

    >>> bool(re.fullmatch(phrase("[The] MAXIMUS guideline:"), "MAXIMUS \n guideline :"))
    True
    """
    pattern = ""
    for word in words.split():
        optional = word.startswith("[") and word.endswith("]")
        parts = re.split(r"(\{\w+\}|:)", word[1:-1] if optional else word)
        piece = "".join(_piece(part, slots) for part in parts if part)
        pattern += rf"(?:{piece}\s*)?" if optional else rf"{piece}\s*"
    return pattern.removesuffix(r"\s*")


def _piece(part: str, slots: dict[str, str]) -> str:
    if part == ":":
        return r"\s*:"
    if part.startswith("{") and part.endswith("}"):
        return slots[part[1:-1]]
    return re.escape(part)


@cache
def compiled(words: str) -> re.Pattern[str]:
    """Return the pattern of *words*, compiled once."""
    return re.compile(phrase(words))
