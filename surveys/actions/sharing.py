"""Sharing what worked with units of the same type: a unit's own words, chosen by it, withdrawn when it likes.

No score, no figure and no order of merit: whoever reads it learns what to try, and nothing of how a unit scored.
"""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import Account
from surveys.actions.following import plan_following
from surveys.actions.models import PlanAction, SharedPractice, WasDone
from surveys.actions.queries import StandingAction, standing_action
from surveys.audit import trail as audit
from surveys.organisation.living import is_living
from surveys.organisation.models import Person, Unit
from surveys.platform.clock import now
from surveys.platform.texts import _

FEWEST_TO_HIDE_AMONG: Final = 2
"""Other units of the type, as each reader counts them. With one, she knows whose it is without any name."""

# «3,7», «3.7», «68 %» and «68 prosent»; not «kl. 8.30», «31.12.2026» or «20 minutter».
_SCORE: Final = re.compile(
    r"(?<![\d.,])\d{1,3},\d|(?<![\d.,])\d\.\d(?![\d.])|\d\s*(?:%|prosent|percent)", re.IGNORECASE
)


@dataclass(frozen=True)
class SharedTheme:
    """A questionnaire's key, whatever its version, and a factor of it."""

    instrument: str
    factor: str


@dataclass(frozen=True)
class PracticeSubject:
    """What a practice is looked up by. indicators: without a theme; ids that mean the same, on different cards."""

    theme: SharedTheme | None
    indicators: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PracticeText:
    """What is shared. saw: what the unit saw. named: whether its name is shown."""

    what: str
    saw: str
    named: bool


@dataclass(frozen=True)
class OthersPractice:
    """What another unit of the same type has shared. unit: its name, «» when it did not want it shown."""

    what: str
    saw: str
    unit: str


def can_be_shared(standing: StandingAction) -> bool:
    """It is about something others have too, it was done at least in part, and the unit has said whether it helped."""
    given = standing.evaluation
    return (
        given is not None
        and given.was_done in {WasDone.YES, WasDone.PARTLY}
        and (standing.version.survey_id is not None or standing.version.indicator_id is not None)
    )


def units_alike(session: Session, unit: Unit, today: dt.date) -> Sequence[Unit]:
    """The other units of the same type that there are today."""
    if not unit.type:
        return ()
    begun = or_(Unit.valid_from.is_(None), Unit.valid_from <= today)
    return session.scalars(
        select(Unit).where(Unit.type == unit.type, Unit.id != unit.id, is_living(today), begun)
    ).all()


def must_be_named(alike: Collection[Unit]) -> bool:
    """Whether leaving the name out would hide nothing. alike: `units_alike`."""
    return len(alike) < FEWEST_TO_HIDE_AMONG


def telling_fault(session: Session, unit: Unit, text: str, *, named: bool) -> str:
    """What other units shall not read: a score, or the name of somebody or of the unit itself; «» when there is none.

    Names are those of the unit's own people in the roster.
    """
    if _SCORE.search(text):
        return _("Skriv med ord, uten tall fra målinger. Da sammenligner ingen dere med andre.")
    lowered = text.casefold()
    people = session.scalars(select(Person.name).where(Person.unit_id == unit.id))
    if any(name and name.casefold() in lowered for name in people):
        return _("Teksten har navnet på en ansatt. Ta det bort.")
    if not named and unit.name.casefold() in lowered:
        return _("Teksten har navnet på enheten. Ta det bort, eller velg at navnet skal vises.")
    return ""


def sharing_of(session: Session, action_ids: Collection[int]) -> Mapping[int, SharedPractice]:
    """Action id → what is shared of it now."""
    found = session.scalars(
        select(SharedPractice).where(
            SharedPractice.action_id.in_(action_ids), SharedPractice.withdrawn_at.is_(None)
        )
    )
    return {each.action_id: each for each in found}


def share(
    session: Session,
    unit: Unit,
    standing: StandingAction,
    theme: SharedTheme | None,
    text: PracticeText,
    account: Account,
) -> bool:
    """Instead of what was shared of it before. False when somebody else shared it at the same time.

    theme: None when the action is about an indicator that no survey measures.
    """
    action = standing.action
    _withdraw(session, action, account.name)
    session.add(
        SharedPractice(
            action_id=action.id,
            instrument=theme.instrument if theme else "",
            factor=theme.factor if theme else "",
            indicator_id=standing.version.indicator_id,
            what=text.what,
            saw=text.saw,
            named=text.named,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    audit.record(session, "action.shared", unit.code, number=action.id)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return False
    return True


def withdraw_sharing(session: Session, unit: Unit, action: PlanAction, by: str) -> bool:
    """False when it was withdrawn already."""
    if not _withdraw(session, action, by):
        return False
    audit.record(session, "action.sharing_withdrawn", unit.code, number=action.id)
    return True


def _withdraw(session: Session, action: PlanAction, by: str) -> bool:
    taken = session.execute(
        update(SharedPractice)
        .where(SharedPractice.action_id == action.id, SharedPractice.withdrawn_at.is_(None))
        .values(withdrawn_at=now(), withdrawn_by=by)
        .returning(SharedPractice.id)
    ).first()
    return taken is not None


def practices_of_others(
    session: Session, subject: PracticeSubject, others: Collection[Unit]
) -> list[OthersPractice]:
    """What other units of the same type have shared about the same, the newest first: no order of merit.

    others: the units that could have shared it, as the reader knows them. Nothing that its unit no longer says: an
    action that was taken out of the plan, or is not evaluated any more.
    """
    if not others:
        return []
    alike = {each.id: each for each in others}
    following = plan_following(session)
    behind = following.behind(alike)
    shared = session.scalars(
        select(SharedPractice)
        .join(SharedPractice.action)
        .where(
            SharedPractice.withdrawn_at.is_(None),
            _is_about(subject),
            PlanAction.unit_id.in_(behind),
        )
        .options(joinedload(SharedPractice.action))
        .order_by(SharedPractice.id.desc())
    )
    only_named = must_be_named(others)
    return [
        OthersPractice(each.what, each.saw, alike[behind[each.action.unit_id]].name if each.named else "")
        for each in shared
        if (each.named or not only_named) and _still_said(each.action)
    ]


def _is_about(subject: PracticeSubject) -> ColumnElement[bool]:
    theme = subject.theme
    if theme is None:
        return SharedPractice.indicator_id.in_(subject.indicators)
    return (SharedPractice.instrument == theme.instrument) & (SharedPractice.factor == theme.factor)


def _still_said(action: PlanAction) -> bool:
    standing = standing_action(action)
    return standing is not None and can_be_shared(standing)
