"""Measures of a whole survey, beside those of its factors: the response rate, and the mean of all factors' means.

Both follow from released figures alone. The mean is hidden wherever one of the means is: it would tell it. It exists
only where every factor has the same scale: scales are never turned into each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.suppression import SECONDARY
from questionnaires.model import Questionnaire
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.texts import _l
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import Figure, FigureKind, FigureStatus, Release, Turnout
from surveys.scorecards.fed_figures import FedFigure

RESPONSE_RATE: Final = "hele:svarprosent"
OVERALL_MEAN: Final = "hele:snitt"


def whole_measures(questionnaire: Questionnaire) -> Mapping[str, Any]:
    """Key → words."""
    found: dict[str, Any] = {RESPONSE_RATE: _l("Svarprosenten")}
    if mean_keys(questionnaire):
        found[OVERALL_MEAN] = _l("Hele resultatet (snittet av alle temaene)")
    return found


def mean_keys(questionnaire: Questionnaire) -> frozenset[str]:
    """The factors that the overall mean is of; none when their scales differ, or there are no means."""
    means = [each for each in measures_of(questionnaire) if each.kind is MeasureKind.MEAN]
    scales = {(each.minimum, each.maximum) for each in means}
    return frozenset(each.key for each in means) if len(scales) == 1 else frozenset()


def whole_figures(session: Session, release: Release) -> list[FedFigure]:
    """Every unit's response rate and overall mean, in no order."""
    questionnaire = questionnaire_of(release.survey.instrument)
    return [*_rates(session, release), *_means(session, release, mean_keys(questionnaire))]


def _rates(session: Session, release: Release) -> Iterator[FedFigure]:
    """Where pages show how many delivered, and it is known how many were invited."""
    for each in session.scalars(select(Turnout).where(Turnout.release_id == release.id)):
        if not each.shown:
            yield FedFigure(each.unit_id, RESPONSE_RATE, FigureStatus.HIDDEN, SECONDARY)
        elif each.invited:
            rate = 100 * each.delivered / each.invited
            yield FedFigure(each.unit_id, RESPONSE_RATE, FigureStatus.SHOWN, n=each.delivered, mean=rate)


def _means(session: Session, release: Release, keys: frozenset[str]) -> Iterator[FedFigure]:
    units: dict[int, list[Figure]] = {}
    figures = select(Figure).where(
        Figure.release_id == release.id, Figure.kind == FigureKind.UNIT, Figure.measure.in_(keys)
    )
    for figure in session.scalars(figures):
        units.setdefault(figure.unit_id, []).append(figure)
    for unit_id, found in units.items():
        if len(found) == len(keys):
            yield _overall(unit_id, found)


def _overall(unit_id: int, figures: Sequence[Figure]) -> FedFigure:
    """The first reason there is none; else the plain mean, with the fewest people behind one of them."""
    hidden = next((each for each in figures if each.status is not FigureStatus.SHOWN), None)
    if hidden is not None:
        return FedFigure(unit_id, OVERALL_MEAN, hidden.status, hidden.reason)
    means = [each.mean for each in figures if each.mean is not None]
    fewest = min(each.n for each in figures if each.n is not None)
    return FedFigure(unit_id, OVERALL_MEAN, FigureStatus.SHOWN, n=fewest, mean=sum(means) / len(means))
