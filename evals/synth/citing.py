"""Citations: documents as letters print them, with the fields that each of them deserves."""

from collections.abc import Sequence
from random import Random
from typing import Any

from evals.synth.asked import Asked
from evals.synth.chance import chance
from evals.synth.marks import Cited, Piece, filled, marked, words_of
from evals.synth.vocabulary import load

MTUS, NON_MTUS = "mtus", "non_mtus"
_PAIN = "mtus/chronic-pain"  # of no year
_SOME = 0.5
_OLD_FORM = 2015  # the last year of the fields' first form
_COLLEGE = "American College of Occupational and Environmental Medicine (ACOEM)"


def cite(  # noqa: PLR0913 - a citation has so many parts
    words: Piece | str,
    title: str | None,
    *,
    labelled: str | None,
    authority: str | None = None,
    guideline: str | None = None,
    edition: str | None = None,
    year: int | None = None,
    chapter: str | None = None,
    sections: Sequence[str] = (),
    pages: Sequence[str] = (),
    tables: Sequence[str] = (),
    url: str | None = None,
) -> Piece:
    """Return *words* marked as a citation of these parts; without *guideline* its id is open."""
    parts: dict[str, Any] = {
        "labelled": labelled,
        "authority": authority or labelled,
        "title": title,
        "edition": edition,
        "year": year,
        "chapter": chapter,
        "sections": list(sections),
        "pages": list(pages),
        "tables": list(tables),
        "url": url,
        "excerpt": None,
    }
    if guideline is not None:
        parts["guideline"] = guideline
    return marked(Cited(parts), words)


def cited(piece: Piece) -> list[Cited]:
    """Return the citations marked on *piece*, in their order."""
    found = [(start, mark) for mark, start, _ in piece.marks if isinstance(mark, Cited)]
    return [mark for _, mark in sorted(found, key=lambda each: each[0])]


# --- MTUS documents -------------------------------------------------------------------------------


def chapter_of(asked: Asked, rng: Random) -> int:
    """Return the ACOEM chapter on the region that is asked about, or any."""
    known = load("regions").get(asked.region, {}).get("chapter")
    return int(known or rng.choice(list(load("guidelines")["chapters"])))


def page_list(number: int, rng: Random) -> tuple[str, tuple[str, ...]]:
    """Return pages of ACOEM's chapter *number* as printed, and one by one."""
    low, high = load("guidelines")["chapters"][str(number)]["pages"]
    page = rng.randrange(low, high)
    pages = rng.choice(((f"{page}",), (f"{page}-{page + 1}",), (f"{page}", f"{page + 2}")))
    return rng.choice((", ", ",")).join(pages), pages


def acoem_2014(number: int, rng: Random, *, table: bool = False) -> Piece:
    """Return ACOEM's chapter as the fields of 2014 cite it."""
    title = load("guidelines")["chapters"][str(number)]["title"]
    words, pages = page_list(number, rng)
    tables: tuple[str, ...] = ()
    if table:
        tables = (f"{number}-{rng.randrange(1, 9)}",)
        words = f"Table {tables[0]}{rng.choice((',', ', '))}{words}"
    listing = f" Page(s): {words}" if table or chance(rng, 0.8) else ""
    return cite(
        f"ACOEM Chapter {number} {title}{listing}",
        "ACOEM",
        labelled=MTUS,
        guideline=f"mtus/acoem/{number}",
        chapter=str(number),
        sections=[title],
        pages=pages if listing else (),
        tables=tables,
    )


def acoem_2016(number: int, sections: Sequence[str]) -> Piece:
    """Return ACOEM's chapter as the fields of 2016 cite it."""
    entry = load("guidelines")["chapters"][str(number)]
    return dated(entry["title"], entry.get("year", 2004), f"mtus/acoem/{number}", sections)


def dated(title: str, year: int, guideline: str, sections: Sequence[str] = ()) -> Piece:
    """Return ``<document> <year>[, Section(s): …]``."""
    listing = f", Section(s): {', '.join(sections)}" if sections else ""
    words = f"{title} {year}{listing}"
    return cite(words, title, labelled=MTUS, guideline=guideline, year=year, sections=sections)


def document(key: str, sections: Sequence[str] = ()) -> Piece:
    """Return a document of ``guidelines.toml`` as the fields of 2016 cite it."""
    entry = load("guidelines")["documents"][key]
    return dated(entry["title"], entry["year"], entry["id"], sections)


def section_of(asked: Asked) -> str | None:
    """Return the title of the MTUS section on what is asked for; None where it has none."""
    by_class = load("guidelines")["sections"]["of_class"]
    found = asked.about.get("section") or by_class.get(asked.about.get("class", ""))
    return str(found) if found else None


def mtus_2016(asked: Asked, rng: Random) -> Piece:
    """Return an MTUS document on what is asked for, as the fields of 2016 cite it."""
    about = asked.about
    if key := about.get("document"):
        return document(key)
    if about.get("class") == "Opioids" and chance(rng, _SOME):
        sections = load("guidelines")["sections"]["opioids"]
        return document("opioids", [rng.choice(sections)] if chance(rng, _SOME) else [])
    chapter = load("regions").get(asked.region, {}).get("chapter")
    if chapter and "acoem" in about:
        return acoem_2016(chapter, [about["acoem"]] if chance(rng, _SOME) else [])
    if general := about.get("acoem_general"):
        return document("general", [general])
    section = section_of(asked)
    return document("chronic-pain-2016", [section] if section else [])


_OLD_NAMES = {
    "acupuncture": ("Acupuncture Treatment Guidelines", "mtus/acupuncture/2007"),
    "postsurgical": ("Postsurgical Treatment Guidelines", "mtus/postsurgical/2009"),
}


def mtus_2014(asked: Asked, rng: Random) -> Piece:
    """Return an MTUS document on what is asked for, as the fields of 2014 cite it."""
    if key := asked.about.get("document"):
        title, guideline = _OLD_NAMES[key]
        return cite(title, title, labelled=MTUS, guideline=guideline)
    section = section_of(asked)
    if asked.region and (not section or chance(rng, _SOME)) and has_chapter(asked):
        return acoem_2014(chapter_of(asked, rng), rng)
    title, page = "Chronic Pain Treatment Guidelines", str(rng.randrange(7, 120))
    words = f"{title} {section} Page(s): {page}" if section else title
    return cite(
        words,
        title,
        labelled=MTUS,
        guideline=_PAIN,
        sections=[section] if section else [],
        pages=[page] if section else [],
    )


def has_chapter(asked: Asked) -> bool:
    """Say whether ACOEM has a chapter on the region that is asked about."""
    return "chapter" in load("regions").get(asked.region, {})


# --- documents from outside -----------------------------------------------------------------------


def odg_parts(asked: Asked) -> tuple[str, str | None]:
    """Return the ODG's chapter on what is asked for, and its entry there."""
    about = asked.about
    by_class = load("guidelines")["odg"]["of_class"]
    chapter = about.get("odg_chapter") or load("regions").get(asked.region, {}).get("odg", "Pain")
    return chapter, about.get("odg") or by_class.get(about.get("class", ""))


def odg_id(chapter: str) -> str | None:
    """Return the id of one of the ODG's chapters; None where it is open."""
    found = load("guidelines")["odg"]["ids"].get(chapter)
    return str(found) if found else None


def odg(asked: Asked, rng: Random, *, year: int, misspelled: bool = False) -> Piece:
    """Return a citation of the Official Disability Guidelines in one of its forms."""
    chapter, entry = odg_parts(asked)
    if misspelled:
        entry = "Diagnositc imaging"
    if year > _OLD_FORM and chance(rng, 0.15):
        return _odg_edition(chapter, rng)
    title, edition, update = "Official Disability Guidelines (ODG)", None, ""
    if year > _OLD_FORM and chance(rng, 0.3):
        edition = f"updated {rng.randrange(1, 13)}/{rng.randrange(1, 29)}/16"
        update = f" ({edition})"
    joint = ", " if year > _OLD_FORM else " "
    sections = [chapter, entry] if entry else [chapter]
    words = f"{title}{joint}{chapter}{update}" + (f", {entry}" if entry else "")
    return cite(
        words,
        title,
        labelled=NON_MTUS,
        guideline=odg_id(chapter),
        edition=edition,
        sections=sections,
    )


def _odg_edition(chapter: str, rng: Random) -> Piece:
    edition = f"{rng.choice(('13th', '14th', '15th'))} Edition"
    return cite(
        f"ODG Guidelines, {edition}, 2016, {chapter} Chapter",
        "ODG Guidelines",
        labelled=NON_MTUS,
        guideline=odg_id(chapter),
        edition=edition,
        year=2016,
        sections=[f"{chapter} Chapter"],
    )


def outside(rng: Random) -> tuple[Piece, bool]:
    """Return a document from outside that is not the ODG, and whether nobody knows it."""
    data = load("guidelines")
    form = rng.choice(data["outside"])
    slots = {name: rng.choice(options) for name, options in data["slots"].items()}
    slots |= {"year": str(rng.randrange(2010, 2017)), "page": str(rng.randrange(40, 900))}
    said = {key: words_of(filled(form[key], slots)) for key in ("title", "edition") if key in form}
    piece = cite(
        filled(form["words"], slots),
        said["title"],
        labelled=NON_MTUS,
        guideline=form.get("id"),
        edition=said.get("edition"),
        year=int(slots["year"]) if form.get("year") else form.get("fixed_year"),
        sections=[words_of(filled(section, slots)) for section in form["sections"]],
        pages=[slots["page"]] if form.get("pages") else [],
    )
    return piece, form.get("id") == "unknown"


def web_address(rng: Random) -> Piece:
    """Return a bare web address; a newline stands in it where it is broken over lines."""
    slots = load("guidelines")["slots"]
    site, leaf = rng.choice(slots["site"]), rng.choice(slots["leaf"])
    whole = site.replace("{leaf}", leaf)
    cut = whole.rindex(leaf) + (0 if chance(rng, _SOME) else leaf.rfind("-") + 1)
    words = whole[:cut] + "\n" + whole[cut:]
    return cite(words, None, labelled=NON_MTUS, guideline="unknown", url=whole)


# --- the layouts that cite in sentences -----------------------------------------------------------


def in_prose(asked: Asked, rng: Random) -> tuple[Piece, bool]:
    """Return a citation as a sentence holds it, and whether it is part of the MTUS."""
    if chance(rng, 0.3):
        return _odg_in_prose(asked), False
    if has_chapter(asked) and chance(rng, 0.6):
        return _acoem_in_prose(chapter_of(asked, rng), rng), True
    title, section = "Chronic Pain Medical Treatment Guidelines", section_of(asked)
    first = rng.randrange(8, 120)
    many = chance(rng, _SOME)
    pages = f"{first}-{first + 2}" if many else str(first)
    words = [title, *([section] if section else []), f"page{'s' if many else ''} {pages}"]
    piece = cite(
        ", ".join(words),
        title,
        labelled=MTUS,
        guideline=_PAIN,
        sections=[section] if section else [],
        pages=[pages],
    )
    return piece, True


def _acoem_in_prose(number: int, rng: Random) -> Piece:
    title = load("guidelines")["chapters"][str(number)]["title"]
    guideline = f"mtus/acoem/{number}"
    if chance(rng, _SOME):
        name = f"{_COLLEGE} Practice Guidelines"
        return cite(
            f"{name}, 2nd Edition (2004), {title}",
            name,
            labelled=MTUS,
            guideline=guideline,
            edition="2nd Edition",
            year=2004,
            sections=[title],
        )
    page = str(rng.randrange(*load("guidelines")["chapters"][str(number)]["pages"]))
    return cite(
        f"ACOEM Practice Guidelines, Chapter {number}, {title}, page {page}",
        "ACOEM Practice Guidelines",
        labelled=MTUS,
        guideline=guideline,
        chapter=str(number),
        sections=[title],
        pages=[page],
    )


def _odg_in_prose(asked: Asked) -> Piece:
    chapter, entry = odg_parts(asked)
    title = "Official Disability Guidelines (ODG)"
    sections = [f"{chapter} Chapter", *([entry] if entry else [])]
    return cite(
        ", ".join([title, *sections]),
        title,
        labelled=NON_MTUS,
        guideline=odg_id(chapter),
        sections=sections,
    )
