"""Citations: moved, invented, dropped, doubled, joined, cut, relabelled, taken apart otherwise."""

from random import Random
from typing import Any

from evals.escape.letters import Letter, pick
from evals.escape.tree import Path, Tree, drop, put, splice
from extractor.guidelines import catalogue
from extractor.guidelines.components import components_of

_SINGLE = ("title", "edition", "year", "chapter", "url")
_MANY = ("sections", "pages", "tables")
_AUTHORITIES = ("mtus", "non_mtus", None)
# Invented, in the form that a prompt's examples have.
INVENTED = (
    "ACOEM Chapter 12 Low Back Complaints Page(s): 308",
    "Official Disability Guidelines (ODG), Pain Chapter, Gym memberships",
    "Chronic Pain Medical Treatment 2009, Section(s): Topical Analgesics",
)


def citation_moved_in(letter: Letter, chance: Random) -> Tree | None:
    """A citation of another field, or of another item, stands among a field's own."""
    taken, into = pick(chance, letter.citations), pick(chance, letter.citation_lists)
    if taken is None or into is None or taken[: len(into)] == into:
        return None
    return splice(letter.tree, _somewhere(letter, chance, into), letter.at(*taken))


def _somewhere(letter: Letter, chance: Random, into: Path) -> Path:
    """Return the path of a place in the list at *into*: between entries or at an end."""
    return (*into, chance.randrange(len(letter.at(*into)) + 1))


def citation_from_another_letter(letter: Letter, chance: Random) -> Tree | None:
    """A citation is another letter's, place and all."""
    other = letter.another(chance)
    path, taken = pick(chance, letter.citations), other and pick(chance, other.citations)
    return letter.put(path, other.at(*taken)) if path and other and taken else None


def citation_invented(letter: Letter, chance: Random) -> Tree | None:
    """A citation is invented, at the place of words of the field or with words of its own."""
    if (into := pick(chance, letter.citation_lists)) is None:
        return None
    passage = letter.at(*into[:-1])["text" if into[-1] == "citations" else "rationale"]
    words = letter.words(passage["start"], passage["end"])
    first = chance.randrange(len(words))
    last = min(len(words) - 1, first + chance.randrange(6))
    made = read_citation(letter, words[first][0], words[last][1], chance.choice(_AUTHORITIES))
    if made is None:
        return None
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        made |= {"quote": (quote := chance.choice(INVENTED)), **_components(quote, made)}
    return splice(letter.tree, _somewhere(letter, chance, into), made)


def _components(words: str, citation: Tree) -> Tree:
    components = vars(components_of(words, citation["labelled"]))
    return {name: list(p) if isinstance(p, tuple) else p for name, p in components.items()}


def read_citation(letter: Letter, start: int, end: int, labelled: str | None) -> Tree | None:
    """Return the words at *start:end* as a citation whose components are those words."""
    value = letter.read(start, end)
    if value is None:
        return None
    place = {name: value[name] for name in ("quote", "start", "end", "page")}
    made = {"labelled": labelled, "authority": labelled or "non_mtus"}
    return {**made, **_components(value["value"], made), **place, "excerpt": None}


def citation_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A citation is left out."""
    path = pick(chance, letter.citations)
    return drop(letter.tree, path) if path else None


def citation_doubled(letter: Letter, chance: Random) -> Tree | None:
    """A citation stands twice in its field."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    place = _somewhere(letter, chance, path[:-1])
    return splice(letter.tree, place, letter.at(*path))


def citations_reordered(letter: Letter, chance: Random) -> Tree | None:
    """Two citations of a field stand in each other's place."""
    lists = [path for path in letter.citation_lists if len(letter.at(*path)) > 1]
    if (path := pick(chance, lists)) is None:
        return None
    listed = list(letter.at(*path))
    one, other = chance.sample(range(len(listed)), 2)
    listed[one], listed[other] = listed[other], listed[one]
    return letter.put(path, listed)


def citations_joined(letter: Letter, chance: Random) -> Tree | None:
    """Two citations of a field are one, with the components of its words or of both."""
    lists = [path for path in letter.citation_lists if len(letter.at(*path)) > 1]
    if (path := pick(chance, lists)) is None:
        return None
    n = chance.randrange(len(letter.at(*path)) - 1)
    one, other = letter.at(*path)[n : n + 2]
    joined = read_citation(letter, one["start"], other["end"], one["labelled"])
    if joined is None:
        return None
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        joined |= {name: one[name] + other[name] for name in _MANY}
        joined |= {name: one[name] or other[name] for name in ("year", "url", "guideline")}
        joined["title"] = " ".join(filter(None, (one["title"], other["title"])))
    return splice(letter.tree, (*path, n), joined, taking=2)


def citation_split(letter: Letter, chance: Random) -> Tree | None:
    """A citation is two, cut between two of its words."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    whole = letter.at(*path)
    cut = pick(chance, letter.words(whole["start"], whole["end"])[1:])
    if cut is None:
        return None
    places = ((whole["start"], cut[0]), (cut[0], whole["end"]))
    halves = [read_citation(letter, start, end, whole["labelled"]) for start, end in places]
    return splice(letter.tree, path, *filter(None, halves), taking=1)


def citation_cut(letter: Letter, chance: Random) -> Tree | None:
    """A citation has lost words at an end; its components are those that are left."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    whole = letter.at(*path)
    cut = pick(chance, letter.words(whole["start"], whole["end"])[1:])
    if cut is None:
        return None
    place = chance.choice([(whole["start"], cut[0]), (cut[0], whole["end"])])
    return _reread(letter, path, *place)


def citation_run_on(letter: Letter, chance: Random) -> Tree | None:
    """A citation reaches over words beside it; its components have those too."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    start, end = letter.at(*path)["start"], letter.at(*path)["end"]
    options = [(before, end) for before, _ in letter.words(start - 80, start)[1:]]
    options += [(start, after) for _, after in letter.words(end, end + 80)[:-1]]
    place = pick(chance, options)
    return _reread(letter, path, *place) if place else None


def _reread(letter: Letter, path: Path, start: int, end: int) -> Tree | None:
    whole = letter.at(*path)
    made = read_citation(letter, start, end, whole["labelled"])
    return letter.put(path, {**made, "excerpt": whole["excerpt"]}) if made else None


def excerpt_swallowed(letter: Letter, chance: Random) -> Tree | None:
    """An excerpt is part of its citation, or is left out, or is cut."""
    cited = [path for path in letter.citations if letter.at(*path)["excerpt"]]
    if (path := pick(chance, cited)) is None:
        return None
    whole = letter.at(*path)
    excerpt = whole["excerpt"]
    swallowed = read_citation(letter, whole["start"], excerpt["end"], whole["labelled"])
    cut = chance.choice(letter.words(excerpt["start"], excerpt["end"]))
    shorter = letter.read(cut[0], excerpt["end"])
    return letter.put(
        path,
        chance.choice([swallowed, {**whole, "excerpt": None}, {**whole, "excerpt": shorter}]),
    )


def excerpt_invented(letter: Letter, chance: Random) -> Tree | None:
    """A citation has an excerpt that is words of the next citation, statement or field."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    end = letter.at(*path)["end"]
    after = letter.words(end, end + 200)[:-1]
    if not after:
        return None
    excerpt = letter.read(after[0][0], chance.choice(after)[1])
    return letter.put((*path, "excerpt"), excerpt)


def citation_relabelled(letter: Letter, chance: Random) -> Tree | None:
    """A citation is labelled, or is of an authority, that it is not; or both; the field follows."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    other = chance.choice(_AUTHORITIES)
    names = chance.choice([("labelled",), ("authority",), ("labelled", "authority")])
    tree = letter.put(path, {**letter.at(*path), **dict.fromkeys(names, other)})
    if path[-2] == "citations" and "labelled" in names and chance.random() < 0.5:  # noqa: PLR2004 - half
        labels = {c["labelled"] for c in _list_at(tree, path)} - {None}
        cites = "both" if len(labels) > 1 else next(iter(labels), "unclear")
        tree = put(tree, (*path[:-2], "cites"), cites)
    return tree


def _list_at(tree: Tree, path: Path) -> list[Tree]:
    for step in path[:-1]:
        tree = tree[step]  # type: ignore[index]
    return tree  # type: ignore[return-value]


def guideline_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """A citation has another guideline's id, of the catalogue or ``unknown`` or of nothing."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    ids = chance.choice([sorted(catalogue().entries), ["unknown", "mtus", "invented/1"]])
    return letter.put((*path, "guideline"), chance.choice(ids))


def component_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A component of a citation is left out."""
    if (chosen := _component(letter, chance)) is None:
        return None
    path, name, n = chosen
    if n is None:
        return letter.put((*path, name), None)
    return drop(letter.tree, (*path, name, n))


def _component(letter: Letter, chance: Random) -> tuple[Path, str, int | None] | None:
    """Return a component: its citation's path, its name, its index where there may be many."""
    if (path := pick(chance, letter.citations)) is None:
        return None
    citation = letter.at(*path)
    options: list[tuple[str, int | None]] = [(name, None) for name in _SINGLE if citation[name]]
    options += [(name, n) for name in _MANY for n in range(len(citation[name]))]
    chosen = pick(chance, options)
    return (path, *chosen) if chosen else None


def component_moved(letter: Letter, chance: Random) -> Tree | None:
    """A page is a section, a section the title, a chapter a page, and so on."""
    if (chosen := _component(letter, chance)) is None:
        return None
    path, name, n = chosen
    citation = dict(letter.at(*path))
    part = citation[name] if n is None else citation[name][n]
    citation[name] = None if n is None else [p for m, p in enumerate(citation[name]) if m != n]
    target = chance.choice([to for to in (*_MANY, "title", "chapter", "edition") if to != name])
    if target in _MANY:
        citation[target] = [*citation[target], str(part)]
    else:
        citation[target] = " ".join(filter(None, (citation[target], str(part))))
    return letter.put(path, citation)


def component_changed(letter: Letter, chance: Random) -> Tree | None:
    """A component has a word more or less, its words turned round, or itself twice."""
    if (chosen := _component(letter, chance)) is None:
        return None
    path, name, n = chosen
    part = letter.at(*path, name) if n is None else letter.at(*path, name, n)
    where = (*path, name) if n is None else (*path, name, n)
    return letter.put(where, _changed(chance, part))


def _changed(chance: Random, part: Any) -> Any:  # noqa: ANN401 - a component: words or a year
    if isinstance(part, int):
        return part + chance.choice([-10, -1, 1, 2])
    words = part.split()
    options = [words[1:], words[:-1], words[::-1], [*words, words[-1]], [*words, "Chapter"]]
    return " ".join(chance.choice([option for option in options if option]))


def components_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two citations of a letter have each other's title, year, pages, sections or guideline."""
    if len(letter.citations) < 2:  # noqa: PLR2004 - two citations
        return None
    one, other = chance.sample(letter.citations, 2)
    name = chance.choice((*_SINGLE, *_MANY, "guideline"))
    tree = letter.put((*one, name), letter.at(*other, name))
    return put(tree, (*other, name), letter.at(*one, name))
