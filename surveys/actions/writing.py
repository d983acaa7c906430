"""An action is stored as a new version and withdrawn with a trail: nothing is overwritten."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.models import (
    ActionAim,
    ActionEvaluation,
    ActionStatus,
    ActionVersion,
    PlanAction,
    PlanTick,
    WasDone,
)
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day, now


class PlanChangedMeanwhileError(Exception):
    """Somebody else has stored a version since the page was opened. The transaction is rolled back."""


@dataclass(frozen=True)
class ActionText:
    """What a version says."""

    aim: ActionAim
    what: str
    who: str
    due_on: dt.date
    sign: str = ""
    goal: str = ""
    survey_id: int | None = None
    measure: str = ""
    indicator_id: int | None = None
    status: ActionStatus = ActionStatus.PLANNED
    reason: str = ""
    for_staff: bool = False


def text_of(version: ActionVersion) -> ActionText:
    return ActionText(
        version.aim,
        version.what,
        version.who,
        version.due_on,
        version.sign,
        version.goal,
        version.survey_id,
        version.measure,
        version.indicator_id,
        version.status,
        version.reason,
        version.for_staff,
    )


def add_action(session: Session, unit: Unit, text: ActionText, account: Account) -> PlanAction:
    action = PlanAction(unit_id=unit.id)
    session.add(action)
    session.flush()
    _store(session, action, text, account, 1)
    audit.record(session, "action.added", unit.code, number=action.id)
    return action


def change_action(
    session: Session, action: PlanAction, text: ActionText, account: Account, number: int
) -> None:
    """number: the one after the newest that the account's page knew of. Raises PlanChangedMeanwhileError."""
    _store(session, action, text, account, number)
    audit.record(session, "action.changed", action.unit.code, number=action.id)


def set_status(
    session: Session,
    action: PlanAction,
    current: ActionVersion,
    status: ActionStatus,
    reason: str,
    account: Account,
    number: int,
) -> None:
    """The same action with another state. reason: why it is dropped, else «»."""
    changed = replace(text_of(current), status=status, reason=reason)
    change_action(session, action, changed, account, number)


def _store(session: Session, action: PlanAction, text: ActionText, account: Account, number: int) -> None:
    session.add(
        ActionVersion(
            action_id=action.id,
            number=number,
            aim=text.aim,
            what=text.what,
            who=text.who,
            due_on=text.due_on,
            sign=text.sign,
            goal=text.goal,
            survey_id=text.survey_id,
            measure=text.measure,
            indicator_id=text.indicator_id,
            status=text.status,
            reason=text.reason,
            for_staff=text.for_staff,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    _flush(session)


def withdraw_version(session: Session, action: PlanAction, version_id: int, by: str) -> bool:
    """Takes one version back: the one before it counts again. False when somebody else had done it."""
    taken = session.execute(
        update(ActionVersion)
        .where(
            ActionVersion.id == version_id,
            ActionVersion.action_id == action.id,
            ActionVersion.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now(), withdrawn_by=by)
        .returning(ActionVersion.number)
    ).first()
    if taken is None:
        return False
    audit.record(session, "action.undone", action.unit.code, number=action.id)
    return True


def take_over(session: Session, unit: Unit, taken: ActionVersion, account: Account) -> PlanAction:
    """A part of a unit that was split goes on with one of its actions, as it is now. The other parts may do so too.

    Raises PlanChangedMeanwhileError when somebody has just done it.
    """
    known = select(PlanAction).where(
        PlanAction.unit_id == unit.id, PlanAction.taken_from_id == taken.action_id
    )
    action = session.scalar(known)
    if action is None:
        action = PlanAction(unit_id=unit.id, taken_from_id=taken.action_id)
        session.add(action)
        _flush(session)
    number = max((each.number for each in action.versions), default=0) + 1
    _store(session, action, text_of(taken), account, number)
    audit.record(session, "action.taken_over", unit.code, number=action.id, source=taken.action_id)
    return action


def evaluate_action(
    session: Session, action: PlanAction, was_done: WasDone, words: str, account: Account, number: int
) -> None:
    """number: as in `change_action`. Raises PlanChangedMeanwhileError."""
    session.add(
        ActionEvaluation(
            action_id=action.id,
            number=number,
            was_done=was_done,
            words=words,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    audit.record(session, "action.evaluated", action.unit.code, number=action.id)
    _flush(session)


def withdraw_evaluation(session: Session, action: PlanAction, evaluation_id: int, by: str) -> bool:
    taken = session.execute(
        update(ActionEvaluation)
        .where(
            ActionEvaluation.id == evaluation_id,
            ActionEvaluation.action_id == action.id,
            ActionEvaluation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now(), withdrawn_by=by)
        .returning(ActionEvaluation.id)
    ).first()
    if taken is None:
        return False
    audit.record(session, "action.evaluation_undone", action.unit.code, number=action.id)
    return True


def tick_plan(session: Session, unit: Unit, account: Account) -> bool:
    """Once a day for each representative. False when it was ticked already."""
    session.add(PlanTick(unit_id=unit.id, on=municipal_day(), account_id=account.id, author=account.name))
    audit.record(session, "plan.seen", unit.code)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return False
    return True


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise PlanChangedMeanwhileError from None
