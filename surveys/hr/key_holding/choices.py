"""Whom HR may choose as key holder, and what waits for one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant, Role
from surveys.campaigns.ballot_box import KeyHolder
from surveys.campaigns.key_holders import has_given
from surveys.campaigns.keystore import key_store
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.survey_texts import title_in
from surveys.hr.waiting import Task
from surveys.organisation.subtrees import lineage
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _


def possible_holders(session: Session, survey: Survey, *roles: Role) -> list[tuple[str, str]]:
    """(account id, name) of everybody with one of the roles today on the survey's unit or above, by name."""
    today = municipal_day()
    grants = session.scalars(
        select(Grant)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.active, Grant.role.in_(roles), Grant.unit_id.in_(lineage(session, survey.unit_id)))
    )
    found = {grant.account for grant in grants if grant.is_in_force(today)}
    return [(str(account.id), account.name) for account in sorted(found, key=lambda a: alphabetical(a.name))]


def key_tasks(session: Session, account: Account) -> list[Task]:
    """What a key holder is waited for: passphrases before opening, the box after closing."""
    rows = session.execute(
        select(KeyHolder, Survey)
        .join(Survey, Survey.id == KeyHolder.survey_id)
        .where(KeyHolder.account_id == account.id)
        .order_by(Survey.id)
    ).all()
    found = []
    for holder, survey in rows:
        title = title_in(survey)
        if survey.status == SurveyStatus.DRAFT and holder.public_key is None:
            found.append(Task(_("Velg nøkkelord for %(title)s", title=title), survey.key, "hr.own_key"))
        elif (
            survey.status == SurveyStatus.CLOSED
            and not has_given(holder)
            and not key_store().can_count(survey.id)
        ):
            found.append(Task(_("Åpne urnen for %(title)s", title=title), survey.key, "hr.own_key"))
    return found
