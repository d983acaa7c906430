"""The weighted means of the top unit of a citizen survey, for its page: off until HR states the population."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.weighted_mean import WeightedMean
from questionnaires.model import Text
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.measures import MeasureKind
from surveys.release.weighting.margins import margin_of
from surveys.release.weighting.models import PopulationMargin
from surveys.release.weighting.weighted import groups_in_order, weighted_figure
from surveys.results.queries import BreakdownTable, Line, UnitResult


@dataclass(frozen=True)
class WeightedLine:
    """A measure without and with weights. weighted: None when a group of `untold` is not told exactly."""

    line: Line
    weighted: WeightedMean | None
    untold: tuple[Text, ...]


@dataclass(frozen=True)
class WeightedTable:
    """groups: what each is called, and how many people the population has there. left_out: groups without a number."""

    question: Text
    source: str
    stated_on: dt.date
    groups: tuple[tuple[Text, int], ...]
    left_out: tuple[Text, ...]
    lines: tuple[WeightedLine, ...]


def weighted_table(session: Session, survey: Survey, result: UnitResult) -> WeightedTable | None:
    """None for a unit below the top, and until the population is stated. One query; the rest is in `result`."""
    margin = margin_of(session, survey) if result.is_top and result.shown else None
    if margin is None:
        return None
    asked = next(one for one in questionnaire_of(survey.instrument).background if one.key == margin.question)
    labels = {option.key: option.label for option in asked.options}
    groups = groups_in_order(margin.people, list(labels))
    told = _told(result, margin, labels)
    lines = []
    for line in result.lines:
        # An index is its mean in other units: once is enough.
        if not line.shown or line.kind == MeasureKind.INDEX:
            continue
        found = weighted_figure(margin.people, told.get(line.key, {}))
        untold = tuple(labels[option] for option in groups if option in found.untold)
        lines.append(WeightedLine(line, found.value, untold))
    return WeightedTable(
        asked.text,
        margin.source,
        margin.stated_on,
        tuple((labels[option], margin.people[option]) for option in groups),
        tuple(label for option, label in labels.items() if option not in margin.people),
        tuple(lines),
    )


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
