"""The SMS of one delivery: who asks, what, and the link.

Written with the characters that every phone has (GSM 03.38), of which 160 go in one SMS; one other character, and there
is room for 70. The words without the link stay within 160 unless the survey's title is too long for that.
"""

from typing import Final

from surveys.campaigns.invitations import link_of
from surveys.campaigns.models import Delivery, MessageKind, Survey
from surveys.campaigns.survey_texts import title_in
from surveys.organisation.models import Installation
from surveys.platform.gsm_characters import simple_characters
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, in_language
from surveys.platform.texts import _

MOST_CHARACTERS: Final = 160


def compose_sms(delivery: Delivery, installation: Installation) -> str:
    """The whole message, in the invitation's language."""
    invitation = delivery.invitation
    language = invitation.language if invitation.language in LANGUAGES else DEFAULT_LANGUAGE
    return sms_of(invitation.survey, installation, delivery.kind, language, link_of(invitation))


def sms_of(survey: Survey, installation: Installation, kind: MessageKind, language: str, link: str) -> str:
    """The words of an invitation or a reminder, on one line, with the link last."""
    with in_language(language):
        names = {"title": title_in(survey, language), "municipality": installation.municipality}
        words = (
            _(
                'Påminnelse fra %(municipality)s: Vi har ikke fått svaret ditt på "%(title)s" ennå. Svar her:',
                **names,
            )
            if kind == MessageKind.REMINDER
            else _('%(municipality)s ber deg svare på "%(title)s". Lenken er bare din. Svar her:', **names)
        )
    return f"{simple_characters(words)} {link}"
