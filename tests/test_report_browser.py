"""The corpus report in a real browser: nothing runs, nothing is fetched, nothing overflows."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import axe
import browser as real
import pytest
from browser import PHONE, Sight
from tabulated import hostile, item, odd, record, written
from typer.testing import CliRunner

from extractor.cli import app

browser, sight = real.browser, real.sight


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of records in which everything is hostile, with a letter to link to."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "letters").mkdir()
    (folder / "letters" / "a.txt").write_text("The letter itself.", "utf-8")
    months = [record(item("overturned"), decided=f"2023-{month:02}-01") for month in range(1, 13)]
    many = [record(item(category=f"Category {n}")) for n in range(30)]
    letters = [*hostile(), record(item(), name="a.txt", findings=(odd(),)), *months, *many]
    out = folder / "report.html"
    given = [str(written(letters, folder / "letters.jsonl")), "--out", str(out)]
    done = CliRunner().invoke(app, ["report", *given, "--source", str(folder / "letters")])
    assert done.exit_code == 0
    return out


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
    assert page.locator("section").count() == page.locator("section > h2").count()


def test_every_link_within_the_page_leads_somewhere(sight: Sight, report: Path) -> None:
    """From the list of sections, the observations' codes and the sources' numbers."""
    page = sight.open(report)
    lost = page.evaluate(
        """() => [...document.querySelectorAll('a[href^="#"]')]
          .filter((each) => !document.getElementById(each.hash.slice(1)))
          .map((each) => each.hash)"""
    )
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert lost == []
    assert len(ids) == len(set(ids))


def test_tables_and_drawings_have_names(sight: Sight, report: Path) -> None:
    """Every region that scrolls can be reached by key and is named, each other than the rest."""
    page = sight.open(report)
    regions = page.locator(".scroll").all()
    names = [region.get_attribute("aria-label") for region in regions]
    assert all(names)
    assert len(names) == len(set(names))
    assert all(region.get_attribute("tabindex") == "0" for region in regions)
    assert page.get_by_role("img").count() == 5
    described = page.locator("svg.chart > desc").all_text_contents()
    assert all("%" in each or "letter" in each or "reviewer" in each for each in described)


def test_a_code_opens_its_observations_and_these_the_letter(sight: Sight, report: Path) -> None:
    """From the table of codes to the closed list, from there to the file itself."""
    page = sight.open(report)
    letter = page.locator("a[href='./letters/a.txt']")
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = false)")
    assert not letter.is_visible()
    page.get_by_role("link", name="body_region_mismatch").click()
    assert letter.is_visible()
    letter.click()
    assert page.inner_text("body") == "The letter itself."


def test_a_tables_csv_is_saved_without_a_request(sight: Sight, report: Path) -> None:
    """By keyboard; the policy lets it through, and it is the table's."""
    page = sight.open(report)
    page.get_by_role("link", name="CSV of treatment category").focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    assert saved.value.suggested_filename == "category.csv"
    text = Path(saved.value.path()).read_text("utf-8-sig")
    assert text.startswith("letters,row,category,items,")
    assert sight.complaints == []


def test_rows_more_are_opened_by_keyboard(sight: Sight, report: Path) -> None:
    """A long table shows its first rows; the others are a key away."""
    page = sight.open(report)
    more = page.locator("#table-category ~ details.rows").first
    last = more.locator("tbody tr").last
    assert not last.is_visible()
    more.locator("summary").focus()
    page.keyboard.press("Enter")
    assert last.is_visible()


def test_the_page_follows_the_readers_theme(sight: Sight, report: Path) -> None:
    """Dark words on a light page and the reverse, the drawings' with them."""
    seen = []
    for scheme in ("light", "dark"):
        sight.page.emulate_media(color_scheme=scheme)
        page = sight.open(report)
        seen.append(
            page.evaluate(
                """() => [getComputedStyle(document.body).backgroundColor,
                  getComputedStyle(document.querySelector('svg.chart text')).fill,
                  getComputedStyle(document.querySelector('svg.chart .fill-series')).fill,
                  getComputedStyle(document.querySelector('.bar .reach')).fill]"""
            )
        )
    light, dark = seen
    assert all(one != other for one, other in zip(light, dark, strict=True))


def test_nothing_is_cut_off_on_paper(sight: Sight, report: Path) -> None:
    """Printed, what is closed is open and no table hides a part of itself."""
    page = sight.open(report)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 900})  # a letter's sheet within its margins
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.scroll')].filter((each) =>
          getComputedStyle(each).overflowX !== 'visible').length"""
    )
    assert hidden == 0
    assert not page.locator("nav").is_visible()
    assert not page.locator(".get").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(sight: Sight, report: Path, scheme: Any) -> None:  # noqa: ANN401
    """Neither contrast nor names nor structure keep anybody out, in either theme."""
    sight.page.emulate_media(color_scheme=scheme)
    page = sight.open(report)
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert axe.faults(page) == []
