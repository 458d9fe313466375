"""The report in a real browser: nothing runs, nothing is fetched, nothing overflows."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import axe
import browser as real
import pytest
from browser import PHONE, Sight
from reports import arm, golden, hostile_results, letter, overturned, results

from evals.pages import write_report

browser, sight = real.browser, real.sight


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of results in which everything is hostile."""
    folder = tmp_path_factory.mktemp("report")
    write_report(hostile_results(), folder / "report.html", golden(folder / "golden", "b"))
    return folder / "report.html"


def test_a_hostile_letter_does_nothing(sight: Sight, report: Path) -> None:
    """No script ran, no dialog opened, nothing was fetched or complained of."""
    page = sight.open(report)
    assert page.evaluate("window.__x") is None
    assert (sight.complaints, sight.requests) == ([], [])


def test_the_browser_would_tell_if_something_ran(sight: Sight, report: Path) -> None:
    """The same page with a script, a style and a picture in it: the policy stops all three."""
    bad = '<script>window.__x=1</script><p style="color:red">x</p><img src="http://127.0.0.1:9/x">'
    tampered = report.with_name("tampered.html")
    tampered.write_text(report.read_text("utf-8").replace("<main>", f"<main>{bad}"), "utf-8")
    page = sight.open(tampered)
    assert page.evaluate("window.__x") is None
    told = " ".join(sight.complaints)
    assert all(directive in told for directive in ("script-src", "style-src", "img-src"))


def test_the_browser_would_tell_without_a_policy(sight: Sight, tmp_path: Path) -> None:
    """A page that has none runs its script, and the fixture sees the dialog and the request."""
    page = tmp_path / "open.html"
    page.write_text("<script>alert(1)</script><img src='http://127.0.0.1:9/x'>", "utf-8")
    sight.open(page)
    assert any(each.startswith("dialog") for each in sight.complaints)
    assert sight.requests == ["http://127.0.0.1:9/x"]


@pytest.mark.parametrize("everything", [False, True])
def test_a_phone_scrolls_down_only(sight: Sight, report: Path, *, everything: bool) -> None:
    """At 390 px nothing is wider than the page; wide tables scroll within themselves."""
    width, height = PHONE
    sight.page.set_viewport_size({"width": width, "height": height})
    page = sight.open(report)
    if everything:
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    outside = page.evaluate(
        """() => [...document.querySelectorAll('main *')].filter((each) => !each.closest('.scroll')
          && !each.closest('svg') && !each.closest('.vh')
          && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.outerHTML)"""
    )
    assert outside == []


def test_the_page_has_its_landmarks_and_headings_in_order(sight: Sight, report: Path) -> None:
    """One heading of the first level, none skipped, and each section named by its own."""
    page = sight.open(report)
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(role).count() == 1
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5')].map((each) => Number(each.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    names = [each.inner_text() for each in page.locator("section > h2").all()]
    assert names[0] == "Leaderboard"
    assert "Failures" in names


def test_tables_and_drawings_have_names(sight: Sight, report: Path) -> None:
    """Every region that scrolls can be reached by key and is named; so is each drawing."""
    page = sight.open(report)
    for region in page.locator(".scroll").all():
        assert region.get_attribute("aria-label")
        assert region.get_attribute("tabindex") == "0"
    images = page.get_by_role("img")
    assert images.count() == 2
    assert page.locator("svg.chart > desc").first.text_content()


def test_a_link_to_a_failure_opens_it(sight: Sight, tmp_path: Path) -> None:
    """From the table of letters to the closed letter itself."""
    test = letter("t", overturned, split="test")
    write_report(results(arm("x", test), arm("y", letter("t"))), tmp_path / "r.html")
    page = sight.open(tmp_path / "r.html")
    inside = page.locator("#arm-2-letter-1")
    assert not inside.is_visible()
    page.locator("a[href='#arm-2-letter-1']").click()
    assert inside.is_visible()


def test_the_page_follows_the_readers_theme(sight: Sight, report: Path) -> None:
    """Dark words on a light page and the reverse, the drawing's with them."""
    seen = []
    for scheme in ("light", "dark"):
        sight.page.emulate_media(color_scheme=scheme)
        page = sight.open(report)
        seen.append(
            page.evaluate(
                """() => [getComputedStyle(document.body).backgroundColor,
                  getComputedStyle(document.querySelector('svg.chart text')).fill,
                  getComputedStyle(document.querySelector('svg.chart .fill-ink')).fill]"""
            )
        )
    light, dark = seen
    assert all(one != other for one, other in zip(light, dark, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(sight: Sight, report: Path, scheme: Any) -> None:  # noqa: ANN401
    """Neither contrast nor names nor structure keep anybody out, in either theme."""
    sight.page.emulate_media(color_scheme=scheme)
    page = sight.open(report)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert axe.faults(page) == []
