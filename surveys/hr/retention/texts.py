"""What the pages say about how long everything is kept."""

from dataclasses import dataclass
from typing import Final

from surveys.hr.retention.deleting import RetentionPlan
from surveys.platform.localisation import number, short_date
from surveys.platform.texts import _, ngettext


@dataclass(frozen=True)
class KeptWords:
    """Something that is stored: what, for how long, and by which rule or why."""

    what: str
    how_long: str
    why: str


_SETTINGS: Final = {
    "leavers": "MEDVIRK_ERASE_LEFT_AFTER_DAYS",
    "codes": "MEDVIRK_ERASE_CODES_AFTER_DAYS",
    "comments": "MEDVIRK_DELETE_COMMENTS_AFTER_DAYS",
    "undo": "MEDVIRK_FORGET_IMPORT_AFTER_DAYS",
    "access": "",
}


def setting_of(plan: RetentionPlan) -> str:
    """The variable that the operator sets; «» where the time is fixed."""
    return _SETTINGS[plan.rule.key]


def plan_words(plan: RetentionPlan) -> KeptWords:
    """A rule in words, with the number of days it has here."""
    return KeptWords(retention_what(plan.rule.key), _how_long(plan), _why(plan.rule.key))


def retention_what(key: str) -> str:
    """What a rule deletes."""
    return {
        "leavers": _("Navn, e-post og ansattnummer til dem som har sluttet"),
        "codes": _("Avtrykk av kodene til undersøkelser som er talt opp"),
        "comments": _("Kommentarer, både viste og holdt tilbake"),
        "undo": _("Det som trengs for å angre den siste filen med enheter eller ansatte"),
        "access": _("Innlogginger som er over, og lenker for passord som er gått ut"),
    }[key]


def _how_long(plan: RetentionPlan) -> str:
    if plan.rule.key == "access":
        return _("60 minutter uten bruk, høyst 12 timer. Lenker for passord: 72 timer.")
    if not plan.is_on:
        return _("Til noen sletter det. Ingen grense er satt.")
    if plan.rule.key == "leavers":
        return ngettext("%(num)s dag etter at de sluttet", "%(num)s dager etter at de sluttet", plan.days)
    if plan.rule.key == "undo":
        return ngettext(
            "%(num)s dag, eller til neste fil kommer", "%(num)s dager, eller til neste fil kommer", plan.days
        )
    return ngettext("%(num)s dag etter opptellingen", "%(num)s dager etter opptellingen", plan.days)


def _why(key: str) -> str:
    return {
        "leavers": _("De skal ikke inviteres mer. Er undersøkelsen deres ikke talt opp, venter vi."),
        "codes": _("Koden i en gammel e-post skal ikke kunne vise om den ble brukt. Tallene beholdes."),
        "comments": _("Kommentarer kan inneholde opplysninger om mennesker, også etter at navn er fjernet."),
        "undo": _("Det inneholder navn og adresser slik de var før filen."),
        "access": _("De kan ikke brukes mer."),
    }[key]


def due_words(plan: RetentionPlan) -> str:
    """What would be deleted today, and when something will be."""
    if not plan.is_on:
        return _("Blir ikke slettet av seg selv.")
    parts = [_("Nå: %(rows)s.", rows=number(plan.due.rows, 0)) if plan.due.rows else _("Ingenting nå.")]
    if plan.due.waiting:
        parts.append(_("Av dem venter %(rows)s på en opptelling.", rows=number(plan.due.waiting, 0)))
    if plan.due.next_on:
        parts.append(_("Neste gang: %(day)s.", day=short_date(plan.due.next_on)))
    return " ".join(parts)


def kept_by_design() -> list[KeptWords]:
    """What no setting decides: the program's own rules, what is kept, and what is the operator's."""
    return [
        KeptWords(
            _("Svar som noen er i gang med"),
            _("Til svaret blir levert, og senest til undersøkelsen lukkes"),
            _("Utkastet er låst med koden til den som svarer."),
        ),
        KeptWords(
            _("Forseglede svar, og nøkkelen som åpner dem"),
            _("Til undersøkelsen er talt opp"),
            _("Etterpå kan ingen åpne dem, heller ikke i gamle sikkerhetskopier."),
        ),
        KeptWords(
            _("Hvem en invitasjon gjaldt, adressen, og feilmeldinger fra e-posten"),
            _("Til undersøkelsen er talt opp"),
            _("Da fjernes alt som kan knytte en person til en invitasjon."),
        ),
        KeptWords(
            _("Filer med enheter og ansatte som er sendt inn, men ikke tatt i bruk"),
            _("Høyst ett døgn"),
            _("De ligger utenfor databasen og er ikke med i sikkerhetskopien."),
        ),
        KeptWords(
            _("Forsøk på å gjette koder og passord"),
            _("Høyst ett døgn"),
            _("Bare et avtrykk av adressen lagres, med en nøkkel som byttes hver dag."),
        ),
        KeptWords(
            _("Talte svar, uten navn"),
            _("Beholdes"),
            _("En rettelse av resultatene må regnes ut av de samme svarene."),
        ),
        KeptWords(
            _("Frigitte tall, styringskort og målinger"),
            _("Beholdes"),
            _("De er kommunens arkiv, og gjelder grupper. Arkivloven avgjør hva som kan kasseres."),
        ),
        KeptWords(
            _("Hendelsesloggen"),
            _("Beholdes"),
            _("Den skal vise hva som er gjort. Den har ikke svar, koder eller adresser, og kan ikke endres."),
        ),
        KeptWords(
            _("Brukere som logger inn"),
            _("Til noen stenger dem. Navnet slettes sammen med den ansatte."),
            _("Hendelsesloggen viser til dem."),
        ),
        KeptWords(
            _("Sikkerhetskopier"),
            _(
                "Det som er bestemt av dem som drifter Medvirk. Oppsettet som følger med, sletter etter 30 dager."
            ),
            _("Det som slettes her, er borte fra kopiene når de er slettet."),
        ),
    ]
