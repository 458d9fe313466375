"""The JSON Schema of a reply, as strict endpoints accept it."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

_DROPPED = frozenset({"title", "default"})


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of *model*: every property required, none besides, no defaults.

    That is the subset that OpenAI's strict mode, vLLM, Ollama and llama.cpp's server all accept:
    an optional value is one that may be null, and a reference stands alone.
    """
    schema = model.model_json_schema()
    made: dict[str, Any] = _strict(schema, schema.get("$defs", {}))
    return made


def _strict(part: Any, named: dict[str, Any]) -> Any:  # noqa: ANN401 - any part of a schema
    if isinstance(part, list):
        return [_strict(each, named) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part and len(part) > 1:
        part = named[part["$ref"].rpartition("/")[2]] | part
        part = {name: each for name, each in part.items() if name != "$ref"}
    strict = {name: _strict(each, named) for name, each in part.items() if name not in _DROPPED}
    if part.get("type") == "object":
        strict |= _members(part["properties"], named)
    return strict


def _members(members: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    return {
        "properties": {name: _strict(each, named) for name, each in members.items()},
        "required": [*members],
        "additionalProperties": False,
    }


def schema_hash(model: type[BaseModel]) -> str:
    """Return a SHA-256 of the strict schema of *model*, in hexadecimal."""
    text = json.dumps(strict_schema(model), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
