"""A layout file says what it must and nothing else; what is wrong is named."""

from pathlib import Path

import pytest

from extractor.errors import LayoutError
from extractor.layout.rules import built_in, load_rules, parse_rule
from extractor.validate.families import BUILT_IN

GOOD = """\
name = "panel"

[detect]
all = ["PANEL OPINION"]

[[sections]]
name = "issues"
heading = "QUESTIONS"

[items]
style = "heading"

[items.decisions]
Sustained = "upheld"

[items.labels]
claims_administrator = "Payer:"
reviewer = "Panel:"
rationale = "Reasons:"
"""


def test_a_whole_file_is_a_layout() -> None:
    """Name, detection, sections, decisions and labels are enough."""
    assert parse_rule(GOOD, "panel.toml").name == "panel"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "panel"', "name = 5", "name"),
        ('["PANEL OPINION"]', '"PANEL OPINION"', "detect.all"),
        ('["PANEL OPINION"]', '[""]', "detect.all"),
        ('["PANEL OPINION"]', "[1]", "detect.all"),
        ('["PANEL OPINION"]', "[]", "detect.all"),
        ('Sustained = "upheld"', "", "items.decisions"),
        ('Sustained = "upheld"', 'Sustained = "yes"', "items.decisions"),
        ('heading = "QUESTIONS"', 'headng = "QUESTIONS"', "headng"),
        ('heading = "QUESTIONS"', "", "issues"),
        ('heading = "QUESTIONS"', 'heading = "{when} QUESTIONS"', "{when}"),
        ('style = "heading"', 'style = "sentence"', "{request}"),
        ('style = "heading"', 'style = "prose"', "items.style"),
        ('rationale = "Reasons:"', "", "rationale"),
        ('rationale = "Reasons:"', "rationale = 7", "rationale"),
        ("[items.labels]", "[requires]\nitem = []\n\n[items.labels]", "requires"),
        ("[items.labels]", '[require]\ncase = ["docket"]\n\n[items.labels]', "docket"),
        ("[items]", '[[sections]]\nname = "issues"\n\n[items]', "one name"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(old: str, new: str, named: str) -> None:
    """An unknown key, a wrong type, a missing part or an unknown placeholder is refused by name."""
    assert old in GOOD
    with pytest.raises(LayoutError) as refused:
        parse_rule(GOOD.replace(old, new, 1), "panel.toml")
    assert named in str(refused.value)


def test_a_folder_without_a_layout_is_refused(tmp_path: Path) -> None:
    """An empty folder is a slip, not a wish for the built-in layouts."""
    with pytest.raises(LayoutError):
        load_rules(tmp_path)


def test_the_validator_demands_what_the_layout_files_require() -> None:
    """Files and validator name the same required parts of an item, written down twice."""
    families = {family.name: family for family in BUILT_IN}
    for rule in built_in():
        family = families["dwc" if rule.name.startswith("dwc") else rule.name]
        assert set(rule.required["item"]) == family.required, rule.name
        assert set(rule.required["case"]) <= family.required_of_header, rule.name
        assert set(rule.required["record"]) == family.required_of_record, rule.name
