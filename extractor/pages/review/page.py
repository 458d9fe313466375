"""The review page: one file that shows letters from disk, or the face of a server.

Letters reach the page as JSON that no markup can leave; its script makes text of them, never
markup. Its style and script are allowed by their hash, and nothing else is; from disk it asks for
nothing, served it asks its own server only.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from extractor.pages import frame
from extractor.pages.review.letter import Json

TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("dom", "text", "values", "letter", "sheet", "record", "queue", "edit", "acts", "main")
STYLES = ("review.css", "letter.css", "record.css")


def render(queue: Sequence[Json], letters: Iterable[Json] | None, note: str = "") -> str:
    """Return the page as HTML.

    Args:
        queue: A row of each letter, as ``letter.queue_row`` makes them; a server's page asks for
            them, and they may be left out.
        letters: The letters, as ``letter.letter_of`` makes them; None is a server's page, which
            asks for each.
        note: What people shall know of the page, such as what it leaves out.
    """
    served = letters is None
    style = frame.style(*(TEMPLATES / name for name in STYLES))
    script = _script()
    first = {"mode": "serve" if served else "static", "reviewer": None, "letters": list(queue)}
    environment = frame.environment(TEMPLATES)
    return environment.get_template("review.html").render(
        served=served,
        policy=_policy(style, script, served=served),
        style=style,
        script=script,
        note=note,
        queue=embedded(first),
        letters=[(each["place"], embedded(each)) for each in letters or ()],
    )


def _script() -> Markup:
    """Return the script: its files, one after the other, in one room of their own."""
    parts = "\n".join((TEMPLATES / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return Markup(f"(() => {{\n'use strict';\n{parts}\n}})();\n")  # noqa: S704 - our own files


def _policy(style: str, script: str, *, served: bool) -> Markup:
    """Return what the page may do: show itself, and ask its own server where it has one."""
    own = "'self'" if served else ""
    parts = {
        "default-src": "'none'",
        "style-src": frame.allowed(style),
        "script-src": frame.allowed(script),
        "img-src": f"data: {own}".strip(),
        "connect-src": own or "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return Markup("; ".join(f"{name} {value}" for name, value in parts.items()))  # noqa: S704


def embedded(part: Json) -> Markup:
    r"""Return *part* as JSON that may stand within a script element: it cannot end it.

    >>> print(embedded({"text": "</script><!-- \u2028"}))
    {"text":"\u003c/script>\u003c!-- \u2028"}
    """
    written = json.dumps(part, separators=(",", ":"), ensure_ascii=True)
    return Markup(written.replace("<", r"\u003c"))  # noqa: S704 - no character of it opens a tag
