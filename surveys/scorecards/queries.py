"""A unit's card for a year, as pages show it. Reads measurements and tested changes: never a response."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from analysis.scorecards import RollUp, roll_up
from surveys.access.models import Account
from surveys.campaigns.models import Survey
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.models import Change, Figure, FigureKind, FigureStatus, Release
from surveys.release.visibility import Access, Audience, accesses
from surveys.scorecards.aggregation.rules import stated_rules
from surveys.scorecards.cards import ambitions, card_lines, interim_targets, is_corrected
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.item_values import item_changes, item_intervals
from surveys.scorecards.models import Indicator, Measurement, Perspective, ScorecardLine
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.questions.row_questions import unit_questions
from surveys.scorecards.replies.row_replies import unit_replies
from surveys.scorecards.row_context import RowContext, TestedChange
from surveys.scorecards.rows import IndicatorRow, indicator_row


class NoSuchYearError(Exception):
    """The card has nothing for the year."""


@dataclass(frozen=True)
class FactorSection:
    """A kritisk suksessfaktor with its indicators."""

    title: str
    rows: tuple[IndicatorRow, ...]


@dataclass(frozen=True)
class GoalSection:
    id: int
    code: str
    title: str
    factors: tuple[FactorSection, ...]

    @property
    def counts(self) -> RollUp:
        return roll_up(row.counted_status for factor in self.factors for row in factor.rows)


@dataclass(frozen=True)
class PerspectiveSection:
    key: str
    title: str
    goals: tuple[GoalSection, ...]

    @property
    def rows(self) -> tuple[IndicatorRow, ...]:
        return tuple(row for goal in self.goals for factor in goal.factors for row in factor.rows)

    @property
    def counts(self) -> RollUp:
        return roll_up(row.counted_status for row in self.rows)

    @property
    def silence(self) -> str:
        """Why nothing moved: nothing is measured, nothing can be compared yet, or nothing surely changed."""
        if not any(row.value for row in self.rows):
            return _("Ingen verdier ennå.")
        if not any(row.previous and row.previous.trend for row in self.rows):
            return _("Første måling. Det er ingenting å sammenligne med ennå.")
        return _("Ingen sikre endringer.")

    @property
    def moved(self) -> tuple[IndicatorRow, ...]:
        """Rows that clearly changed for better or worse, in the card's order."""
        return tuple(row for row in self.rows if row.previous and row.previous.meaning and not row.old)


@dataclass(frozen=True)
class CardApproval:
    """Whose decision a card is (name and position), and the day of it."""

    by: str
    on: dt.date


@dataclass(frozen=True)
class Card:
    """A styringskort. `years` are those it can be shown for, oldest first."""

    unit_code: str
    unit_name: str
    year: int
    years: tuple[int, ...]
    perspectives: tuple[PerspectiveSection, ...]
    vision: str = ""
    # Who approved the card of the year, and when; None for a card that was not approved here.
    approval: CardApproval | None = None
    # The cards that its rows are of.
    card_ids: frozenset[int] = frozenset()

    @property
    def is_newest(self) -> bool:
        """Replies are given on the card of the newest year."""
        return self.year == max(self.years, default=self.year)

    @property
    def rows(self) -> tuple[IndicatorRow, ...]:
        return tuple(row for perspective in self.perspectives for row in perspective.rows)


def read_card(
    session: Session,
    reader: Account | Audience,
    unit: Unit,
    today: dt.date,
    year: int | None = None,
    through: dt.date | None = None,
    *,
    with_details: bool = True,
    with_questions: bool = False,
) -> Card:
    """The card as the reader may read it; without `year` the last one with a value.

    through: as the card was on that day, by the periods of its values: a report on a tertial has nothing of the next.

    with_details: with earlier values and how they went, which a list does not show.

    with_questions: with what was asked about the values, which is on the card's own pages only.

    As many queries whatever its size. Raises NoSuchYearError for a year before the first value or after the last.
    """
    line = lineage(session, unit.id)
    lines = card_lines(session, unit, line)
    indicators = {each.indicator_id: each.indicator for each in lines.lines}
    measurements = _measurements(session, unit.id, indicators)
    if through is not None:
        measurements = [each for each in measurements if _is_of_period(each, through)]
    years = _years(measurements, today)
    if year is not None and year not in years:
        raise NoSuchYearError(year)
    shown_year = year or max(years, default=today.year)
    of_year = lines.of_year(shown_year)
    replies = unit_replies(session, unit.id, indicators)
    questions = unit_questions(session, unit.id, indicators) if with_questions else {}
    setting = RowContext(
        year=shown_year,
        today=today,
        access=_access(session, reader, unit, measurements, today),
        ambitions=ambitions(session, line, indicators),
        changes=_changes(session, unit.id, measurements),
        intervals=_intervals(session, unit.id, measurements),
        interim_targets=interim_targets(session, line, indicators),
        own=frozenset(each.indicator_id for each in of_year if not each.reported),
        replies=replies,
        questions=questions,
        rules=stated_rules(session, indicators),
        with_details=with_details,
        is_newest=shown_year == max(years, default=shown_year),
    )
    by_indicator: dict[int, list[Measurement]] = {}
    for measurement in measurements:
        by_indicator.setdefault(measurement.indicator_id, []).append(measurement)
    rows = {
        each.indicator_id: indicator_row(each.indicator, by_indicator.get(each.indicator_id, ()), setting)
        for each in of_year
    }
    return Card(
        unit.code,
        unit.name,
        setting.year,
        years,
        _sections(of_year, rows),
        card_vision(of_year),
        card_approval(session, of_year, shown_year),
        frozenset(each.scorecard_id for each in of_year),
    )


def card_approval(session: Session, lines: Sequence[ScorecardLine], year: int) -> CardApproval | None:
    """Of the nearest card: its rows and limits are frozen for the year, and its values and replies are not."""
    if not lines:
        return None
    found = session.execute(
        select(CardVersion.approved_by, CardVersion.approved_on)
        .where(
            CardVersion.card_id == lines[-1].scorecard_id,
            CardVersion.state == VersionState.APPROVED,
            CardVersion.year == year,
        )
        .order_by(CardVersion.id.desc())
        .limit(1)
    ).first()
    # An approved version has its day (`approved_by_somebody`).
    return CardApproval(found[0], found[1]) if found is not None and found[1] is not None else None


def card_vision(lines: Sequence[ScorecardLine]) -> str:
    """The nearest card's vision: a type of unit may have its own."""
    visions = [localised(line.scorecard.vision) for line in lines if line.scorecard.vision]
    return visions[-1] if visions else ""


def _years(measurements: Iterable[Measurement], today: dt.date) -> tuple[int, ...]:
    """Every year from the first value to the last: a biennial survey's value stands in between too.

    No year that has not begun: a mistyped one would be the card's.
    """
    known = [measurement.year for measurement in measurements if measurement.year <= today.year]
    return tuple(range(min(known), max(known) + 1)) if known else ()


def _is_of_period(measurement: Measurement, through: dt.date) -> bool:
    """Its period had ended by then, or it was measured by then: a yearly survey in March is in the first tertial."""
    periods = periods_of(measurement.indicator.frequency)
    ended = periods.last_day(measurement.year, measurement.part) <= through
    return ended or measurement.measured_on <= through


def _measurements(
    session: Session, unit_id: int, indicators: Mapping[int, Indicator]
) -> Sequence[Measurement]:
    """The unit's measurements, oldest first, with release, survey and visibility policy loaded.

    The current ones, and what an earlier survey of the same year gave: its reader may not see the later one's value.
    """
    from_survey = Measurement.release_id.is_not(None) & ~is_corrected()
    return session.scalars(
        select(Measurement)
        .outerjoin(Measurement.release)
        .outerjoin(Release.survey)
        .where(
            Measurement.unit_id == unit_id,
            Measurement.current | from_survey,
            Measurement.indicator_id.in_(indicators),
        )
        .options(
            contains_eager(Measurement.release).contains_eager(Release.survey).selectinload(Survey.visibility)
        )
        .order_by(Measurement.year, Measurement.part, Survey.closes_on, Measurement.id)
    ).all()


def _access(
    session: Session,
    reader: Account | Audience,
    unit: Unit,
    measurements: Iterable[Measurement],
    today: dt.date,
) -> dict[int, Access]:
    """Release → the reader's access to the unit there; nothing for a release where it will never have any."""
    releases = {measurement.release for measurement in measurements if measurement.release is not None}
    found = accesses(session, reader, releases, today, [unit.id]) if releases else {}
    return {release_id: access for (release_id, _unit), access in found.items()}


def _changes(
    session: Session, unit_id: int, measurements: Iterable[Measurement]
) -> dict[tuple[int, str], TestedChange]:
    releases = {measurement.release_id for measurement in measurements if measurement.release_id}
    found = session.execute(
        select(Change, Release.survey_id, Survey.closes_on)
        .join(Release, Release.id == Change.previous_release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Change.unit_id == unit_id, Change.release_id.in_(releases))
    )
    return {
        (change.release_id, change.measure): TestedChange(
            survey_id,
            change.verdict,
            change.comparable,
            change.basis,
            tuple(unit["name"] for unit in change.basis_units),
            change.difference,
            closed.year,
        )
        for change, survey_id, closed in found
    } | item_changes(session, unit_id, releases)


def _intervals(
    session: Session, unit_id: int, measurements: Iterable[Measurement]
) -> dict[tuple[int, str], tuple[float, float]]:
    """(release id, measure) → the interval of the unit's released figure."""
    releases = {measurement.release_id for measurement in measurements if measurement.release_id}
    found = session.execute(
        select(Figure.release_id, Figure.measure, Figure.ci_low, Figure.ci_high).where(
            Figure.unit_id == unit_id,
            Figure.release_id.in_(releases),
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
        )
    )
    return {
        (release_id, measure): (low, high)
        for release_id, measure, low, high in found
        if low is not None and high is not None
    } | item_intervals(session, unit_id, releases)


def _sections(
    lines: Iterable[ScorecardLine], rows: Mapping[int, IndicatorRow]
) -> tuple[PerspectiveSection, ...]:
    """The lines, in order, under their success factor, goal and perspective."""
    chain: dict[Perspective, dict[int, dict[int, tuple[ScorecardLine, list[IndicatorRow]]]]] = {}
    for line in lines:
        factor = line.indicator.success_factor
        goals = chain.setdefault(factor.goal.perspective, {})
        factors = goals.setdefault(factor.goal_id, {})
        factors.setdefault(factor.id, (line, []))[1].append(rows[line.indicator_id])
    return tuple(
        PerspectiveSection(
            perspective.key,
            localised(perspective.title),
            tuple(_goal(list(factors.values())) for factors in goals.values()),
        )
        for perspective, goals in chain.items()
    )


def _goal(factors: Sequence[tuple[ScorecardLine, list[IndicatorRow]]]) -> GoalSection:
    goal = factors[0][0].indicator.success_factor.goal
    return GoalSection(
        goal.id,
        goal.code,
        localised(goal.title),
        tuple(
            FactorSection(localised(line.indicator.success_factor.title), tuple(rows))
            for line, rows in factors
        ),
    )
