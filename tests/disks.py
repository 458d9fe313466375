"""A small disk that can be full, and made larger: a tmpfs that no other process sees."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

_TOOLS = ("unshare", "nsenter", "mount", "cat")


class Disk:
    """A tmpfs at a folder, in user and mount namespaces of its own; no rights are needed.

    Attributes:
        folder: Where it is mounted; programs that ``run`` starts see it there.
        seen: The same, as it is seen from here.
    """

    def __init__(self, folder: Path, keeper: "subprocess.Popen[bytes]") -> None:
        """Take the namespaces of *keeper*."""
        self.folder = folder
        self.seen = Path(f"/proc/{keeper.pid}/root{folder}")
        self._keeper = keeper

    def mounted(self) -> Self:
        """Mount it."""
        self._mount("size=64k")
        return self

    def resize(self, size: int) -> None:
        """Give it *size* bytes of room in all, in whole pages."""
        self._mount(f"remount,size={size}")

    def run(self, *command: str | Path, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run a command that sees the disk."""
        return subprocess.run(
            self._entering(*map(str, command)),
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    def _mount(self, options: str) -> None:
        """Mount it, with no options but these: who is no root may not repeat those it has."""
        command = self._entering("mount", "-nit", "tmpfs", "-o", options, "imr", str(self.folder))
        subprocess.run(command, check=True, capture_output=True)

    def _entering(self, *command: str) -> list[str]:
        target = str(self._keeper.pid)
        return ["nsenter", "-t", target, "-U", "-m", "--preserve-credentials", *command]


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Yield a disk mounted at *folder*; skip the test where this machine gives none."""
    if sys.platform != "linux" or not all(map(shutil.which, _TOOLS)):
        pytest.skip("a disk of its own needs Linux with unshare, nsenter and mount")
    folder.mkdir(exist_ok=True)
    # What it prints says that the namespaces are there; it ends with its input.
    keeping = ["unshare", "-rm", "sh", "-c", "echo ready && exec cat"]
    with subprocess.Popen(
        keeping, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        try:
            if keeper.stdout.readline() != b"ready\n":
                pytest.skip("this machine allows no user namespace, and so no disk of a test's own")
            try:
                disk = Disk(folder, keeper).mounted()
            except subprocess.CalledProcessError:
                pytest.skip("this machine allows no tmpfs in a user namespace")
            yield disk
        finally:
            keeper.stdin.close()
