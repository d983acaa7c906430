"""Units merged in one survey's report, so that small ones are shown together. Undone until the release."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import ReportGroup, Survey, SurveyStatus, SurveyUnit
from surveys.files.encoded_twice import fault_of_name
from surveys.organisation.models import Unit
from surveys.platform.texts import _


def merge_units(session: Session, survey: Survey, unit_ids: Collection[int], name: str) -> SurveyUnit:
    """A new unit in the survey's picture with these siblings under it. Answers stay where they were placed.

    Raises SurveyError unless the survey is counted and not released, and the units are siblings that are not merged.
    """
    _check_status(survey)
    placed = {unit.unit_id: unit for unit in survey.units}
    groups = {group.unit_id for group in survey.report_groups}
    if not name.strip():
        raise SurveyError(_("Skriv hva gruppen skal hete i rapporten."))
    if fault := fault_of_name(name.strip()):
        raise SurveyError(fault)
    if len(unit_ids) < 2 or not placed.keys() >= set(unit_ids) or groups & set(unit_ids):
        raise SurveyError(_("Velg minst to enheter i undersøkelsen."))
    members = [placed[unit_id] for unit_id in unit_ids]
    above = {member.parent_id for member in members}
    if len(above) != 1 or above & (groups | {None}):
        raise SurveyError(
            _("Enhetene er allerede slått sammen, eller de står ikke rett under den samme enheten.")
        )
    [parent_id] = above
    unit = _unit(session, survey, parent_id, frozenset(unit_ids), name.strip())
    merged = SurveyUnit(
        unit_id=unit.id, parent_id=parent_id, name=name.strip(), type="", invited=0, delivered=0
    )
    survey.units.append(merged)
    survey.report_groups.append(ReportGroup(unit_id=unit.id))
    for member in members:
        member.parent_id = unit.id
    session.flush()
    audit.record(session, "survey.units_merged", survey.key, units=_codes(members), name=name.strip())
    return merged


def separate_units(session: Session, survey: Survey, unit_id: int) -> None:
    """Takes a merger back. One that is taken back already is left so; KeyError when there never was one.

    Raises SurveyError when the survey is released.
    """
    _check_status(survey)
    group = next((group for group in survey.report_groups if group.unit_id == unit_id), None)
    if group is None:
        raise KeyError(unit_id)
    merged = next(unit for unit in survey.units if unit.unit_id == unit_id)
    members = members_of(survey, unit_id)
    for member in members:
        member.parent_id = merged.parent_id
    session.flush()
    survey.units.remove(merged)
    survey.report_groups.remove(group)
    session.flush()
    audit.record(session, "survey.units_separated", survey.key, units=_codes(members), name=merged.name)
    if not session.scalar(select(func.count()).where(ReportGroup.unit_id == unit_id)):
        session.delete(session.get_one(Unit, unit_id))
        session.flush()


def members_of(survey: Survey, unit_id: int) -> list[SurveyUnit]:
    """The units right below one in the survey's picture, in alphabetical order of their codes."""
    return sorted(
        (unit for unit in survey.units if unit.parent_id == unit_id), key=lambda unit: unit.unit.code
    )


def merged_from(session: Session, survey_id: int, unit_id: int) -> frozenset[int]:
    """The ids of the units that were merged into this one in the survey's report; none for other units."""
    return frozenset(
        session.scalars(
            select(SurveyUnit.unit_id)
            .join(
                ReportGroup,
                (ReportGroup.survey_id == SurveyUnit.survey_id)
                & (ReportGroup.unit_id == SurveyUnit.parent_id),
            )
            .where(SurveyUnit.survey_id == survey_id, SurveyUnit.parent_id == unit_id)
        )
    )


def _check_status(survey: Survey) -> None:
    if survey.status == SurveyStatus.RELEASED:
        raise SurveyError(_("Resultatene er frigitt, så enhetene kan ikke lenger slås sammen eller skilles."))
    if survey.status != SurveyStatus.COUNTED:
        raise SurveyError(_("Enhetene kan slås sammen når svarene er talt opp."))


def _unit(
    session: Session, survey: Survey, parent_id: int | None, members: frozenset[int], name: str
) -> Unit:
    """The row an earlier survey used for the same merger, or a new one that was over before this survey opened."""
    known = session.execute(
        select(ReportGroup.survey_id, ReportGroup.unit_id)
        .join(Unit, Unit.id == ReportGroup.unit_id)
        .where(Unit.parent_id == parent_id, ReportGroup.survey_id != survey.id)
        .order_by(ReportGroup.survey_id.desc())
    )
    for survey_id, unit_id in known:
        if merged_from(session, survey_id, unit_id) == members:
            return session.get_one(Unit, unit_id)
    day = survey.opens_on - dt.timedelta(days=1)
    unit = Unit(
        code=_free_code(session, survey), name=name, parent_id=parent_id, valid_from=day, valid_to=day
    )
    session.add(unit)
    session.flush()
    return unit


def _free_code(session: Session, survey: Survey) -> str:
    stem = f"{survey.key}-samlet"
    used = set(session.scalars(select(Unit.code).where(Unit.code.startswith(stem, autoescape=True))))
    return next(code for number in range(1, len(used) + 2) if (code := f"{stem}-{number}") not in used)


def _codes(units: Sequence[SurveyUnit]) -> list[str]:
    return [unit.unit.code for unit in units]
