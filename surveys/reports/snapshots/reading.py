"""The card as it is today, read as an audience may read it: what a report freezes."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import ReaderGroup
from surveys.platform.localisation import language
from surveys.release.visibility import Audience
from surveys.reports.snapshots.choosing import ReportChoice, last_day
from surveys.reports.snapshots.content import FrozenPerspective, FrozenReply, FrozenRow, ReportContent
from surveys.reports.snapshots.models import Report, ReportAudience
from surveys.scorecards.card_summary import went_well
from surveys.scorecards.models import Indicator
from surveys.scorecards.queries import Card, NoSuchYearError, read_card
from surveys.scorecards.replies.row_replies import ReplyWords
from surveys.scorecards.rows import IndicatorRow

READS_AS: Final[Mapping[ReportAudience, ReaderGroup]] = {
    ReportAudience.INTERNAL: ReaderGroup.LEADERS,
    ReportAudience.POLITICAL: ReaderGroup.POLITICIANS,
    ReportAudience.PUBLIC: ReaderGroup.PUBLIC,
}
"""By whose day a version has a survey's values."""


def read_for(session: Session, report: Report, audience: ReportAudience, today: dt.date) -> Card:
    """The unit's card of the report's period, by the rule that the card's own page reads by. Raises NoSuchYearError."""
    reader = Audience(READS_AS[audience])
    through = last_day(report.year, report.part)
    card = read_card(session, reader, report.unit, today, report.year, through)
    if not card.rows:
        raise NoSuchYearError(report.year)
    return card


def read_content(
    session: Session, report: Report, choice: ReportChoice, audience: ReportAudience, today: dt.date
) -> ReportContent:
    """What the version for the audience has today. Rows that a unit keeps for itself are in no report."""
    card = read_for(session, report, audience, today)
    chosen = set(choice.indicators)
    units = _units_of_measure(session, choice)
    perspectives = []
    for section in card.perspectives:
        rows = tuple(
            _row(row, units) for row in section.rows if row.indicator_id in chosen and not row.is_own
        )
        paragraph = choice.paragraphs.get(section.key, "")
        if rows or paragraph:
            perspectives.append(FrozenPerspective(section.key, section.title, paragraph, rows))
    return ReportContent(
        card.unit_code,
        card.unit_name,
        report.kind,
        report.year,
        report.part,
        language(),
        today,
        card.vision,
        tuple(perspectives),
    )


def _units_of_measure(session: Session, choice: ReportChoice) -> dict[int, str]:
    rows = session.execute(
        select(Indicator.id, Indicator.unit_of_measure).where(Indicator.id.in_(choice.indicators))
    )
    return {row.id: row.unit_of_measure for row in rows}


def _row(row: IndicatorRow, units: Mapping[int, str]) -> FrozenRow:
    previous = row.previous
    return FrozenRow(
        indicator_id=row.indicator_id,
        code=row.code,
        title=row.title,
        definition=row.definition,
        scale=row.scale,
        target=row.target,
        status=row.status,
        doubt=row.doubt,
        counted_status=row.counted_status,
        old=row.old,
        value=row.value,
        number=row.stored_value,
        unit_of_measure=units[row.indicator_id],
        period=row.period,
        interval=row.interval,
        n=row.n,
        source=row.value_source,
        measured_on=row.measured_on,
        previous=previous.value if previous else "",
        previous_period=previous.period if previous else "",
        change=previous.change if previous else "",
        meaning=previous.meaning if previous else "",
        reason=row.reason,
        went_well=went_well(row),
        state=row.reply.words,
        reply=_reply(row.reply.shown) if row.reply.shown else None,
    )


def _reply(shown: ReplyWords) -> FrozenReply:
    return FrozenReply(
        shown.cause,
        shown.action,
        shown.forecast,
        shown.forecast_status,
        shown.forecast_words,
        shown.judged_on,
    )
