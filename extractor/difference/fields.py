"""The fields that a difference can be in."""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from extractor.findings import Code
from extractor.record import Citation, Record, V

# What says which run it was and how it went, not what the letter says.
_NOT_COMPARED = {"schema_", "document", "findings", "provenance", "status", "items"}
OWN = ("letter", "status", "items", "document.layout")


@cache
def _fields() -> tuple[str, ...]:
    return (*OWN, *_walk(Record, ""), *(f"findings.{code.value}" for code in Code))


def _walk(model: type[BaseModel], above: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        if model is Record and name == "items":
            yield from _walk(_item(), "")
        elif not (model is Record and name in _NOT_COMPARED) and name != "number":
            called = f"{above}.{field.alias or name}" if above else (field.alias or name)
            inner = _model_in(field.annotation)
            if inner is None or issubclass(inner, V):
                if not (model is Citation and name in PLACE):
                    yield called
                continue
            if inner is Citation:
                yield called
            yield from _walk(inner, called)


PLACE = ("quote", "start", "end", "page")


def _item() -> type[BaseModel]:
    found = _model_in(Record.model_fields["items"].annotation)
    assert found is not None, "a record has items"
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    """Return the model that *annotation* is, or holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


FIELDS = _fields()


def fields_under(name: str) -> tuple[str, ...]:
    """Return the fields that *name* is, or stands above.

    >>> fields_under("case.priority"), fields_under("drug")[:2]
    (('case.priority',), ('drug.name', 'drug.class'))
    """
    return tuple(field for field in FIELDS if field == name or field.startswith(f"{name}."))
