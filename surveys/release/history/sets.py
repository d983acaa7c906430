"""What has been imported for a survey's series: listed for HR, and withdrawn."""

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, selectinload

from questionnaires.model import Text
from surveys.audit import trail as audit
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.instruments.models import Instrument
from surveys.release.history.imported import importable_measures
from surveys.release.history.models import ImportedFigure, ImportedKind, ImportedSet


class NotYoursError(Exception):
    """Some of the figures belong to units that somebody else answers for."""


@dataclass(frozen=True)
class SetRow:
    """An imported set as HR's page lists it. measures: (title, declared comparable). yours: may be withdrawn here."""

    set: ImportedSet
    units: int
    measures: tuple[tuple[Text, bool], ...]
    yours: bool


def set_rows(session: Session, survey: Survey, units: Set[int], *, may_norms: bool) -> list[SetRow]:
    """Every set with a figure for one of the units, and every norm: those that stand first, newest year first.

    may_norms: the reader answers for everybody a norm is shown to. Norms for all surveys with the questionnaire are
    the operator's.
    """
    own = case((ImportedFigure.unit_id.in_(units), ImportedFigure.unit_id), else_=None)
    found = session.execute(
        select(ImportedSet, func.count(ImportedFigure.unit_id.distinct()), func.count(own.distinct()))
        .join(ImportedFigure, ImportedFigure.set_id == ImportedSet.id)
        .join(Instrument, Instrument.id == ImportedSet.questionnaire_id)
        .where(_concerns(survey))
        .group_by(ImportedSet.id)
        .order_by(ImportedSet.withdrawn_on.is_not(None), ImportedSet.year.desc(), ImportedSet.id.desc())
        .options(selectinload(ImportedSet.measures), selectinload(ImportedSet.questionnaire))
    ).all()
    return [
        SetRow(each, total, _titles(each), _yours(each, total, mine, may_norms=may_norms))
        for each, total, mine in found
        if mine or each.kind == ImportedKind.NORM
    ]


def withdraw(
    session: Session, survey: Survey, number: int, units: Set[int], today: dt.date, *, may_norms: bool
) -> None:
    """Undoes an import: no page reads the set any more. Doing it twice changes nothing.

    Raises KeyError when the survey has no such set, NotYoursError when it is not the reader's to withdraw.
    """
    row = next(
        (row for row in set_rows(session, survey, units, may_norms=may_norms) if row.set.id == number), None
    )
    if row is None:
        raise KeyError(number)
    if not row.yours:
        raise NotYoursError
    withdraw_set(session, row.set, today)


def withdraw_set(session: Session, imported: ImportedSet, today: dt.date) -> None:
    """The same without asking whose it is: the operator's way."""
    if imported.withdrawn_on is None:
        imported.withdrawn_on = today
        audit.record(session, f"{imported.kind.value}.withdrawn", imported.title, set=imported.id)


def _concerns(survey: Survey) -> ColumnElement[bool]:
    return or_(
        ImportedSet.series_id == survey.series_id,
        and_(ImportedSet.series_id.is_(None), Instrument.key == survey.instrument.key),
    )


def _yours(imported: ImportedSet, total: int, mine: int, *, may_norms: bool) -> bool:
    if imported.kind == ImportedKind.NORM:
        return may_norms and imported.series_id is not None
    return mine == total


def _titles(imported: ImportedSet) -> tuple[tuple[Text, bool], ...]:
    measures = importable_measures(questionnaire_of(imported.questionnaire))
    return tuple(
        (measures[each.measure].title, each.comparable)
        for each in imported.measures
        if each.measure in measures
    )
