"""A real browser for tests of pages: Debian's chromium or Chrome, headless, whatever is there.

Import the fixtures ``browser`` and ``page``; ``page.told`` holds what the page complained of or
reached for. Without a browser, or without playwright, the test is skipped and says why.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PHONE, DESK = (390, 844), (1280, 900)
_ARGUMENTS = [
    "--no-sandbox",  # Chrome refuses to start as root with one; the pages are our own
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_WATCH = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass
class Sight:
    """A page in the browser, and everything that it said, asked for or ran.

    Attributes:
        page: Playwright's page.
        complaints: Errors and warnings on the console, exceptions, policy violations, dialogs.
        requests: What it asked for, the page's own file aside.
    """

    page: "Page"
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to the page from its beginning."""
        page = self.page
        page.add_init_script(_WATCH)
        page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on("dialog", lambda dialog: self._dialog(dialog.message, dialog.dismiss))
        page.on("request", lambda request: self.requests.append(request.url))

    def _dialog(self, message: str, dismiss: object) -> None:
        self.complaints.append(f"dialog: {message}")
        if callable(dismiss):
            dismiss()

    def open(self, file: Path) -> "Page":
        """Open *file*, wait until it is quiet, and return the page."""
        address = file.resolve().as_uri()
        self.page.goto(address, wait_until="networkidle")
        self.requests = [each for each in self.requests if each != address]
        return self.page


def program() -> str | None:
    """Return the path of a browser that is installed here."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless browser, started once a file; its event loop must not outlive the file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = program()
    if path is None:
        pytest.skip(f"no browser is installed: none of {', '.join(PROGRAMS)}")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def sight(browser: "Browser") -> Iterator[Sight]:
    """A fresh page as wide as a desk's screen."""
    width, height = DESK
    context = browser.new_context(viewport={"width": width, "height": height})
    yield Sight(context.new_page())
    context.close()
