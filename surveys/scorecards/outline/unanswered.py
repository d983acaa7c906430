"""Rows of a card without a value or a reply for a year: once a year somebody asks whether they should go."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import ids_below
from surveys.scorecards.models import Indicator, Measurement, ScorecardLine
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode
from surveys.scorecards.overview import seen_colours
from surveys.scorecards.replies.models import MeasurementReply
from surveys.scorecards.replies.waiting import waiting_replies


def rows_without_values(
    session: Session, version: CardVersion, outline: CardOutline, today: dt.date
) -> list[OutlineNode]:
    """Rows that were on the card when the draft began, and that nobody has measured since the year before last.

    Asked in a draft for a year after the card's first approved one: then there has been a year to measure in.
    """
    if not _is_yearly_review(session, version):
        return []
    last = (
        select(Measurement.indicator_id, func.max(Measurement.year).label("year"))
        .where(Measurement.current)
        .group_by(Measurement.indicator_id)
        .subquery()
    )
    rows = session.execute(
        select(Indicator.code, last.c.year)
        .join(ScorecardLine, ScorecardLine.indicator_id == Indicator.id)
        .outerjoin(last, last.c.indicator_id == Indicator.id)
        .where(ScorecardLine.scorecard_id == version.card_id)
    )
    silent = {code for code, year in rows if year is None or year < today.year - 1}
    return [node for node in outline.indicators() if node.former_code in silent and node.former_code]


def _is_yearly_review(session: Session, version: CardVersion) -> bool:
    """A draft for a year after the card's first approved one: there has been a year to measure and to reply in."""
    if version.state is not VersionState.DRAFT or version.card_id is None:
        return False
    begun = session.scalar(
        select(func.min(CardVersion.year)).where(
            CardVersion.key == version.key, CardVersion.state == VersionState.APPROVED
        )
    )
    return begun is None or begun < version.year


def rows_without_replies(
    session: Session, account: Account, version: CardVersion, outline: CardOutline, today: dt.date
) -> list[OutlineNode]:
    """Rows that are yellow or red on some unit's card as the account may see it, and that no unit has replied to.

    Replies since the year before last count. Asked when `rows_without_values` is.
    """
    if not _is_yearly_review(session, version):
        return []
    living = Unit.valid_to.is_(None) | (Unit.valid_to >= today)
    units = session.scalars(select(Unit).where(Unit.id.in_(ids_below([version.unit_id])), living)).all()
    waiting = waiting_replies(session, seen_colours(session, account, units, today), today)
    replied = session.scalars(
        select(MeasurementReply.indicator_id)
        .where(
            MeasurementReply.unit_id.in_([unit.id for unit in units]),
            MeasurementReply.withdrawn_at.is_(None),
            MeasurementReply.year >= today.year - 1,
        )
        .distinct()
    )
    unheard = {each.indicator.id for found in waiting.values() for each in found} - set(replied)
    codes = set(
        session.scalars(
            select(Indicator.code)
            .join(ScorecardLine, ScorecardLine.indicator_id == Indicator.id)
            .where(ScorecardLine.scorecard_id == version.card_id, Indicator.id.in_(unheard))
        )
    )
    return [node for node in outline.indicators() if node.former_code and node.former_code in codes]
