"""Handing one mail to the mail server: what its answers mean, and what no answer means."""

import re
import smtplib
from contextlib import suppress
from email.message import EmailMessage

from surveys.campaigns.handing_over import ODD_LETTERS, NotTakenError, UnsureError
from surveys.campaigns.mails import sender_address


def hand_over_mail(server: smtplib.SMTP, recipient: str, message: EmailMessage) -> None:
    """One SMTP transaction. Raises NotTakenError before the content is sent, UnsureError after."""
    try:
        _expect(server, server.mail(sender_address()), 250)
        _expect(server, server.rcpt(recipient), 250, 251)
        _expect(server, server.docmd("DATA"), 354)
    except UnicodeEncodeError as error:
        raise NotTakenError(ODD_LETTERS, passing=False) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotTakenError(server_reason(error), passing=True, line_is_dead=True) from error
    try:
        # A line of the content that begins with a full stop gets one more (RFC 5321, 4.5.2).
        server.send(re.sub(rb"(?m)^\.", b"..", message.as_bytes()) + b".\r\n")
        reply = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise UnsureError(server_reason(error)) from error
    _expect(server, reply, 250)


def _expect(server: smtplib.SMTP, reply: tuple[int, bytes], *wanted: int) -> None:
    code, text = reply
    if code in wanted:
        return
    with suppress(OSError, smtplib.SMTPException):
        server.rset()
    reason = f"{code} {text.decode(errors='replace')}"
    raise NotTakenError(reason, passing=400 <= code < 500, line_is_dead=code == 421)


def server_reason(error: Exception) -> str:
    """What the mail server answered, or what went wrong on the way to it."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        for code, answer in error.recipients.values():
            return f"{code} {answer.decode(errors='replace')}"
    return str(error) or type(error).__name__
