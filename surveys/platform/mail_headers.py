"""The headers of every mail we send: who it is from, when, which one, and that a machine sent it.

What spam filters ask for first: a name before the sender's address, a Date, and a Message-ID in the sender's own
domain. There is no List-Unsubscribe and no Precedence: bulk. They belong to newsletters, and nobody has subscribed to
these: a survey's mails end with the survey, after two reminders. There is no Reply-To with HR's address either: whoever
answers a mail quotes it, and the code in it would be HR's to read.
"""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from surveys.platform.clock import now
from surveys.platform.config import Settings


def new_message(settings: Settings, municipality: str, recipient: Address, subject: str) -> EmailMessage:
    """A message without a body."""
    sender = sender_address(settings)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = Address(municipality, addr_spec=sender)
    message["To"] = recipient
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=domain_of(sender))
    # No answering machine needs to answer this: the standard's word for it (RFC 3834), and Exchange's.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    return message


def sender_address(settings: Settings) -> str:
    """The bare address in MEDVIRK_MAIL_FROM."""
    return parseaddr(settings.mail_from)[1]


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]
