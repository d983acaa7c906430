"""Released figures become measurements on every indicator that names their questionnaire and factor or statement."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.models import Instrument
from surveys.platform.localisation import DEFAULT_LANGUAGE, localised
from surveys.release.models import Figure, FigureKind, FigureStatus, Release
from surveys.scorecards.aggregation.storing import aggregate
from surveys.scorecards.fed_figures import FedFigure
from surveys.scorecards.item_values import released_items
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus
from surveys.scorecards.survey_values import in_indicators_unit
from surveys.scorecards.whole_measures import OVERALL_MEAN, RESPONSE_RATE, whole_figures

_STATUS: Mapping[FigureStatus, MeasurementStatus] = {
    FigureStatus.SHOWN: MeasurementStatus.MEASURED,
    FigureStatus.HIDDEN: MeasurementStatus.HIDDEN,
    FigureStatus.NO_ANSWERS: MeasurementStatus.NOT_MEASURED,
}

IndicatorUnit = tuple[int, int]
"""An indicator's id and a unit's id."""


def feed(session: Session, release: Release) -> int:
    """Writes the release's measurements in the caller's transaction and returns how many.

    A value that is fed already is left alone, so feeding again writes only what is missing. What stood for the same
    year is no longer current, unless it comes from a survey that closed later. A release that has been corrected
    feeds nothing.
    """
    if _is_corrected(session, release):
        return 0
    fed = _places_fed(session, release)
    standing = _standing(session, release)
    rows, replaced = [], []
    figures: list[tuple[Indicator, Figure | FedFigure]] = [
        *_figures(session, release),
        *_whole(session, release),
        *released_items(session, release),
    ]
    for indicator, figure in figures:
        place = (indicator.id, figure.unit_id)
        if place in fed:
            continue
        earlier_id, is_newer = standing.get(place, (None, False))
        if earlier_id is not None and not is_newer:
            replaced.append({"id": earlier_id, "current": False})
        rows.append(_row(indicator, figure, release) | {"current": not is_newer})
    if replaced:
        session.execute(update(Measurement), replaced)
    if rows:
        session.execute(insert(Measurement), rows)
        aggregate(session, {(row["indicator_id"], row["year"], row["part"]) for row in rows})
    return len(rows)


def feed_everything(session: Session) -> int:
    """Feeds every survey's last release, oldest first: for indicators that are added after a release."""
    releases = session.scalars(select(Release).join(Release.survey).order_by(Survey.closes_on, Release.id))
    return sum(feed(session, release) for release in releases.all())


def _is_corrected(session: Session, release: Release) -> bool:
    last = select(func.max(Release.number)).where(Release.survey_id == release.survey_id)
    return (session.scalar(last) or 0) > release.number


def _figures(session: Session, release: Release) -> list[tuple[Indicator, Figure]]:
    """Each indicator with each unit's figure for its factor."""
    found = session.execute(
        select(Indicator, Figure)
        .join(Figure, Figure.measure == Indicator.measure)
        .join(Instrument, Instrument.key == Indicator.questionnaire)
        .where(
            Instrument.id == release.survey.instrument_id,
            Figure.release_id == release.id,
            Figure.kind == FigureKind.UNIT,
            Figure.status.in_(_STATUS),
        )
        .order_by(Indicator.id, Figure.unit_id)
    )
    return [(indicator, figure) for indicator, figure in found]


def _whole(session: Session, release: Release) -> list[tuple[Indicator, FedFigure]]:
    """As `_figures`, of the measures of the whole survey. Nothing is worked out when no indicator asks for one."""
    wanted: dict[str, list[Indicator]] = {}
    for measure in (RESPONSE_RATE, OVERALL_MEAN):
        found = session.scalars(
            select(Indicator).where(
                Indicator.questionnaire == release.survey.instrument.key, Indicator.measure == measure
            )
        ).all()
        if found:
            wanted[measure] = list(found)
    if not wanted:
        return []
    return [
        (indicator, figure)
        for figure in whole_figures(session, release)
        for indicator in wanted.get(figure.measure, ())
        if figure.status in _STATUS
    ]


def _places_fed(session: Session, release: Release) -> frozenset[IndicatorUnit]:
    found = session.execute(
        select(Measurement.indicator_id, Measurement.unit_id).where(Measurement.release_id == release.id)
    )
    return frozenset((indicator_id, unit_id) for indicator_id, unit_id in found)


def _standing(session: Session, release: Release) -> dict[IndicatorUnit, tuple[int, bool]]:
    """Where a value stands for the survey's year: its id, and whether its survey closed later than this one."""
    found = session.execute(
        select(Measurement.indicator_id, Measurement.unit_id, Measurement.id, Survey.closes_on)
        .outerjoin(Release, Measurement.release_id == Release.id)
        .outerjoin(Survey, Release.survey_id == Survey.id)
        .where(Measurement.current, Measurement.year == release.survey.closes_on.year, Measurement.part == 0)
    )
    return {
        (indicator_id, unit_id): (known, closed is not None and closed > release.survey.closes_on)
        for indicator_id, unit_id, known, closed in found
    }


def _row(indicator: Indicator, figure: Figure | FedFigure, release: Release) -> dict[str, Any]:
    title = localised(release.survey.title, DEFAULT_LANGUAGE)
    return {
        "indicator_id": indicator.id,
        "unit_id": figure.unit_id,
        "year": release.survey.closes_on.year,
        "part": 0,
        "status": _STATUS[figure.status],
        "value": None if figure.mean is None else in_indicators_unit(figure.mean, indicator),
        "n": figure.n,
        "reason": figure.reason,
        "source": title if release.number == 1 else f"{title}, rettelse {release.number - 1}",
        "measured_on": release.released_on,
        "release_id": release.id,
    }
