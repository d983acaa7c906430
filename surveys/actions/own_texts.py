"""What an account has written in plans."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.access.own_texts import OwnText, joined
from surveys.actions.models import ActionEvaluation, ActionVersion, PlanAction, PlanTick, SharedPractice
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _


def texts_in_plans(session: Session, account: Account) -> Iterator[OwnText]:
    """Actions, evaluations, what was shared, and «sett»."""
    versions = select(ActionVersion, PlanAction.unit_id).join(ActionVersion.action)
    for version, unit_id in session.execute(versions.where(ActionVersion.account_id == account.id)).all():
        said = joined(version.what, version.who, version.sign, version.goal, version.reason)
        yield _text(unit_id, _("Tiltak i planen"), version, said)
    evaluations = select(ActionEvaluation, PlanAction.unit_id).join(ActionEvaluation.action)
    for given, unit_id in session.execute(evaluations.where(ActionEvaluation.account_id == account.id)).all():
        yield _text(unit_id, _("Vurdering av et tiltak"), given, given.words)
    shared = select(SharedPractice, PlanAction.unit_id).join(SharedPractice.action)
    for each, unit_id in session.execute(shared.where(SharedPractice.account_id == account.id)).all():
        yield _text(unit_id, _("Delt med enheter av samme type"), each, joined(each.what, each.saw))
    for tick in session.scalars(select(PlanTick).where(PlanTick.account_id == account.id)):
        yield OwnText(tick.unit_id, _("Har sett planen"), tick.on, _("Ja"))


def _text(
    unit_id: int, what: str, written: ActionVersion | ActionEvaluation | SharedPractice, words: str
) -> OwnText:
    return OwnText(unit_id, what, municipal_day(written.at), words, written.withdrawn_at is not None)
