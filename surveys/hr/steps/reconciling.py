"""The step before every sending: invitations beside the roster of today, with a choice for each kind of difference."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from flask import current_app
from sqlalchemy.orm import Session

from surveys.campaigns.invitations import uses_roster
from surveys.campaigns.lifecycle import find_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.outbox import Queued
from surveys.campaigns.reconciling import (
    ReconcileChoices,
    Reconciliation,
    by_unit,
    names_of,
    reconcile,
    reconciliation,
)
from surveys.hr.steps.step import StepChoice, StepDescription, StepRequest, SurveyStep
from surveys.platform.localisation import listed, number
from surveys.platform.mail_server import why_no_mail
from surveys.platform.texts import _, _l, ngettext

MOST_NAMES: Final = 10


def choices_from(given: Mapping[str, str], found: Reconciliation) -> ReconcileChoices:
    """What HR has chosen on the page; what she has not, is as `ReconcileChoices` has it. Unknown values are ignored."""
    decided = any(each.counts for each in found.left)
    return ReconcileChoices(
        new=given.get("new", "yes") != "no",
        left_counts=given.get("left", "yes" if decided else "no") == "yes",
        moved="moves" if given.get("moved") == "moves" else "stays",
        shared="paper" if given.get("shared") == "paper" else "one",
        new_units=given.get("new_units") == "yes",
        address=given.get("address", "yes") != "no",
    )


def take_reconciled(request: StepRequest) -> str:
    """Does what was chosen and says what was put in the outbox."""
    with request.db.transaction() as session:
        survey = find_survey(session, request.survey_key)
        found = reconciliation(session, survey)
        choices = choices_from(request.details, found)
        left_out = _left_out(found, choices)
        secret = current_app.config["SECRETS"].codes
        queued = reconcile(session, survey, choices, secret, request.messages)
    return " ".join((told(queued), *left_out))


def _left_out(found: Reconciliation, choices: ReconcileChoices) -> tuple[str, ...]:
    """Who was not invited, and why: nobody is left out without a word."""
    why: list[str] = []
    if found.outside and not choices.new_units:
        why += [_("Ikke invitert:"), *_outside(found, choices).findings]
    if found.shared and choices.shared == "one":
        why += shared_choice(found, choices).findings
    return tuple(why)


def told(queued: Queued) -> str:
    """What was put in the outbox, and what becomes of it."""
    problem = why_no_mail() if queued.messages > queued.sms or not queued.messages else ""
    if problem:
        said = ngettext(
            "%(num)s invitasjon er lagt i køen.", "%(num)s invitasjoner er lagt i køen.", queued.messages
        )
        said += " " + problem
    else:
        said = ngettext(
            "%(num)s invitasjon er lagt i køen og blir sendt straks.",
            "%(num)s invitasjoner er lagt i køen og blir sendt straks.",
            queued.messages,
        )
    if queued.sms:
        said += (
            " " + ngettext("%(num)s av dem er SMS.", "%(num)s av dem er SMS.", queued.sms) + " " + sms_hours()
        )
    if queued.without_address:
        said += " " + ngettext(
            "%(num)s person mangler e-postadresse og må få koden på papir.",
            "%(num)s personer mangler e-postadresse og må få koden på papir.",
            queued.without_address,
        )
    return said


def sms_hours() -> str:
    """When SMS go."""
    return _("SMS går bare på hverdager mellom kl. 8 og 20.")


def describe_reconciled(session: Session, survey: Survey, given: Mapping[str, str]) -> StepDescription:
    found = reconciliation(session, survey)
    choices = choices_from(given, found)
    messages, sms = found.messages(choices), found.sms(choices)
    lines = [
        *_sending_told(found, choices),
        _("De som er invitert fra før, får ikke en ny kode."),
        _("Du kan invitere flere så lenge undersøkelsen er åpen."),
    ]
    lines += _about_those_before(found)
    decisions = tuple(_choices(session, survey, found, choices))
    if not (decisions or messages or found.renumbered):
        return StepDescription(
            _("Invitasjonene stemmer med personlisten"),
            (_("Det er ingenting å sende nå. Du kan invitere flere så lenge undersøkelsen er åpen."),),
            is_idle=True,
            warning=why_no_mail(),
        )
    warning = why_no_mail() if messages > sms or not sms else ""
    return StepDescription(_("Sende invitasjoner?"), tuple(lines), messages, decisions, warning)


def _sending_told(found: Reconciliation, choices: ReconcileChoices) -> Iterator[str]:
    """How many get mail, SMS and a letter."""
    messages, sms, paper = found.messages(choices), found.sms(choices), found.on_paper(choices)
    if sms:
        yield _(
            "%(mail)s får e-post, %(sms)s får SMS, %(paper)s får brev.",
            mail=messages - sms,
            sms=sms,
            paper=paper,
        )
        yield sms_hours()
        return
    yield _messages_told(messages)
    if paper:
        yield ngettext("%(num)s person får koden på papir.", "%(num)s personer får koden på papir.", paper)
    if reachable := found.with_unused_number(choices):
        yield ngettext(
            "SMS er ikke satt opp. %(num)s av dem på papir har mobilnummer.",
            "SMS er ikke satt opp. %(num)s av dem på papir har mobilnummer.",
            reachable,
        )


def _messages_told(messages: int) -> str:
    if why_no_mail():
        return ngettext("%(num)s e-post blir lagt i køen.", "%(num)s e-poster blir lagt i køen.", messages)
    return ngettext("%(num)s e-post blir sendt.", "%(num)s e-poster blir sendt.", messages)


def roster_findings(session: Session, survey: Survey) -> tuple[str, ...]:
    """What differs between the invitations and the roster, for the survey's page; nothing before anybody is invited."""
    if survey.status != SurveyStatus.OPEN or not uses_roster(survey):
        return ()
    found = reconciliation(session, survey)
    lines = [
        line for choice in _choices(session, survey, found, ReconcileChoices()) for line in choice.findings
    ]
    return (*lines, *_about_those_before(found))


def _about_those_before(found: Reconciliation) -> Iterator[str]:
    if found.renumbered:
        yield ngettext(
            "%(num)s person har fått nytt ansattnummer og beholder invitasjonen sin.",
            "%(num)s personer har fått nytt ansattnummer og beholder invitasjonen sin.",
            found.renumbered,
        )
    if found.delivered_at_least:
        yield _(
            "Minst %(count)s av dem som er endret i personlisten, har allerede levert.",
            count=number(found.delivered_at_least, 0),
        )


def _choices(
    session: Session, survey: Survey, found: Reconciliation, choices: ReconcileChoices
) -> Iterator[StepChoice]:
    if found.new:
        yield _new(found, choices)
    if found.shared:
        yield shared_choice(found, choices)
    if found.outside:
        yield _outside(found, choices)
    if found.addresses:
        yield _addresses(session, found, choices)
    if found.left:
        yield _left(session, found, choices)
    if found.moved:
        yield _moved(session, survey, found, choices)


def _new(found: Reconciliation, choices: ReconcileChoices) -> StepChoice:
    finding = ngettext(
        "%(num)s person i enhetene er ikke invitert.",
        "%(num)s personer i enhetene er ikke invitert.",
        len(found.new),
    )
    options = (("yes", _("Inviter dem")), ("no", _("La være nå")))
    return StepChoice("new", _("Nye"), options, "yes" if choices.new else "no", (finding,))


def shared_choice(found: Reconciliation, choices: ReconcileChoices) -> StepChoice:
    """Whether those with one address are one person, or get each a code on paper."""
    findings = [
        ngettext(
            "%(num)s adresse står på flere personer, eller er invitert fra før:",
            "%(num)s adresser står på flere personer, eller er invitert fra før:",
            len(found.shared),
        )
    ]
    for shared in found.shared[:MOST_NAMES]:
        people = listed([f"{each.name} ({each.employee_number})" for each in shared.people])
        invited = " " + _("Adressen er invitert fra før.") if shared.invited else ""
        findings.append(f"{shared.email}: {people}.{invited}")
    options = (
        ("one", _("Samme person: én invitasjon til hver adresse")),
        ("paper", _("Delt postkasse: hver får sin kode på papir")),
    )
    return StepChoice("shared", _("Samme adresse"), options, choices.shared, tuple(findings))


def _outside(found: Reconciliation, choices: ReconcileChoices) -> StepChoice:
    findings = tuple(
        ngettext(
            "%(num)s ansatt i «%(unit)s», som kom til etter at undersøkelsen ble laget.",
            "%(num)s ansatte i «%(unit)s», som kom til etter at undersøkelsen ble laget.",
            count,
            unit=unit,
        )
        for unit, count in by_unit(found.outside).items()
    )
    options = (
        ("no", _("Ikke inviter dem")),
        ("yes", _("Ta enheten med i undersøkelsen og inviter dem")),
    )
    return StepChoice("new_units", _("Nye enheter"), options, "yes" if choices.new_units else "no", findings)


def _addresses(session: Session, found: Reconciliation, choices: ReconcileChoices) -> StepChoice:
    finding = ngettext(
        "%(num)s person har fått ny adresse: %(names)s.",
        "%(num)s personer har fått ny adresse: %(names)s.",
        len(found.addresses),
        names=_named(session, [each.person_id for each in found.addresses]),
    )
    options = (
        ("yes", _("Send invitasjonen til den nye adressen. Koden er den samme")),
        ("no", _("Behold den gamle adressen")),
    )
    return StepChoice("address", _("Ny adresse"), options, "yes" if choices.address else "no", (finding,))


def _left(session: Session, found: Reconciliation, choices: ReconcileChoices) -> StepChoice:
    finding = ngettext(
        "%(num)s person er ute av personlisten og får ingen flere meldinger: %(names)s.",
        "%(num)s personer er ute av personlisten og får ingen flere meldinger: %(names)s.",
        len(found.left),
        names=_named(session, [each.person_id for each in found.left]),
    )
    options = (
        ("no", _("Regn ikke med dem som sluttet uten å ha svart")),
        ("yes", _("Regn dem med blant de inviterte")),
    )
    return StepChoice("left", _("Sluttet"), options, "yes" if choices.left_counts else "no", (finding,))


def _moved(session: Session, survey: Survey, found: Reconciliation, choices: ReconcileChoices) -> StepChoice:
    """Says who stays whatever HR chooses. It is the same whether they have answered or not."""
    findings = [
        ngettext(
            "%(num)s person har byttet enhet: %(names)s.",
            "%(num)s personer har byttet enhet: %(names)s.",
            len(found.moved),
            names=_named(session, [each.person_id for each in found.moved]),
        )
    ]
    staying = [each.person_id for each in found.moved if each not in found.movable]
    if staying:
        findings.append(
            _(
                "Invitasjonen blir der den er for: %(names)s. Den kan bare flyttes når undersøkelsen spør i den nye "
                "enheten, og minst %(group)s inviterte har byttet mellom de samme to enhetene. "
                "Av færre ville svarprosenten vist hvem som har svart.",
                names=_named(session, staying),
                group=survey.minimum_group,
            )
        )
    options = [("stays", _("Svaret gjelder enheten de ble invitert i"))]
    if found.movable:
        options.append(("moves", _("Flytt invitasjonen til den nye enheten, hvis de ikke har svart")))
    chosen = choices.moved if found.movable else "stays"
    return StepChoice("moved", _("Flyttet"), tuple(options), chosen, tuple(findings))


def _named(session: Session, person_ids: Iterable[int]) -> str:
    """The first of them by name, from the roster, and how many more."""
    people = [f"{name} ({unit})" for name, unit in names_of(session, person_ids)]
    more = len(people) - MOST_NAMES
    if more > 0:
        people = [*people[:MOST_NAMES], ngettext("%(num)s til", "%(num)s til", more)]
    return listed(people)


def _description(session: Session, survey: Survey) -> StepDescription:
    return describe_reconciled(session, survey, {})


def _is_next(session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.OPEN and reconciliation(session, survey).to_decide


def _invitation(_survey: Survey) -> str:
    return _("Personlisten er endret siden invitasjonene ble sendt. Se over hvem det gjelder.")


RECONCILE: Final = SurveyStep(
    name="reconcile",
    label=_l("Avstem og send"),
    take=take_reconciled,
    describe=_description,
    status=SurveyStatus.OPEN,
    describe_chosen=describe_reconciled,
    is_next=_is_next,
    invitation=_invitation,
    wakes="outbox",
)
