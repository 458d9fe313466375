"""The review page on a server, in a real browser: corrections of every kind, and what they meet."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import axe
import browser as real
import pytest
from browser import PHONE, Sight
from review_server import Server, serving
from reviewed import GOLDEN, hostile

from extractor import extract_many
from extractor.record import Record

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

browser = real.browser
LETTERS = ["conclusion-contradicts-decision", "grocery-list", "pdf-two-items"]
# Select words of the letter as a pointer does, from character to character.
_SELECT = """(words) => {
  const leaves = [...document.querySelectorAll('#text .w')];
  const start = leaves.map((each) => each.textContent).join('').indexOf(words);
  const place = (offset) => {
    for (const each of leaves) {
      if (offset <= each.textContent.length) return [each.firstChild, offset];
      offset -= each.textContent.length;
    }
  };
  const range = document.createRange();
  range.setStart(...place(start));
  range.setEnd(...place(start + words.length));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  document.querySelector('#paper').dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
}"""


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of three golden letters: one that is odd, one that is none, and a PDF."""
    folder = tmp_path_factory.mktemp("desk")
    for name in LETTERS:
        (source,) = (GOLDEN / name).glob("source.*")
        (folder / "in").mkdir(exist_ok=True)
        (folder / "in" / f"{name}{source.suffix}").write_bytes(source.read_bytes())
    made = extract_many([folder / "in"])
    (folder / "r.jsonl").write_text("".join(f"{each.to_json()}\n" for each in made), "utf-8")
    return folder / "r.jsonl"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the decisions of a test are kept."""
    return tmp_path / "corrections.jsonl"


@pytest.fixture
def server(records: Path, log: Path) -> Iterator[Server]:
    """A server of those records, whose reviewer is known."""
    golden = log.with_name("golden")
    given = ["--source", str(records.with_name("in")), "--golden", str(golden)]
    with serving(records, *given, "--reviewer", "Ada", "--corrections", log) as running:
        yield running


@pytest.fixture
def desk(browser: "Browser", server: Server) -> Iterator[Sight]:
    """The server's page in a fresh browser window."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    sight = Sight(context.new_page())
    sight.page.goto(server.address)
    sight.page.wait_for_selector("#text")
    yield sight
    context.close()


def at(page: "Page", name: str, path: str = "") -> "Locator":
    """Open a letter by its row of the queue, choose the value at *path*, return its row."""
    page.locator("#queue a", has_text=name).click()
    page.wait_for_function(
        "(name) => document.querySelector('#record-title').textContent.startsWith(name)", arg=name
    )
    row = page.locator(f'[data-path="{path}"]')
    if path:
        row.locator(".value").click()
    return row


def said(page: "Page", words: str) -> None:
    """Wait until the page announces *words*."""
    page.wait_for_function(
        "(words) => document.querySelector('#said').textContent.startsWith(words)", arg=words
    )


def kept(log: Path) -> list[str]:
    """Return what was done, as the log on disk says."""
    return [json.loads(line)["action"] for line in log.read_text("utf-8").splitlines()]


def test_words_that_are_selected_correct_a_value(desk: Sight, log: Path) -> None:
    """Cut through a word, they are whole words; what the server refuses is said beside them."""
    page = desk.page
    row = at(page, "conclusion-contradicts", "/items/0/conclusion")
    page.keyboard.press("c")
    page.evaluate(_SELECT, "o sleeves is medically necessary and appropriat")
    slot = page.locator(".slot")
    assert slot.inner_text().endswith("“two sleeves is medically necessary and appropriate”")
    page.select_option("#value-value", "not_necessary")
    page.click("#apply")
    page.wait_for_function("() => document.querySelector('#editor-error').textContent")
    assert page.locator("#editor-error").get_attribute("role") == "alert"
    assert not log.exists() or kept(log) == []
    page.select_option("#value-value", "necessary")
    page.click("#apply")
    said(page, "Corrected.")
    assert kept(log) == ["set"]
    assert row.locator(".value").evaluate("(each) => each === document.activeElement")
    chosen = page.locator("#text .seg.on").all_text_contents()
    assert "".join(chosen) == "two sleeves is medically necessary and appropriate"


def test_undo_and_redo_by_key(desk: Sight, log: Path) -> None:
    """A value that was emptied comes back, and goes again."""
    page = desk.page
    shown = at(page, "conclusion-contradicts", "/items/1/conclusion").locator(".shown")
    page.keyboard.press("x")
    said(page, "Emptied")
    assert shown.inner_text() == "—"
    page.keyboard.press("u")
    said(page, "Undone.")
    assert shown.inner_text() == "necessary"
    page.keyboard.press("Control+Shift+Z")
    said(page, "Done again.")
    assert shown.inner_text() == "—"
    assert kept(log) == ["clear", "undo", "undo"]


def test_items_are_moved_merged_split_and_taken_out(desk: Sight, log: Path) -> None:
    """Each by its button; a split names its request and its decision by words."""
    page = desk.page
    at(page, "conclusion-contradicts")
    items = page.locator("#values .item")
    items.first.locator(".tools summary").click()
    items.first.get_by_role("button", name="Move down").click()
    said(page, "Moved down.")
    assert "Silicone" in items.first.locator("h3").inner_text()
    page.keyboard.press("u")
    said(page, "Undone.")
    items.first.get_by_role("button", name="Merge with the next").click()
    said(page, "Merged.")
    assert items.count() == 1
    items.first.get_by_role("button", name="Split").click()
    page.evaluate(_SELECT, "Silicone gel sheets, 6")
    page.evaluate(_SELECT, "Overturned")
    page.select_option("#value-value", "overturned")
    page.click("#apply")
    said(page, "Corrected.")
    assert items.count() == 2
    items.nth(1).locator(".tools").evaluate("(each) => { each.open = true; }")
    items.nth(1).get_by_role("button", name="Remove").click()
    said(page, "Removed.")
    assert kept(log) == ["move", "undo", "merge", "split", "clear"]


def test_choices_come_from_closed_lists(desk: Sight, log: Path) -> None:
    """A category with its subcategory, and what a field cites."""
    page = desk.page
    row = at(page, "conclusion-contradicts", "/items/0/category")
    page.keyboard.press("c")
    page.select_option("#value-name", "Rehabilitation")
    page.select_option("#value-subcategory", "Acupuncture")
    page.click("#apply")
    said(page, "Corrected.")
    assert row.locator(".shown").inner_text() == "Rehabilitation / Acupuncture"
    item = page.locator("#values .item").first
    item.locator(".tools summary").click()
    item.get_by_label("Reviewer cites").select_option("both")
    cites = page.locator('[data-path="/items/0/reviewer/text"] .tag', has_text="MTUS and not MTUS")
    cites.wait_for()
    assert kept(log) == ["set", "set"]


def test_a_letter_of_no_known_layout_comes_to_verified(desk: Sight, log: Path) -> None:
    """By key alone: find words, give an item, accept with one reason; then it is exported."""
    page = desk.page
    at(page, "grocery-list")
    page.get_by_role("button", name="Add an item").press("Enter")
    for words in ("ibuprofen", "upheld"):
        page.locator("#find").fill(words)
        page.locator("#find").press("Enter")
        page.locator(".slot[aria-pressed=false]").press("Enter")
    page.select_option("#value-value", "upheld")
    page.locator("#apply").press("Enter")
    said(page, "Corrected.")
    page.locator("#paper").focus()
    page.keyboard.press("a")
    assert "unknown layout" in page.locator("#ask").inner_text()
    page.keyboard.press("Tab")
    page.locator("#reason").fill("A list, and its one decision.")
    page.locator("#ask button.main").press("Enter")
    said(page, "Accepted.")
    assert page.locator("#state").inner_text().startswith("verified, by a person")
    assert kept(log)[0] == "add"
    assert kept(log)[-1] == "accept"
    page.locator("#act-export").click()
    said(page, "1 golden folder")


def test_a_finding_is_dismissed_with_a_reason(desk: Sight, log: Path) -> None:
    """Without one it is not; then it says who and why."""
    page = desk.page
    row = at(page, "conclusion-contradicts", "/items/0/conclusion")
    row.get_by_role("button", name="Dismiss").click()
    page.locator("#ask button.main").click()
    assert not log.exists() or kept(log) == []
    page.locator("#reason").fill("The letter is like this.")
    page.locator("#ask button.main").click()
    said(page, "Dismissed.")
    assert "Ada" in row.locator(".finding.dismissed .who").inner_text()


def test_a_reload_opens_the_same_value(desk: Sight) -> None:
    """The address holds the letter and the value; the server holds the rest."""
    page = desk.page
    at(page, "pdf-two-items", "/items/1/decision")
    page.reload()
    page.wait_for_selector("#sheets")
    assert page.locator("#values [aria-current]").inner_text().startswith("Decision")
    page.wait_for_function("() => document.querySelector('#sheets img').naturalWidth > 0")
    assert desk.complaints == []


def test_a_killed_server_loses_nothing_that_was_typed(desk: Sight, server: Server) -> None:
    """What failed says so, stays as it was, and can be tried again."""
    page = desk.page
    at(page, "conclusion-contradicts", "/items/0/conclusion")
    page.keyboard.press("c")
    page.evaluate(_SELECT, "two sleeves is medically necessary")
    server.kill()
    page.click("#apply")
    page.wait_for_function("() => document.querySelector('#editor-error').textContent")
    assert "two sleeves is medically necessary" in page.locator(".slot").inner_text()
    assert page.locator("#apply").is_enabled()


def test_what_somebody_else_changed_is_shown_and_the_attempt_kept(
    desk: Sight, server: Server
) -> None:
    """A decision of a state that is gone is refused, beside the words that were chosen."""
    page = desk.page
    at(page, "conclusion-contradicts", "/items/0/conclusion")
    place = page.evaluate("Number(/\\d+/.exec(location.hash)[0])")
    page.keyboard.press("c")
    page.evaluate(_SELECT, "two sleeves is medically necessary")
    other = server.browser(None)
    assert other.decide(place, {"action": "clear", "path": "/items/1/conclusion"}).status == 200
    page.click("#apply")
    page.wait_for_function("() => document.querySelector('#editor-error').textContent")
    assert page.locator('[data-path="/items/1/conclusion"] .shown').inner_text() == "—"
    assert "two sleeves" in page.locator(".slot").inner_text()
    page.click("#apply")
    said(page, "Corrected.")


def test_no_key_acts_while_somebody_types(desk: Sight, log: Path) -> None:
    """Nor in a dialog, nor with another key held."""
    page = desk.page
    at(page, "conclusion-contradicts", "/items/0/decision")
    page.keyboard.press("c")
    page.keyboard.type("aru x")
    assert page.locator("#find").input_value() == "aru x"
    page.keyboard.press("Escape")
    assert page.locator(".editor").count() == 0
    page.keyboard.press("r")
    page.keyboard.type("aux")
    assert page.locator("#reason").input_value() == "aux"
    page.keyboard.press("Escape")
    page.keyboard.press("Control+x")
    assert not log.exists() or kept(log) == []


def test_a_harmful_record_does_nothing_on_a_server(browser: "Browser", tmp_path: Path) -> None:
    """Whatever its words are, they are words: in the queue, the record, its dialogs."""
    record: Record = hostile()
    (tmp_path / "r.jsonl").write_text(f"{record.to_json()}\n", "utf-8")
    with serving(tmp_path / "r.jsonl", "--reviewer", "Ada") as running:
        context = browser.new_context()
        sight = Sight(context.new_page())
        sight.page.goto(running.address)
        sight.page.wait_for_selector("#text")
        for row in sight.page.locator("#values .value:not(.absent)").all():
            row.click()
            sight.page.keyboard.press("c")
        assert sight.page.evaluate("window.__ran") is None
        assert sight.complaints == []
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_while_editing(desk: Sight, scheme: str) -> None:
    """With the form open, with a dialog open, and on a phone."""
    page = desk.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    at(page, "conclusion-contradicts", "/items/0/conclusion")
    page.keyboard.press("c")
    assert axe.faults(page) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert axe.faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    page.locator("#find").press("Escape")
    page.locator("#act-reject").click()
    assert axe.faults(page) == []


def test_two_reviewers_begin_with_different_letters(
    browser: "Browser", records: Path, tmp_path: Path
) -> None:
    """A page that is opened without a letter asks for one that nobody holds."""
    begun = []
    log, letters = tmp_path / "log.jsonl", records.with_name("in")
    with serving(records, "--source", letters, "--corrections", log) as server:
        for name in ("Ada", "Bea"):
            page = browser.new_context().new_page()
            page.goto(server.address)
            page.fill("#reason", name)
            page.keyboard.press("Enter")
            page.wait_for_selector("#text, #sheets")
            begun.append(page.evaluate("location.hash"))
    assert len({*begun}) == 2, begun


def test_no_key_decides_of_the_letter_that_is_left(desk: Sight, log: Path) -> None:
    """While the next letter is on its way, the one before it is not accepted instead."""
    page = desk.page
    at(page, "grocery-list")
    held: list[Route] = []
    page.route("**/api/next", lambda route: held.append(route))  # noqa: PLW0108 - it is marked
    before = page.evaluate("location.hash")
    page.keyboard.press("n")
    page.keyboard.press("r")
    page.wait_for_selector("dialog[open]")
    page.fill("#reason", "No letter.")
    page.click("dialog .main")
    said(page, "The letter is still being opened.")
    assert not log.exists()
    held[0].continue_()
    page.wait_for_function("(before) => location.hash !== before", arg=before)


def test_of_two_letters_the_one_asked_for_last_is_opened(desk: Sight) -> None:
    """However late the first one comes."""
    page = desk.page
    hashes = page.evaluate("[...document.querySelectorAll('#queue a')].map((each) => each.hash)")
    late, last = [each for each in hashes if each != page.evaluate("location.hash")]
    held: list[Route] = []
    page.route(f"**/api/letters/{late[1:]}", lambda route: held.append(route))  # noqa: PLW0108 - it is marked
    page.evaluate("(hash) => { location.hash = hash; }", late)
    page.evaluate("(hash) => { location.hash = hash; }", last)
    page.wait_for_selector(f"#queue a[aria-current][href='{last}']")
    with page.expect_response(f"**/api/letters/{late[1:]}"):
        held[0].continue_()
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("document.querySelector('#queue a[aria-current]').hash") == last


def test_the_focus_stays_where_it_was_after_a_dialog(desk: Sight) -> None:
    """What the dialog was opened from is drawn anew, and holds the focus again."""
    page = desk.page
    at(page, "grocery-list")
    page.focus("#act-reject")
    page.keyboard.press("Enter")
    page.fill("#reason", "No letter.")
    page.click("dialog .main")
    said(page, "Rejected.")
    page.wait_for_function("() => document.activeElement.id === 'act-reject'")
