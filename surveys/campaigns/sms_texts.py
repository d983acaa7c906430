"""The SMS of one delivery: who asks, what, and the link.

Written with the characters that every phone has (GSM 03.38), of which 160 go in one SMS; one other character, and there
is room for 70. The words without the link stay within 160 unless the survey's title is too long for that.
"""

from typing import Final

from surveys.campaigns.invitations import link_of
from surveys.campaigns.models import Delivery, MessageKind, Survey
from surveys.campaigns.survey_texts import title_in
from surveys.organisation.models import Installation
from surveys.platform.localisation import DEFAULT_LANGUAGE, LANGUAGES, in_language
from surveys.platform.texts import _

MOST_CHARACTERS: Final = 160

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Take the room of two.
_GSM_EXTENDED: Final = frozenset("^{}\\[~]|€")
_SAME_MEANING: Final = str.maketrans(
    {
        **dict.fromkeys("«»“”„″", '"'),
        **dict.fromkeys("‘’‚′`´", "'"),
        **dict.fromkeys("–—‐‑−", "-"),
        "…": "...",
        "•": "-",
    }
)


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


def simple_characters(text: str) -> str:
    """On one line, with typographic marks as the plain ones that mean the same."""
    return " ".join(text.translate(_SAME_MEANING).split())


def sms_length(text: str) -> int | None:
    """How many of 160 characters it takes; None when it has a character that not every phone has."""
    if not all(letter in _GSM or letter in _GSM_EXTENDED for letter in text):
        return None
    return len(text) + sum(letter in _GSM_EXTENDED for letter in text)
