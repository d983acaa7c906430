"""A draft is changed, narrowed down and deleted. Nothing here is possible once the survey is open."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.checklist import ChecklistItem, untick
from surveys.campaigns.lifecycle import Plan, SurveyError, picture_tree, series_of
from surveys.campaigns.models import Invitation, ReaderGroup, Survey, SurveyStatus, VisibilityStep
from surveys.campaigns.scope import Scope, store_scope
from surveys.files.encoded_twice import fault_of_name
from surveys.instruments import in_use as instruments
from surveys.platform.clock import municipal_day
from surveys.platform.texts import _

LONGEST_UNASKED: Final = dt.timedelta(days=183)
"""A survey that is open longer is most often a mistyped year."""

SMALLEST_GROUP: Final = 3
LONGEST_TITLE: Final = 120


def plan_faults(plan: Plan) -> list[str]:
    """Every fault of a plan that HR's form would refuse."""
    found = []
    if not plan.title.get("nb"):
        found.append(_("Skriv en tittel."))
    if any(len(text) > LONGEST_TITLE for text in plan.title.values()):
        found.append(_("Tittelen kan ha høyst %(most)s tegn.", most=LONGEST_TITLE))
    found += filter(None, map(fault_of_name, (*plan.title.values(), *plan.purpose.values())))
    if plan.closes_on < plan.opens_on:
        found.append(_("Siste svardag kan ikke være før undersøkelsen åpner."))
    elif plan.closes_on < municipal_day():
        found.append(over_already_told())
    if plan.minimum_group < SMALLEST_GROUP:
        found.append(_("Minste gruppe kan ikke være lavere enn %(least)s.", least=SMALLEST_GROUP))
    return found


def over_already_told() -> str:
    """Of a last day that has been: nobody could answer."""
    return _("Siste svardag har vært, så ingen kunne ha svart. Skriv en dag fram i tid.")


def is_unusually_long(opens_on: dt.date, closes_on: dt.date) -> bool:
    """Whether HR is asked if the days are right."""
    return closes_on - opens_on > LONGEST_UNASKED


def require_draft(survey: Survey) -> None:
    """Raises SurveyError when the survey has been opened."""
    if survey.status != SurveyStatus.DRAFT:
        raise SurveyError(_("Undersøkelsen er åpnet. Bare en kladd kan endres eller slettes."))


def change_draft(session: Session, survey: Survey, plan: Plan) -> None:
    """Gives a draft what the plan says; its key stays. What was chosen within another unit is forgotten.

    Raises SurveyError when the survey is no draft, InstrumentChangedError when the questionnaire cannot be used.
    """
    require_draft(survey)
    if plan.unit.id != survey.unit_id:
        store_scope(session, survey, Scope(leaders_only=survey.leaders_only))
    _untick_what_changed(session, survey, plan)
    survey.title, survey.purpose = dict(plan.title), dict(plan.purpose)
    survey.instrument = instruments.freeze(session, plan.questionnaire, plan.source)
    survey.series, survey.unit = series_of(session, plan), plan.unit
    survey.opens_on, survey.closes_on = plan.opens_on, plan.closes_on
    survey.opens_automatically = plan.opens_automatically
    survey.closes_automatically = plan.closes_automatically
    survey.minimum_group, survey.comment_minimum = plan.minimum_group, plan.comment_minimum
    survey.visibility = [_step(survey, who, day) for who, day in plan.visibility.items()]
    session.flush()
    picture_tree(session, survey)
    session.flush()
    audit.record(session, "survey.changed", survey.key)


def _step(survey: Survey, readers: ReaderGroup, day: dt.date) -> VisibilityStep:
    """The draft's own step with a new day, so that who is responsible stays; else a new one.

    A day of the form is one that respondents will be told.
    """
    step = next((each for each in survey.visibility if each.readers == readers), None)
    if step is None:
        return VisibilityStep(readers=readers, visible_on=day)
    step.visible_on, step.promised = day, True
    return step


def _untick_what_changed(session: Session, survey: Survey, plan: Plan) -> None:
    """What was agreed, looked over or signed was another plan when its subject has changed."""
    shown = {step.readers: step.visible_on for step in survey.visibility}
    if (shown, survey.minimum_group) != (dict(plan.visibility), plan.minimum_group):
        untick(session, survey, ChecklistItem.VISIBILITY)
    if plan.unit.id != survey.unit_id:
        untick(session, survey, ChecklistItem.ROSTER)
    asked = (survey.instrument.key, survey.instrument.version)
    if asked != (plan.questionnaire.key, plan.questionnaire.version):
        for item in (ChecklistItem.TEST, ChecklistItem.VALIDITY, ChecklistItem.DPIA):
            untick(session, survey, item)


def change_scope(session: Session, survey: Survey, scope: Scope) -> None:
    """Narrows a draft down, or widens it again, and pictures its tree accordingly. Raises SurveyError."""
    require_draft(survey)
    if Scope.of(survey) != scope:
        untick(session, survey, ChecklistItem.ROSTER)
    store_scope(session, survey, scope)
    picture_tree(session, survey)
    session.flush()


def delete_draft(session: Session, survey: Survey) -> None:
    """Deletes a draft with everything that was prepared for it. Raises SurveyError when it is no draft."""
    require_draft(survey)
    key = survey.key
    session.execute(delete(Invitation).where(Invitation.survey_id == survey.id))
    session.delete(survey)
    session.flush()
    audit.record(session, "survey.draft_deleted", key)


def number_invited(session: Session, survey: Survey) -> int:
    """How many have an invitation, sent or not."""
    return (
        session.scalar(select(func.count()).select_from(Invitation).where(Invitation.survey_id == survey.id))
        or 0
    )
