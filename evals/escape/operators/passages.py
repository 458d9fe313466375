"""Rationales, conclusions and the summary: cut, run on, exchanged, turned round."""

from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.operators.requests import extended, shortened
from evals.escape.tree import Tree

POLARITIES = {"necessary": "not_necessary", "not_necessary": "necessary"}


def rationale_cut_short(letter: Letter, chance: Random) -> Tree | None:
    """A rationale has lost words or sentences; a conclusion that stood there is gone too."""
    if (chosen := letter.any_item(chance, "rationale")) is None:
        return None
    n, item = chosen
    rationale = shortened(letter, chance, item["rationale"])
    return _with_rationale(letter, n, rationale) if rationale else None


def rationale_cut_at_sentence(letter: Letter, chance: Random) -> Tree | None:
    """A rationale lacks its first or last sentences; a conclusion that stood there is gone too."""
    if (chosen := letter.any_item(chance, "rationale")) is None:
        return None
    n, item = chosen
    start, end = item["rationale"]["start"], item["rationale"]["end"]
    cut = pick(chance, letter.sentences(item["rationale"])[1:])
    if cut is None:
        return None
    place = chance.choice([(start, cut[0]), (cut[0], end)])
    rationale = letter.read(*place)
    return _with_rationale(letter, n, rationale) if rationale else None


def _with_rationale(letter: Letter, n: int, rationale: Tree) -> Tree:
    """Return the record with *rationale*, without the conclusion and citations outside of it."""
    conclusion, cited = letter.items[n]["conclusion"], letter.items[n]["rationale_citations"]
    if conclusion and not _holds(rationale, conclusion):
        conclusion = None
    inside = [citation for citation in cited if _holds(rationale, citation)]
    return letter.with_item(
        n, rationale=rationale, conclusion=conclusion, rationale_citations=inside
    )


def _holds(text: Tree, part: Tree) -> bool:
    return bool(text["start"] <= part["start"] and part["end"] <= text["end"])


def rationale_run_on(letter: Letter, chance: Random) -> Tree | None:
    """A rationale reaches over its label, or into the next item or the letter's closing."""
    if (chosen := letter.any_item(chance, "rationale")) is None:
        return None
    n, item = chosen
    rationale = extended(letter, chance, item["rationale"])
    return letter.with_item(n, rationale=rationale) if rationale else None


def rationale_from_another_item(letter: Letter, chance: Random) -> Tree | None:
    """A rationale is another item's, with or without its conclusion and citations."""
    if (pair := letter.two_items(chance, "rationale")) is None:
        return None
    other = letter.items[pair[1]]
    names = ("rationale", "rationale_citations", "conclusion")[: chance.choice([2, 3])]
    return letter.with_item(pair[0], **{name: other[name] for name in names})


def conclusion_turned(letter: Letter, chance: Random) -> Tree | None:
    """A conclusion's polarity is the other one."""
    if (chosen := letter.any_item(chance, "conclusion")) is None:
        return None
    n, item = chosen
    value = POLARITIES[item["conclusion"]["value"]]
    return letter.with_item(n, conclusion={**item["conclusion"], "value": value})


def conclusion_moved(letter: Letter, chance: Random) -> Tree | None:
    """The conclusion is another sentence of the rationale, of either polarity."""
    if (chosen := letter.any_item(chance, "rationale")) is None:
        return None
    n, item = chosen
    place = pick(chance, letter.sentences(item["rationale"]))
    value = chance.choice(sorted(POLARITIES))
    return letter.with_item(n, conclusion=letter.read(*place, value)) if place else None


def conclusion_cut(letter: Letter, chance: Random) -> Tree | None:
    """A conclusion has lost words at an end, or reaches over words beside it."""
    if (chosen := letter.any_item(chance, "conclusion")) is None:
        return None
    n, item = chosen
    change = chance.choice([shortened, extended])
    cut = change(letter, chance, item["conclusion"])
    value = item["conclusion"]["value"]
    return letter.with_item(n, conclusion={**cut, "value": value}) if cut else None


def conclusion_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A conclusion that the rationale states is null."""
    chosen = letter.any_item(chance, "conclusion")
    return letter.with_item(chosen[0], conclusion=None) if chosen else None


def summary_cut(letter: Letter, chance: Random) -> Tree | None:
    """The summary has lost words at an end, or is null."""
    summary = letter.tree["clinical_summary"]
    if summary is None:
        return None
    cut = chance.choice([shortened(letter, chance, summary)] * 9 + [None])
    return letter.put(("clinical_summary",), cut)


def summary_run_on(letter: Letter, chance: Random) -> Tree | None:
    """The summary reaches over its heading or over the next one."""
    summary = letter.tree["clinical_summary"]
    longer = extended(letter, chance, summary) if summary else None
    return letter.put(("clinical_summary",), longer) if longer else None
