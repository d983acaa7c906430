"""Gathers a unit's material from the released figures, through the same reading as the unit's result page."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Installation
from surveys.release.comparisons.references import comparisons
from surveys.release.models import FigureKind, Release
from surveys.reports.material.contents import MaterialFacts, UnitMaterial, material_of
from surveys.reports.material.kinds import FileKind, GatheredUnit
from surveys.results.exporting import figure_rows
from surveys.results.queries import unit_result


def facts_of(session: Session, release: Release) -> MaterialFacts:
    here = session.scalars(select(Installation)).one()
    return MaterialFacts(here.municipality, release.number, release.survey.opens_on.year, here.synthetic)


def gather(
    session: Session, today: dt.date, release: Release, unit: SurveyUnit, against: str = ""
) -> UnitMaterial:
    """The unit's material in the language of the moment: the same for everybody who may see the unit.

    Whether somebody may, the caller has asked.

    against: what to compare with, as the page's address says it; empty for what the page shows first.
    """
    beside = comparisons(session, release.survey, release, unit, against, today)
    result = unit_result(session, None, today, release, unit, beside)
    return material_of(result, facts_of(session, release))


def gather_for(
    kind: FileKind,
    session: Session,
    today: dt.date,
    release: Release,
    unit: SurveyUnit,
    against: str = "",
) -> GatheredUnit:
    """As `gather`, with the numbers that only a workbook has."""
    material = gather(session, today, release, unit, against)
    if kind is not FileKind.WORKBOOK:
        return GatheredUnit(material, ())
    # Breakdowns are left out: some of them are not for everybody who sees the unit.
    own = (FigureKind.UNIT, FigureKind.REST)
    return GatheredUnit(material, tuple(figure_rows(session, release.survey, [unit.unit_id], own)))
