"""What every test stands on: no network beyond this machine, and a few letters."""

import ipaddress
import signal
import socket
import sys
from pathlib import Path

import pytest
from terminal import LETTER, imr

ROOT = Path(__file__).parent.parent


def _is_local(host: object) -> bool:
    """Say whether *host* names this machine; names other than localhost do not."""
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Raise where code connects to, or looks up, anything but this machine."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto"):
        connection, address = arguments
        if getattr(connection, "family", None) == getattr(socket, "AF_UNIX", object()):
            return
        host = address[0] if isinstance(address, tuple) else address
    else:
        return
    if not _is_local(host):
        pytest.fail(f"a test reached for the network: {host!r}")


sys.addaudithook(_refuse_network)

# What is started in a shell's background is deaf to Ctrl-C, and so would be all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A folder with two letters that can be verified, in a subfolder one more."""
    folder = tmp_path / "letters"
    (folder / "sub").mkdir(parents=True)
    for name, request in (("b", "Massage, 4 visits"), ("a", "Walker"), ("sub/c", "TENS unit")):
        (folder / f"{name}.txt").write_text(LETTER.replace("{request}", request), "utf-8")
    return folder


@pytest.fixture
def made(letters: Path, tmp_path: Path) -> Path:
    """The records of the letters."""
    out = tmp_path / "records.jsonl"
    assert imr("extract", letters, "--out", out).exit_code == 0
    return out
