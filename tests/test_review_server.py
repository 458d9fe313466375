"""The review server over a real socket: who is let in, what is decided, what survives a kill."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from correcting import TWO
from review_server import Browser, Json, Server, chosen, serving
from terminal import IMR, SHOPPING

from extractor.corrections import Corrections

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")

PRIVATE = "A sentence that stands in this letter alone."
ACCEPT = {"action": "accept"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with letters and the records that the rules make of them."""
    folder = tmp_path_factory.mktemp("desk")
    letters = folder / "letters"
    letters.mkdir()
    for name, text in (
        ("a", TWO),
        ("b", TWO.replace("Walker", "Cane")),
        ("c", f"{SHOPPING}{PRIVATE}\n"),
        ("d", f"{SHOPPING}Milk.\n"),
    ):
        (letters / f"{name}.txt").write_text(text, "utf-8")
    command = [*IMR, "extract", str(letters), "--out", str(folder / "records.jsonl")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture
def given(desk: Path, tmp_path: Path) -> list[str | Path]:
    """What the command is given: records, letters, and a log and folders of this test's own."""
    log, golden = tmp_path / "corrections.jsonl", tmp_path / "golden"
    named: list[str | Path] = [
        "--source",
        desk / "letters",
        "--corrections",
        log,
        "--golden",
        golden,
    ]
    return [desk / "records.jsonl", *named]


@pytest.fixture
def server(given: list[str | Path], tmp_path: Path) -> Iterator[Server]:
    """A server on a port that was free."""
    with serving(*given, errors=tmp_path / "errors") as running:
        yield running


@pytest.fixture(scope="module")
def lobby(desk: Path) -> Iterator[Server]:
    """A server that refuses: nothing is decided of its letters."""
    log = desk / "lobby.jsonl"
    letters = desk / "letters"
    with serving(desk / "records.jsonl", "--source", letters, "--corrections", log) as running:
        yield running
    assert not log.exists()


# --- who is let in --------------------------------------------------------------------------------


def test_the_printed_address_lets_a_browser_in(lobby: Server) -> None:
    """The secret becomes a cookie that no script reads, and leaves the address."""
    browser = lobby.browser(None)
    cookie = browser.first.headers["set-cookie"]
    assert (browser.first.status, browser.first.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {*cookie.split("; ")}
    page = browser.get("")
    assert page.status == 200
    assert browser.first.headers["location"] == "/"
    token = lobby.address.partition("token=")[2]
    assert len(token) >= 43
    assert token not in page.body.decode() + cookie


def test_the_address_opened_again_leaves_a_browser_who_it_is(lobby: Server) -> None:
    """A reviewer who opens the printed address a second time need not say their name again."""
    browser = lobby.browser("Ada")
    again = browser.get(lobby.address.removeprefix(f"{browser.own}/"))
    assert (again.status, again.headers.get("set-cookie")) == (303, None)
    assert browser.get("api/queue").json["reviewer"] == "Ada"


def test_the_address_opened_often_shuts_nobody_out(lobby: Server) -> None:
    """Who comes back again and again takes the place of no browser that was let in."""
    ada, bea = lobby.browser("Ada"), lobby.browser("Bea")
    path = lobby.address.removeprefix(f"{ada.own}/")
    assert {ada.get(path).status for _ in range(1001)} == {303}
    assert [each.get("api/choices").status for each in (ada, bea)] == [200, 200]


def test_every_answer_forbids_what_is_not_needed(lobby: Server) -> None:
    """No answer is stored, framed, sniffed, or says where it came from."""
    browser = lobby.browser()
    for answer in (
        browser.get(""),
        browser.get("api/queue"),
        browser.get("nothing"),
        browser.first,
    ):
        said = answer.headers
        assert said["cache-control"] == "no-store"
        assert said["x-content-type-options"] == "nosniff"
        assert said["referrer-policy"] == "no-referrer"
        assert said["cross-origin-opener-policy"] == "same-origin"
        assert said["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in said["content-security-policy"]
        assert "server" not in said
        assert "access-control-allow-origin" not in said
    assert "default-src 'none'" in browser.get("api/queue").headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?token=",
        "?token=wrong",
        "?token=%00",
        "?token=%C3%A9",
        "?" + "a&" * 99,
        "api/queue",
        "api/letters/0",
    ],
)
def test_without_the_secret_nothing_is_said(lobby: Server, path: str) -> None:
    """No cookie, no letter; a wrong token is no cookie."""
    stranger = lobby.browser(None)
    answer = stranger.send("GET", f"/{path}")
    assert answer.status == 401
    assert "set-cookie" not in answer.headers
    forged = stranger.cookie[:-1] + ("A" if stranger.cookie[-1] != "A" else "B")
    assert stranger.send("GET", "/api/queue", headers={"Cookie": forged}).status == 401


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "0.0.0.0:{port}",
        "[::1]:{port}",
    ],
)
def test_other_names_of_this_machine_are_refused(lobby: Server, host: str) -> None:
    """A name that was made to mean this machine is not ours, with or without the cookie."""
    browser = lobby.browser()
    answer = browser.get("api/queue", Host=host.format(port=browser.port))
    assert (answer.status, answer.code) == (403, "host")
    assert browser.get("api/queue", Host=f"localhost:{browser.port}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-IMR-Review": "0"},
        {"X-IMR-Review": ""},
    ],
)
def test_another_page_cannot_decide(lobby: Server, headers: dict[str, str]) -> None:
    """What changes anything must come from our own page, and say so."""
    browser = lobby.browser()
    wrong = {name: value.format(port=browser.port) for name, value in headers.items()}
    state = browser.letter()["content"]
    body = {"corrections": [ACCEPT], "seen": state}
    answer = browser.post("api/letters/0/corrections", body, wrong)
    assert (answer.status, answer.code) == (403, "origin")
    assert browser.letter()["content"] == state


def test_another_page_cannot_look(lobby: Server) -> None:
    """A request that another site began is not answered, whatever cookie it carries."""
    browser = lobby.browser()
    answer = browser.get("api/letters/0", **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.code) == (403, "origin")


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "static/../../etc/passwd",
        "api/letters/..%2f..%2fetc%2fpasswd",
        "api/letters/-1",
        "api/letters/0/",
        "api/letters/999999",
        "api/letters/" + "9" * 5000,
        "api/letters/%D9%A0",
        "api/letters/0/pages/1.png",
        "api/letters/0/pages/..%2f1.png",
        "api/letters/a.txt",
        "letters/a.txt",
        "records.jsonl",
        "docs",
        "openapi.json",
    ],
)
def test_unknown_addresses_are_not_found(lobby: Server, path: str) -> None:
    """Letters are addressed by their place alone; no address is a path."""
    answer = lobby.browser().get(path)
    assert answer.status == 404
    assert answer.code in {"unknown", "no_letter", "no_page"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(lobby: Server, method: str) -> None:
    """Only what the page does can be done."""
    browser = lobby.browser()
    assert browser.send(method, "/api/letters/0", headers=browser.headers).status in {403, 404, 405}


def test_it_listens_to_this_machine_only(lobby: Server) -> None:
    """The socket is of 127.0.0.1: no other address of the machine answers."""
    port = lobby.browser().port
    with socket.socket() as other:
        other.settimeout(5)
        with pytest.raises(OSError, match=r"."):
            other.connect(("127.0.0.2", port))


def test_a_port_that_is_taken_is_said(given: list[str | Path]) -> None:
    """The user is told to give another one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [*IMR, "review", *map(str, given), "--serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_the_user_is_told_what_to_install(given: list[str | Path]) -> None:
    """A server that is not installed is one sentence and exit 2."""
    program = "import sys; sys.modules['uvicorn'] = None; from extractor.cli import main; main()"
    command = [sys.executable, "-c", program, "review", *map(str, given), "--serve"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "imr-extractor[review]" in done.stderr
    assert "Traceback" not in done.stderr


# --- what is decided ------------------------------------------------------------------------------


def test_the_queue_tells_what_is_wrong_with_each_letter(server: Server) -> None:
    """A row for each letter, in the records' order; decided letters say how."""
    browser = server.browser()
    assert browser.decide(0, ACCEPT).status == 200
    rows = browser.rows()
    assert [row["id"] for row in rows] == ["a.txt", "b.txt", "c.txt", "d.txt"]
    assert [row["verdict"] for row in rows] == ["accept", None, None, None]
    assert [row["reviewed"] for row in rows] == [True, False, False, False]
    assert rows[2]["codes"] == ["unknown_layout"]
    assert browser.get("api/queue").json["reviewer"] == "Ada"


def test_a_decision_is_on_disk_when_it_is_answered(server: Server, tmp_path: Path) -> None:
    """What the page is told was written, as whom, of which letter, over what."""
    browser = server.browser("Ada Lovelace")
    letter = browser.letter()
    made = {"action": "set", "path": "/patient/age", "new": chosen(letter, "38 years old")}
    answer = browser.decide(0, made)
    (written,) = _written(tmp_path)
    assert answer.status == 200
    assert answer.json["record"]["patient"]["age"]["value"] == 38
    assert answer.json["record"]["provenance"]["reviewed"]
    assert written["by"] == "Ada Lovelace"
    assert written["old"]["value"] == 41
    assert written["new"]["quote"] == "38 years old"
    assert written["sha256"] == letter["record"]["document"]["sha256"]
    assert written["text_sha256"] == letter["record"]["document"]["text_sha256"]


def _written(folder: Path) -> list[Json]:
    log = folder / "corrections.jsonl"
    return (
        [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    )


def test_white_space_around_chosen_words_is_left_out(server: Server, tmp_path: Path) -> None:
    """Who marks a word with the blank after it means the word."""
    browser = server.browser()
    wide = chosen(browser.letter(), "\n38 years old")
    new = {"action": "set", "path": "/patient/age", "new": wide}
    assert browser.decide(0, new).status == 200
    assert _written(tmp_path)[0]["new"]["quote"] == "38 years old"


@pytest.mark.parametrize(
    ("corrections", "code"),
    [
        ([{"action": "set", "path": "/patient/age", "new": {"start": 0, "end": 3}}], "unapplied"),
        ([{"action": "clear", "path": "/patient/ur_date"}], "unapplied"),
        ([{"action": "clear", "path": "/document/path"}], "unapplied"),
        (
            [{"action": "set", "path": "/patient/age", "new": {"start": 9, "end": 10**9}}],
            "no_words",
        ),
        ([{"action": "set", "path": "/patient/age", "new": {"start": 9, "end": 3}}], "no_words"),
        ([{"action": "set", "path": "/patient/age", "new": {"start": 9}}], "no_words"),
        ([{"action": "set", "path": "/patient/age", "new": {"start": -1, "end": 3}}], "malformed"),
        ([{"action": "undo", "path": ""}], "malformed"),
        ([{"action": "accept", "by": "Somebody else"}], "malformed"),
        ([{"action": "accept", "content": "0"}], "malformed"),
        ([{"action": "dismiss", "finding": 99, "reason": "So."}], "no_finding"),
        ([{"action": "dismiss", "finding": 0, "reason": " "}], "reason_wanted"),
        ([{"action": "dismiss", "reason": "So."}], "no_finding"),
        ([], "malformed"),
        ([ACCEPT, {"action": "clear", "path": "/items/9"}], "unapplied"),
        ([ACCEPT] * 1000, "malformed"),
        ("accept", "malformed"),
        (None, "malformed"),
    ],
)
def test_what_cannot_be_applied_is_not_written(
    lobby: Server, desk: Path, corrections: Json, code: str
) -> None:
    """A correction that would be left out is refused, and with it all that came along."""
    browser = lobby.browser()
    body = {"corrections": corrections, "seen": browser.letter()["content"]}
    answer = browser.post("api/letters/0/corrections", body)
    assert (answer.status, answer.code) == (422, code)
    assert not (desk / "lobby.jsonl").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"[" * 100_000, 422),
        (b"\xff\xfe", 422),
        (b'{"corrections": [], "seen": "' + b"a" * 300_000 + b'"}', 413),
        (b'{"corrections": [{"action": "reject", "reason": "\\ud800"}], "seen": ""}', 422),
    ],
)
def test_a_body_that_is_none_is_refused(lobby: Server, body: bytes, status: int) -> None:
    """Broken, deep, huge or half a character: the server says no, and lives."""
    browser = lobby.browser()
    assert browser.post("api/letters/0/corrections", body).status == status
    assert browser.get("api/queue").status == 200


def test_a_body_must_say_that_it_is_json(lobby: Server) -> None:
    """What a form of another page could send is none."""
    browser = lobby.browser()
    answer = browser.post("api/reviewer", {"name": "Eve"}, {"Content-Type": "text/plain"})
    assert (answer.status, answer.code) == (415, "not_json")


def test_a_person_brings_an_unknown_letter_to_verified(server: Server) -> None:
    """Items by their words, findings dismissed with a reason: verified, and marked as reviewed."""
    browser = server.browser()
    letter = browser.letter(2)
    parts = {
        "request": chosen(letter, "Two loaves of bread"),
        "decision": chosen(letter, "six eggs", "overturned"),
    }
    answer = browser.decide(2, {"action": "add", "path": "/items/0", "parts": parts})
    assert answer.status == 200
    while answer.json["record"]["status"] != "verified":
        findings = answer.json["record"]["findings"]
        place = next(
            n
            for n, each in enumerate(findings)
            if each["dismissed"] is None and each["severity"] == "error"
        )
        assert answer.json["dismissible"][place]
        dismiss = {"action": "dismiss", "finding": place, "reason": "I read it."}
        answer = browser.decide(2, dismiss)
        assert answer.status == 200
    assert answer.json["record"]["provenance"]["reviewed"]
    assert browser.rows()[2]["status"] == "verified"


def test_corrections_sent_together_are_one_step(server: Server) -> None:
    """They are taken back together, done again together, and nothing is left of either."""
    browser = server.browser()
    before = browser.letter()
    made = [
        {"action": "clear", "path": "/patient/age"},
        {"action": "clear", "path": "/patient/sex"},
    ]
    after = browser.decide(0, *made).json
    assert (after["undo"], after["redo"]) == (1, 0)
    undone = browser.post("api/letters/0/undo").json
    assert undone["record"]["patient"] == before["record"]["patient"]
    assert (undone["undo"], undone["redo"]) == (0, 1)
    assert all(each["undone"] for each in undone["history"])
    redone = browser.post("api/letters/0/redo").json
    assert redone["record"]["patient"] == after["record"]["patient"]
    for _ in range(3):
        assert browser.post("api/letters/0/undo").json["record"] == undone["record"]
        assert browser.post("api/letters/0/redo").json["record"] == redone["record"]


def test_there_is_an_end_to_undoing(server: Server) -> None:
    """What was never done is not undone, and a new decision leaves nothing to redo."""
    browser = server.browser()
    assert browser.post("api/letters/0/undo").code == "no_step"
    browser.decide(0, {"action": "clear", "path": "/patient/age"})
    browser.post("api/letters/0/undo")
    browser.decide(0, {"action": "clear", "path": "/patient/sex"})
    assert browser.post("api/letters/0/redo").code == "no_step"


def test_an_acceptance_falls_with_the_next_change(server: Server) -> None:
    """Who changes a record after it was accepted has to accept it again."""
    browser = server.browser()
    assert browser.decide(0, ACCEPT).json["verdict"] == "accept"
    assert browser.decide(0, {"action": "clear", "path": "/patient/age"}).json["verdict"] is None
    assert browser.post("api/letters/0/undo").json["verdict"] == "accept"


# --- several reviewers ----------------------------------------------------------------------------


def test_nobody_decides_without_a_name(lobby: Server) -> None:
    """A decision is somebody's."""
    browser = lobby.browser(None)
    assert browser.get("api/queue").json["reviewer"] is None
    assert browser.decide(0, ACCEPT).code == "reviewer_wanted"
    for name in ("", "  ", "a\u202eb", "a\x00", "x" * 200):
        assert browser.post("api/reviewer", {"name": name}).code == "name"


def test_reviewers_that_are_named_are_the_only_ones(given: list[str | Path]) -> None:
    """With --reviewer nobody else can say they are somebody."""
    with serving(*given, "--reviewer", "Ada", "--reviewer", "Bea") as server:
        browser = server.browser(None)
        assert browser.post("api/reviewer", {"name": "Eve"}).code == "name"
        assert browser.post("api/reviewer", {"name": "Bea"}).json == {"reviewer": "Bea"}


def test_two_reviewers_are_dealt_different_letters(server: Server) -> None:
    """Those that need a person, each to one of them; when all are dealt there is none."""
    ada, bea, eve = (server.browser(name) for name in ("Ada", "Bea", "Eve"))
    assert [each.post("api/next").json["place"] for each in (ada, bea, eve)] == [2, 3, None]
    assert [row["dealt"] for row in eve.rows()] == [None, None, "Ada", "Bea"]
    assert ada.post("api/next").json["place"] == 2
    assert ada.decide(2, {"action": "reject", "reason": "No letter."}).status == 200
    assert ada.post("api/next").json["place"] is None
    assert eve.post("api/next", {"places": [3, 2, 1]}).json["place"] == 1


def test_a_letter_that_is_opened_is_dealt_to_no_other(server: Server) -> None:
    """Opening a letter holds it; the other reviewer still may look at it."""
    ada, bea = server.browser("Ada"), server.browser("Bea")
    ada.letter(2)
    assert bea.post("api/next").json["place"] == 3
    assert bea.letter(2)["dealt"] == "Ada"


def test_a_letter_that_somebody_changed_is_looked_at_again(server: Server, tmp_path: Path) -> None:
    """A decision about a letter as it was is refused, with the letter as it is."""
    ada, bea = server.browser("Ada"), server.browser("Bea")
    seen = bea.letter()["content"]
    now = ada.decide(0, {"action": "clear", "path": "/patient/age"}).json
    answer = bea.decide(0, ACCEPT, seen=seen)
    assert (answer.status, answer.code) == (409, "changed")
    assert answer.json["letter"]["content"] == now["content"]
    assert answer.json["letter"]["record"] == now["record"]
    assert len(_written(tmp_path)) == 1
    assert bea.decide(0, ACCEPT, seen=now["content"]).status == 200


def test_a_verdict_of_another_is_seen_too(server: Server) -> None:
    """A verdict changes no value, and still is a decision that the other has not seen."""
    ada, bea = server.browser("Ada"), server.browser("Bea")
    seen = bea.letter()["content"]
    ada.decide(0, ACCEPT)
    assert bea.decide(0, {"action": "reject", "reason": "No."}, seen=seen).status == 409


def test_only_ones_own_decisions_are_undone(server: Server) -> None:
    """Undo takes back what this reviewer did last, not what the other did since."""
    ada, bea = server.browser("Ada"), server.browser("Bea")
    ada.decide(0, {"action": "clear", "path": "/patient/age"})
    bea.decide(0, {"action": "clear", "path": "/patient/sex"})
    patient = ada.post("api/letters/0/undo").json["record"]["patient"]
    assert (patient["age"]["value"], patient["sex"]) == (41, None)
    assert ada.post("api/letters/0/undo").code == "no_step"


def test_what_others_built_upon_is_not_undone(server: Server) -> None:
    """An undo that would leave another's correction without its place is refused."""
    ada, bea = server.browser("Ada"), server.browser("Bea")
    letter = ada.letter(2)
    parts = {
        "request": chosen(letter, "Two loaves of bread"),
        "decision": chosen(letter, "six eggs", "overturned"),
    }
    ada.decide(2, {"action": "add", "path": "/items/0", "parts": parts})
    visits = {"action": "set", "path": "/items/0/rationale", "new": chosen(letter, PRIVATE)}
    assert bea.decide(2, visits).status == 200
    assert ada.post("api/letters/2/undo").code == "built_upon"


def test_many_decisions_at_once_are_all_kept(server: Server, tmp_path: Path) -> None:
    """Eight browsers decide at one time: each decision that was answered is in the log, once."""
    answers: list[int] = []

    def decide(browser: Browser, place: int) -> None:
        answers.extend(browser.decide(place, ACCEPT).status for _ in range(5))

    browsers = [server.browser(f"R{number}") for number in range(8)]
    threads = [
        threading.Thread(target=decide, args=(browser, number % 4))
        for number, browser in enumerate(browsers)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(answers) <= {200, 409}
    assert len(_written(tmp_path)) == answers.count(200) >= 4


# --- what survives --------------------------------------------------------------------------------


def test_a_killed_server_loses_nothing(given: list[str | Path], tmp_path: Path) -> None:
    """Killed at once after each answer, and begun again: every letter stands as it did."""
    with serving(*given) as server:
        browser = server.browser()
        browser.decide(0, {"action": "clear", "path": "/patient/age"})
        browser.decide(0, {"action": "clear", "path": "/patient/sex"})
        browser.post("api/letters/0/undo")
        browser.decide(2, {"action": "reject", "reason": "No letter."})
        before = [browser.letter(place) for place in range(4)]
        server.kill()
    with serving(*given) as server:
        browser = server.browser()
        after = [browser.letter(place) for place in range(4)]
        assert after == before
        assert after[0]["redo"] == 1
        redone = browser.post("api/letters/0/redo").json["record"]["patient"]
        assert redone["sex"] is None
    assert len(Corrections.load(tmp_path / "corrections.jsonl").of_letters) == 2


def test_a_line_cut_short_is_no_decision(given: list[str | Path], tmp_path: Path) -> None:
    """What was half written when the power went is not there, and the next line is whole."""
    with serving(*given) as server:
        server.browser().decide(0, ACCEPT)
        server.kill()
    log = tmp_path / "corrections.jsonl"
    log.write_bytes(log.read_bytes() + b'{"id": "half", "sha')
    with serving(*given) as server:
        browser = server.browser()
        assert browser.letter()["verdict"] == "accept"
        assert browser.decide(1, ACCEPT).status == 200
    assert len(_written(tmp_path)) == 2


def test_what_another_program_adds_is_seen(given: list[str | Path], tmp_path: Path) -> None:
    """Two servers share a log: each sees what the other writes, and neither writes over it."""
    with serving(*given) as one, serving(*given) as other:
        ada, bea = one.browser("Ada"), other.browser("Bea")
        seen = bea.letter()["content"]
        assert ada.decide(0, ACCEPT).status == 200
        assert bea.decide(0, ACCEPT, seen=seen).status == 409
        assert bea.rows()[0]["verdict"] == "accept"
        assert bea.decide(1, ACCEPT).status == 200
        assert ada.letter(1)["verdict"] == "accept"
    assert [each["by"] for each in _written(tmp_path)] == ["Ada", "Bea"]


def test_a_log_that_cannot_be_written_decides_nothing(
    given: list[str | Path], tmp_path: Path
) -> None:
    """The page is told that the decision is not kept, and the letter stands as it did."""
    with serving(*given) as server:
        browser = server.browser()
        before = browser.letter()
        (tmp_path / "corrections.jsonl").mkdir()
        answer = browser.decide(0, ACCEPT, seen=before["content"])
        assert (answer.status, answer.code) == (500, "not_kept")
        (tmp_path / "corrections.jsonl").rmdir()
        assert browser.letter() == before


def test_runs_apply_what_the_server_wrote(server: Server, desk: Path, tmp_path: Path) -> None:
    """`imr extract --corrections` makes the record that the server showed, with any --jobs."""
    browser = server.browser()
    browser.decide(0, {"action": "clear", "path": "/patient/age"}, ACCEPT)
    shown = browser.letter()["record"]
    outs = []
    for jobs in ("1", "2"):
        out = tmp_path / f"out{jobs}.jsonl"
        log = tmp_path / "corrections.jsonl"
        command = [*IMR, "extract", desk / "letters", "--corrections", log, "--jobs", jobs]
        subprocess.run([*command, "--out", out], check=True, capture_output=True, timeout=120)
        outs.append(out.read_bytes())
    assert outs[0] == outs[1]
    assert json.loads(outs[0].splitlines()[0]) == shown


def test_corrected_records_are_refused(desk: Path, tmp_path: Path) -> None:
    """What the machine read is gone from them: the next step is said."""
    first = json.loads((desk / "records.jsonl").read_text("utf-8").splitlines()[0])
    first["provenance"]["reviewed"] = True
    records = tmp_path / "corrected.jsonl"
    records.write_text(json.dumps(first) + "\n", "utf-8")
    command = [*IMR, "review", str(records), "--source", str(desk / "letters"), "--serve"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "--corrections" in done.stderr


# --- letters --------------------------------------------------------------------------------------


def test_a_letter_by_itself_is_extracted_first(tmp_path: Path) -> None:
    """Its corrections stand beside it."""
    (tmp_path / "one.txt").write_text(TWO, "utf-8")
    with serving(tmp_path / "one.txt") as server:
        browser = server.browser()
        assert browser.letter()["text"] == TWO
        assert browser.decide(0, ACCEPT).status == 200
    assert len(_written(tmp_path)) == 1


def test_a_letter_that_changed_takes_no_corrections(desk: Path, tmp_path: Path) -> None:
    """What its record says cannot be looked at, and so not be corrected."""
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text(TWO.replace("41", "42"), "utf-8")
    log = tmp_path / "corrections.jsonl"
    with serving(desk / "records.jsonl", "--source", letters, "--corrections", log) as server:
        browser = server.browser()
        letter = browser.letter()
        assert (letter["text"], letter["problem"]["code"]) == ("", "source_mismatch")
        assert browser.letter(1)["problem"]["code"] == "missing_path"
        assert browser.decide(0, ACCEPT).code == "no_text"
    assert not log.exists()


def test_a_record_shows_no_file_that_it_does_not_know(desk: Path, tmp_path: Path) -> None:
    """A path in a record is followed only to the file whose digest the record names."""
    first = json.loads((desk / "records.jsonl").read_text("utf-8").splitlines()[0])
    other = {**first, "document": {**first["document"], "sha256": None, "text_sha256": None}}
    records = tmp_path / "records.jsonl"
    records.write_text(f"{json.dumps(first)}\n{json.dumps(other)}\n", "utf-8")
    with serving(records) as server:
        browser = server.browser()
        assert browser.letter(0)["text"] == TWO
        assert browser.letter(1)["text"] == ""


def test_a_page_of_a_pdf_is_a_picture(root: Path) -> None:
    """Where the letter says it is, and no page beyond its last."""
    source = root / "golden" / "pdf-two-items" / "source.pdf"
    log = Path(os.devnull).parent / "null"
    with serving(source, "--corrections", log) as server:
        browser = server.browser()
        pages = browser.letter()["pages"]
        picture = browser.get(pages[0]["image"])
        assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
        assert picture.body.startswith(b"\x89PNG")
        assert browser.get(f"api/letters/0/pages/{len(pages) + 1}.png").code == "no_page"


def test_accepted_letters_become_golden_cases(server: Server, tmp_path: Path) -> None:
    """What is exported is clean, is what was accepted, and is exported once."""
    browser = server.browser()
    assert browser.post("api/export", {"places": [0]}).code == "not_accepted"
    assert not (tmp_path / "golden").exists()
    browser.decide(0, {"action": "clear", "path": "/patient/age"})
    findings = browser.letter()["record"]["findings"]
    for place, _ in enumerate(findings):
        browser.decide(0, {"action": "dismiss", "finding": place, "reason": "As it is."})
    browser.decide(0, ACCEPT)
    browser.decide(1, ACCEPT)
    exported = [browser.post("api/export", {"places": [0, 1]}).json for _ in range(2)]
    assert exported[0] == exported[1]
    assert exported[0]["cases"] == ["a", "b"]
    golden = Path(exported[0]["folder"])
    assert sorted(each.name for each in golden.iterdir()) == ["a", "b"]
    assert (golden / "a" / "source.txt").read_text("utf-8") == TWO
    labels = json.loads((golden / "a" / "expected.json").read_text("utf-8"))
    assert labels["record"]["patient"]["age"] is None
    assert (labels["reviewed"], labels["split"]) == (True, "dev")
    lint = [sys.executable, "-m", "evals", "lint", "--golden", str(golden)]
    done = subprocess.run(lint, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_folder_nothing_is_exported(desk: Path, tmp_path: Path) -> None:
    """The user is told which option it takes."""
    log = tmp_path / "corrections.jsonl"
    letters = desk / "letters"
    with serving(desk / "records.jsonl", "--source", letters, "--corrections", log) as server:
        browser = server.browser()
        browser.decide(0, ACCEPT)
        assert browser.post("api/export", {"places": [0]}).code == "no_folder"


def test_neither_letters_nor_the_secret_are_logged(server: Server, tmp_path: Path) -> None:
    """What the server says to the terminal holds nothing of a letter, nor what lets one in."""
    browser = server.browser()
    browser.letter(2)
    browser.decide(2, {"action": "set", "path": "/items/0/request", "new": {"start": 1, "end": 9}})
    browser.post("api/letters/2/corrections", b'{"seen": "' + PRIVATE.encode() + b'"')
    with socket.create_connection(("127.0.0.1", browser.port), timeout=10) as raw:
        raw.sendall(f"GET /?token={PRIVATE} nonsense\r\n\r\n".encode())
        raw.recv(1000)
    server.kill()
    said = (tmp_path / "errors").read_text("utf-8")
    assert PRIVATE[:10] not in said
    assert server.address.partition("token=")[2] not in said
    assert browser.cookie.partition("=")[2] not in said
    assert "Traceback" not in said


def test_letters_that_are_not_under_the_source_are_counted_at_the_start(
    desk: Path, tmp_path: Path
) -> None:
    """A wrong folder is told of before anybody looks for a letter; of the right one, nothing."""
    records = str(len((desk / "records.jsonl").read_bytes().splitlines()))
    (tmp_path / "wrong").mkdir()
    said = {}
    for source in (desk / "letters", tmp_path / "wrong"):
        errors = tmp_path / f"{source.name}.errors"
        given = (desk / "records.jsonl", "--source", source, "--corrections", tmp_path / "log")
        with serving(*given, errors=errors) as running:
            assert running.address
        lines = errors.read_text("utf-8").splitlines()
        said[source.name] = [line.count(records) for line in lines if "--source" in line]
    assert said == {"letters": [], "wrong": [2]}
