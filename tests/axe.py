"""axe-core in the browser's page: what keeps people with a screen reader or without a mouse out.

The file is found, never fetched: by ``AXE_CORE`` (a path), else where ``npm install --prefix build
axe-core`` puts it.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent
_WITHIN = "node_modules/axe-core/axe.min.js"
_PLACES = (ROOT / "build" / _WITHIN, ROOT / _WITHIN)
_RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `${each.impact} ${each.id}: ${each.nodes.map((node) => node.html).join(' | ')}`);
}"""


def program() -> Path:
    """Return axe-core's file; the test is skipped where there is none."""
    given = os.environ.get("AXE_CORE")
    places = (Path(given), *_PLACES) if given else _PLACES
    found = next((each for each in places if each.is_file()), None)
    if found is None:
        pytest.skip("axe-core is not installed: npm install --no-save --prefix build axe-core")
    return found


def faults(page: "Page") -> list[str]:
    """Return the serious and critical faults that axe-core finds on *page* as it stands.

    The script is handed to the browser itself, past the page's policy, which stays as it is.
    """
    page.evaluate(program().read_text("utf-8"))
    found: list[str] = page.evaluate(_RUN)
    return found
