"""Clinical summaries: the worker, the injury, the course and the review, all of it invented."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from evals.synth.asked import region_words
from evals.synth.chance import chance
from evals.synth.marks import Mark, Part, Piece, capitalized, filled, joined, listed, marked
from evals.synth.plan import Plan, printed_date
from evals.synth.vocabulary import load, semicolons

_SEXES = {"male": ("male", "man"), "female": ("female", "woman")}
_ICD10_FROM = date(2015, 10, 1)
_SOME = 0.5


@dataclass
class Story:
    """A clinical summary.

    Attributes:
        piece: Its words, marked.
        fields: The ``patient`` of the record, and ``clinical_summary``.
        study: The passage that dates the latest MRI; None where none is told of.
        injury: The mark on the date of injury; None where there is none.
    """

    piece: Piece
    patient: dict[str, Any]
    summary: Mark
    study: Mark | None = None
    injury: Mark | None = None


def story(plan: Plan) -> Story:
    """Return the clinical summary of a letter."""
    patient: dict[str, Any] = {
        "age": None, "sex": None, "date_of_injury": None, "ur_date": None, "diagnosis_codes": [],
    }  # fmt: skip
    told = Story(Piece(""), patient, Mark())
    sentences = [_opener(plan, told), *_middle(plan, told)]
    if chance(plan.rng, 0.85) or "ur-dates-differ" in plan.traps:
        sentences.append(_review(plan, patient))
    told.piece = marked(told.summary, _run_on(plan, sentences))
    return told


def _run_on(plan: Plan, sentences: list[Piece]) -> Piece:
    """Return the sentences one after the other; one space may be lost."""
    if "run-on-sentences" not in plan.traps or len(sentences) < 3:  # noqa: PLR2004
        return listed(sentences, " ")
    at = plan.rng.randrange(1, len(sentences))
    return joined(listed(sentences[:at], " "), listed(sentences[at:], " "))


# --- the worker -----------------------------------------------------------------------------------


def _opener(plan: Plan, told: Story) -> Piece:
    """Return the sentence that introduces the worker and the injury."""
    rng, data, people = plan.rng, load("story"), load("people")
    slots: dict[str, Part] = {
        "The": rng.choice(("The", "This")),
        "worker": rng.choice(people["workers"]),
        "occupation": rng.choice(semicolons("people", "occupations")),
    }
    has_age, has_sex = "no-age" not in plan.traps, "no-sex" not in plan.traps
    if has_age:
        slots["age"] = _age(plan, told.patient)
    if has_sex:
        slots["sex"] = _sex(plan, told.patient)
    name = {(1, 1): "full", (0, 1): "no_age", (1, 0): "no_sex", (0, 0): "bare"}[has_age, has_sex]
    opener = filled(data[f"opener_{name}"], slots)
    return joined(opener, _injury(plan, told, bare="_bare" if name == "bare" else ""))


def _age(plan: Plan, patient: dict[str, Any]) -> Piece:
    years = plan.rng.randrange(19, 72)
    patient["age"] = mark = Mark(years)
    return marked(mark, plan.rng.choice((f"{years} year old", f"{years}-year-old")))


def _sex(plan: Plan, patient: dict[str, Any]) -> Piece:
    sex = plan.rng.choice(tuple(_SEXES))
    patient["sex"] = mark = Mark(sex)
    return marked(mark, _SEXES[sex][0])


def _injury(plan: Plan, told: Story, *, bare: str) -> Piece:
    """Return the words that date the injury."""
    rng, data, people = plan.rng, load("story"), load("people")
    mishap = rng.choice(people["mishaps"]).replace("{object}", rng.choice(people["objects"]))
    day = plan.frame.injury
    if "no-injury-date" in plan.traps:
        slots = {"season": rng.choice(data["seasons"]), "year": str(day.year), "mishap": mishap}
        return filled(rng.choice(data[f"no_date{bare}"]), slots)
    if "header-contradicts-body" in plan.traps:
        day -= timedelta(rng.choice((1, 10, 31, 365)))
    mark = told.patient["date_of_injury"] = told.injury = Mark(day.isoformat())
    dated = marked(mark, printed_date(day, rng))
    return filled(rng.choice(data[f"injury{bare}"]), {"injury": dated, "mishap": mishap})


# --- the course -----------------------------------------------------------------------------------


def _middle(plan: Plan, told: Story) -> list[Piece]:
    """Return the sentences between the injury and the review."""
    rng, data = plan.rng, load("story")
    sentences = [_said(plan, line) for line in rng.sample(data["complaint"], rng.randrange(1, 3))]
    sentences += [_said(plan, line) for line in rng.sample(data["study"], rng.randrange(2))]
    sentences += [_said(plan, line) for line in rng.sample(data["course"], rng.randrange(2, 7))]
    for trap, lines in (("other-people", "kin"), ("redaction-gaps", "redacted")):
        if trap in plan.traps:
            sentences.append(Piece(rng.choice(data[lines])))
    if "injected-instructions" in plan.traps:
        sentences.append(Piece(rng.choice(data["injected"])))
    if "diagnosis-codes" in plan.traps:
        sentences.append(_diagnosis(plan, told.patient))
    if "duration-contradicts-dates" in plan.traps:
        sentences.append(_mri(plan, told))
    rng.shuffle(sentences)
    return sentences


def _said(plan: Plan, line: str) -> Piece:
    rng = plan.rng
    low = rng.randrange(2, 6)
    words, _ = region_words(plan.region, rng)
    day = plan.frame.injury + timedelta(rng.randrange(5, 100))
    return filled(
        line,
        {
            "region": words.text,
            "low": str(low),
            "high": str(low + 3),
            "count": str(rng.randrange(3, 20)),
            "date": printed_date(day, rng),
        },
    )


def _mri(plan: Plan, told: Story) -> Piece:
    """Return the sentence that dates the latest MRI to some months before the decision."""
    day = plan.frame.decided - timedelta(plan.rng.randrange(150, 330))
    day = max(day, plan.frame.injury + timedelta(20))
    words = plan.region and load("regions")[plan.region]["words"][0]
    told.study = Mark()
    dated = printed_date(day, plan.rng)
    return marked(told.study, f"An MRI of the {words} was done on {dated}.")


def _diagnosis(plan: Plan, patient: dict[str, Any]) -> Piece:
    rng, data = plan.rng, load("story")
    book = "10" if plan.frame.denied >= _ICD10_FROM else "9"
    codes = [Mark(), Mark()]
    names = rng.sample(data["names"], 2)
    printed = rng.sample(data[f"icd{book}"], 2)
    template = rng.choice(data["diagnosis"])
    slots: dict[str, Part] = {
        "name": names[0], "other": names[1], "book": book,
        "code": marked(codes[0], printed[0]), "code2": marked(codes[1], printed[1]),
    }  # fmt: skip
    patient["diagnosis_codes"] = codes if "{code2}" in template else codes[:1]
    return filled(template, slots)


def _review(plan: Plan, patient: dict[str, Any]) -> Piece:
    """Return the sentence that dates the utilization review."""
    rng, data = plan.rng, load("story")
    day = plan.frame.denied
    if "ur-dates-differ" in plan.traps:
        day -= timedelta(rng.randrange(1, 6))
    mark = patient["ur_date"] = Mark(day.isoformat())
    what = rng.choice(data["what"])
    slots: dict[str, Part] = {
        "denial": marked(mark, printed_date(day, rng)),
        "what": what,
        "What": capitalized(what),
    }
    return filled(rng.choice(data["review"]), slots)
