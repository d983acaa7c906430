"""Mails to accounts: how any of them is made, and the one that carries a one-time link.

A link is a secret that is stored nowhere, so its mail is sent at once and waits in no outbox. Mails that may wait are
rows of one (`campaigns.holder_mail`).
"""

import logging
import smtplib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from threading import Thread

from flask import current_app

from surveys.access.models import Account
from surveys.organisation.models import Installation
from surveys.platform import mail_headers
from surveys.platform.config import Settings
from surveys.platform.database import database
from surveys.platform.localisation import in_language, language
from surveys.platform.mail_server import connected
from surveys.platform.texts import _

_log = logging.getLogger("medvirk.access")


@dataclass(frozen=True)
class AccountLetter:
    """What a mail to an account says, in the language in force when it was made, after the greeting."""

    subject: str
    paragraphs: tuple[str, ...]


def account_message(account: Account, letter: AccountLetter, settings: Settings) -> EmailMessage:
    """The letter as a message from the municipality. Call it in the account's language."""
    with database().reading() as session:
        found = session.get(Installation, 1)
    to = Address(account.name, addr_spec=account.email)
    message = mail_headers.new_message(
        settings, found.municipality if found else "Medvirk", to, letter.subject
    )
    message["Content-Language"] = language()
    paragraphs = (_("Hei %(name)s,", name=account.name), *letter.paragraphs)
    message.set_content("\n\n".join(paragraphs) + "\n", cte="quoted-printable")
    return message


def link_address(token: str) -> str:
    """The whole address of a one-time link."""
    settings: Settings = current_app.config["SETTINGS"]
    return f"{settings.base_url.rstrip('/')}/velg-passord/{token}"


def send_link(account: Account, token: str) -> bool:
    """Sends the link to the account's address. False when there is none, no mail server, or it did not take it."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.smtp_host or not account.email:
        return False
    with in_language(account.language):
        message = account_message(account, _link_letter(account, link_address(token)), settings)
    try:
        with connected(settings) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        _log.warning("Lenken til en bruker ble ikke sendt: %s", type(error).__name__)
        return False
    return True


def send_link_later(account: Account, token: str) -> None:
    """The same after the answer has gone: how long an answer takes must not tell whether there is such an account."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send() -> None:
        with app.app_context():
            send_link(account, token)

    Thread(target=send, name="medvirk-link", daemon=True).start()


def _link_letter(account: Account, address: str) -> AccountLetter:
    with database().reading() as session:
        found = session.get(Installation, 1)
    return AccountLetter(
        _(
            "Velg passord til Medvirk i %(municipality)s",
            municipality=found.municipality if found else "Medvirk",
        ),
        (
            _("Her velger du passordet ditt. Brukernavnet ditt er %(username)s.", username=account.username),
            address,
            _("Lenken virker én gang, i 72 timer. Har du ikke bedt om den, kan du se bort fra e-posten."),
        ),
    )
