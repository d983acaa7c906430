"""A real HTTP server in the place of an SMS gateway, which can refuse, hang up and point elsewhere on command."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from flask import Flask

from surveys.platform.config import Settings


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class SmsOffice:
    """What the gateway has received, and how it answers: a status, or None to hang up without a word."""

    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], int | None] = lambda _received: 200
    arrived: threading.Event = field(default_factory=threading.Event)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b"OK"
    port: int = 0

    def settings(self, app: Flask, **changes: object) -> Settings:
        """The application's settings with this gateway as its own, which the application then has."""
        found: Settings = app.config["SETTINGS"]
        own: dict[str, object] = {
            "sms_url": f"http://127.0.0.1:{self.port}/send",
            "sms_method": "POST",
            "sms_body": '{"to": "{to}", "text": "{text}"}',
            "sms_allow_private": True,
        }
        app.config["SETTINGS"] = replace(found, **(own | changes))  # type: ignore[arg-type]
        settings: Settings = app.config["SETTINGS"]
        return settings

    def environment(self) -> dict[str, str]:
        return {
            "MEDVIRK_SMS_URL": f"http://127.0.0.1:{self.port}/send",
            "MEDVIRK_SMS_METHOD": "POST",
            "MEDVIRK_SMS_BODY": '{"to": "{to}", "text": "{text}"}',
            "MEDVIRK_SMS_ALLOW_PRIVATE": "1",
        }


def _handler(office: SmsOffice) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            received = Received(self.command, self.path, dict(self.headers), body)
            office.received.append(received)
            office.arrived.set()
            status = office.answer(received)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in office.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(office.content)))
            self.end_headers()
            self.wfile.write(office.content)

        do_GET = do_POST = _answer  # noqa: N815 -- the standard library's names

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    return Handler


@contextmanager
def open_sms_office() -> Iterator[SmsOffice]:
    office = SmsOffice()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(office))
    server.daemon_threads = True
    office.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
