"""A real SMTP server for tests, which can refuse, hang up and be slow on command."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from surveys.platform.config import Settings


@dataclass
class PostOffice:
    """What the server has taken, and how it answers. A reply of None means: hang up without a word."""

    taken: list[EmailMessage] = field(default_factory=list)
    answer_recipient: Callable[[str], str | None] = lambda _address: "250 OK"
    answer_content: Callable[[EmailMessage], str | None] = lambda _message: "250 OK"
    content_arrived: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = self.answer_recipient(address)
        if reply is None:
            _hang_up(server)
        elif reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply or "421 farvel"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        self.content_arrived.set()
        reply = self.answer_content(message)
        if reply is None or reply.startswith("250"):
            self.taken.append(message)
        if reply is None:
            _hang_up(server)
        return reply or "421 farvel"

    @property
    def recipients(self) -> list[str]:
        return sorted(str(message["To"]) for message in self.taken)

    def settings(self, app: Flask) -> Settings:
        """The application's settings with this server as its own."""
        found: Settings = app.config["SETTINGS"]
        return replace(found, smtp_host="127.0.0.1", smtp_port=self.port, mail_from="hr@fjordvik.example")


def _hang_up(server: Any) -> None:
    server.transport.abort()


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    office = PostOffice(port=free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port, ready_timeout=120)
    controller.start()
    try:
        yield office
    finally:
        with suppress(RuntimeError):
            controller.stop()


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
