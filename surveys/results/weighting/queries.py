"""The weighted means of the top unit of a citizen survey, for its page: off until HR states the population."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.weighted_mean import WeightedMean
from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import MeasureKind
from surveys.release.models import Release
from surveys.release.weighting.margins import declared_margins, margin_of, may_be_weighted
from surveys.release.weighting.models import (
    PopulationMargin,
    ReleasedWeightedMean,
    SurveyWeighting,
    WeightSource,
)
from surveys.release.weighting.released import released_means
from surveys.release.weighting.weighted import groups_in_order, weighted_figure
from surveys.results.queries import BreakdownTable, Line, UnitResult


@dataclass(frozen=True)
class WeightedLine:
    """A measure without and with weights. weighted: None when it may not be told, for a group of `untold` if any."""

    line: Line
    weighted: WeightedMean | None
    untold: tuple[Text, ...]


@dataclass(frozen=True)
class KnownPopulation:
    """The population by one background question.

    groups: what each is called, and how many people the population has there. left_out: groups without a number.
    """

    question: Text
    source: str
    stated_on: dt.date
    groups: tuple[tuple[Text, int], ...]
    left_out: tuple[Text, ...]


@dataclass(frozen=True)
class WeightedTable:
    """populations: what the weights follow from; empty for a column of the file that was read.

    about: of weights that were made at counting and forgotten; None where the means follow from the groups' figures.
    """

    populations: tuple[KnownPopulation, ...]
    lines: tuple[WeightedLine, ...]
    about: SurveyWeighting | None = None


def weighted_table(
    session: Session, survey: Survey, release: Release, result: UnitResult
) -> WeightedTable | None:
    """None for a unit below the top, and for a survey that is not weighted. Two queries at most."""
    if not (result.is_top and result.shown and may_be_weighted(survey)):
        return None
    about = session.get(SurveyWeighting, survey.id)
    return (
        _counted_table(session, survey, release, result, about)
        if about
        else _stated_table(session, survey, result)
    )


def _counted_table(
    session: Session, survey: Survey, release: Release, result: UnitResult, about: SurveyWeighting
) -> WeightedTable | None:
    """None when no mean could be weighted: HR's page says why."""
    means = released_means(session, release)
    if not means:
        return None
    lines = tuple(WeightedLine(line, _value(means.get(line.key)), ()) for line in _each_once(result))
    populations = tuple(
        _population(survey, margin.question, margin.people, margin.source, margin.stated_on)
        for margin in (declared_margins(session, survey) if about.source == WeightSource.MARGINS else ())
    )
    return WeightedTable(populations, lines, about)


def _value(mean: ReleasedWeightedMean | None) -> WeightedMean | None:
    if mean is None:
        return None
    return WeightedMean(
        mean.n,
        mean.mean,
        mean.standard_error,
        mean.ci_low,
        mean.ci_high,
        mean.design_effect,
        mean.effective_n,
    )


def _each_once(result: UnitResult) -> list[Line]:
    """An index is its mean in other units: once is enough."""
    return [line for line in result.lines if line.shown and line.kind != MeasureKind.INDEX]


def _population(
    survey: Survey, question: str, people: Mapping[str, int], source: str, stated_on: dt.date
) -> KnownPopulation:
    asked = next(one for one in questionnaire_of(survey.instrument).background if one.key == question)
    labels = {option.key: option.label for option in asked.options}
    return KnownPopulation(
        asked.text,
        source,
        stated_on,
        tuple((labels[option], people[option]) for option in groups_in_order(people, list(labels))),
        tuple(label for option, label in labels.items() if option not in people),
    )


def _stated_table(session: Session, survey: Survey, result: UnitResult) -> WeightedTable | None:
    """What follows from the figures of the groups; None until the population is stated."""
    margin = margin_of(session, survey)
    if margin is None:
        return None
    asked = next(one for one in questionnaire_of(survey.instrument).background if one.key == margin.question)
    labels = {option.key: option.label for option in asked.options}
    told, groups = _told(result, margin, labels), groups_in_order(margin.people, list(labels))
    lines = []
    for line in _each_once(result):
        found = weighted_figure(margin.people, told.get(line.key, {}))
        untold = tuple(labels[option] for option in groups if option in found.untold)
        lines.append(WeightedLine(line, found.value, untold))
    population = _population(survey, margin.question, margin.people, margin.source, margin.stated_on)
    return WeightedTable((population,), tuple(lines))


def _told(
    result: UnitResult, margin: PopulationMargin, labels: dict[str, Text]
) -> dict[str, dict[str, Line]]:
    """Measure → option → the group's line, as far as the reader is shown it."""
    table = next((one for one in result.breakdowns if one.key == margin.question), None)
    found: dict[str, dict[str, Line]] = {}
    for option, lines in _rows(table, labels):
        for line in lines:
            found.setdefault(line.key, {})[option] = line
    return found


def _rows(table: BreakdownTable | None, labels: dict[str, Text]) -> list[tuple[str, tuple[Line, ...]]]:
    """A background question's rows are its options, in their order."""
    return [] if table is None else list(zip(labels, (lines for _name, lines in table.rows), strict=True))
