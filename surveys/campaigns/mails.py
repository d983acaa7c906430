"""The mail of one delivery: plain text and simple HTML with the same words, one link, no images and no tracking."""

import hmac
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256

from flask import current_app, render_template

from surveys.campaigns.invitations import link_of
from surveys.campaigns.models import Delivery, MessageKind, Survey
from surveys.campaigns.own_openings import PLACEHOLDERS, filled
from surveys.campaigns.promises import who_is_not_shown
from surveys.campaigns.survey_texts import purposes, title_in
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Installation
from surveys.platform import mail_headers
from surveys.platform.config import Settings
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, day_and_date, in_language, localised
from surveys.platform.texts import _


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
    language = invitation.language if invitation.language in LANGUAGES else DEFAULT_LANGUAGE
    letter = letter_of(invitation.survey, installation, delivery.kind, language, link_of(invitation))
    message = mail_of(letter, installation, invitation.email, language)
    message.replace_header("Message-ID", message_id(delivery.id, sender_address()))
    return message


def letter_of(
    survey: Survey, installation: Installation, kind: MessageKind, language: str, link: str
) -> Letter:
    """The words of an invitation or a reminder, with HR's own opening where she has written one in the language."""
    with in_language(language):
        return _letter(survey, installation, kind, language, link)


def mail_of(letter: Letter, installation: Installation, recipient: str, language: str) -> EmailMessage:
    """The letter as a message from the municipality. Its Message-ID is of no delivery."""
    settings: Settings = current_app.config["SETTINGS"]
    to = Address(addr_spec=recipient)
    message = mail_headers.new_message(settings, installation.municipality, to, letter.subject)
    message["Content-Language"] = language
    link = f"{letter.link_text}: {letter.link}"
    message.set_content("\n\n".join((*letter.before, link, *letter.after)) + "\n", cte="quoted-printable")
    html = render_template("campaigns/mail.html", letter=letter, mail_language=language)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def sender_address() -> str:
    """The bare address in MEDVIRK_MAIL_FROM."""
    return mail_headers.sender_address(current_app.config["SETTINGS"])


def message_id(delivery_id: int, sender: str) -> str:
    """«<…@domain>», from the delivery's number and a secret: it tells nothing and never holds the code."""
    secret: bytes = current_app.config["SECRETS"].codes
    name = hmac.digest(secret, b"message" + str(delivery_id).encode(), sha256).hex()[:32]
    return f"<{name}@{mail_headers.domain_of(sender)}>"


def _letter(
    survey: Survey, installation: Installation, kind: MessageKind, language: str, link: str
) -> Letter:
    """In the language around it."""
    is_reminder = kind == MessageKind.REMINDER
    names = {"title": title_in(survey, language), "municipality": installation.municipality}
    return Letter(
        subject=(
            _("Påminnelse fra %(municipality)s: %(title)s", **names)
            if is_reminder
            else _("%(municipality)s ber om svaret ditt: %(title)s", **names)
        ),
        before=(
            _opening(survey, language, names, is_reminder=is_reminder),
            _effort(survey),
        ),
        link_text=_("Svar her"),
        link=link,
        after=_after(survey, installation),
    )


def _opening(survey: Survey, language: str, names: dict[str, str], *, is_reminder: bool) -> str:
    """HR's own paragraph, else who asks and why."""
    own = (survey.reminder_opening if is_reminder else survey.invitation_opening).get(language, "")
    if own:
        facts = {
            **names,
            "deadline": day_and_date(survey.closes_on),
            "minutes": str(questionnaire_of(survey.instrument).minutes or ""),
        }
        return filled(own, {word: facts[name] for name, word in PLACEHOLDERS.items()})
    opening = (
        _("Vi minner om «%(title)s» fra %(municipality)s. Vi har ikke fått svaret ditt ennå.", **names)
        if is_reminder
        else _("%(municipality)s ber deg svare på «%(title)s».", **names)
    )
    return " ".join(
        filter(
            None,
            (opening, localised(purposes(survey, questionnaire_of(survey.instrument), language), language)),
        )
    )


def _effort(survey: Survey) -> str:
    """How long it takes, when the questionnaire says, and the last day."""
    deadline = _("Fristen er %(day)s.", day=day_and_date(survey.closes_on))
    minutes = questionnaire_of(survey.instrument).minutes
    if not minutes:
        return deadline
    return " ".join((_("Det tar omtrent %(minutes)s minutter.", minutes=minutes), deadline))


def _after(survey: Survey, installation: Installation) -> tuple[str, ...]:
    anonymity = " ".join(
        (
            _("Svaret ditt blir låst når du leverer det."),
            who_is_not_shown(questionnaire_of(survey.instrument)),
            _(
                "Vi viser aldri resultater for færre enn %(minimum_group)s.",
                minimum_group=survey.minimum_group,
            ),
        )
    )
    personal = _("Lenken er din egen og kan brukes én gang. Ikke send den videre.")
    sender = _("Hilsen %(municipality)s", municipality=installation.municipality)
    if not installation.contact:
        return anonymity, personal, sender
    return anonymity, personal, _("Spørsmål? Kontakt %(contact)s.", contact=installation.contact), sender
