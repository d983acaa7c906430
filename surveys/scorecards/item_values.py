"""Single statements on cards: which are asked for, their released figures, their changes, and what was asked.

Cards are the only readers of these figures (decision 075).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.items.item_measures import item_key, item_measures, item_of
from surveys.release.items.models import ItemFigure
from surveys.release.models import ChangeBasis, FigureStatus, Release
from surveys.scorecards.fed_figures import FedFigure
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.row_context import TestedChange


def wanted_items(session: Session, survey: Survey) -> list[str]:
    """The keys of the statements that indicators ask for, the oldest indicator's first."""
    measures = session.scalars(
        select(Indicator.measure)
        .where(Indicator.questionnaire == survey.instrument.key)
        .order_by(Indicator.id)
    )
    return [item for measure in measures if measure and (item := item_of(measure))]


def released_items(session: Session, release: Release) -> Iterator[tuple[Indicator, FedFigure]]:
    """Each indicator with each unit's figure of the statement it is fed by."""
    figures: dict[str, list[FedFigure]] = {}
    for row in session.scalars(
        select(ItemFigure).where(ItemFigure.release_id == release.id).order_by(ItemFigure.unit_id)
    ):
        figure = FedFigure(row.unit_id, item_key(row.item), row.status, row.reason, row.n, row.mean)
        figures.setdefault(figure.measure, []).append(figure)
    if not figures:
        return
    indicators = session.scalars(
        select(Indicator)
        .where(Indicator.questionnaire == release.survey.instrument.key, Indicator.measure.in_(figures))
        .order_by(Indicator.id)
    )
    for indicator in indicators:
        for figure in figures[indicator.measure or ""]:
            yield indicator, figure


def item_intervals(
    session: Session, unit_id: int, releases: Collection[int | None]
) -> dict[tuple[int, str], tuple[float, float]]:
    """(release id, measure) → the interval of the unit's figure."""
    found = session.execute(
        select(ItemFigure.release_id, ItemFigure.item, ItemFigure.ci_low, ItemFigure.ci_high).where(
            ItemFigure.unit_id == unit_id, ItemFigure.release_id.in_(releases), ItemFigure.ci_low.is_not(None)
        )
    )
    return {
        (release_id, item_key(item)): (low, high)
        for release_id, item, low, high in found
        if low is not None and high is not None
    }


def item_changes(
    session: Session, unit_id: int, releases: Collection[int | None]
) -> dict[tuple[int, str], TestedChange]:
    found = session.execute(_compared_items(), {"unit_id": unit_id, "releases": list(releases)})
    return {
        (row.release_id, item_key(row.item)): TestedChange(
            survey_id,
            row.verdict,
            bool(row.comparable),
            ChangeBasis.SAME,
            (),
            row.difference or 0.0,
            closed.year,
        )
        for row, survey_id, closed in found
        if row.verdict is not None
    }


@cache
def _compared_items() -> Select[ItemFigure, int, dt.date]:
    """Made once: making it takes longer than asking it."""
    earlier = aliased(Release)
    return (
        select(ItemFigure, earlier.survey_id, Survey.closes_on)
        .join(earlier, earlier.id == ItemFigure.previous_release_id)
        .join(Survey, Survey.id == earlier.survey_id)
        .where(
            ItemFigure.unit_id == bindparam("unit_id"),
            ItemFigure.release_id.in_(bindparam("releases", expanding=True)),
        )
    )


def asked_words(indicator: Indicator, measurement: Measurement | None) -> str:
    """What the people of the value were asked; «» for what is no single statement."""
    item = item_of(indicator.measure or "")
    if not item or measurement is None or measurement.release is None:
        return ""
    questionnaire = questionnaire_of(measurement.release.survey.instrument)
    found = next((each for each in item_measures(questionnaire) if each.item.key == item), None)
    if found is None:
        return ""
    words = {"text": localised(found.item.text)}
    if found.item.reversed:
        return _(
            "«%(text)s» Svarene er snudd, så høyt betyr uenig. Snittet gjelder dem som svarte på hele temaet.",
            **words,
        )
    return _("«%(text)s» Snittet gjelder dem som svarte på hele temaet.", **words)


def not_told_words(indicator: Indicator) -> str:
    """Why there is no value of a statement yet; «» for what is no statement."""
    if not item_of(indicator.measure or ""):
        return ""
    return _("Snittet for spørsmålet kommer neste gang en undersøkelse med det frigis eller rettes.")


def untold_findings(session: Session) -> Iterator[tuple[Measurement, Indicator]]:
    """Values on cards of a statement that their release does not tell."""
    found = session.execute(
        select(Measurement, Indicator)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(Measurement.release_id.is_not(None), Measurement.value.is_not(None))
        .where(Indicator.measure.endswith(":item"))
    )
    shown: Mapping[tuple[int, int, str], float | None] = {
        (row.release_id, row.unit_id, item_key(row.item)): row.mean
        for row in session.scalars(select(ItemFigure).where(ItemFigure.status == FigureStatus.SHOWN))
    }
    for measurement, indicator in found:
        told = shown.get((measurement.release_id or 0, measurement.unit_id, indicator.measure or ""))
        if told != measurement.value:
            yield measurement, indicator
