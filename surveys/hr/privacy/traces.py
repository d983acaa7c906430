"""What the audit trail has about somebody: for access reports. Reports leave a trace themselves, never what they said.

Who did it, and whom an account's own doings were about, are other people's data and are left out (GDPR article 15.4).
"""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.audit.actions import ACTIONS, About
from surveys.audit.models import AuditEntry
from surveys.hr.privacy.documents import DocumentSection, known
from surveys.hr.trail.queries import may_see, names_in_trail
from surveys.hr.trail.rows import rows
from surveys.organisation.models import Person
from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.localisation import short_date
from surveys.platform.texts import _


def note_report_on_person(session: Session, person: Person) -> None:
    """By the number of the row: the trail is for ever, and has no names."""
    audit.record(session, "privacy.person_report_read", person.unit.code, person=person.id)


def note_report_on_account(session: Session, account: Account) -> None:
    audit.record(session, "privacy.account_report_read", account.trail_name)


def reports_on(session: Session, person: Person) -> DocumentSection:
    """The days on which somebody read or took out a report like this one."""
    found = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == "privacy.person_report_read")
        .order_by(AuditEntry.at, AuditEntry.id)
    )
    moments = [entry.at.astimezone(MUNICIPAL_TIME).date() for entry in found if _is_about(entry, person)]
    days = ", ".join(short_date(day) for day in dict.fromkeys(moments))
    return DocumentSection(
        _("Hendelsesloggen"),
        (
            known(_("HR har sett eller lastet ned innsyn om personen"), days or _("ikke registrert")),
            known(
                _("Annet"),
                _("Hendelsesloggen har ikke navn eller ansattnummer på dem som blir spurt eller svarer."),
            ),
        ),
    )


def _is_about(entry: AuditEntry, person: Person) -> bool:
    return entry.detail.get("person") == person.id


def doings_of(session: Session, reader: Account, account: Account) -> DocumentSection:
    """What the account did, and what was done to it, the newest first: as much as the reader may see."""
    mine = or_(AuditEntry.account_id == account.id, AuditEntry.subject.in_(names_in_trail([account])))
    found = list(
        session.scalars(
            select(AuditEntry).where(mine, may_see(session, reader)).order_by(AuditEntry.id.desc())
        )
    )
    hidden = len(session.scalars(select(AuditEntry.id).where(mine)).all()) - len(found)
    lines = [
        known(row.when, _line(entry, row.what, row.subject, account))
        for entry, row in zip(found, rows(session, found), strict=True)
    ]
    if hidden:
        lines.append(
            known(
                _("Hendelser du ikke kan se: %(number)s", number=hidden),
                _("De gjelder andre deler av kommunen. Be en administrator om å lage rapporten."),
            )
        )
    nothing = known(_("Hendelser"), _("ikke registrert"))
    return DocumentSection(_("Hendelsesloggen"), tuple(lines) or (nothing,))


def _line(entry: AuditEntry, what: str, subject: str, account: Account) -> str:
    action = ACTIONS.get(entry.action)
    if entry.subject in names_in_trail([account]):
        return _("%(what)s (gjelder brukeren)", what=what)
    if action is None or action.about == About.ACCOUNT:
        return what
    return f"{what}: {subject}"
