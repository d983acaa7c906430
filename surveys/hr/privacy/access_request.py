"""«Innsyn» (GDPR article 15): everything that exists about a person in the roster.

Whether she has answered is left out: the report goes through HR's hands, and who has answered is nobody's business
there. She finds it out herself by opening her own link (docs/decisions/030).
"""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.models import Delivery, Invitation, MessageKind, Survey, SurveyStatus
from surveys.campaigns.survey_texts import title_in
from surveys.hr.privacy.account_report import account_section
from surveys.hr.privacy.documents import DocumentLine, DocumentSection, PrivacyDocument, known
from surveys.hr.privacy.traces import reports_on
from surveys.organisation.models import OrganisationImport, Person
from surveys.platform.localisation import language_name, short_date
from surveys.platform.texts import _


def access_report(session: Session, person: Person) -> PrivacyDocument:
    """All about her in the roster. What her account did is in a report of its own (`account_report`)."""
    account = session.scalar(select(Account).where(Account.person_id == person.id))
    sections = [
        _in_the_roster(session, person),
        *_invitations(session, person),
        reports_on(session, person),
        _not_told(),
        _after_counting(),
    ]
    if account is not None:
        sections.insert(1, account_section(account))
        sections.insert(2, _elsewhere())
    return PrivacyDocument(
        _("Innsyn: %(name)s", name=person.name),
        _(
            "Etter personvernforordningen artikkel 15. Dette er alt Medvirk har som kan knyttes til "
            "%(name)s, med ett unntak som står under.",
            name=person.name,
        ),
        tuple(sections),
    )


def _in_the_roster(session: Session, person: Person) -> DocumentSection:
    status = _("I arbeid")
    if not person.active:
        day = short_date(person.left_on) if person.left_on else _("vet ikke")
        status = _("Sluttet: %(day)s", day=day)
    return DocumentSection(
        _("Listen over ansatte"),
        (
            known(_("Navn"), person.name),
            known(_("Ansattnummer"), person.employee_number),
            known(_("E-post"), person.email or _("ingen")),
            known(_("Adressen deles med andre"), _yes(person.shared_mailbox)),
            known(_("Språk"), language_name(person.language)),
            known(_("Enhet"), f"{person.unit.name} ({person.unit.code})"),
            known(_("Leder enheten"), _yes(person.is_leader)),
            known(_("Status"), status),
            known(
                _("Opplysningene slik de var før den siste filen (for å kunne angre)"),
                _yes(_is_in_undo(session, person)),
            ),
        ),
    )


def _yes(value: bool) -> str:
    return _("ja") if value else _("nei")


def _is_in_undo(session: Session, person: Person) -> bool:
    kept = session.scalars(select(OrganisationImport.undo).where(OrganisationImport.undo.is_not(None)))
    number = json.dumps(person.employee_number)
    return any(number in json.dumps(undo) for undo in kept)


def _elsewhere() -> DocumentSection:
    return DocumentSection(
        _("Innlogging og hendelser"),
        (known(_("Innsyn om brukeren"), _("En egen rapport. Søk opp brukeren under «Innsyn».")),),
    )


def _invitations(session: Session, person: Person) -> list[DocumentSection]:
    """To surveys that are not counted: counting takes away whom an invitation was for."""
    found = session.scalars(
        select(Invitation)
        .join(Survey, Survey.id == Invitation.survey_id)
        .where(Invitation.person_id == person.id, Survey.status.in_((SurveyStatus.OPEN, SurveyStatus.CLOSED)))
        .order_by(Survey.opens_on, Survey.id)
    ).all()
    if not found:
        nothing = known(_("Invitasjoner"), _("Ingen til undersøkelser som ikke er talt opp."))
        return [DocumentSection(_("Invitasjoner"), (nothing,))]
    return [_invitation(session, each) for each in found]


def _invitation(session: Session, invitation: Invitation) -> DocumentSection:
    """Reminders are not named: they go to those who have not answered."""
    sent = session.scalars(
        select(Delivery.sent_on)
        .where(Delivery.invitation_id == invitation.id, Delivery.kind == MessageKind.INVITATION)
        .order_by(Delivery.number)
    )
    days = [short_date(day) for day in sent if day]
    lines: list[DocumentLine] = [
        known(_("Enhet"), invitation.unit.name),
        known(_("E-post"), invitation.email or _("ingen, koden er på papir")),
        known(_("Språk"), language_name(invitation.language)),
        known(_("Skjema for"), _("ledere") if invitation.audience == "leaders" else _("ansatte")),
        known(_("Invitasjon sendt"), ", ".join(days) or _("ikke registrert")),
        known(
            _("Brev skrevet ut"),
            short_date(invitation.printed_on) if invitation.printed_on else _("ikke registrert"),
        ),
        known(_("Koden"), _("Lagret bare som et avtrykk. Den kan ikke leses.")),
    ]
    return DocumentSection(_("Invitasjon: %(survey)s", survey=title_in(invitation.survey)), tuple(lines))


def _not_told() -> DocumentSection:
    return DocumentSection(
        _("Det som ikke står her"),
        (
            known(
                _("Om noen har svart"),
                _(
                    "Medvirk vet om koden er brukt, til undersøkelsen er talt opp. Det står ikke her, for HR skal ikke "
                    "vite hvem som har svart. Personen selv ser det ved å åpne lenken sin. Påminnelser står heller "
                    "ikke her: de går til dem som ikke har svart."
                ),
            ),
            known(
                _("Svaret"),
                _(
                    "Et påbegynt svar kan bare åpnes med personens egen lenke. Et levert svar er forseglet, og kan "
                    "ikke åpnes for én person."
                ),
            ),
        ),
    )


def _after_counting() -> DocumentSection:
    return DocumentSection(
        _("Undersøkelser som er talt opp"),
        (
            known(
                _("Svar"),
                _(
                    "Ingenting kan finnes. Ved opptellingen ble svarene stokket, koblingen til invitasjonen slettet og "
                    "nøkkelen ødelagt. Kommunen kan ikke peke ut hvilket svar som er hvem sitt (artikkel 11)."
                ),
            ),
            known(
                _("Kommentarer"),
                _(
                    "De er lagret uten kobling til den som skrev. Kjenner personen igjen sin egen, kan HR slette ord."
                ),
            ),
        ),
    )
