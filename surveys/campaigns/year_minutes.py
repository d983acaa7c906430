"""How many minutes of answering a survey's people are asked for in a year, so that nobody is asked too often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import extract, select
from sqlalchemy.orm import Session, joinedload

from questionnaires.model import Questionnaire, SurveyKind
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.texts import _, ngettext


@dataclass(frozen=True)
class YearMinutes:
    """What one group has been asked for in the year the survey opens, and what the survey adds.

    Surveys of different units ask different people: `asked` is the most that any one unit's people were asked for.
    """

    kind: SurveyKind
    year: int
    asked: int
    added: int


def minutes_in_year(session: Session, survey: Survey) -> YearMinutes:
    """The survey's people's minutes in surveys that have opened that year, besides this one."""
    questionnaire = questionnaire_of(survey.instrument)
    year = survey.opens_on.year
    others = session.execute(
        select(SurveyUnit.unit_id, Survey)
        .join(Survey, SurveyUnit.survey_id == Survey.id)
        .where(
            Survey.id != survey.id,
            Survey.status != SurveyStatus.DRAFT,
            extract("year", Survey.opens_on) == year,
            SurveyUnit.asked,
            SurveyUnit.unit_id.in_([unit.unit_id for unit in survey.units if unit.asked]),
        )
        .options(joinedload(Survey.instrument))
    )
    asked: Counter[int] = Counter()
    for unit_id, other in others:
        theirs = questionnaire_of(other.instrument)
        if _same_people(theirs, questionnaire):
            asked[unit_id] += theirs.minutes or 0
    return YearMinutes(questionnaire.kind, year, max(asked.values(), default=0), questionnaire.minutes or 0)


def most_minutes(surveys: Sequence[Survey]) -> dict[SurveyKind, int]:
    """The most that people of any one unit are asked for in all of these, for employees and for citizens."""
    asked: dict[SurveyKind, Counter[int]] = {"employee": Counter(), "citizen": Counter()}
    for survey in surveys:
        questionnaire = questionnaire_of(survey.instrument)
        if questionnaire.kind in asked:
            for unit in survey.units:
                asked[questionnaire.kind][unit.unit_id] += (questionnaire.minutes or 0) * unit.asked
    return {kind: max(units.values(), default=0) for kind, units in asked.items()}


def _same_people(one: Questionnaire, other: Questionnaire) -> bool:
    """Employees are asked by many questionnaires; one service's users are not those of another."""
    return one.key == other.key if one.kind == "user" else one.kind == other.kind


def told(minutes: YearMinutes) -> str:
    """«I 2026 har vi bedt ansatte om 23 minutter. Med denne undersøkelsen blir det 31.»; «» without minutes."""
    if not minutes.added:
        return ""
    group = {"employee": _("ansatte"), "user": _("disse brukerne"), "citizen": _("innbyggere")}[minutes.kind]
    if not minutes.asked:
        return ngettext(
            "I %(year)s har vi ikke bedt %(group)s svare på noe annet. "
            "Denne undersøkelsen tar omtrent %(num)s minutt.",
            "I %(year)s har vi ikke bedt %(group)s svare på noe annet. "
            "Denne undersøkelsen tar omtrent %(num)s minutter.",
            minutes.added,
            year=minutes.year,
            group=group,
        )
    before = ngettext(
        "I %(year)s har vi bedt %(group)s om %(num)s minutt.",
        "I %(year)s har vi bedt %(group)s om %(num)s minutter.",
        minutes.asked,
        year=minutes.year,
        group=group,
    )
    after = _("Med denne undersøkelsen blir det %(minutes)s.", minutes=minutes.asked + minutes.added)
    return f"{before} {after}"
