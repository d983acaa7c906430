"""The words of invitations and reminders in each language. Placeholders are filled by `mails.compose`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Wording:
    """One language's mail. `about` and `contact` are left out when there is nothing to fill them with."""

    invitation_subject: str
    reminder_subject: str
    invitation: str
    reminder: str
    minutes: str
    deadline: str
    link: str
    anonymity: str
    personal: str
    contact: str
    sender: str


WORDINGS: Final[Mapping[str, Wording]] = {
    "nb": Wording(
        invitation_subject="{municipality} ber om svaret ditt: {title}",
        reminder_subject="Påminnelse fra {municipality}: {title}",
        invitation="{municipality} ber deg svare på «{title}».",
        reminder="Vi minner om «{title}» fra {municipality}. Vi har ikke fått svaret ditt ennå.",
        minutes="Det tar omtrent {minutes} minutter.",
        deadline="Fristen er {deadline}.",
        link="Svar her",
        anonymity=(
            "Svaret ditt forsegles når du leverer det. Ingen kan se hva akkurat du har svart, "
            "og ingen får se resultater for færre enn {minimum_group} personer."
        ),
        personal="Lenken er din egen og kan brukes én gang. Ikke send den videre.",
        contact="Spørsmål? Kontakt {contact}.",
        sender="Hilsen {municipality}",
    ),
    "nn": Wording(
        invitation_subject="{municipality} bed om svaret ditt: {title}",
        reminder_subject="Påminning frå {municipality}: {title}",
        invitation="{municipality} bed deg svare på «{title}».",
        reminder="Vi minner om «{title}» frå {municipality}. Vi har ikkje fått svaret ditt enno.",
        minutes="Det tek om lag {minutes} minutt.",
        deadline="Fristen er {deadline}.",
        link="Svar her",
        anonymity=(
            "Svaret ditt blir forsegla når du leverer det. Ingen kan sjå kva akkurat du har svart, "
            "og ingen får sjå resultat for færre enn {minimum_group} personar."
        ),
        personal="Lenkja er di eiga og kan brukast éin gong. Ikkje send henne vidare.",
        contact="Spørsmål? Kontakt {contact}.",
        sender="Helsing {municipality}",
    ),
    "en": Wording(
        invitation_subject="{municipality} asks for your answer: {title}",
        reminder_subject="Reminder from {municipality}: {title}",
        invitation="{municipality} asks you to answer “{title}”.",
        reminder="This is a reminder of “{title}” from {municipality}. We have not received your answer yet.",
        minutes="It takes about {minutes} minutes.",
        deadline="The deadline is {deadline}.",
        link="Answer here",
        anonymity=(
            "Your answer is sealed when you deliver it. Nobody can see what you in particular have answered, "
            "and nobody is shown results for fewer than {minimum_group} people."
        ),
        personal="The link is yours alone and can be used once. Please do not forward it.",
        contact="Questions? Contact {contact}.",
        sender="Kind regards, {municipality}",
    ),
}
