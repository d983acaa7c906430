"""The year wheel: every survey of the reader's units by month, this year and the next."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

from babel.dates import format_date
from flask import render_template
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, requires
from surveys.campaigns.models import Survey
from surveys.campaigns.year_minutes import most_minutes
from surveys.hr.survey_page import blueprint
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import language
from surveys.platform.texts import _, ngettext


@dataclass(frozen=True)
class WheelEntry:
    """One survey in one month. goes_on: it opened in an earlier month."""

    survey: Survey
    minutes: int | None
    goes_on: bool


@dataclass(frozen=True)
class WheelMonth:
    """`inside`: its name as inside a sentence."""

    inside: str
    entries: tuple[WheelEntry, ...]

    @property
    def name(self) -> str:
        return self.inside[0].upper() + self.inside[1:]


@dataclass(frozen=True)
class WheelYear:
    """A year in sentences, then month by month: all twelve."""

    year: int
    sentences: tuple[str, ...]
    months: tuple[WheelMonth, ...]

    @property
    def rows(self) -> list[WheelMonth]:
        """The months, with empty ones that follow each other in one; none when no month has a survey."""
        if not any(month.entries for month in self.months):
            return []
        rows: list[WheelMonth] = []
        for has_entries, months in groupby(self.months, key=lambda month: bool(month.entries)):
            together = list(months)
            if not has_entries and len(together) > 1:
                together = [WheelMonth(f"{together[0].inside}–{together[-1].inside}", ())]
            rows += together
        return rows


@blueprint.get("/undersokelser/arshjul")
@requires(*HR_ROLES)
def year_wheel() -> str:
    """What is asked when, this year and next."""
    session = database.session()
    units = granted_units(session, current_user, *HR_ROLES)
    this_year = municipal_day().year
    years = [wheel(session, units, year) for year in (this_year, this_year + 1)]
    return render_template("hr/planning/year_wheel.html", years=years)


def wheel(session: Session, units: Collection[int], year: int) -> WheelYear:
    """The surveys of these units that are open on any day of the year, drafts too."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    surveys = session.scalars(
        select(Survey)
        .where(Survey.unit_id.in_(units), Survey.opens_on <= last, Survey.closes_on >= first)
        .options(joinedload(Survey.instrument), joinedload(Survey.unit), selectinload(Survey.units))
        .order_by(Survey.opens_on, Survey.id)
    ).all()
    opening = [survey for survey in surveys if survey.opens_on.year == year]
    months = tuple(_month(surveys, dt.date(year, number, 1)) for number in range(1, 13))
    return WheelYear(year, _sentences(opening, year), months)


def _month(surveys: Collection[Survey], first: dt.date) -> WheelMonth:
    following = (first + dt.timedelta(days=31)).replace(day=1)
    entries = [
        WheelEntry(survey, questionnaire_of(survey.instrument).minutes, survey.opens_on < first)
        for survey in surveys
        if survey.opens_on < following and survey.closes_on >= first
    ]
    return WheelMonth(format_date(first, "LLLL", locale=language()), tuple(entries))


def _sentences(opening: list[Survey], year: int) -> tuple[str, ...]:
    """How many surveys the year has, and the minutes they ask of each group."""
    if not opening:
        return (_("Ingen undersøkelser er planlagt i %(year)s.", year=year),)
    said = [
        ngettext(
            "%(num)s undersøkelse åpner i %(year)s.",
            "%(num)s undersøkelser åpner i %(year)s.",
            len(opening),
            year=year,
        )
    ]
    minutes = most_minutes(opening)
    groups = {"employee": _("Ansatte"), "citizen": _("Innbyggere")}
    said += [
        ngettext(
            "%(group)s blir bedt om til sammen %(num)s minutt, kladdene medregnet.",
            "%(group)s blir bedt om til sammen %(num)s minutter, kladdene medregnet.",
            minutes[kind],
            group=groups[kind],
        )
        for kind in minutes
        if minutes[kind]
    ]
    return tuple(said)
