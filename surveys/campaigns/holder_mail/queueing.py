"""Which mails key holders get, and who of them cannot be reached by mail."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import Account
from surveys.campaigns.ballot_box import KeyHolder
from surveys.campaigns.holder_mail.models import HolderMail, HolderMailKind
from surveys.campaigns.models import DeliveryStatus, Survey, SurveyStatus


def queue_mails(
    session: Session,
    survey: Survey,
    kind: HolderMailKind,
    who: Sequence[KeyHolder] = (),
    until: dt.datetime | None = None,
    but: Sequence[KeyHolder] = (),
) -> int:
    """One mail to each holder who can be reached; how many. In the caller's transaction.

    who: the holders it tells of. but: holders who get none. One of the same kind that waits is not sent beside it.
    """
    names = [holder.account.name if holder.account else "" for holder in who]
    passed_over = {holder.id for holder in but}
    found = [
        row for row in _people(session, survey) if row.id not in passed_over and _is_reached(row.account)
    ]
    overtaken = (
        HolderMail.survey_id == survey.id,
        HolderMail.account_id.in_([holder.account_id for holder in found]),
        HolderMail.kind == kind,
        HolderMail.status == DeliveryStatus.QUEUED,
    )
    session.execute(delete(HolderMail).where(*overtaken))
    for holder in found:
        session.add(
            HolderMail(
                survey_id=survey.id,
                account_id=holder.account_id,
                kind=kind,
                number=_latest(session, survey, holder, kind) + 1,
                who=names,
                until=until,
            )
        )
    return len(found)


def unreached(session: Session, survey: Survey) -> list[str]:
    """The names of holders who get no mail, having no address."""
    return [
        holder.account.name
        for holder in _people(session, survey)
        if holder.account and holder.account.active and not _is_reached(holder.account)
    ]


def latest_mails(session: Session, survey: Survey) -> dict[int, HolderMail]:
    """Account id → the newest mail to it about the survey's box."""
    rows = session.scalars(
        select(HolderMail).where(HolderMail.survey_id == survey.id).order_by(HolderMail.id)
    )
    return {row.account_id: row for row in rows}


def surveys_with_unreached(session: Session) -> dict[str, list[str]]:
    """Survey key → the holders without an address, of surveys whose box has not been opened yet."""
    alive = (SurveyStatus.DRAFT, SurveyStatus.OPEN, SurveyStatus.CLOSED)
    surveys = session.scalars(
        select(Survey)
        .where(Survey.status.in_(alive), Survey.id.in_(select(KeyHolder.survey_id)))
        .order_by(Survey.key)
    )
    return {survey.key: names for survey in surveys if (names := unreached(session, survey))}


def any_holders(session: Session) -> bool:
    return session.scalar(select(KeyHolder.id).limit(1)) is not None


def _people(session: Session, survey: Survey) -> Sequence[KeyHolder]:
    session.flush()
    return session.scalars(
        select(KeyHolder)
        .where(KeyHolder.survey_id == survey.id, KeyHolder.account_id.is_not(None))
        .options(joinedload(KeyHolder.account))
        .order_by(KeyHolder.id)
    ).all()


def _is_reached(account: Account | None) -> bool:
    return account is not None and account.active and bool(account.email)


def _latest(session: Session, survey: Survey, holder: KeyHolder, kind: HolderMailKind) -> int:
    of = (
        HolderMail.survey_id == survey.id,
        HolderMail.account_id == holder.account_id,
        HolderMail.kind == kind,
    )
    return session.scalar(select(func.max(HolderMail.number)).where(*of)) or 0
