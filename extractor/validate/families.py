"""What the validator knows of letters by itself: headings, labels and decision words to look for.

Written down a second time, apart from the layout files, so that a mistake there cannot vouch for
itself. A user's own layout brings its words along; where they stand is still found here.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from extractor.record import DecisionWord

PARTS = ("claims_administrator", "reviewer", "rationale")


@dataclass(frozen=True)
class Family:
    """Letters that are anchored alike; every pattern is tolerant of white space.

    ``style``: where the decision stands. ``before_label``: a word before the first label;
    ``sentence``: in a numbered sentence that opens the item; ``list``: in a numbered list before
    all passages; ``document``: in a heading of the one item. What is
    ``required_of_header`` is required where the header has any label at all.
    """

    name: str
    known_by: tuple[re.Pattern[str], ...]
    style: str
    issues: re.Pattern[str]
    lead: re.Pattern[str] | None = None
    labels: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    label_is_text: frozenset[str] = frozenset()
    decision: re.Pattern[str] = re.compile(r"(?!)")
    verdicts: Mapping[str, DecisionWord] = field(default_factory=dict)
    head: re.Pattern[str] | None = None
    passage: re.Pattern[str] | None = None
    credentials: re.Pattern[str] | None = None
    summary: re.Pattern[str] | None = None
    summary_lead: re.Pattern[str] | None = None
    others: tuple[re.Pattern[str], ...] = ()
    required: frozenset[str] = frozenset(PARTS)
    required_of_header: frozenset[str] = frozenset()
    required_of_record: frozenset[str] = frozenset()

    def verdict(self, words: str) -> DecisionWord | None:
        """Return what deciding *words* decide; None where they are no decision of this family."""
        return self.verdicts.get("".join(words.split()).lower())


def _p(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile *pattern*; a space in it stands for any white space, none included."""
    return re.compile(pattern.replace(" ", r"\s*"), flags)


_SUMMARY_LEAD = _p("including all medical records :")
_NECESSITY: dict[str, DecisionWord] = {
    f"{verb}{no}medicallynecessary{tail}": "upheld" if no else "overturned"
    for verb in ("is", "was")
    for no in ("", "not")
    for tail in ("", "andappropriate")
}
_NECESSARY = r"\b(?:is|was)\s*(?:not)?\s*medically\s*necessary(?:\s*and\s*appropriate)?"
_LINE_START = r"(?:^|(?<=[\n\f]))[ \t]*"
_ARTICLE = r"(?:(?:an?|the)\s+)?"

DWC = Family(
    name="dwc",
    known_by=(_p("IMR ISSUES, DECISIONS,? AND RATIONALES"), _p("Claims Administrator guideline :")),
    style="before_label",
    issues=_p("IMR ISSUES, DECISIONS,? AND RATIONALES"),
    lead=_p("disputed items/services set forth below :"),
    labels={
        "claims_administrator": _p("Claims [Aa]dministrator [Gg]uideline :"),
        "reviewer": _p("(?:MAXIMUS|Maximus) [Gg]uideline :"),
        "rationale": _p("Decision [Rr]ationale :"),
    },
    decision=_p(r"\b(?:Upheld|Overturned|UPHELD|OVERTURNED)\b"),
    verdicts={"upheld": "upheld", "overturned": "overturned"},
    credentials=_p("HOW THE IMR FINAL DETERMINATION WAS MADE"),
    summary=_p("CLINICAL CASE SUMMARY"),
    summary_lead=_SUMMARY_LEAD,
    required_of_header=frozenset(
        (
            "case_number date_assigned date_of_injury decision_date ur_denial_date priority "
            "application_received"
        ).split()
    ),
    required_of_record=frozenset({"clinical_summary"}),
)
LETTER_2014 = Family(
    name="letter-2014",
    known_by=(_p(r"IMR DECISION\(S\) AND RATIONALE\(S\)"), _p("Physician Reviewer")),
    style="sentence",
    issues=_p(r"IMR DECISION\(S\) AND RATIONALE\(S\)"),
    lead=_p("set forth below :"),
    labels={
        "claims_administrator": _p("The Claims Administrator based its decision on"),
        "reviewer": _p("The Physician Reviewer based his/her decision on"),
        "rationale": _p("The Physician Reviewer's decision rationale :"),
    },
    label_is_text=frozenset({"claims_administrator", "reviewer"}),
    decision=re.compile(_NECESSARY),
    verdicts=_NECESSITY,
    head=re.compile(
        rf"{_LINE_START}(?P<number>\d{{1,3}})\s*\.\s*The\s*request\s*for\s+{_ARTICLE}(?P<request>\S.{{0,1500}}?)[\s,]*(?P<decision>{_NECESSARY})\s*\.",
        re.DOTALL,
    ),
    credentials=_p("HOW THE IMR FINAL DETERMINATION WAS MADE"),
    summary=_p("CLINICAL CASE SUMMARY"),
    summary_lead=_SUMMARY_LEAD,
    others=(_p("DOCUMENTS REVIEWED"),),
    required_of_record=frozenset({"clinical_summary"}),
)
LETTER_2013 = Family(
    name="letter-2013",
    known_by=(
        _p("Notice of Independent Medical Review Determination"),
        _p("Rationale for the Decision :"),
    ),
    style="list",
    issues=_p("INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE"),
    labels={
        "claims_administrator": _p("The Claims Administrator based its decision on"),
        "reviewer": _p("The Expert Reviewer"),
        "rationale": _p("Rationale for the Decision :"),
    },
    label_is_text=frozenset({"claims_administrator", "reviewer"}),
    decision=re.compile(_NECESSARY),
    verdicts=_NECESSITY,
    head=re.compile(
        rf"{_LINE_START}(?P<number>\d{{1,3}})\s*\)\s*MAXIMUS\s*Federal\s*Services,\s*Inc\.\s*has\s*determined\s*the\s*request\s*for\s+"
        rf"{_ARTICLE}(?P<request>\S.{{0,1500}}?)[\s,]*(?P<decision>{_NECESSARY})\s*\.",
        re.DOTALL,
    ),
    passage=re.compile(
        rf"(?:\d{{1,3}}\s*\)\s*)?Regarding\s*the\s*request\s*for\s+{_ARTICLE}(?P<request>\S)"
    ),
    credentials=_p("Medical Qualifications of the Expert Reviewer :"),
    summary=_p("Case Summary :"),
    others=(
        _p("Documents Reviewed"),
        re.compile(r"(?:\d{1,3}\s*\)\s*)?Regarding\s*the\s*request\s*for\b"),
    ),
)
PROFESSIONAL_REVIEW = Family(
    name="professional-review",
    known_by=(_p("MEDICAL PROFESSIONAL REVIEW"), _p("ISSUE AT DISPUTE :")),
    style="document",
    issues=_p("ISSUE AT DISPUTE :"),
    labels={
        "reviewer": _p(
            r"MEDICAL TREATMENT GUIDELINE\(S\) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY :"
        ),
        "rationale": re.compile(
            r"RATIONALE\s*FOR\s*WHY\s*THE\s*REQUESTED\s*TREATMENT/SERVICE\s*"
            r"(?:IS|WAS)\s*(?:NOT)?\s*MEDICALLY\s*NECESSARY\s*:",
        ),
    },
    verdicts=_NECESSITY,
    head=re.compile(
        r"TREATMENT/SERVICE\s*(?P<decision>(?:IS|WAS)\s*(?:NOT)?\s*MEDICALLY\s*NECESSARY)\s*:"
    ),
    credentials=_p("MEDICAL REVIEWER QUALIFICATIONS :"),
    summary=_p("CASE SUMMARY :"),
    others=(_p("DOCUMENTS REVIEWED FOR DETERMINATION :"),),
    required=frozenset({"reviewer", "rationale"}),
    required_of_record=frozenset({"clinical_summary"}),
)
BUILT_IN = (DWC, LETTER_2014, LETTER_2013, PROFESSIONAL_REVIEW)

_STYLES = {"heading": "before_label", "sentence": "sentence", "list": "list", "single": "document"}


@cache
def known_families(folder: Path | None = None) -> tuple[Family, ...]:
    """Return the families of a user's layout *folder*, tried first, and the built-in ones."""
    if folder is None:
        return BUILT_IN
    own = (tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml")))
    return (*map(family_of, own), *BUILT_IN)


def family_of(layout: Mapping[str, Any]) -> Family:
    """Return the family of a user's layout file; only its words are taken, not what it finds."""
    sections = {section["name"]: section for section in layout["sections"]}
    items, required = layout["items"], layout.get("require", {})
    words = sorted(items["decisions"], key=len, reverse=True)
    decisions = "|".join(_words(word) for word in words)
    issues = sections["request" if items["style"] == "single" else "issues"]
    return Family(
        name=layout["name"],
        known_by=tuple(re.compile(_words(phrase)) for phrase in layout["detect"]["all"]),
        style=_STYLES[items["style"]],
        issues=re.compile(_words(issues["heading"])),
        lead=_lead(issues),
        labels=_labels(items.get("labels", {}), sections, decisions),
        label_is_text=frozenset(items.get("keep", {}).get("labels", ())),
        decision=re.compile(rf"\b(?:{decisions})"),
        verdicts={"".join(word.split()).lower(): v for word, v in items["decisions"].items()},
        head=_template(items.get("heading", "") or _deciding_heading(sections), decisions),
        passage=_template(items.get("passage", ""), decisions),
        credentials=_heading(sections.get("qualifications")),
        summary=_heading(sections.get("summary")),
        summary_lead=_lead(sections.get("summary")),
        others=tuple(
            pattern
            for name, section in sections.items()
            if name not in {"issues", "request", "qualifications", "summary"}
            and (pattern := _template(section.get("heading", ""), decisions))
        ),
        required=frozenset(required.get("item", ())),
        required_of_header=frozenset(required.get("case", ())),
        required_of_record=frozenset(required.get("record", ())),
    )


def _labels(
    labels: Mapping[str, str], sections: Mapping[str, Mapping[str, str]], decisions: str
) -> dict[str, re.Pattern[str]]:
    """Return what introduces each part: its label, or in a letter of one item its heading."""
    phrases = dict(labels) or {
        name: sections[name]["heading"] for name in PARTS if name in sections
    }
    return {part: p for part, words in phrases.items() if (p := _template(words, decisions))}


def _deciding_heading(sections: Mapping[str, Mapping[str, str]]) -> str:
    headings = (section.get("heading", "") for section in sections.values())
    return next((heading for heading in headings if "{decision}" in heading), "")


def _words(phrase: str) -> str:
    pattern = ""
    for word in phrase.replace(":", " :").split():
        may_be_missing = re.fullmatch(r"\[(.*)\]", word)
        pattern += (
            rf"(?:{re.escape(may_be_missing[1])}\s*)?"
            if may_be_missing
            else rf"{re.escape(word)}\s*"
        )
    return pattern.removesuffix(r"\s*")


def _heading(section: Mapping[str, str] | None) -> re.Pattern[str] | None:
    return re.compile(_words(section["heading"])) if section and section.get("heading") else None


def _lead(section: Mapping[str, str] | None) -> re.Pattern[str] | None:
    return re.compile(_words(section["lead"])) if section and section.get("lead") else None


def _template(template: str, decisions: str) -> re.Pattern[str] | None:
    if not template:
        return None
    slots = {
        r"\{number\}": r"(?P<number>\d{1,3})",
        r"\{request\}": rf"{_ARTICLE}(?P<request>\S.{{0,1500}}?)[\s,]*",
        r"\{decision\}": rf"\b(?P<decision>{decisions})",
    }
    pattern = (_LINE_START if template.startswith("{number}") else "") + _words(template)
    for name, slot in slots.items():
        pattern = pattern.replace(name, slot)
    return re.compile(pattern, re.DOTALL)
