"""Finds out what a correction does, in the transaction that makes it: this release beside the one it corrects."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.suppression import PRIMARY, SECONDARY
from surveys.campaigns.models import Survey
from surveys.campaigns.repicturing import Difference
from surveys.counting.models import Response
from surveys.publishing.correction_preview import CorrectionPreview, FedCard, NewlyHidden
from surveys.release.digest import figure_rows, line_of
from surveys.release.items.told import told_items
from surveys.release.models import Figure, FigureKind, Release
from surveys.release.protection.breakdowns import UNIT_TYPE
from surveys.release.protection.release_preview import HiddenCategory
from surveys.scorecards.models import Measurement, Scorecard, ScorecardLine

Parents = Mapping[int, int | None]
"""Unit id → the unit it is placed under in the survey's picture of the tree."""


@dataclass(frozen=True)
class SurveyPicture:
    """The survey's tree at a time: whose answers count where."""

    top: int
    parents: Parents
    types: Mapping[int, str]
    names: Mapping[int, str]

    @classmethod
    def of(cls, survey: Survey) -> "SurveyPicture":
        return cls(
            survey.unit_id,
            {unit.unit_id: unit.parent_id for unit in survey.units},
            {unit.unit_id: unit.type for unit in survey.units},
            {unit.unit_id: unit.name for unit in survey.units},
        )

    def covered(self, answered: Collection[int]) -> dict["_Subject", frozenset[int]]:
        """Unit, or type at the top → the units with answers of their own that its figures cover."""
        found: dict[_Subject, set[int]] = defaultdict(set)
        for unit in answered:
            found[_Subject(self.top, UNIT_TYPE, self.types[unit])].add(unit)
            above: int | None = unit
            while above is not None:
                found[_Subject(above)].add(unit)
                above = self.parents.get(above)
        return {subject: frozenset(units) for subject, units in found.items()}


class _Subject(NamedTuple):
    """Whose figures: a unit's, or a category's at the top."""

    unit_id: int
    breakdown: str = ""
    category: str = ""


class _Cell(NamedTuple):
    subject: _Subject
    measure: str


def correction_preview(
    session: Session, survey: Survey, number: int, before: SurveyPicture, moved: Collection[Difference]
) -> CorrectionPreview:
    """What release `number`, which is written in this transaction, does beside the one before it."""
    last, made = (_release(session, survey, each) for each in (number - 1, number))
    answered = session.scalars(
        select(Response.unit_id).where(Response.survey_id == survey.id).distinct()
    ).all()
    now = SurveyPicture.of(survey)
    found = _Beside(
        _cells(session, last),
        _cells(session, made),
        made.minimum_group,
        _others(before.covered(answered), now.covered(answered)),
    )
    statements = Counter(each.release for each in told_items(session, survey))
    is_as_it_was = not moved and made.minimum_group == last.minimum_group
    return CorrectionPreview(
        number=last.number,
        before=last.minimum_group,
        minimum_group=made.minimum_group,
        moved=tuple(moved),
        units=len({cell.subject for cell in found.shown_before if not cell.subject.breakdown}),
        hidden=tuple(found.hidden_units(now.names)),
        shown=tuple(sorted(now.names[unit] for unit in found.units_of(found.newly_shown))),
        recounted=tuple(sorted(now.names[unit] for unit in found.units_of(found.recounted))),
        categories=tuple(found.hidden_categories()),
        figures_hidden=len(found.newly_hidden),
        figures_shown=len(found.newly_shown),
        figures_recounted=len(found.recounted),
        other_digits=is_as_it_was and _lines(session, last) != _lines(session, made),
        statements=statements[made.number] - statements[last.number],
        cards=tuple(_cards(session, made)),
    )


def _release(session: Session, survey: Survey, number: int) -> Release:
    return session.scalars(
        select(Release).where(Release.survey_id == survey.id, Release.number == number)
    ).one()


def _cells(session: Session, release: Release) -> dict[_Cell, int | None]:
    """Every figure of units and categories → how many answered, None where it is not shown."""
    rows = session.execute(
        select(Figure.unit_id, Figure.breakdown, Figure.category, Figure.measure, Figure.n).where(
            Figure.release_id == release.id, Figure.kind != FigureKind.REST
        )
    )
    return {
        _Cell(_Subject(unit_id, breakdown, category), measure): n
        for unit_id, breakdown, category, measure, n in rows
    }


def _others(
    before: Mapping[_Subject, frozenset[int]], now: Mapping[_Subject, frozenset[int]]
) -> frozenset[_Subject]:
    """Those whose figures are of other people than before."""
    return frozenset(subject for subject in {*before, *now} if before.get(subject) != now.get(subject))


@dataclass(frozen=True)
class _Beside:
    """Two releases' figures. others: subjects whose people are not the same in both."""

    before: Mapping[_Cell, int | None]
    now: Mapping[_Cell, int | None]
    least: int
    others: frozenset[_Subject]

    @cached_property
    def shown_before(self) -> frozenset[_Cell]:
        return frozenset(cell for cell, n in self.before.items() if n is not None)

    @cached_property
    def shown_now(self) -> frozenset[_Cell]:
        return frozenset(cell for cell, n in self.now.items() if n is not None)

    @property
    def newly_hidden(self) -> frozenset[_Cell]:
        return self.shown_before - self.shown_now

    @property
    def newly_shown(self) -> frozenset[_Cell]:
        return self.shown_now - self.shown_before

    @property
    def recounted(self) -> frozenset[_Cell]:
        return frozenset(cell for cell in self.shown_before & self.shown_now if cell.subject in self.others)

    def units_of(self, cells: Collection[_Cell]) -> list[int]:
        return sorted({cell.subject.unit_id for cell in cells if not cell.subject.breakdown})

    def hidden_units(self, names: Mapping[int, str]) -> Iterator[NewlyHidden]:
        """Those that too few answered in first, then by name."""
        shown = Counter(cell.subject for cell in self.shown_now)
        found = [
            NewlyHidden(
                subject.unit_id,
                names[subject.unit_id],
                PRIMARY if set(reasons.values()) == {PRIMARY} else SECONDARY,
                len(reasons),
                shown[subject],
            )
            for subject, reasons in self._hidden().items()
            if not subject.breakdown
        ]
        yield from sorted(found, key=lambda unit: (unit.reason != PRIMARY, unit.name, unit.unit_id))

    def hidden_categories(self) -> Iterator[HiddenCategory]:
        shown = Counter(cell.subject for cell in self.shown_now)
        for subject, reasons in sorted(self._hidden().items()):
            if subject.breakdown:
                yield HiddenCategory(subject.breakdown, subject.category, reasons, shown[subject])

    def _hidden(self) -> Mapping[_Subject, dict[str, str]]:
        found: dict[_Subject, dict[str, str]] = defaultdict(dict)
        for cell in sorted(self.newly_hidden):
            found[cell.subject][cell.measure] = self._reason(cell)
        return found

    def _reason(self, cell: _Cell) -> str:
        """Not the release's own: trying one minimum after the other, HR would count those who have been moved."""
        n = self.before[cell]
        is_small = n is not None and n < self.least and cell.subject not in self.others
        return PRIMARY if is_small else SECONDARY


def _lines(session: Session, release: Release) -> list[str]:
    return sorted(map(line_of, figure_rows(session, release)))


def _cards(session: Session, release: Release) -> Iterator[FedCard]:
    """The cards with a line that the release feeds, by key."""
    rows = session.execute(
        select(Scorecard.title, func.count(Measurement.id.distinct()))
        .join(ScorecardLine, ScorecardLine.scorecard_id == Scorecard.id)
        .join(Measurement, Measurement.indicator_id == ScorecardLine.indicator_id)
        .where(Measurement.release_id == release.id)
        .group_by(Scorecard.id, Scorecard.key)
        .order_by(Scorecard.key)
    )
    for title, values in rows:
        yield FedCard(title, values)
