"""``imr cache``: what is kept of models' replies, and how to be rid of it."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from extractor.cli import output
from extractor.cli.options import refusal, refusals

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.propose.llm.store import Store

app = typer.Typer(no_args_is_help=True, help="The replies of models that are kept.")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"(\d{1,5})([hdw])")


class _Kept(NamedTuple):
    """What is known of a reply."""

    key: str
    model: str
    made: datetime | None


@app.command()
def info(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Print where replies are kept, how many, of which models, since when.

    The folder is ``$IMR_CACHE_DIR``, or the user's cache.
    """
    from extractor.propose.llm.store import Store

    with refusals():
        store = Store()
        about = _about(store)
    if as_json:
        output.write(json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    else:
        output.render(_table(about))


@app.command()
def clear(
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the replies of this model.")
    ] = None,
    older_than: Annotated[
        str | None, typer.Option(metavar="AGE", help="Only older ones: 12h, 30d, 8w.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Remove replies: all of them, those of one model, or old ones."""
    from extractor.propose.llm.store import Store

    before = _before(older_than)
    with refusals():
        store = Store()
        kept = list(_kept(store))
        chosen = [each for each in kept if model in (None, each.model) and _is_old(each, before)]
        if not (yes or _agreed(len(chosen), store)):
            raise refusal("Nothing is removed; --yes removes without asking.")
        if model is None and before is None:
            _clear(store)
        else:
            _remove(store, chosen)
    output.write(f"{len(chosen)} replies removed, {len(kept) - len(chosen)} kept.\n")


def _clear(store: "Store") -> None:
    try:
        store.clear()
    except OSError as error:
        raise refusal(f"{store.folder} cannot be cleared: {error.strerror}.") from None


def _remove(store: "Store", chosen: Iterable[_Kept]) -> None:
    for each in chosen:
        store.remove(each.key)
    store.close()


def _agreed(count: int, store: "Store") -> bool:
    import sys

    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return typer.confirm(f"Remove {count} replies from {output.plain(store.folder)}?", err=True)


def _before(age: str | None) -> datetime | None:
    if age is None:
        return None
    if (found := _AGE.fullmatch(age)) is None:
        message = "an age is a number and h, d or w, such as 30d"
        raise typer.BadParameter(message, param_hint="--older-than")
    return datetime.now(UTC) - timedelta(**{_UNITS[found[2]]: int(found[1])})


def _is_old(kept: _Kept, before: datetime | None) -> bool:
    return before is None or kept.made is None or kept.made < before


def _kept(store: "Store") -> Iterator[_Kept]:
    """Yield what is known of each reply; one that cannot be read is of no model."""
    from pydantic import ValidationError

    from extractor.propose.llm.cache import Entry

    for key, text in store:
        try:
            entry = Entry.model_validate_json(text)
        except ValidationError:
            yield _Kept(key, "", None)
        else:
            yield _Kept(key, entry.model, entry.made)


def _about(store: "Store") -> dict[str, object]:
    kept = list(_kept(store))
    made = sorted(each.made for each in kept if each.made is not None)
    models = sorted({each.model for each in kept})
    return {
        "folder": str(store.folder),
        "replies": len(kept),
        "bytes": store.size(),
        "oldest": made[0].isoformat(timespec="seconds") if made else None,
        "newest": made[-1].isoformat(timespec="seconds") if made else None,
        "models": {name: sum(each.model == name for each in kept) for name in models},
        "damaged": [str(folder) for folder in store.broken()],
    }


def _table(about: dict[str, object]) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    rows = Table(box=None, pad_edge=False, show_header=False)
    rows.add_column(style="dim")
    rows.add_column(overflow="fold")
    for name, value in about.items():
        if value not in (None, [], {}):
            rows.add_row(name, Text(output.plain(_told(value))))
    return rows


def _told(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name or 'unreadable'}: {count}" for name, count in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
