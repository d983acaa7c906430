"""Why a message did not arrive, in words: a mail server's answer, an SMS gateway's, or what Medvirk itself did."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from surveys.campaigns.handing_over import (
    CANNOT_BE_MADE,
    CHANGED_OUTSIDE,
    ODD_LETTERS,
    SURVEY_WAS_CLOSED,
    UNSURE,
)
from surveys.platform.mail_faults import MailFault, MailFaultKind, mail_fault
from surveys.platform.texts import _


def failure_words(stored: str, address: str, *, unsure: bool = False) -> MailFault:
    """stored: the error of a delivery. address: where it went; «» for an SMS."""
    line = stored.removeprefix(f"{UNSURE}: ")
    told = mail_fault(line, address)
    if unsure:
        advice = _("Spør personen før du sender på nytt, for meldingen kan ha kommet fram.")
        return replace(told, meaning=_("Vi vet ikke om meldingen kom fram."), advice=advice)
    if own := _own_words(line):
        return own
    if address:
        return told
    advice = _("Se om nummeret er riktig, eller skriv ut brevet.")
    return replace(told, meaning=_("SMS-tjenesten tok ikke imot meldingen."), advice=advice)


def _own_words(stored: str) -> MailFault | None:
    """What never came to any server."""
    operators = _("Si fra til dem som drifter Medvirk.")
    words: Mapping[str, tuple[str, str]] = {
        SURVEY_WAS_CLOSED: (_("Undersøkelsen var lukket før meldingen ble sendt."), ""),
        CHANGED_OUTSIDE: (
            _("Invitasjonen er endret utenom Medvirk, så meldingen er ikke sendt."),
            operators,
        ),
        CANNOT_BE_MADE: (_("Medvirk kunne ikke lage e-posten."), operators),
        ODD_LETTERS: (
            _("Adressen har tegn som e-posttjeneren ikke tar imot."),
            _("Skriv adressen uten æ, ø, å og andre særtegn, eller skriv ut brevet."),
        ),
    }
    found = words.get(stored.partition(":")[0])
    return MailFault(MailFaultKind.UNKNOWN, *found) if found else None


def told_together(faults: Iterable[MailFault]) -> list[tuple[str, int]]:
    """(meaning, how many), the commonest first."""
    return Counter(fault.meaning for fault in faults).most_common()
