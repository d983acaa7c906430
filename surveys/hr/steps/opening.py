"""The step that opens a survey: from then on its questionnaire, its smallest group and its readers are fixed."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns.changed_questionnaires import changed_file
from surveys.campaigns.checklist import missing
from surveys.campaigns.invitations import recipients_from_roster, uses_roster
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import SurveyError, open_survey, picture_tree
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.planned_reminders import plan_to_come
from surveys.campaigns.reminder_plan import opening_day
from surveys.campaigns.year_minutes import minutes_in_year, told
from surveys.hr.planning.checklist_texts import title_of
from surveys.hr.reminder_texts import days_told
from surveys.hr.steps.closing import closes_by_itself
from surveys.hr.steps.step import StepDescription, SurveyStep, in_transaction
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import long_date
from surveys.platform.texts import _, _l, ngettext


def open_now(session: Session, survey: Survey, **detail: object) -> str:
    """Opens the survey and says so. `detail` goes into the audit trail. Raises SurveyError.

    The tree is pictured again: units may have changed since the draft was made.
    """
    if survey.status == SurveyStatus.DRAFT:
        _check_opening(session, survey)
        picture_tree(session, survey)
        if lacking := missing(session, survey):
            detail["not_done"] = [item.value for item in lacking]
    open_survey(session, survey, key_store(), **detail)
    return _("Undersøkelsen er åpen.")


def _check_opening(session: Session, survey: Survey) -> None:
    """Raises SurveyError when the questionnaire's file has been changed, or the survey would close at once."""
    if changed := changed_file(session, survey.instrument):
        raise SurveyError(f"{changed} {changed.advice}")
    if survey.closes_automatically and survey.closes_on < municipal_day():
        raise SurveyError(
            _(
                "Siste svardag var %(day)s, så undersøkelsen ville lukket seg med en gang. "
                "Lag en ny kladd med en senere svardag.",
                day=long_date(survey.closes_on),
            )
        )


def _description(session: Session, survey: Survey) -> StepDescription:
    people = len(recipients_from_roster(session, survey)) if uses_roster(survey) else 0
    fixed = _(
        "Spørreskjemaet, minstegruppen på %(group)s og hvem som får se resultatene, ligger fast fra nå av.",
        group=survey.minimum_group,
    )
    lines = [_("De som er invitert, kan svare til og med %(day)s.", day=long_date(survey.closes_on)), fixed]
    if survey.closes_automatically:
        lines.insert(1, _("Undersøkelsen lukker seg av seg selv etter den dagen."))
    if survey.status == SurveyStatus.DRAFT:
        lines.append(_reminders(survey))
    if minutes := told(minutes_in_year(session, survey)):
        lines.append(minutes)
    if uses_roster(survey):
        lines.append(
            ngettext(
                "Ingen får beskjed ennå. Neste steg er å invitere %(num)s person.",
                "Ingen får beskjed ennå. Neste steg er å invitere %(num)s personer.",
                people,
            )
        )
    lines = [*_reservations(session, survey), *lines]
    if survey.status == SurveyStatus.DRAFT and missing(session, survey):
        page, link = "hr.checklist", _("Se sjekklisten")
        return StepDescription(_heading(session, survey), tuple(lines), page=page, page_link=link)
    return StepDescription(_heading(session, survey), tuple(lines))


def _reminders(survey: Survey) -> str:
    today = municipal_day()
    opened_on = opening_day(survey.opens_on, survey.closes_on, today)
    return days_told(plan_to_come(survey, today), opened_on, survey.closes_on)


def _is_early(survey: Survey) -> bool:
    return survey.status == SurveyStatus.DRAFT and survey.opens_on > municipal_day()


def _heading(session: Session, survey: Survey) -> str:
    """The question HR is asked."""
    if _is_early(survey):
        return _("Åpne undersøkelsen før den planlagte dagen?")
    if survey.status == SurveyStatus.DRAFT and missing(session, survey):
        return _("Åpne undersøkelsen uten å ha fullført sjekklisten?")
    return _("Åpne undersøkelsen?")


def _reservations(session: Session, survey: Survey) -> list[str]:
    """What speaks against opening now."""
    if survey.status != SurveyStatus.DRAFT:
        return []
    lines = []
    if _is_early(survey):
        lines.append(_("Planen er å åpne %(day)s.", day=long_date(survey.opens_on)))
    lines += [
        _("Gjenstår i sjekklisten: %(item)s.", item=title_of(item)) for item in missing(session, survey)
    ]
    if not any(unit.asked for unit in survey.units):
        lines.append(_("Utvalget er så smalt at ingen enheter er med."))
    return lines


def _is_next(_session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.DRAFT


def _invitation(survey: Survey) -> str:
    said = _("Undersøkelsen er en kladd. Se over spørreskjemaet og innsynet før du åpner.")
    if survey.opens_automatically and _is_early(survey):
        said = _(
            "Undersøkelsen er en kladd. Den åpner seg av seg selv %(day)s når sjekklisten er fullført.",
            day=long_date(survey.opens_on),
        )
    elif survey.opens_automatically:
        said = _(
            "Undersøkelsen skulle åpne seg av seg selv %(day)s. Den venter på at sjekklisten blir fullført.",
            day=long_date(survey.opens_on),
        )
    return said + closes_by_itself(survey)


OPEN: Final = SurveyStep(
    name="open",
    label=_l("Åpne undersøkelsen"),
    take=in_transaction(open_now),
    describe=_description,
    status=SurveyStatus.DRAFT,
    is_next=_is_next,
    invitation=_invitation,
    is_early=_is_early,
)
