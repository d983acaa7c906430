"""Erasing somebody who has left: from the roster, and from what is still to be sent or answered.

What she has answered cannot be found, by anybody, and stays. Verbs of the caller's transaction, but for the rule that
the job worker follows, which has a transaction for each person.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveys.access.administering import AccountError, deactivate, may_administer
from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.campaigns.invitation_seals import change_sealed
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, Survey, SurveyStatus, SurveyUnit
from surveys.organisation.import_records import forget_person
from surveys.organisation.models import Person
from surveys.platform.database import Database
from surveys.platform.texts import _

_log = logging.getLogger("medvirk.erasing")

_UNCOUNTED = (SurveyStatus.OPEN, SurveyStatus.CLOSED)


class ErasureError(ValueError):
    """Somebody who cannot be erased; the message says why."""


@dataclass(frozen=True)
class Erasure:
    """What erasing a person touches. uncounted: surveys where her name would no longer be masked in comments."""

    invitations: int
    unsent: int
    account: Account | None
    uncounted: tuple[Survey, ...]


def what_erasing_means(session: Session, person: Person) -> Erasure:
    invitations = select(Invitation.id).where(Invitation.person_id == person.id)
    unsent = select(func.count()).where(
        Delivery.invitation_id.in_(invitations), Delivery.status == DeliveryStatus.QUEUED
    )
    return Erasure(
        session.scalar(select(func.count()).select_from(invitations.subquery())) or 0,
        session.scalar(unsent) or 0,
        session.scalar(select(Account).where(Account.person_id == person.id)),
        tuple(_uncounted(session, person)),
    )


def erase_person(session: Session, actor: Account | None, person: Person) -> None:
    """Removes her from the roster and her name and address from everything else, for good. Raises ErasureError.

    An invitation is nobody's afterwards, and neither reminded nor printed; if she still has its link, it works until
    the survey closes. An account made from the roster is closed and loses her name. The actor must have the right to
    change it; None is the job worker.
    """
    if person.active:
        raise ErasureError(_("%(name)s står i listen over ansatte, og har ikke sluttet.", name=person.name))
    touched = what_erasing_means(session, person)
    if touched.account is not None:
        _erase_account(session, actor, touched.account)
    invitations = session.scalars(select(Invitation).where(Invitation.person_id == person.id)).all()
    session.execute(
        delete(Delivery).where(
            Delivery.invitation_id.in_([invitation.id for invitation in invitations]),
            Delivery.status.in_([DeliveryStatus.QUEUED, DeliveryStatus.FAILED]),
        )
    )
    for invitation in invitations:
        # Loose: a code that is nobody's in particular. Without it, an empty address would make a letter of it.
        change_sealed(invitation, person_id=None, email="", phone=None, loose=True)
        invitation.declined_email, invitation.declined_phone = "", ""
    audit.record(
        session,
        "organisation.person_erased",
        person.unit.code,
        invitations=touched.invitations,
        messages=touched.unsent,
    )
    forget_person(session, person)
    session.flush()
    session.delete(person)
    session.flush()


@dataclass(frozen=True)
class Leavers:
    """Ids of people who left on a day or before it, and how many of them wait for a survey to be counted."""

    ids: tuple[int, ...]
    waiting: int


def who_left(session: Session, limit: dt.date) -> Leavers:
    """Those who left on this day or before it, and are still known by name."""
    gone = session.execute(
        select(Person.id, Person.unit_id)
        .where(Person.active.is_(False), Person.left_on <= limit)
        .order_by(Person.id)
    ).all()
    busy = set(
        session.scalars(
            select(SurveyUnit.unit_id)
            .join(Survey, Survey.id == SurveyUnit.survey_id)
            .where(Survey.status.in_(_UNCOUNTED))
        )
    )
    return Leavers(tuple(each.id for each in gone), sum(each.unit_id in busy for each in gone))


def erase_those_who_left(db: Database, limit: dt.date) -> int:
    """Erases whoever left on this day or before it; how many.

    Those who may stand in the comments of a survey that is not counted wait: their names are masked at counting.
    """
    with db.reading() as session:
        ids = who_left(session, limit).ids
    erased = sum(_erase_if_gone(db, person_id, limit) for person_id in ids)
    if erased:
        _log.info("%s som har sluttet, er slettet.", erased)
    return erased


def _erase_if_gone(db: Database, person_id: int, limit: dt.date) -> bool:
    """In a transaction of its own: one that cannot be erased does not keep the others."""
    with db.transaction() as session:
        person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
        if person is None or person.active or person.left_on is None or person.left_on > limit:
            return False
        if _uncounted(session, person):
            return False
        try:
            erase_person(session, None, person)
        except ErasureError as problem:
            session.rollback()
            _log.warning("Person nummer %s er ikke slettet: %s", person_id, problem)
            return False
        return True


def _uncounted(session: Session, person: Person) -> list[Survey]:
    """Surveys of her unit whose comments have not been masked yet."""
    return list(
        session.scalars(
            select(Survey)
            .join(SurveyUnit, SurveyUnit.survey_id == Survey.id)
            .where(SurveyUnit.unit_id == person.unit_id, Survey.status.in_(_UNCOUNTED))
            .order_by(Survey.id)
        )
    )


def _erase_account(session: Session, actor: Account | None, account: Account) -> None:
    """The row stays, so that the audit trail can tell one account from another; nobody's name is on it."""
    if actor is not None and not may_administer(session, actor, account):
        raise ErasureError(_("Hun har en bruker du ikke kan endre. Be en systemansvarlig om å slette henne."))
    try:
        deactivate(session, actor, account)
    except AccountError as problem:
        raise ErasureError(str(problem)) from None
    account.all_grants.clear()
    account.person_id = None
    account.name, account.username = "Slettet bruker", f"slettet-{account.id}"
    account.email, account.password_hash = "", ""
