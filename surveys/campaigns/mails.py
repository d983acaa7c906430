"""The mail of one delivery: plain text and simple HTML with the same words, one link, no images and no tracking."""

import hmac
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from hashlib import sha256

from babel.dates import format_date
from flask import current_app, render_template

from surveys.campaigns.invitations import link_of
from surveys.campaigns.mail_texts import WORDINGS, Wording
from surveys.campaigns.models import Delivery, Invitation, MessageKind
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Installation
from surveys.platform.localisation import DEFAULT_LANGUAGE, localised


@dataclass(frozen=True)
class Letter:
    """The words of one mail: paragraphs before the link and after it."""

    subject: str
    before: tuple[str, ...]
    link_text: str
    link: str
    after: tuple[str, ...]


def compose(delivery: Delivery, installation: Installation) -> EmailMessage:
    """The whole message. Its Message-ID follows from the delivery alone, so a repeated one can be recognised."""
    invitation = delivery.invitation
    letter = _letter(delivery, installation)
    language = invitation.language if invitation.language in WORDINGS else DEFAULT_LANGUAGE
    sender = sender_address()
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(installation.municipality, addr_spec=sender)
    message["To"] = Address(addr_spec=invitation.email)
    message["Message-ID"] = message_id(delivery.id, sender)
    message["Content-Language"] = language
    # No answering machine needs to answer this.
    message["Auto-Submitted"] = "auto-generated"
    link = f"{letter.link_text}: {letter.link}"
    message.set_content("\n\n".join((*letter.before, link, *letter.after)) + "\n", cte="quoted-printable")
    html = render_template("campaigns/mail.html", letter=letter, mail_language=language)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def sender_address() -> str:
    """The bare address in MEDVIRK_MAIL_FROM."""
    return parseaddr(current_app.config["SETTINGS"].mail_from)[1]


def message_id(delivery_id: int, sender: str) -> str:
    """«<…@domain>», from the delivery's number and a secret: it tells nothing and never holds the code."""
    secret: bytes = current_app.config["SECRETS"].codes
    name = hmac.digest(secret, b"message" + str(delivery_id).encode(), sha256).hex()[:32]
    return f"<{name}@{sender.rpartition('@')[2]}>"


def _letter(delivery: Delivery, installation: Installation) -> Letter:
    invitation = delivery.invitation
    wording = WORDINGS.get(invitation.language) or WORDINGS[DEFAULT_LANGUAGE]
    facts = _facts(invitation, installation)
    is_reminder = delivery.kind == MessageKind.REMINDER
    return Letter(
        subject=(wording.reminder_subject if is_reminder else wording.invitation_subject).format(**facts),
        before=_before(wording.reminder if is_reminder else wording.invitation, wording, facts),
        link_text=wording.link,
        link=link_of(invitation),
        after=_after(wording, facts),
    )


def _facts(invitation: Invitation, installation: Installation) -> dict[str, str]:
    survey, language = invitation.survey, invitation.language
    day = "EEEE d MMMM" if language == "en" else "EEEE d. MMMM"
    locale = language if language in WORDINGS else DEFAULT_LANGUAGE
    return {
        "municipality": installation.municipality,
        "contact": installation.contact,
        "title": localised(survey.title, language),
        "purpose": localised(survey.purpose, language),
        "deadline": format_date(survey.closes_on, day, locale=locale),
        "minutes": str(questionnaire_of(survey.instrument).minutes or ""),
        "minimum_group": str(survey.minimum_group),
    }


def _before(opening: str, wording: Wording, facts: dict[str, str]) -> tuple[str, ...]:
    effort = [wording.minutes] if facts["minutes"] else []
    who_and_why = " ".join(filter(None, (opening.format(**facts), facts["purpose"])))
    return who_and_why, " ".join((*effort, wording.deadline)).format(**facts)


def _after(wording: Wording, facts: dict[str, str]) -> tuple[str, ...]:
    contact = [wording.contact] if facts["contact"] else []
    return tuple(
        text.format(**facts) for text in (wording.anonymity, wording.personal, *contact, wording.sender)
    )
