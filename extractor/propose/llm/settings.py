"""Where a model is asked, and with which key: from the environment or a file outside the project.

A key is sent to the host that it is for and to no other. It never comes from the command line, and
never prints.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from platformdirs import user_config_dir
from pydantic import SecretStr

from extractor.errors import SettingsError
from extractor.propose.llm.asking import ModelSettings

OPENAI = "https://api.openai.com/v1"
OWN_KEY = "IMR_API_KEY"
OPENAI_KEY = "OPENAI_API_KEY"
OPENAI_URL = "OPENAI_BASE_URL"
_OTHERS = 0o077
_KEY = re.compile(r"[!-~]*")
_MODES = ("auto", "json_schema", "tools")
UNSET = (
    f"There is no key for api.openai.com: set {OWN_KEY} or {OPENAI_KEY}, or name a server of your "
    "own with --base-url, as http://localhost:11434/v1."
)


class Access(NamedTuple):
    """Settings whose address is settled, and the key for it; None where none is needed or known."""

    settings: ModelSettings
    key: SecretStr | None


def access(
    settings: ModelSettings, environ: Mapping[str, str] | None = None, file: Path | None = None
) -> Access:
    """Return how the model of *settings* is reached.

    Args:
        settings: As the user gave them.
        environ: The environment; None is this process's.
        file: The settings file; None is the one in the user's configuration folder.

    Raises:
        SettingsError: A key is missing, the file may be read by others or is none, or an option
            is none of those there are.
    """
    environ = os.environ if environ is None else environ
    _check(settings)
    if (provider := provider_of(settings)) is not None:
        return Access(settings, _secret(environ.get(OWN_KEY) or _keys(file).get(provider)))
    given = environ.get(OPENAI_URL) or None
    settings = addressed(settings, environ)
    _check(settings)
    host = host_of(settings)
    key = environ.get(OWN_KEY)
    if host == host_of(replace(settings, base_url=given)):
        key = key or environ.get(OPENAI_KEY)
    key = key or _named(_keys(file), host)
    if key is None and settings.base_url is None:
        raise SettingsError(UNSET)
    return Access(settings, _secret(key))


def addressed(settings: ModelSettings, environ: Mapping[str, str] | None = None) -> ModelSettings:
    """Return *settings* with the address that the environment names, where they name none.

    Raises:
        SettingsError: There is none, and the name before the model's slash is no provider.
    """
    if settings.base_url is not None or provider_of(settings) is not None:
        return settings
    given = (os.environ if environ is None else environ).get(OPENAI_URL) or None
    return replace(settings, base_url=given)


def _check(settings: ModelSettings) -> None:
    if settings.mode not in _MODES:
        raise SettingsError(f"There is no such mode: give one of {', '.join(_MODES)}.")
    if not settings.model.strip():
        raise SettingsError("Name a model: --model, as the endpoint calls it.")
    if settings.base_url is not None:
        _check_url(settings.base_url)


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise SettingsError(f"The base URL holds a key or a password: put it into {OWN_KEY}.")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("The base URL is none: give one as http://localhost:11434/v1.")


def provider_of(settings: ModelSettings) -> str | None:
    """Return which of instructor's other providers is meant; None is an OpenAI-compatible server.

    Raises:
        SettingsError: There is no address, and the name before the slash is no provider.
    """
    if settings.base_url is not None or "/" not in settings.model:
        return None
    prefix = settings.model.partition("/")[0]
    if prefix == "openai":
        return None
    # Instructor takes a second to import, and most never need its list.
    from extractor.propose.llm.providers import PROVIDERS  # noqa: PLC0415

    if prefix in PROVIDERS:
        return prefix
    raise SettingsError(
        f"There is no provider {prefix}: give --base-url, or a model of {', '.join(PROVIDERS)}."
    )


def model_of(settings: ModelSettings) -> str:
    """Return the model's name as the endpoint is told it.

    >>> model_of(ModelSettings("openai/gpt-4.1")), model_of(ModelSettings("m/x", "http://h/v1"))
    ('gpt-4.1', 'm/x')
    """
    if settings.base_url is None and "/" in settings.model:
        return settings.model.partition("/")[2]
    return settings.model


def url_of(settings: ModelSettings) -> str:
    """Return the endpoint's address."""
    return settings.base_url or OPENAI


def host_of(settings: ModelSettings) -> str:
    """Return the host that is asked, with its port where one is named.

    >>> host_of(ModelSettings("m", "http://LOCALHOST:11434/v1"))
    'localhost:11434'
    """
    return urlsplit(url_of(settings)).netloc.lower()


def settings_file() -> Path:
    """Return where the settings file is looked for."""
    return Path(user_config_dir("imr-extractor")) / "settings.toml"


def _keys(file: Path | None) -> dict[str, Any]:
    """Return the table ``[keys]`` of the settings file: by host, or by provider."""
    file = file or settings_file()
    try:
        with file.open("rb") as opened:
            if os.name == "posix" and os.fstat(opened.fileno()).st_mode & _OTHERS:
                raise SettingsError(f"Others may read the keys in {file}: `chmod 600` it.")
            keys = tomllib.load(opened).get("keys", {})
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SettingsError(f"{file} cannot be read as TOML: mend it or remove it.") from None
    if isinstance(keys, dict) and all(isinstance(key, str) for key in keys.values()):
        return keys
    raise SettingsError(f'{file} needs a table [keys] with lines as "api.openai.com" = "…".')


def _named(keys: Mapping[str, str], host: str) -> str | None:
    return keys.get(host) or keys.get(host.rpartition(":")[0])


def _secret(key: str | None) -> SecretStr | None:
    key = (key or "").strip()
    if not _KEY.fullmatch(key):
        raise SettingsError("The key holds characters that no key has: copy it anew.")
    return SecretStr(key) if key else None
