"""A mail of the survey as its reader gets it, but for the link: on the page, and as a test mail to oneself."""

import smtplib
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.mail_handing_over import server_reason
from surveys.campaigns.mails import Letter, letter_of, mail_of
from surveys.campaigns.models import MessageKind, Survey
from surveys.campaigns.sms_texts import MOST_CHARACTERS, sms_of
from surveys.hr.catalogue.previewing import EXAMPLE_CODE
from surveys.organisation.models import Installation
from surveys.platform.gsm_characters import sms_length
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES
from surveys.platform.mail_faults import mail_fault
from surveys.platform.mail_server import connected, why_no_mail
from surveys.platform.texts import _


def previewed(session: Session, survey: Survey, kind: MessageKind, language: str) -> Letter:
    """The letter with a link that opens nobody's answers."""
    code = language if language in LANGUAGES else DEFAULT_LANGUAGE
    link = f"{current_app.config['SETTINGS'].base_url}/svar/{EXAMPLE_CODE}"
    return letter_of(survey, session.get_one(Installation, 1), kind, code, link)


@dataclass(frozen=True)
class SmsPreview:
    """An SMS without its link, and whether it is more than one SMS long or has letters that take more room."""

    words: str
    link: str
    is_long: bool


def previewed_sms(session: Session, survey: Survey, kind: MessageKind, language: str) -> SmsPreview:
    """The SMS with a link that opens nobody's answers."""
    link = f"{current_app.config['SETTINGS'].base_url}/svar/{EXAMPLE_CODE}"
    text = sms_of(survey, session.get_one(Installation, 1), kind, language, link)
    words = text.removesuffix(link).rstrip()
    length = sms_length(words)
    return SmsPreview(words, link, length is None or length > MOST_CHARACTERS)


def send_test(session: Session, survey: Survey, kind: MessageKind, language: str, email: str) -> None:
    """Sends the mail to oneself at once. Raises SurveyError when there is no address, no server, or it is refused."""
    if not email:
        raise SurveyError(_("Brukeren din har ingen e-postadresse. Be en administrator om å legge den inn."))
    if problem := why_no_mail():
        raise SurveyError(problem)
    letter = previewed(session, survey, kind, language)
    message = mail_of(letter, session.get_one(Installation, 1), email, language)
    subject = message["Subject"]
    del message["Subject"]
    message["Subject"] = _("Prøve: %(subject)s", subject=subject)
    try:
        with connected(current_app.config["SETTINGS"]) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        fault = mail_fault(server_reason(error), email)
        words = _("Prøven er ikke sendt. %(meaning)s", meaning=fault.meaning)
        told = _("Svaret fra serveren var: %(line)s", line=fault.line)
        raise SurveyError(f"{words} {told}") from error
