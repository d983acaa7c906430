"""A browser's connection, stripped to what costs nothing: HTTP/1.1 with keep-alive, on a bare asyncio protocol."""

import asyncio
import re
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class BrokenAnswerError(Exception):
    """The server closed the connection before the whole answer had come."""


@dataclass(frozen=True)
class Answer:
    """One response. `wire` is its size in bytes, head and body as sent."""

    status: int
    location: str
    head: bytes
    body: bytes

    @property
    def wire(self) -> int:
        return len(self.head) + len(self.body)


class _Wire(asyncio.Protocol):
    """Collects one answer at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.is_open = False
        self._received = b""
        self._whole = 0
        self._waiting: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.is_open = transport, True

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_open = False
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(BrokenAnswerError())

    def ask(self, sent: bytes) -> "asyncio.Future[Answer]":
        assert self.transport
        self._received, self._whole = b"", 0
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(sent)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._whole and (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            self._whole = end + 4 + (int(length.group(1)) if length else 0)
        if self._whole and len(self._received) >= self._whole and self._waiting:
            self._waiting.set_result(self._answer())

    def _answer(self) -> Answer:
        end = self._received.find(b"\r\n\r\n") + 4
        head, body = self._received[:end], self._received[end : self._whole]
        if _CLOSES.search(head) and self.transport:
            self.is_open = False
            self.transport.close()
        location = _LOCATION.search(head)
        return Answer(int(head[9:12]), location.group(1).decode() if location else "", head, body)


class Connection:
    """Requests one after another. Connects again when the server has let go of an idle connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire: _Wire | None = None

    async def ask(self, sent: bytes) -> Answer:
        """The answer to a whole request. Raises BrokenAnswerError or OSError.

        A connection that was kept may close under the request: like a browser, we then ask once more on a new one.
        """
        if self._wire and self._wire.is_open:
            try:
                return await self._wire.ask(sent)
            except BrokenAnswerError:
                pass
        _, self._wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", self._port)
        return await self._wire.ask(sent)

    def close(self) -> None:
        if self._wire and self._wire.transport:
            self._wire.transport.close()


def request(method: str, path: str, form: bytes = b"") -> bytes:
    """A whole request with the headers a browser sends."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: nb-NO,nb;q=0.9,no;q=0.8,en;q=0.5",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Connection: keep-alive",
    ]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]
    return "\r\n".join([*lines, "", ""]).encode() + form
