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
from surveys.campaigns.models import Delivery, MessageKind, Survey
from surveys.campaigns.own_openings import PLACEHOLDERS, filled
from surveys.campaigns.survey_texts import title_in
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
    language = invitation.language if invitation.language in WORDINGS else DEFAULT_LANGUAGE
    letter = letter_of(invitation.survey, installation, delivery.kind, language, link_of(invitation))
    message = mail_of(letter, installation, invitation.email, language)
    message["Message-ID"] = message_id(delivery.id, sender_address())
    return message


def letter_of(
    survey: Survey, installation: Installation, kind: MessageKind, language: str, link: str
) -> Letter:
    """The words of an invitation or a reminder, with HR's own opening where she has written one in the language."""
    wording = WORDINGS[language]
    facts = _facts(survey, installation, language)
    is_reminder = kind == MessageKind.REMINDER
    own = (survey.reminder_opening if is_reminder else survey.invitation_opening).get(language, "")
    opening = wording.reminder if is_reminder else wording.invitation
    return Letter(
        subject=(wording.reminder_subject if is_reminder else wording.invitation_subject).format(**facts),
        before=_before(own, opening, wording, facts),
        link_text=wording.link,
        link=link,
        after=_after(wording, facts),
    )


def mail_of(letter: Letter, installation: Installation, recipient: str, language: str) -> EmailMessage:
    """The letter as a message from the municipality, without a Message-ID."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(installation.municipality, addr_spec=sender_address())
    message["To"] = Address(addr_spec=recipient)
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


def _facts(survey: Survey, installation: Installation, language: str) -> dict[str, str]:
    day = "EEEE d MMMM" if language == "en" else "EEEE d. MMMM"
    return {
        "municipality": installation.municipality,
        "contact": installation.contact,
        "title": title_in(survey, language),
        "purpose": localised(survey.purpose, language),
        "deadline": format_date(survey.closes_on, day, locale=language),
        "minutes": str(questionnaire_of(survey.instrument).minutes or ""),
        "minimum_group": str(survey.minimum_group),
    }


def _before(own: str, opening: str, wording: Wording, facts: dict[str, str]) -> tuple[str, ...]:
    """HR's own paragraph stands instead of who asks and why; how long it takes and the deadline always follow."""
    effort = [wording.minutes] if facts["minutes"] else []
    if own:
        opened = filled(own, {PLACEHOLDERS[name]: facts[name] for name in PLACEHOLDERS})
    else:
        opened = " ".join(filter(None, (opening.format(**facts), facts["purpose"])))
    return opened, " ".join((*effort, wording.deadline)).format(**facts)


def _after(wording: Wording, facts: dict[str, str]) -> tuple[str, ...]:
    contact = [wording.contact] if facts["contact"] else []
    return tuple(
        text.format(**facts) for text in (wording.anonymity, wording.personal, *contact, wording.sender)
    )
