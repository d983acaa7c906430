"""A table from an address on the net: only from hosts that the operator has named, small, soon, and led nowhere else.

Whoever types an address must not make the server call machines that only the server reaches (`guarded_http`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from surveys.platform.guarded_http import (
    GuardedConnection,
    HttpAnswer,
    NoAnswerError,
    NotSentError,
    RefusedAddressError,
)
from surveys.platform.texts import _

_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


class FetchError(Exception):
    """Why nothing was fetched, in words for whoever typed the address."""


@dataclass(frozen=True)
class AllowedHost:
    """As the operator wrote it. An IP address may be in a private network; a name may not."""

    host: str
    port: int | None

    def __str__(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def is_literal(self) -> bool:
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True


def allowed_hosts(setting: str) -> tuple[AllowedHost, ...]:
    """«data.ssb.no, 10.0.0.7:8443» → the hosts. The setting was checked when Medvirk started."""
    pairs = [each.lower().partition(":") for each in setting.replace(",", " ").split()]
    return tuple(AllowedHost(host, int(port) if port else None) for host, _colon, port in pairs)


def fetch_file(address: str, hosts: Sequence[AllowedHost], largest: int) -> bytes:
    """What the address answers. Raises FetchError."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FetchError(_("Adressen er ikke skrevet riktig.")) from None
    known = next((each for each in hosts if (each.host, each.port) == (host, port)), None)
    if known is None or "@" in parts.netloc:
        listed = ", ".join(map(str, hosts))
        raise FetchError(
            _("Adressen er ikke hos noen som er godkjent. Godkjent er: %(hosts)s.", hosts=listed)
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and known.is_literal):
        raise FetchError(_("Adressen må begynne med https://."))
    return _content(_answer(parts, known, largest), largest)


def _answer(parts: SplitResult, host: AllowedHost, largest: int) -> HttpAnswer:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or any(sign <= " " for sign in target):
        raise FetchError(_("Adressen er ikke skrevet riktig."))
    try:
        connection = GuardedConnection(f"{parts.scheme}://{host}", allow_private=host.is_literal)
        try:
            return connection.request("GET", target, _HEADERS, None, largest)
        finally:
            connection.close()
    except RefusedAddressError as error:
        raise FetchError(_("Adressen er i et lukket nett, og blir ikke hentet.")) from error
    except (NotSentError, NoAnswerError) as error:
        raise FetchError(_("Kilden svarer ikke. Prøv igjen, eller last ned filen selv.")) from error


def _content(answer: HttpAnswer, largest: int) -> bytes:
    if 300 <= answer.status < 400:
        raise FetchError(_("Adressen viser videre til en annen. Bruk den endelige adressen."))
    if answer.status != 200:
        raise FetchError(_("Kilden svarte med feil %(status)s.", status=answer.status))
    if len(answer.content) >= largest:
        raise FetchError(_("Tabellen er større enn 5 MB. Velg færre tall hos kilden."))
    if not answer.is_whole:
        raise FetchError(_("Kilden bruker for lang tid. Prøv igjen, eller last ned filen selv."))
    return answer.content
