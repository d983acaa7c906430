"""One HTTP request to an address an operator has chosen, that can be led nowhere else.

The name is looked up once, every address behind it is judged, and the connection is made to an address that was
judged: a name that changes between the two (DNS rebinding) changes nothing. No redirects, no proxies, a time limit and
a size limit. What fails before anything was sent is told apart from what fails after, so that a caller may try again
only when nobody can have read the request.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_CONNECTING: Final = 10.0  # seconds
_ANSWERING: Final = 30.0  # seconds for the whole answer
_LARGEST: Final = 64 * 1024  # bytes of an answer
_PIECE: Final = 8 * 1024
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotSentError(Exception):
    """Nothing was sent: the address is refused, or there is nobody there."""


class RefusedAddressError(NotSentError):
    """The address is one that we never connect to."""


class NoAnswerError(Exception):
    """The request was sent, in part or whole, and no whole answer came."""


@dataclass(frozen=True)
class HttpAnswer:
    """The status, and as much of the content as was asked for. is_whole: the answer had no more."""

    status: int
    content: bytes
    is_whole: bool = True


class GuardedConnection:
    """A connection to a host whose address has been judged, for one request. Opened in the constructor."""

    def __init__(self, address: str, *, allow_private: bool) -> None:
        """Raises RefusedAddressError, or NotSentError when nobody answers at any of its addresses."""
        parts = urlsplit(address)
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        addresses = _judged(host, port, allow_private=allow_private, must_be_here=not is_tls)
        self._host = parts.netloc
        self._has_hung_up = False
        self._connection = http.client.HTTPConnection(host, port, timeout=_CONNECTING)
        self._connection.auto_open = 0
        try:
            opened = _first_that_answers(addresses, port)
            # The socket is ours, so http.client never looks the name up again.
            self._socket = _encrypted(opened, host) if is_tls else opened
            self._connection.sock = self._socket
        except OSError as error:
            raise NotSentError(str(error) or type(error).__name__) from error

    def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        largest: int = _LARGEST,
    ) -> HttpAnswer:
        """The answer, whatever its status. Raises NoAnswerError: what was sent may have been read."""
        sent = {"Host": self._host, "Connection": "close", **headers}
        # The time of a socket is for each piece, and a slow enough answer would never end.
        end = threading.Timer(_ANSWERING, self._hang_up)
        end.start()
        try:
            self._socket.settimeout(_ANSWERING)
            self._connection.request(method, target, body=body, headers=sent)
            answer = self._connection.getresponse()
            content, is_whole = _read(answer, largest)
            return HttpAnswer(answer.status, content, is_whole and not self._has_hung_up)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(str(error) or type(error).__name__) from error
        finally:
            end.cancel()

    def _hang_up(self) -> None:
        self._has_hung_up = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._connection.close()


def _read(answer: http.client.HTTPResponse, largest: int) -> tuple[bytes, bool]:
    """So much, and whether that was all. The status has come: an answer that goes on or stops is cut, and no fault."""
    read = bytearray()
    try:
        while len(read) <= largest:
            piece = answer.read1(_PIECE)
            if not piece:
                # Fewer than were promised: the other side hung up.
                return bytes(read), not answer.length
            read += piece
    except (OSError, http.client.HTTPException):
        return bytes(read), False
    return bytes(read[:largest]), False


def _judged(host: str, port: int, *, allow_private: bool, must_be_here: bool) -> list[str]:
    """Every address of the host. Raises RefusedAddressError when one of them is refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSentError(f"{host} finnes ikke: {error}") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        address = innermost(ipaddress.ip_address(text.partition("%")[0]))
        if why := why_refused(address, allow_private=allow_private):
            raise RefusedAddressError(f"{host} har adressen {text}, som er {why}")
        if must_be_here and not address.is_loopback:
            raise RefusedAddressError(f"{host} har adressen {text}, og http:// er bare for denne maskinen")
    return addresses


def why_refused_host(address: str, *, allow_private: bool) -> str:
    """Why a connection to the address would be refused now, or why its host is not found; «» when it would be made."""
    parts = urlsplit(address)
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    try:
        _judged(parts.hostname or "", port, allow_private=allow_private, must_be_here=not is_tls)
    except NotSentError as error:
        return str(error)
    return ""


def innermost(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address carries, else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        carried = address.ipv4_mapped or address.sixtofour
        return carried or (address.teredo[1] if address.teredo else address)
    return address


def why_refused(address: IpAddress, *, allow_private: bool) -> str:
    """What is wrong with connecting there; «» when nothing is.

    Link-local is refused even when private addresses are allowed: cloud providers give out secrets there.
    """
    if address.is_multicast:
        return "for mange mottakere (multicast)"
    if address.is_unspecified:
        return "ingen bestemt maskin"
    if address.is_link_local:
        return "bare for ett nettverkskort (link-local)"
    if allow_private:
        return ""
    if address.is_loopback:
        return "denne maskinen selv"
    return "" if address.is_global else "privat"


def _first_that_answers(addresses: list[str], port: int) -> socket.socket:
    problem: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_CONNECTING)
        except OSError as error:
            problem = error
    raise problem or OSError("ingen adresse")


def _encrypted(opened: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        return ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    except OSError:
        opened.close()
        raise
