"""Inputs to text: which letters are meant, and what each of them says.

``find`` names the inputs, ``load`` makes one of them a ``Source``. Letters are hostile input: a
file, or a member of an archive, is read up to its limit and no further, and messages never quote
it.

A room for each question: ``finding`` (which inputs do these paths name), ``checking`` (which paths
are mistyped), ``local`` and ``remote``
(files in folders, files behind addresses), ``lists``, ``lines``, ``rows``, ``zips`` and ``tars``
(what holds many), ``members`` (which names in an archive are letters), ``opening`` (bytes, and
what unpacks them), ``loading`` (one input's bytes) and ``reading`` (bytes to text).
"""

from extractor.source.checking import check_keys, check_paths
from extractor.source.finding import find
from extractor.source.kinds import (
    DEFAULT_LIMITS,
    STDIN,
    Container,
    Input,
    Limits,
    Place,
    Source,
    StrPath,
)
from extractor.source.loading import OpenContainers, load, raw
from extractor.source.opening import is_address
from extractor.source.reading import from_text, read, read_bytes

__all__ = [
    "DEFAULT_LIMITS",
    "STDIN",
    "Container",
    "Input",
    "Limits",
    "OpenContainers",
    "Place",
    "Source",
    "StrPath",
    "check_keys",
    "check_paths",
    "find",
    "from_text",
    "is_address",
    "load",
    "raw",
    "read",
    "read_bytes",
]
