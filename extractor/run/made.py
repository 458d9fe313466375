"""What a run is made of, by which the same run is known again."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from extractor.pipeline import version
from extractor.run.named import Digest, Named
from extractor.write.journal import MadeOf


def made_of(named: Named, configuration: Mapping[str, object]) -> MadeOf:
    """Return what a run over *named* inputs with this *configuration* is made of."""
    rest = {name: each for name, each in configuration.items() if name != "corrections"}
    return MadeOf(
        inputs=named.inputs,
        configuration=_digest([json.dumps(rest, sort_keys=True)]),
        corrections=str(configuration.get("corrections", "")),
        version=program(),
        names=named.names,
        total=named.total,
        shard=str(named.shard or ""),
    )


def program() -> str:
    """Return the version of this program, changed code being another one."""
    return f"{version()} {_digest(_code())}"


def _code() -> Iterator[str]:
    """Yield this program's own files: changed code is another version, whatever its number."""
    house = Path(__file__).parent.parent
    for path in sorted(house.rglob("*")):
        if path.suffix in (".py", ".toml"):
            yield path.relative_to(house).as_posix()
            yield path.read_text("utf-8")


def _digest(texts: Iterator[str] | list[str]) -> str:
    digest = Digest()
    for text in texts:
        digest.add(text)
    return str(digest)
