"""Rows of a card that have had no value for a year: once a year somebody asks whether they should go."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.scorecards.models import Indicator, Measurement, ScorecardLine
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode


def rows_without_values(
    session: Session, version: CardVersion, outline: CardOutline, today: dt.date
) -> list[OutlineNode]:
    """Rows that were on the card when the draft began, and that nobody has measured since the year before last.

    Asked in a draft for a year after the card's first approved one: then there has been a year to measure in.
    """
    if version.state is not VersionState.DRAFT or version.card_id is None:
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
    begun = session.scalar(
        select(func.min(CardVersion.year)).where(
            CardVersion.key == version.key, CardVersion.state == VersionState.APPROVED
        )
    )
    if begun is not None and begun >= version.year:
        return []
    return [node for node in outline.indicators() if node.former_code in silent and node.former_code]
