"""Gathers a unit's material from the released figures, through the same reading as the unit's result page."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.models import SurveyUnit
from surveys.organisation.models import Installation
from surveys.release.comparisons.references import comparisons
from surveys.release.models import Release
from surveys.reports.material.contents import MaterialFacts, UnitMaterial, material_of
from surveys.results.queries import unit_result


def facts_of(session: Session, release: Release) -> MaterialFacts:
    here = session.scalars(select(Installation)).one()
    return MaterialFacts(here.municipality, release.number, release.survey.opens_on.year, here.synthetic)


def gather(
    session: Session,
    account: Account,
    release: Release,
    unit: SurveyUnit,
    facts: MaterialFacts,
    today: dt.date,
    against: str = "",
) -> UnitMaterial:
    """The unit's material in the language of the moment. The caller has asked whether the account may see the unit.

    against: what to compare with, as the page's address says it; empty for what the page shows first.
    """
    beside = comparisons(session, release.survey, release, unit, against, today)
    return material_of(unit_result(session, account, today, release, unit, beside), facts)
