"""Ray: an existing cluster, or one of this machine that ends with the run."""

import contextlib
import importlib
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from extractor.errors import ImrError

_OBJECTS = 128 * 1024 * 1024  # bytes of shared memory; letters and records do not pass through it
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_LOCAL = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # which has it listen on 127.0.0.1 alone
_KEPT = ("PYTHONPATH",)
_HERE = "127.0.0.1"
_PATIENCE = 10.0  # seconds for an address to answer; Ray itself waits for more than a minute


@contextlib.contextmanager
def cluster(address: str | None = None) -> Iterator[Any]:
    """Yield Ray, connected; what the program has connected already is left as it is.

    Args:
        address: The cluster's; None is that of ``RAY_ADDRESS``, or else one that is started here,
            with all of this machine's processors, and stopped at the end.

    Raises:
        ImrError: Ray is not installed, or there is no such cluster.
    """
    address = address or os.environ.get("RAY_ADDRESS")
    host = _split(address).hostname if address else _HERE
    ray = _ray(local=host in {_HERE, "localhost"})
    if ray.is_initialized():
        yield ray
        return
    try:
        if address:
            _knock(address)
        ray.init(log_to_driver=False, logging_level="ERROR", **_where(address))
    except (OSError, RuntimeError, ValueError) as error:
        where = f"at {address}" if address else "on this machine"
        message = (
            f"No Ray {where} answers ({type(error).__name__}): start one with `ray start --head`, "
            "or leave out --ray-address and RAY_ADDRESS."
        )
        raise ImrError(message) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _split(address: str) -> SplitResult:
    return urlsplit(address if "://" in address else f"//{address}")


def _knock(address: str) -> None:
    """Raise ``OSError`` where nothing listens at an address that has a port."""
    where = _split(address)
    if where.hostname and where.port:
        socket.create_connection((where.hostname, where.port), _PATIENCE).close()


def _where(address: str | None) -> dict[str, object]:
    if address is None:
        return {
            "address": "local",
            "include_dashboard": False,
            "object_store_memory": _OBJECTS,
            "_node_ip_address": _HERE,
        }
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"address": address, **({"runtime_env": {"env_vars": kept}} if kept else {})}


def _ray(*, local: bool) -> Any:  # noqa: ANN401 - its own types are not checked
    """Import Ray; it reads its environment while it is imported."""
    for name, value in {**_QUIET, **(_LOCAL if local else {})}.items():
        os.environ.setdefault(name, value)
    try:
        return sys.modules.get("ray") or importlib.import_module("ray")
    except ImportError as error:
        message = "--engine ray needs Ray: pip install 'imr-extractor[ray]'."
        raise ImrError(message) from error
