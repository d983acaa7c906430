"""Figures from other tools, read back: norms for a survey, and how a mean on another scale becomes one on ours.

Imported figures are kept apart from released ones in tables of their own. Whatever is withdrawn is read by nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from questionnaires.comparison import declared_comparable
from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.instruments.models import Instrument
from surveys.release.history.models import ImportedKind, ImportedMeasure, ImportedSet
from surveys.release.measures import Measure, MeasureKind, measures_of


@dataclass(frozen=True)
class Norm:
    """What others score: measure key → mean on our scale, and how many answered (None: the source does not say).

    Holds only measures that were declared comparable.
    """

    id: int
    source: str
    year: int
    means: Mapping[str, float]
    n: Mapping[str, int | None]


@dataclass(frozen=True)
class Rescaling:
    """A linear way from one scale to another: the ends become the ends.

    >>> Rescaling(0, 100, 1, 5).mean(75)
    4.0
    >>> Rescaling(0, 100, 1, 5).spread(25)
    1.0
    """

    from_minimum: float
    from_maximum: float
    minimum: float
    maximum: float

    @property
    def same(self) -> bool:
        return (self.from_minimum, self.from_maximum) == (self.minimum, self.maximum)

    @property
    def factor(self) -> float:
        return (self.maximum - self.minimum) / (self.from_maximum - self.from_minimum)

    def mean(self, value: float) -> float:
        return value if self.same else self.minimum + (value - self.from_minimum) * self.factor

    def spread(self, sd: float) -> float:
        return sd * self.factor


def rescaling(imported: ImportedMeasure, measure: Measure) -> Rescaling:
    """From the scale the figures came on to the measure's own."""
    return Rescaling(imported.minimum, imported.maximum, measure.minimum, measure.maximum)


def importable_measures(questionnaire: Questionnaire) -> dict[str, Measure]:
    """Measure key → measure, for every measure a file may hold: an index is the mean again and is left out."""
    return {m.key: m for m in measures_of(questionnaire) if m.kind != MeasureKind.INDEX}


def same_measures(questionnaire: Questionnaire, matched_with: Instrument) -> dict[str, Measure]:
    """The measures that mean the same in the questionnaire as in the version the figures were matched with."""
    factors = declared_comparable(questionnaire, matched_with.key, matched_with.version)
    return {
        key: measure
        for key, measure in importable_measures(questionnaire).items()
        if measure.factor.key in factors
    }


def norms(session: Session, survey: Survey) -> list[Norm]:
    """The norms a survey may be compared with, newest first: imported for its series or for its questionnaire.

    A norm without a single comparable measure is left out. Three queries, however many norms.
    """
    sets = session.scalars(
        _norm_sets(), {"series": survey.series_id, "instrument": survey.instrument.key}
    ).all()
    questionnaire = questionnaire_of(survey.instrument) if sets else None
    found = [_norm(each, questionnaire) for each in sets if questionnaire]
    return [norm for norm in found if norm.means]


@cache
def _norm_sets() -> Select[ImportedSet]:
    """A query for the norms of `series`, or of every survey with `instrument`, the key of a questionnaire.

    Made once: making it takes longer than asking it.
    """
    return (
        select(ImportedSet)
        .join(Instrument, Instrument.id == ImportedSet.questionnaire_id)
        .where(
            ImportedSet.kind == ImportedKind.NORM,
            ImportedSet.withdrawn_on.is_(None),
            or_(
                ImportedSet.series_id == bindparam("series"),
                ImportedSet.series_id.is_(None) & (Instrument.key == bindparam("instrument")),
            ),
        )
        .order_by(ImportedSet.year.desc(), ImportedSet.id)
        .options(
            joinedload(ImportedSet.questionnaire),
            selectinload(ImportedSet.measures),
            selectinload(ImportedSet.figures),
        )
    )


def _norm(imported: ImportedSet, questionnaire: Questionnaire) -> Norm:
    measures = same_measures(questionnaire, imported.questionnaire)
    scales = {m.measure: rescaling(m, measures[m.measure]) for m in imported.measures if _usable(m, measures)}
    figures = [figure for figure in imported.figures if figure.measure in scales]
    return Norm(
        id=imported.id,
        source=imported.source,
        year=imported.year,
        means={figure.measure: scales[figure.measure].mean(figure.mean) for figure in figures},
        n={figure.measure: figure.n for figure in figures},
    )


def _usable(imported: ImportedMeasure, measures: Mapping[str, Measure]) -> bool:
    return imported.comparable and imported.measure in measures
