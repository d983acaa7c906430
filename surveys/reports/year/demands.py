"""What is asked of whom in a year: surveys with their minutes, and indicators whose values are typed in."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session, joinedload

from surveys.access.models import Role
from surveys.access.texts import role_word
from surveys.campaigns.models import Invitation, Survey, SurveyStatus, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.living import living_units
from surveys.organisation.models import Unit
from surveys.platform.localisation import alphabetical, localised, number
from surveys.platform.texts import _, ngettext
from surveys.reports.year.coverage import RUN
from surveys.scorecards.cards import all_ambitions
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import OWNER_ROLES, Indicator
from surveys.scorecards.overview import card_indicators, lines_by_unit

MINUTES_PER_VALUE: Final = 5
"""An estimate, which the page calls one: nobody has measured it."""


@dataclass(frozen=True)
class SurveyDemand:
    """One survey of the year. minutes: for one person, None when the questionnaire does not say.

    asked: people of the reader's units; None when nobody knows. is_hidden: too few for the number to be shown, and then
    `asked` is the number they are fewer than.
    """

    title: str
    group: str
    kinds: tuple[str, ...]
    minutes: int | None
    asked: int | None
    is_hidden: bool
    has_open_link: bool

    @property
    def total(self) -> int | None:
        """Minutes for all; None when a number is missing or hidden."""
        if self.is_hidden or self.asked is None or self.minutes is None or self.has_open_link:
            return None
        return self.asked * self.minutes


@dataclass(frozen=True)
class EntryDemand:
    """An indicator whose values are typed in. values: in the year, of all the units."""

    indicator: Indicator
    role: Role
    units: int
    values: int

    @property
    def group(self) -> str:
        return _leaders() if self.role is Role.LEADER else role_word(self.role)

    @property
    def every(self) -> str:
        return periods_of(self.indicator.frequency).name()

    @property
    def total(self) -> int:
        return self.values * MINUTES_PER_VALUE


@dataclass(frozen=True)
class GroupMinutes:
    """minutes: of what is known. is_least: something more is asked, of which the minutes are not known or not shown."""

    group: str
    minutes: int
    is_least: bool

    @property
    def words(self) -> str:
        if not self.minutes:
            return _("ikke kjent")
        told = time_words(self.minutes)
        return _("minst %(time)s", time=told) if self.is_least else told


def _leaders() -> str:
    return _("Ledere")


def time_words(minutes: int) -> str:
    """«45 minutter», «omtrent 310 timer»."""
    if minutes < 120:
        return ngettext("%(num)s minutt", "%(num)s minutter", minutes)
    return _("omtrent %(hours)s timer", hours=number(minutes / 60, 0))


def group_minutes(demands: Iterable[SurveyDemand | EntryDemand]) -> list[GroupMinutes]:
    """Each group's minutes in the year, in the order in which the groups are first asked."""
    found: dict[str, list[int | None]] = {}
    for demand in demands:
        found.setdefault(demand.group, []).append(demand.total)
    return [
        GroupMinutes(group, sum(each or 0 for each in totals), None in totals)
        for group, totals in found.items()
    ]


def survey_demands(session: Session, unit_ids: Collection[int], year: int) -> list[SurveyDemand]:
    """Those that opened in the year and asked somebody in these units, the first first. Three queries."""
    places: dict[Survey, list[tuple[SurveyUnit, str]]] = {}
    rows = session.execute(
        select(Survey, SurveyUnit, Unit.type)
        .join(SurveyUnit, SurveyUnit.survey_id == Survey.id)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .where(SurveyUnit.unit_id.in_(unit_ids), SurveyUnit.asked, Survey.status.in_(RUN))
        .where(extract("year", Survey.opens_on) == year)
        .options(joinedload(Survey.instrument), joinedload(Survey.public_link))
        .order_by(Survey.opens_on, Survey.id)
    )
    for survey, place, kind in rows:
        places.setdefault(survey, []).append((place, kind))
    invited = _invited(session, places)
    found = (_demand(survey, of_survey, invited) for survey, of_survey in places.items())
    return [demand for demand in found if demand is not None]


def _invited(session: Session, surveys: Iterable[Survey]) -> Mapping[tuple[int, int], int]:
    """(survey, unit) → how many are invited in what is not counted yet: afterwards the survey's own rows say it."""
    uncounted = [each.id for each in surveys if each.status in {SurveyStatus.OPEN, SurveyStatus.CLOSED}]
    rows = session.execute(
        select(Invitation.survey_id, Invitation.unit_id, func.count())
        .where(Invitation.survey_id.in_(uncounted))
        .group_by(Invitation.survey_id, Invitation.unit_id)
    )
    return {(survey, unit): count for survey, unit, count in rows}


def _demand(
    survey: Survey, places: Sequence[tuple[SurveyUnit, str]], invited: Mapping[tuple[int, int], int]
) -> SurveyDemand | None:
    """None when nobody was asked there."""
    is_counted = survey.status in {SurveyStatus.COUNTED, SurveyStatus.RELEASED}
    numbers = [
        place.invited if is_counted else invited.get((survey.id, place.unit_id), 0) for place, _kind in places
    ]
    has_link = survey.public_link is not None
    if not has_link and not any(each is None or each > 0 for each in numbers):
        return None
    kinds = {kind for (_place, kind), each in zip(places, numbers, strict=True) if has_link or each != 0}
    known = [each for each in numbers if each is not None]
    asked = sum(known) if len(known) == len(numbers) and any(known) else None
    is_hidden = asked is not None and asked < survey.minimum_group
    questionnaire = questionnaire_of(survey.instrument)
    groups = {"employee": _("Ansatte"), "user": _("Brukere"), "citizen": _("Innbyggere")}
    return SurveyDemand(
        localised(survey.title),
        _leaders() if survey.leaders_only else groups[questionnaire.kind],
        tuple(sorted(kinds - {""}, key=alphabetical)),
        questionnaire.minutes,
        survey.minimum_group if is_hidden else asked,
        is_hidden,
        has_link,
    )


def entry_demands(
    session: Session, unit_ids: Collection[int], year: int, today: dt.date
) -> list[EntryDemand]:
    """Indicators on the cards of these units in the year whose values somebody types in, by role and code."""
    lines, ambitions = lines_by_unit(session), all_ambitions(session)
    units: Counter[Indicator] = Counter()
    for unit in living_units(session, unit_ids, today).values():
        units.update(card_indicators(unit, lines, ambitions, year).values())
    found = [
        EntryDemand(each, each.owner_role, count, count * periods_of(each.frequency).parts)
        for each, count in units.items()
        if each.questionnaire is None
    ]
    return sorted(found, key=lambda each: (OWNER_ROLES.index(each.role), each.indicator.code))
