"""The independent audit: an attack on everything a survey has released, as it stands in the database.

It trusts nothing a release believed. Whom a figure covers is rebuilt from the figure table, the tree kept with the
release and the opened answers, and every release of the survey is attacked together with all the others. Answers to
another survey are other answers. Imported aggregates have no answers here and are left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure import Answers, Breach, MeanRange, narrow_groups
from analysis.disclosure.auditing import breaches, narrowest
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from surveys.campaigns.instruments import questionnaire_of
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.organisation.models import Unit
from surveys.results.loading import SurveyTree, load_responses
from surveys.results.measures import measures_of
from surveys.results.models import Release
from surveys.results.published import (
    Coverage,
    Covering,
    Out,
    ReleasedFigures,
    questions_out,
    released_figures,
)
from surveys.results.totals import person_measures

if TYPE_CHECKING:
    from analysis.responses import Responses

Group = frozenset[int]


@dataclass(frozen=True)
class Finding:
    """Something that everything released gives away, or a figure that is not what it says. In Norwegian."""

    measure: str
    text: str


@dataclass(frozen=True)
class NarrowestRange:
    """The hidden group whose mean can be bounded most closely. width, least: on the measure's own scale."""

    measure: str
    group: str
    width: float
    least: float


@dataclass(frozen=True)
class SurveyAudit:
    """What came of attacking one survey. narrowest: None when no hidden mean can be bounded, or it was not asked."""

    survey_key: str
    figures: int
    findings: tuple[Finding, ...]
    narrowest: NarrowestRange | None


def audited_surveys(session: Session) -> Sequence[Survey]:
    """Every survey with a release, oldest first."""
    return session.scalars(
        select(Survey).where(Survey.id.in_(select(Release.survey_id))).order_by(Survey.opens_on, Survey.id)
    ).all()


def audit_survey(
    session: Session, survey: Survey, responses: "Responses | None" = None, *, thorough: bool = True
) -> SurveyAudit:
    """Attacks every release of the survey together.

    responses: as `load_responses`, if they are at hand. thorough: search in integers without merging first, and
    find the narrowest range; otherwise only whether any range is too narrow, which is what a release must know.
    """
    releases = released_figures(session, survey)
    responses = load_responses(session, survey) if responses is None else responses
    shown = [figure for release in releases for figure in release.figures if figure.shown]
    if not len(responses) or not shown:
        return SurveyAudit(survey.key, len(shown), (), None)
    codes = dict(
        session.execute(
            select(Unit.id, Unit.code)
            .join(SurveyUnit, SurveyUnit.unit_id == Unit.id)
            .where(SurveyUnit.survey_id == survey.id)
        ).all()
    )
    attackers = list(_attackers(survey, releases, responses, codes, thorough=thorough))
    findings = [finding for attacker in attackers for finding in attacker.findings()]
    ranges = [found for attacker in attackers if (found := attacker.narrowest())] if thorough else []
    narrow = min(ranges, key=lambda found: found.width / found.least, default=None)
    return SurveyAudit(survey.key, len(shown), tuple(findings), narrow)


def _attackers(
    survey: Survey,
    releases: Sequence[ReleasedFigures],
    responses: "Responses",
    codes: Mapping[int, str],
    *,
    thorough: bool,
) -> Iterator["_Attacker"]:
    """One for each theme: an index and the shares of answers are the same people's sums in other words."""
    coverage = Coverage.of(responses, SurveyTree.of(survey), questions_out(releases))
    covering = [Covering(coverage, release, survey.unit_id) for release in releases]
    measures = measures_of(questionnaire_of(survey.instrument))
    scores = person_measures(responses, measures)
    known: dict[object, tuple[Breach, ...]] = {}
    for factor in responses.questionnaire.factors:
        places = [place for place, measure in enumerate(measures) if measure.factor.key == factor.key]
        kinds = {measures[place].code for place in places}
        of_kind = [next(p for p in places if measures[p].code == code) for code in kinds]
        keys = frozenset(measures[place].key for place in places)
        first = measures[of_kind[0]]
        length = float(first.maximum - first.minimum)
        yield _Attacker(
            factor.key, length, keys, coverage, covering, scores[:, of_kind], thorough, codes, known
        )


@dataclass(frozen=True, eq=False)
class _Attacker:
    """Everything known of one theme.

    length: of the theme's scale. measures: the keys its figures go by. scores: (N, columns) shares of the scale.
    codes: unit id → code.
    known: earlier attacks, for themes with the same figures over the same people.
    """

    theme: str
    length: float
    measures: frozenset[str]
    coverage: Coverage
    covering: Sequence[Covering]
    scores: NDArray[np.float64]
    thorough: bool
    codes: Mapping[int, str]
    known: dict[object, tuple[Breach, ...]] = field(default_factory=dict)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(cells,) people with a score."""
        return self.coverage.summed(self._scored.astype(np.float64))[:, 0].astype(np.int64)

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """(cells,) the only one with a score in the unit."""
        _, unit = np.unique(self.coverage.unit, return_inverse=True)
        return np.asarray(np.bincount(unit, self.sizes)[unit] == 1)

    @property
    def _scored(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.scores[:, :1])

    @cached_property
    def _figures(self) -> list[tuple[ReleasedFigures, Out, Group]]:
        return [
            (covering.release, figure, frozenset(covering.cells(figure.place, figure.measure).tolist()))
            for covering in self.covering
            for figure in covering.release.figures
            if figure.measure in self.measures
        ]

    def findings(self) -> Iterator[Finding]:
        yield from self._wrong_counts()
        levels = ((1, 0, "snitt"), (2, CLASSES_FROM, "spredning"), (3, POINTS_FROM, "fordeling"))
        least = min(covering.release.minimum_group for covering in self.covering)
        for level, smallest, word in levels:
            yield from self._given_away(self._out(level), max(least, smallest), word)
            for covering in self.covering:
                own = max(covering.release.minimum_group, smallest)
                if own > max(least, smallest):
                    yield from self._given_away(self._out(level, covering.release), own, word)
        for found in narrow_groups(self._out(1), self._table, self._hidden, self._answers):
            yield Finding(self.theme, self._range_text(found))

    def narrowest(self) -> NarrowestRange | None:
        found = narrowest(self._out(1), self._table, self._hidden, self._answers)
        if found is None:
            return None
        least = self._answers.least_width * self.length
        return NarrowestRange(self.theme, self._named(found.members), found.width * self.length, least)

    def _wrong_counts(self) -> Iterator[Finding]:
        for release, figure, cells in self._figures:
            n = int(self.sizes[list(cells)].sum())
            if figure.shown and figure.n != n:
                yield Finding(
                    figure.measure,
                    f"Et tall i frigivelse {release.number} ({figure.place.kind.value}) sier {figure.n} svar, "
                    f"men dekker {n}.",
                )

    def _out(self, level: int, release: ReleasedFigures | None = None) -> list[Group]:
        """What is told: means at level 1, spread at 2, every answer at 3; of one release, or of all."""
        told = {
            cells
            for of, figure, cells in self._figures
            if figure.shown and (level == 1 or (figure.points if level == 3 else figure.spread))
            if release is None or of is release
        }
        return sorted(told, key=lambda cells: (-len(cells), sorted(cells)))

    def _given_away(self, out: Sequence[Group], least: int, what: str) -> Iterator[Finding]:
        key = tuple(out), self.sizes.tobytes(), least, self.thorough
        if key not in self.known:
            self.known[key] = breaches(out, self.sizes, least, self.alone, shorten=not self.thorough)
        for breach in self.known[key]:
            helper = "" if breach.insider is None else ", for en som er alene i enheten sin"
            yield Finding(
                self.theme,
                f"{what.capitalize()} for {breach.n} personer ({self._named(breach.members)}) kan regnes ut av "
                f"{len(breach.figures)} tall{helper}.",
            )

    @property
    def _table(self) -> NDArray[np.int64]:
        return np.repeat(self.sizes[:, np.newaxis], self.scores.shape[1], axis=1)

    @cached_property
    def _answers(self) -> Answers:
        return Answers(self.coverage.summed(np.nan_to_num(self.scores)), 0.0, 1.0)

    @cached_property
    def _hidden(self) -> list[Group]:
        """Groups of fewer than k people whose mean nobody may come close to: hidden figures, and units' own people."""
        least = min(covering.release.minimum_group for covering in self.covering)
        hidden = {cells for _, figure, cells in self._figures if not figure.shown}
        by_unit: dict[int, set[int]] = {}
        for cell, unit in enumerate(self.coverage.unit.tolist()):
            by_unit.setdefault(unit, set()).add(cell)
        hidden |= set(map(frozenset, by_unit.values()))
        some = {frozenset(cell for cell in cells if self.sizes[cell]) for cells in hidden}
        small = (cells for cells in some if 0 < self.sizes[list(cells)].sum() < least)
        return sorted(small, key=sorted)

    def _range_text(self, found: MeanRange) -> str:
        return (
            f"Snittet for en skjult gruppe ({self._named(found.members)}) kan regnes ut til innenfor "
            f"{found.width * self.length:.2f} på en skala som er {self.length:g} lang."
        )

    def _named(self, cells: Sequence[int]) -> str:
        """The codes of the units the cells are in; only for those who run the audit."""
        codes = sorted({self.codes[int(self.coverage.unit[cell])] for cell in cells})
        return "enhet " + ", ".join(codes[:5]) + (" …" if len(codes) > 5 else "")
