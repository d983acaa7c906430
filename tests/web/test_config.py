"""Settings: typed, explained when wrong, and secrets that stay apart."""

import stat
from pathlib import Path

import pytest

from surveys.platform.config import Settings, SettingsError, read_secrets, read_settings


def test_settings_are_read_from_the_environment() -> None:
    found = read_settings(
        {"MEDVIRK_INSTANCE": "here", "MEDVIRK_SMTP_PORT": "2525", "MEDVIRK_SMTP_STARTTLS": "1"}
    )
    assert (found.instance, found.smtp_port, found.smtp_starttls) == (Path("here"), 2525, True)


@pytest.mark.parametrize("variable", ["MEDVIRK_SMTP_PORT", "MEDVIRK_SMTP_STARTTLS"])
def test_a_wrong_value_is_named(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_settings({variable: "ja takk"})


def test_the_key_file_is_made_once_and_only_for_the_owner(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)
    first = read_secrets(settings)
    assert read_secrets(settings) == first
    assert stat.S_IMODE((tmp_path / "keys" / "secret.key").stat().st_mode) == 0o600


def test_every_purpose_has_a_secret_of_its_own(tmp_path: Path) -> None:
    secrets = read_secrets(Settings(instance=tmp_path, secret_key="one root secret"))
    assert len({secrets.session, secrets.codes, secrets.master}) == 3


def test_secrets_are_never_shown() -> None:
    described = Settings(
        secret_key="hush", smtp_password="hush", database_url="postgresql://u:hush@h/d"
    ).described()
    assert "hush" not in " ".join(described.values())


@pytest.mark.parametrize("name", ["CONNECTIONS", "CONNECT_SECONDS", "LOCK_SECONDS", "STATEMENT_SECONDS"])
def test_no_limit_on_waiting_for_the_database_can_be_turned_off(name: str) -> None:
    with pytest.raises(SettingsError, match="minst 1"):
        read_settings({f"MEDVIRK_DATABASE_{name}": "0"})
