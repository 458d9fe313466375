"""Which host is asked with which key, and what is said where there is none."""

from pathlib import Path

import pytest

from extractor.errors import SettingsError
from extractor.propose.llm.asking import ModelSettings
from extractor.propose.llm.chat import NO_KEY, openai_client
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.settings import UNSET, access, host_of, settings_file

LOCAL = "http://localhost:11434/v1"
OWN, THEIRS, FILED = "imr-key-1", "openai-key-2", "filed-key-3"


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A settings file that is not there."""
    return tmp_path / "none.toml"


@pytest.fixture
def filed(tmp_path: Path) -> Path:
    """A settings file with keys for two hosts."""
    file = tmp_path / "settings.toml"
    file.write_text(f'[keys]\n"api.openai.com" = "{FILED}"\n"localhost" = "{FILED}"\n', "utf-8")
    file.chmod(0o600)
    return file


def key_for(base_url: str | None, environ: dict[str, str], file: Path) -> str | None:
    """Return the key that goes to *base_url*."""
    key = access(ModelSettings("m", base_url), environ, file).key
    return key.get_secret_value() if key else None


@pytest.mark.parametrize(
    ("base_url", "environ", "key"),
    [
        (None, {"OPENAI_API_KEY": THEIRS}, THEIRS),
        (None, {"OPENAI_API_KEY": THEIRS, "IMR_API_KEY": OWN}, OWN),
        ("https://api.openai.com/v1", {"OPENAI_API_KEY": THEIRS}, THEIRS),
        (LOCAL, {"OPENAI_API_KEY": THEIRS}, None),
        ("https://api.openai.com.evil.example/v1", {"OPENAI_API_KEY": THEIRS}, None),
        (LOCAL, {"IMR_API_KEY": OWN}, OWN),
        (LOCAL, {}, None),
        (LOCAL, {"OPENAI_API_KEY": THEIRS, "OPENAI_BASE_URL": LOCAL}, THEIRS),
        ("http://other/v1", {"OPENAI_API_KEY": THEIRS, "OPENAI_BASE_URL": LOCAL}, None),
        (LOCAL, {"IMR_API_KEY": "  "}, None),
    ],
)
def test_a_key_goes_to_the_host_it_is_for(
    base_url: str | None, environ: dict[str, str], key: str | None, nowhere: Path
) -> None:
    """OpenAI's key goes to OpenAI, or where OPENAI_BASE_URL points; only IMR_API_KEY anywhere."""
    assert key_for(base_url, environ, nowhere) == key


@pytest.mark.parametrize("key", ["sk-1\r\nX-Other: 2", "sk-\u2026", "two keys"])
def test_what_cannot_be_a_key_is_refused(key: str, nowhere: Path) -> None:
    """A key that was not copied whole is said to be none, without showing it."""
    with pytest.raises(SettingsError) as raised:
        key_for(LOCAL, {"IMR_API_KEY": key}, nowhere)
    assert key not in str(raised.value)


def test_keys_of_the_file_are_by_host(filed: Path) -> None:
    """A host is named with or without its port; the environment comes first."""
    assert key_for(None, {}, filed) == FILED
    assert key_for(LOCAL, {}, filed) == FILED
    assert key_for("http://192.0.2.1/v1", {}, filed) is None
    assert key_for(None, {"OPENAI_API_KEY": THEIRS}, filed) == THEIRS


def test_a_file_that_others_may_read_is_refused(filed: Path) -> None:
    """The message says how to mend it, and no key."""
    filed.chmod(0o644)
    with pytest.raises(SettingsError) as raised:
        key_for(None, {}, filed)
    assert "chmod 600" in str(raised.value)
    assert FILED not in str(raised.value)


@pytest.mark.parametrize("text", ["keys = 3", "[keys]\nx = 1", "not toml at all", "\udcff"])
def test_a_file_that_is_none_is_refused(text: str, nowhere: Path) -> None:
    """What cannot be read is said, not passed over."""
    nowhere.write_bytes(text.encode("utf-8", "surrogateescape"))
    nowhere.chmod(0o600)
    with pytest.raises(SettingsError):
        key_for(LOCAL, {}, nowhere)


def test_without_an_endpoint_and_a_key_one_line_says_what_to_set(nowhere: Path) -> None:
    """It names the variable and the option."""
    with pytest.raises(SettingsError) as raised:
        access(ModelSettings("m"), {}, nowhere)
    assert str(raised.value) == UNSET
    assert "IMR_API_KEY" in UNSET
    assert "--base-url" in UNSET
    assert "\n" not in UNSET


@pytest.mark.parametrize(
    "settings",
    [
        ModelSettings("m", "http://me:secret@host/v1"),
        ModelSettings("m", "localhost:11434"),
        ModelSettings("m", "ftp://host/v1"),
        ModelSettings(" ", LOCAL),
        ModelSettings("m", LOCAL, mode="json"),
        ModelSettings("meta-llama/llama-3"),
    ],
    ids=["password", "no scheme", "scheme", "no model", "mode", "no provider"],
)
def test_settings_that_cannot_work_are_refused(settings: ModelSettings, nowhere: Path) -> None:
    """What is wrong before anything is sent is said before anything is sent."""
    with pytest.raises(SettingsError) as raised:
        access(settings, {"IMR_API_KEY": OWN}, nowhere)
    assert "secret" not in str(raised.value)


def test_names_with_a_slash_stay_as_they_are_at_an_endpoint(nowhere: Path) -> None:
    """A relay's model is no provider of instructor's, even where it is called like one."""
    for model in ("meta-llama/llama-3", "anthropic/claude"):
        got = access(ModelSettings(model, LOCAL), {}, nowhere)
        assert got.settings.model == model


def test_the_address_of_the_environment_is_a_part_of_the_settings(nowhere: Path) -> None:
    """OPENAI_BASE_URL is settled before anything is asked or cached."""
    got = access(ModelSettings("m"), {"OPENAI_BASE_URL": LOCAL}, nowhere)
    assert host_of(got.settings) == "localhost:11434"


def test_keys_do_not_print(nowhere: Path) -> None:
    """Neither what holds a key nor the key itself shows it."""
    assert OWN not in repr(access(ModelSettings("m"), {"IMR_API_KEY": OWN}, nowhere))


def test_the_settings_file_lies_outside_the_project() -> None:
    """It is in the user's configuration folder."""
    assert settings_file().parts[-2:] == ("imr-extractor", "settings.toml")


def test_nothing_of_openais_goes_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key, organization, project and headers of OpenAI's variables stay at home."""
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, THEIRS)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Secret: {THEIRS}")
    client = openai_client(ModelSettings("m", "http://192.0.2.1/v1"), None)
    assert client.api_key == NO_KEY
    assert THEIRS not in str(client.default_headers)


def test_a_provider_whose_package_or_key_is_missing_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line says what to install or set; instructor's own traceback is not printed."""
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="set DEEPSEEK_API_KEY"):
        Endpoint(ModelSettings("deepseek/deepseek-chat"))
    with pytest.raises(SettingsError, match=r"pip install|is missing"):
        Endpoint(ModelSettings("writer/palmyra-x5"))
    assert caplog.text == ""
