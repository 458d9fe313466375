"""Requests and replies kept in a folder, for whoever asks for them with ``--trace DIR``.

They hold the letters' text, so the folder is its owner's alone; headers and keys are in none.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from extractor.errors import OutputError

_OTHERS = 0o077
_OWN_FILE = 0o600
_OWN_FOLDER = 0o700


class Trace:
    """A folder with one file for each request: what was asked, and what came back."""

    def __init__(self, folder: Path, secret: SecretStr | None = None) -> None:
        """Make *folder*, or take it where nobody else may look into it.

        Args:
            folder: Where the files go.
            secret: What must stand in none of them, even where an endpoint sends it back.

        Raises:
            OutputError: It cannot be made, or others may look into it.
        """
        self.folder = folder
        self._secret = secret
        try:
            folder.mkdir(_OWN_FOLDER, parents=True, exist_ok=True)
            mode = folder.stat().st_mode
        except OSError as error:
            raise OutputError(f"{folder} cannot be made: {error.strerror}.") from None
        if os.name == "posix" and mode & _OTHERS:
            raise OutputError(f"Others may look into {folder}: give a new one, or `chmod 700` it.")

    def keep(self, letter: str, request: Mapping[str, object], attempt: int, came: object) -> Path:
        """Write one file, named by the hashes of the letter and the request, and the attempt.

        Args:
            letter: The letter's hash.
            request: The request's body.
            attempt: The how manieth request of its question it is.
            came: What came back.
        """
        asked = json.dumps(request, sort_keys=True, default=str)
        name = f"{letter[:16]}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}-{attempt}.json"
        text = json.dumps(
            {"request": request, "came": came}, ensure_ascii=False, indent=1, default=str
        )
        return self._write(self.folder / name, self._without_secret(text))

    def _without_secret(self, text: str) -> str:
        secret = self._secret.get_secret_value() if self._secret else ""
        return text.replace(secret, "[key]") if secret else text

    def _write(self, file: Path, text: str) -> Path:
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN_FILE)
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as opened:
                opened.write(text)
        except OSError as error:
            raise OutputError(f"{file} cannot be written: {error.strerror}.") from None
        return file
