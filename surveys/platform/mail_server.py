"""The municipality's mail server: one way to connect to it, encrypted and signed in to where the settings say so."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from flask import current_app

from surveys.platform.config import Settings
from surveys.platform.texts import _

_TIMEOUT: Final = 30.0  # seconds


@contextmanager
def connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A server that is ready to take mail. Raises OSError or smtplib.SMTPException when there is none."""
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT)
    try:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.ehlo_or_helo_if_needed()
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def why_no_mail() -> str:
    """Why the application sends no mail, and who can mend it; empty when it does. Needs an application context."""
    if current_app.config["SETTINGS"].smtp_host:
        return ""
    return _(
        "Ingen e-post blir sendt: ingen e-posttjener er valgt. De som drifter Medvirk, kan sette MEDVIRK_SMTP_HOST. "
        "Det som ligger i køen, blir sendt når det er gjort."
    )
