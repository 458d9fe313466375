"""A drawing of matplotlib's as part of a page whose policy allows no style of its own.

Style attributes become presentation attributes, which the policy lets through; what a page needs
not (metadata, sizes, fonts) goes; ids are the page's own; colours that stand for a role become
classes, so that the drawing follows the page's theme.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from markupsafe import Markup

ROLES = {"#010101": "ink", "#020202": "faint", "#030303": "series"}
_LINK = "{http://www.w3.org/1999/xlink}href"
_KEPT = frozenset(
    """
    clip-path d dominant-baseline fill fill-opacity font-size height href id opacity points r cx cy
    role stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity stroke-width
    text-anchor transform viewBox width x x1 x2 y y1 y2 aria-labelledby class
""".split()
)
_DRAWN = frozenset(["svg", "g", "path", "defs", "use", "clipPath", "rect", "text", "tspan"])
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONT_SIZE = re.compile(r"([\d.]+)px")


def embedded(svg: str, title: str, description: str, prefix: str) -> Markup:
    """Return the drawing *svg* as markup for a page.

    Args:
        svg: What matplotlib wrote.
        title: Its name, for those who do not see it.
        description: What it shows, in words.
        prefix: What its ids begin with; unique on the page.
    """
    root = ET.fromstring(svg)  # noqa: S314 - written by matplotlib a moment ago
    _clean(root)
    ids = {old: f"{prefix}-{number}" for number, old in enumerate(_ids(root), 1)}
    for element in root.iter():
        _rename(element, ids)
    _describe(root, title, description, prefix)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - ElementTree escapes


def _clean(element: ET.Element) -> None:
    """Keep what is drawn, with attributes that the page's policy lets through."""
    element.tag = _local(element.tag)
    attributes = {**element.attrib, **_declared(element.attrib.get("style", ""))}
    if _LINK in attributes:
        attributes["href"] = attributes[_LINK]
    kept = {name: value for name, value in attributes.items() if name in _KEPT}
    element.attrib.clear()
    element.attrib.update(_with_roles(kept))
    for child in list(element):
        if _local(child.tag) in _DRAWN:
            _clean(child)
        else:
            element.remove(child)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _declared(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute; of a font its size, the page has its own."""
    pairs = (each.partition(":")[::2] for each in style.split(";") if ":" in each)
    declared = {name.strip(): value.strip() for name, value in pairs}
    size = _FONT_SIZE.search(declared.pop("font", ""))
    return {**declared, **({"font-size": size[1]} if size else {})}


def _with_roles(attributes: dict[str, str]) -> dict[str, str]:
    """Return *attributes* with the colours that stand for a role as classes."""
    classes = [
        f"{name}-{ROLES[attributes.pop(name)]}"
        for name in ("fill", "stroke")
        if attributes.get(name) in ROLES
    ]
    return {**attributes, **({"class": " ".join(classes)} if classes else {})}


def _ids(root: ET.Element) -> Iterator[str]:
    """Yield the ids that something in the drawing refers to."""
    said = " ".join(value for each in root.iter() for value in each.attrib.values())
    for element in root.iter():
        name = element.attrib.get("id")
        if name and (f"#{name})" in said or f"#{name}" in said.split()):
            yield name


def _rename(element: ET.Element, ids: dict[str, str]) -> None:
    own = element.attrib.pop("id", None)
    if own in ids:
        element.set("id", ids[own])
    target = element.attrib.get("href", "").removeprefix("#")
    if target:
        element.set("href", f"#{ids[target]}")
    clip = _REFERENCE.fullmatch(element.attrib.get("clip-path", ""))
    if clip:
        element.set("clip-path", f"url(#{ids[clip[1]]})")


def _describe(root: ET.Element, title: str, description: str, prefix: str) -> None:
    """Say what the drawing is; its size is the page's affair."""
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib |= {
        "class": "chart",
        "role": "img",
        "aria-labelledby": f"{prefix}-title {prefix}-desc",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    for place, (tag, words) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(tag, {"id": f"{prefix}-{tag}"})
        element.text = words
        root.insert(place, element)
