"""Mails to accounts: how any of them is made, the one with a one-time link, and the word that a password was changed.

A link is a secret that is stored nowhere, so its mail is sent at once and waits in no outbox. Mails that may wait are
rows of one (`campaigns.holder_mail`).
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial
from threading import Thread
from typing import Final

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

ACCOUNT_MAIL: Final = "medvirk-account-mail"
"""The name of the threads that send after the answer has gone."""


@dataclass(frozen=True)
class AccountLetter:
    """What a mail to an account says, in the language in force when it was made, after the greeting."""

    subject: str
    paragraphs: tuple[str, ...]


def account_message(account: Account, letter: AccountLetter, settings: Settings) -> EmailMessage:
    """The letter as a message from the municipality. Call it in the account's language."""
    to = Address(account.name, addr_spec=account.email)
    message = mail_headers.new_message(settings, _municipality(), to, letter.subject)
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
    return _send(account, partial(_link_letter, token))


def send_link_later(account: Account, token: str) -> None:
    """The same after the answer has gone: how long an answer takes must not tell whether there is such an account."""
    _later(account, partial(_link_letter, token))


def tell_of_new_password_later(account: Account) -> None:
    """Tells the owner that a new password was chosen: whoever did not choose it learns that somebody else did.

    `account` is detached: nothing of it is read from the database any more.
    """
    _later(account, _changed_letter)


def _later(account: Account, letter: Callable[[Account], AccountLetter]) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def send() -> None:
        with app.app_context():
            _send(account, letter)

    Thread(target=send, name=ACCOUNT_MAIL, daemon=True).start()


def _send(account: Account, letter: Callable[[Account], AccountLetter]) -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.smtp_host or not account.email:
        return False
    with in_language(account.language):
        message = account_message(account, letter(account), settings)
    try:
        with connected(settings) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        _log.warning("En e-post til en bruker ble ikke sendt: %s", type(error).__name__)
        return False
    return True


def _link_letter(token: str, account: Account) -> AccountLetter:
    return AccountLetter(
        _("Velg passord til Medvirk i %(municipality)s", municipality=_municipality()),
        (
            _("Her velger du passordet ditt. Brukernavnet ditt er %(username)s.", username=account.username),
            link_address(token),
            _("Lenken virker én gang, i 72 timer. Har du ikke bedt om den, kan du se bort fra e-posten."),
        ),
    )


def _changed_letter(_account: Account) -> AccountLetter:
    settings: Settings = current_app.config["SETTINGS"]
    return AccountLetter(
        _("Passordet ditt til Medvirk i %(municipality)s er byttet", municipality=_municipality()),
        (
            _("Passordet til brukeren din er byttet, og du er logget ut overalt."),
            _(
                "Var det deg, trenger du ikke gjøre noe. Var det ikke deg, velg et nytt passord her, og si fra til HR:"
            ),
            f"{settings.base_url.rstrip('/')}/glemt-passord",
        ),
    )


def _municipality() -> str:
    with database().reading() as session:
        found = session.get(Installation, 1)
    return found.municipality if found else "Medvirk"
