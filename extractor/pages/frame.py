"""What every page stands in: its templates' rules, and the hashes its policy allows.

A page is one file, from disk or a server, that asks for nothing else: its style, and its script
where it has one, are its own, allowed by their hash. Whatever a template prints is escaped, and
made visible where it would act.
"""

import hashlib
from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from extractor.pages.visible import shortened, visible

TEMPLATES = Path(__file__).parent / "templates"
_MOST = 6000  # characters of anything that a template prints


def environment(*folders: Path) -> Environment:
    """Return what renders the templates in *folders*, and those that all pages share."""
    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_disarmed,
    )


def style(*files: Path) -> Markup:
    """Return the style that all pages share, and that of *files* after it."""
    sheets = [each.read_text("utf-8") for each in (TEMPLATES / "base.css", *files)]
    return Markup("".join(sheets))  # noqa: S704 - our own files


def allowed(source: str) -> str:
    """Return the entry of a Content-Security-Policy that allows a style or script *source*.

    >>> allowed("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _disarmed(value: object) -> object:
    """Make what a template prints visible; markup of our own is left as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return visible(shortened(value, _MOST))
