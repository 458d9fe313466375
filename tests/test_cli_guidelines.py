"""``imr guidelines``: the catalogue, readable and for programs."""

import json

from terminal import imr

from extractor.guidelines import catalogue


def test_the_whole_catalogue_is_printed() -> None:
    """Every guideline is a line of the table, and an object of the JSON with all its keys."""
    found = json.loads(imr("guidelines", "--format", "json").stdout)["guidelines"]
    assert [each["id"] for each in found] == list(catalogue().entries)
    assert all(each["title"] and each["source"] for each in found)
    first = [line.split(" ")[0] for line in imr("guidelines").stdout.splitlines()]
    assert "odg" in first
    assert "mtus/acoem/12" in first


def test_one_guideline_is_printed_in_full() -> None:
    """Title, number, regulation, days and source of one; no other."""
    done = imr("guidelines", "mtus/acoem/12")
    entry = catalogue().entries["mtus/acoem/12"]
    shown = " ".join(done.stdout.split())
    for words in (entry.title, entry.regulation, str(entry.in_force_until), entry.names[-1]):
        assert str(words) in shown
    assert "mtus/acoem/11" not in shown
    assert done.exit_code == 0


def test_a_document_has_its_parts_beside_it() -> None:
    """Whoever asks for ACOEM sees its chapters."""
    done = imr("guidelines", "mtus/acoem", "--format", "json")
    found = json.loads(done.stdout)["guidelines"]
    assert found[0]["id"] == "mtus/acoem"
    assert {each["part_of"] for each in found[1:]} == {"mtus/acoem"}
    assert "Knee Complaints" in imr("guidelines", "mtus/acoem").stdout


def test_an_unknown_id_is_refused_with_those_like_it() -> None:
    """A slip of the pen is answered with ids that are near."""
    done = imr("guidelines", "mtus/acoem/112")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "mtus/acoem/12" in done.stderr
