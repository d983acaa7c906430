"""Settings of an installation: typed, read from `MEDVIRK_*`, with everything it owns in one folder."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from surveys.platform.connection_limits import ConnectionLimits
from surveys.platform.private_files import make_private_folder

MATCH_EMAIL: Final = ("never", "verified", "unverified")
"""Which e-mail addresses of the sign-in provider are trusted to name an account. «unverified»: every one."""

_PERSONAL_NUMBER_CLAIMS: Final = frozenset({"pid", "nin", "ssn", "noredupersonnin"})


class SettingsError(Exception):
    """A setting that cannot be used; the message names the variable and what it must be."""


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Every field is the environment variable `MEDVIRK_<FIELD>`."""

    instance: Path = Path("instance")
    database_url: str = ""
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:5470"
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_starttls: bool = False
    mail_from: str = "undersokelse@example.invalid"
    log_level: str = "INFO"
    # A line for each event: «text», or «json» for whatever collects logs.
    log_format: str = "text"
    # Where the keys are, if not in the instance folder: on another disk, which a copy of the instance does not take.
    keys_folder: Path = Path()
    # Who is told of a security hole: an address for /.well-known/security.txt (mailto:, https: or tel:).
    security_contact: str = ""
    # The municipality's own statement at the authority's site (uustatus.no), which our page links to.
    accessibility_statement: str = ""
    # Hosts that statistical tables (JSON-stat) may be fetched from, with commas between: «data.ssb.no». Empty: none.
    jsonstat_hosts: str = ""
    # How many reverse proxies of ours stand in front. Each adds the address it was called from, and without this
    # every visitor seems to come from the nearest proxy and is counted as one.
    proxies: int = 0
    # Where failed attempts are counted: together, in the database («database://»), or in each process by itself
    # («memory://»).
    limits_storage: str = "database://"
    # PostgreSQL only: how many connections a process may have at once, and how many seconds it waits for a connection,
    # for a lock, for a statement to end, and for something to happen in a transaction.
    database_connections: int = ConnectionLimits.connections
    database_connect_seconds: int = ConnectionLimits.connect
    database_lock_seconds: int = ConnectionLimits.lock
    database_statement_seconds: int = ConnectionLimits.statement
    database_idle_seconds: int = ConnectionLimits.idle
    # Locks backups beside the installation's own secret, and alone those that hold the keys.
    backup_passphrase: str = ""
    # What a Prometheus server must send to read /helse/metrics; empty: there is no such page, and nothing is counted.
    metrics_token: str = ""
    # Retention: how many days after somebody has left the roster she is erased, after a survey is counted its codes
    # lead nowhere and its comments are deleted, and after a file is taken into use it can be undone. 0: for ever.
    erase_left_after_days: int = 0
    erase_codes_after_days: int = 90
    delete_comments_after_days: int = 0
    forget_import_after_days: int = 30
    # Sign-in with OpenID Connect: the provider's address as its own tokens write it. Empty: none.
    oidc_issuer: str = ""
    # What the sign-in page calls the provider: «Logg inn med <name>».
    oidc_name: str = ""
    oidc_client_id: str = ""
    # Empty for a public client: PKCE is used in any case.
    oidc_client_secret: str = ""
    oidc_scopes: str = "openid profile email"
    # The claim that tells one person from another for ever. Never a personal number.
    oidc_person: str = "sub"
    # Whether an account may be recognised by the provider's e-mail address the first time: one of MATCH_EMAIL.
    oidc_match_email: str = "verified"
    # Which claims give which roles: a YAML file, in the instance folder unless the path is absolute.
    oidc_roles: Path = Path("oidc-roller.yaml")
    # SMS to people without an e-mail address: the gateway's address, a template as in `sms_template`. Empty: none.
    sms_url: str = ""
    sms_method: str = "GET"
    # What is posted: JSON when it begins with { or [, else a form.
    sms_body: str = ""
    # One header, «Name: value», such as the gateway's key.
    sms_header: str = ""
    sms_sender: str = ""
    # The gateway may have an address in the municipality's own network, and http:// on this machine.
    sms_allow_private: bool = False

    @property
    def database(self) -> str:
        """The SQLAlchemy address: the one that is set, else SQLite in the instance folder."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
        return f"sqlite:///{self.instance.resolve() / 'medvirk.sqlite3'}"

    @property
    def connection_limits(self) -> ConnectionLimits:
        return ConnectionLimits(
            self.database_connections,
            self.database_connect_seconds,
            self.database_lock_seconds,
            self.database_statement_seconds,
            self.database_idle_seconds,
        )

    @property
    def keys(self) -> Path:
        """The key store's folder. It must never be part of a database backup."""
        return self.instance / "keys" if self.keys_folder == Path() else self.keys_folder

    @property
    def keys_beside_data(self) -> bool:
        """Whether a copy of the instance folder takes the keys with it."""
        return self.keys.resolve().is_relative_to(self.instance.resolve())

    @property
    def oidc_roles_file(self) -> Path:
        return self.instance / self.oidc_roles

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")

    def described(self) -> dict[str, str]:
        """Every setting by variable name, secrets masked, for `medvirk doctor`."""
        hidden = {
            "secret_key",
            "backup_passphrase",
            "smtp_password",
            "database_url",
            "oidc_client_secret",
            "metrics_token",
        }
        # Gateways often want their key in the address or in the body, so all three may hold it.
        hidden |= {"sms_url", "sms_body", "sms_header"}
        return {
            f"MEDVIRK_{f.name.upper()}": ("satt" if getattr(self, f.name) else "ikke satt")
            if f.name in hidden
            else str(getattr(self, f.name))
            for f in fields(self)
        }


# PostgreSQL understands a limit of 0 as «for ever».
_AT_LEAST_ONE: Final = frozenset(f.name for f in fields(Settings) if f.name.startswith("database_")) - {
    "database_url"
}


def _converted(name: str, text: str, default: object) -> object:
    variable = f"MEDVIRK_{name.upper()}"
    if isinstance(default, bool):
        if text.lower() not in {"0", "1", "true", "false"}:
            raise SettingsError(f"{variable} må være 0 eller 1, ikke «{text}».")
        return text.lower() in {"1", "true"}
    if isinstance(default, int):
        if not text.isdecimal():
            raise SettingsError(f"{variable} må være et helt tall, ikke «{text}».")
        return int(text)
    return Path(text) if isinstance(default, Path) else text


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment; raises SettingsError on a value that cannot be used."""
    known = {f.name: f.default for f in fields(Settings)}
    values: dict[str, Any] = {
        name: _converted(name, environment[variable], default)
        for name, default in known.items()
        if (variable := f"MEDVIRK_{name.upper()}") in environment
    }
    for name in values.keys() & _AT_LEAST_ONE:
        if values[name] < 1:
            raise SettingsError(f"MEDVIRK_{name.upper()} må være minst 1.")
    settings = Settings(**values)
    _check_jsonstat(settings)
    _check_oidc(settings)
    return settings


def _check_jsonstat(settings: Settings) -> None:
    for host in settings.jsonstat_hosts.replace(",", " ").split():
        if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?", host):
            raise SettingsError(
                f"MEDVIRK_JSONSTAT_HOSTS skal ha navn på maskiner, som data.ssb.no, ikke «{host}»."
            )


def _check_oidc(settings: Settings) -> None:
    if settings.oidc_match_email not in MATCH_EMAIL:
        raise SettingsError(
            f"MEDVIRK_OIDC_MATCH_EMAIL må være {', '.join(MATCH_EMAIL)}, ikke «{settings.oidc_match_email}»."
        )
    if not settings.oidc_issuer:
        return
    if not is_safe_address(settings.oidc_issuer):
        raise SettingsError("MEDVIRK_OIDC_ISSUER må begynne med https://. Bare 127.0.0.1 kan ha http://.")
    if not settings.oidc_client_id:
        raise SettingsError(
            "MEDVIRK_OIDC_CLIENT_ID mangler. Den får du når du registrerer Medvirk hos tjenesten."
        )
    if "openid" not in settings.oidc_scopes.split():
        raise SettingsError("MEDVIRK_OIDC_SCOPES må ha med openid.")
    if settings.oidc_person.rpartition("/")[2].lower() in _PERSONAL_NUMBER_CLAIMS:
        raise SettingsError(
            f"MEDVIRK_OIDC_PERSON kan ikke være {settings.oidc_person}: Medvirk skal aldri ha fødselsnummer."
        )


def is_safe_address(address: str) -> bool:
    """Whether secrets may be sent there: https, or this machine itself for tests and trials."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.username is not None or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Secrets:
    """Keys for separate purposes, all derived from one root secret (HKDF-SHA256), 32 bytes each."""

    session: bytes
    codes: bytes
    master: bytes
    limits: bytes
    backup: bytes
    tokens: bytes
    # Tells one installation's secrets from another's, and nothing of them: the database keeps it.
    fingerprint: bytes


def read_secrets(settings: Settings) -> Secrets:
    """The installation's secrets; makes `keys/secret.key` (mode 600) the first time."""
    return _secrets_from(settings.secret_key.encode() or _root_secret(settings.keys / "secret.key"))


def existing_secrets(settings: Settings) -> Secrets | None:
    """The installation's secrets; None, and nothing made, when it has none yet."""
    file = settings.keys / "secret.key"
    if settings.secret_key or file.is_file():
        return _secrets_from(settings.secret_key.encode() or file.read_bytes())
    return None


def _secrets_from(root: bytes) -> Secrets:
    purposes = (b"session", b"codes", b"master", b"limits", b"backup", b"tokens", b"fingerprint")
    return Secrets(*(_derived(root, purpose) for purpose in purposes))


def _root_secret(file: Path) -> bytes:
    if not file.exists():
        make_private_folder(file.parent)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_bytes()
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_hex(32).encode())
    return file.read_bytes()


def _derived(root: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"medvirk", info=purpose).derive(root)
