"""The review page in a real browser: highlights, keys, pages, and letters that mean harm."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import axe
import browser as real
import pytest
from browser import PHONE, Sight
from reviewed import BAD, HOSTILE, folders, hostile_page, page_of, shown

from extractor import extract
from extractor.pages.review.letter import letter_of, queue_row
from extractor.pages.review.page import render
from extractor.source import from_text
from extractor.text import collapse

if TYPE_CHECKING:
    from playwright.sync_api import Page

browser, sight = real.browser, real.sight

TEXTS, PDFS = folders("txt"), folders("pdf")
# What the letter shows under each value, its own characters only: what a page adds is not text.
_WORDS = """() => {
  const found = {};
  for (const seg of document.querySelectorAll('#text .seg')) {
    for (const path of seg.paths) found[path] = (found[path] ?? '') + seg.textContent;
  }
  return found;
}"""
_NAMED = "(id) => document.querySelector('#record-title').textContent === id"
_PLACES = """() => [...document.querySelectorAll('#text .seg.on, #sheets .box.on')]
  .map((each) => each.getBoundingClientRect().toJSON())"""


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of every golden letter, the PDFs last."""
    file = tmp_path_factory.mktemp("review") / "review.html"
    file.write_text(page_of(TEXTS + PDFS), "utf-8")
    return file


@pytest.fixture(scope="module")
def harmful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a letter that means harm in every field."""
    file = tmp_path_factory.mktemp("harm") / "review.html"
    file.write_text(hostile_page(), "utf-8")
    return file


def opened(sight: Sight, file: Path, hash_: str = "") -> "Page":
    """Open the page at a letter, or at one of its values."""
    page = sight.open(file)
    if hash_:
        page.goto(f"{file.resolve().as_uri()}#{hash_}")
        page.wait_for_function("(place) => location.hash.startsWith(`#${place}`)", arg=hash_)
        page.wait_for_timeout(50)
    return page


def quoted(part: Any, path: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON
    """Yield the path and the quote of each value of a record."""
    if isinstance(part, dict):
        if "quote" in part:
            yield path, part["quote"]
        for name, each in part.items():
            if name not in {"findings", "related"}:
                yield from quoted(each, f"{path}/{name}")
    if isinstance(part, list):
        for at, each in enumerate(part):
            yield from quoted(each, f"{path}/{at}")


def row_of(path: str) -> str:
    """Return the path of the row that shows a value: of a part's evidence the part itself."""
    return path.removesuffix("/evidence").removesuffix("/name")


def test_every_value_is_highlighted_on_its_own_words(sight: Sight, letters: Path) -> None:
    """Of all golden letters: what is coloured for a value reads as its quote."""
    page = opened(sight, letters)
    compared = 0
    for place, path in enumerate(TEXTS):
        page.evaluate("(place) => { location.hash = `#${place}`; }", place)
        page.wait_for_function(
            "(id) => document.querySelector('#record-title').textContent === id",
            arg=path.parent.name,
        )
        words = page.evaluate(_WORDS)
        record = shown(path)["record"]
        same = record_paths_of_equal_treatment(record)
        for at, quote in quoted(record):
            if at in same:
                continue
            assert collapse(words[row_of(at)].replace("\ufffd", "")) == bare(quote), (path, at)
            compared += 1
    assert compared > 1500
    assert (sight.complaints, sight.requests) == ([], [])


def bare(quote: str) -> str:
    """Return a quote without the characters that a page shows by their code."""
    return collapse("".join(each for each in quote if each not in "\u00ad\ufffe\u200b\ufeff\x02"))


def record_paths_of_equal_treatment(record: dict[str, Any]) -> set[str]:
    """Return the treatments that are the request's own words: the page shows those once."""
    return {
        f"/items/{at}/treatment"
        for at, item in enumerate(record["items"])
        if item["treatment"]["start"] == item["request"]["start"]
        and item["treatment"]["end"] == item["request"]["end"]
    }


def test_choosing_goes_to_the_words_and_back(sight: Sight, letters: Path) -> None:
    """From a value to its words in sight; from words to the narrowest value, then around it."""
    place = next(at for at, path in enumerate(TEXTS) if path.parent.name == "twenty-items")
    page = opened(sight, letters, f"{place}")
    page.locator('[data-path="/items/15/conclusion"] .value').click()
    (first, *_) = page.evaluate(_PLACES)
    paper = page.locator("#paper").bounding_box()
    assert paper
    assert paper["y"] <= first["top"] < first["bottom"] <= paper["y"] + paper["height"]
    current = page.locator("#values [aria-current]")
    page.locator("#text .seg.on").first.click()
    assert current.evaluate("(each) => each.closest('.row').dataset.path") == "/items/15/rationale"
    page.locator("#crumbs .crumb").last.click()
    assert current.evaluate("(each) => each.closest('.row').dataset.path") == "/items/15/conclusion"


def test_keys_move_and_say_what_they_do(sight: Sight, letters: Path) -> None:
    """Values by j and k, letters by n, none while typing; ? names them all, Escape closes."""
    page = opened(sight, letters, "3")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("#values .row").first
    assert first.locator("[aria-current]").count() == 1
    page.keyboard.press("/")
    page.keyboard.type("jnk 8")
    assert page.locator("#filter").input_value() == "jnk 8"
    assert page.evaluate("location.hash").startswith("#3")
    page.locator("#filter").fill("")
    page.locator("#filter").blur()
    page.keyboard.press("n")
    page.wait_for_function("() => !location.hash.startsWith('#3')")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_words_under_several_values_know_them_all(sight: Sight, letters: Path) -> None:
    """A conclusion within its rationale is cut out of it, and both are named."""
    page = opened(sight, letters, "0/items/0/conclusion")
    names = page.locator("#crumbs .crumb").all_inner_texts()
    assert names == ["Rationale of item 1", "Conclusion of item 1"]
    over = page.locator("#text .seg.on").first.evaluate("(each) => each.paths")
    assert over == ["/items/0/rationale", "/items/0/conclusion"]


def test_an_observation_leads_to_both_its_passages(sight: Sight, letters: Path) -> None:
    """It stands at its value, apart from errors, and each passage can be gone to."""
    place = next(
        at for at, path in enumerate(TEXTS) if path.parent.name == "conclusion-contradicts-decision"
    )
    page = opened(sight, letters, f"{place}")
    row = page.locator('[data-path="/items/0/conclusion"]')
    assert row.locator(".finding.observation").count() == 1
    passages = row.locator(".passage")
    compared = ["two sleeves", "Upheld"]
    for at, words in enumerate(compared):
        passages.nth(at).click()
        there = " ".join(page.locator("#text .shown-place").all_text_contents())
        assert words in there
    assert page.locator("#text .flag.observation").count() == len(compared)
    page.locator("#text .flag").first.click()
    assert row.locator(".finding").evaluate("(each) => each === document.activeElement")


def test_boxes_of_a_pdf_stand_where_they_are_said_to(sight: Sight, letters: Path) -> None:
    """On the picture of the page, in its own shape; t changes to the text and back."""
    place = len(TEXTS)
    letter = shown(PDFS[0])
    page = opened(sight, letters, f"{place}/items/0/decision")
    decision = letter["record"]["items"][0]["decision"]
    ((number, *edges),) = letter["boxes"][f"{decision['start']}-{decision['end']}"]
    (box,) = page.evaluate(_PLACES)
    image = page.locator("#sheets img").nth(number - 1).bounding_box()
    assert image
    size = letter["pages"][0]
    assert image["height"] / image["width"] == pytest.approx(size["height"] / size["width"], 0.01)
    said = [edges[0], edges[1], edges[2], edges[3]]
    real_edges = [
        (box["left"] - image["x"]) / image["width"],
        (box["top"] - image["y"]) / image["height"],
        (box["right"] - image["x"]) / image["width"],
        (box["bottom"] - image["y"]) / image["height"],
    ]
    assert real_edges == pytest.approx(said, abs=0.004)
    page.mouse.click(box["left"] + 2, box["top"] + box["height"] / 2)
    assert page.locator("#crumbs").inner_text().endswith("Decision of item 1")
    page.keyboard.press("t")
    assert page.locator("#text .seg.on").inner_text().strip() == decision["quote"]


def test_astral_characters_shift_no_highlight(sight: Sight, tmp_path: Path) -> None:
    """Offsets count code points; the browser counts halves of some."""
    text = HOSTILE.replace(BAD, "\U0001f9b4 \U0001f9b4\U0001d52f")
    record = extract(text=text)
    page_file = tmp_path / "astral.html"
    letter = letter_of(record, from_text(text))
    page_file.write_text(render([queue_row(0, record)], [letter]), "utf-8")
    page = opened(sight, page_file)
    words = page.evaluate(_WORDS)
    assert collapse(words["/items/0/decision"]) == "Upheld"
    rationale = "\U0001f9b4 \U0001f9b4\U0001d52f The arthroscopy is not medically necessary."
    assert collapse(words["/items/0/rationale"]) == rationale


def test_a_harmful_letter_does_nothing_and_hides_nothing(sight: Sight, harmful: Path) -> None:
    """No script ran, nothing was asked for, and what would act is seen by its code."""
    page = opened(sight, harmful)
    for row in page.locator("#values .value").all():
        row.click()
    page.keyboard.press("?")
    assert page.evaluate("window.__ran") is None
    assert (sight.complaints, sight.requests) == ([], [])
    assert page.locator("#text .ctl[data-code='U+202E']").count() == HOSTILE.count("\u202e")
    for control in "\u202e\u0007\u2028":
        assert control not in page.locator("body").inner_text()
    words = page.evaluate(_WORDS)["/items/0/rationale"]
    assert "<script>window.__ran=1</script>" in words


def test_a_page_from_disk_changes_nothing(sight: Sight, letters: Path) -> None:
    """It has no button and no key that would, and says how to."""
    page = opened(sight, letters, "3")
    names = page.locator("#acts button").all_inner_texts()
    assert [each.split()[0] for each in names] == ["Next", "Keys"]
    page.keyboard.press("j")
    for key in "acrxu":
        page.keyboard.press(key)
    assert page.locator(".editor, dialog[open]").count() == 0
    assert "--serve" in page.locator(".how").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(sight: Sight, letters: Path, scheme: Any) -> None:  # noqa: ANN401
    """In both themes, of a text letter with findings, of a PDF, and on a phone."""
    sight.page.emulate_media(color_scheme=scheme)
    page = opened(sight, letters, "0/items/0/conclusion")
    assert axe.faults(page) == []
    page.goto(f"{letters.as_uri()}#{len(TEXTS)}/items/0/decision")
    page.wait_for_selector("#sheets")
    assert axe.faults(page) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for view in ("queue", "letter", "record"):
        page.locator(f".views [data-view={view}]").click()
        assert axe.faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
