"""The step that closes a survey for answers, for good."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.steps.step import StepDescription, SurveyStep, in_transaction
from surveys.hr.turnout import turnout
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import long_date
from surveys.platform.texts import _, _l, ngettext


def _close(session: Session, survey: Survey) -> str:
    close_survey(session, survey)
    return _("Undersøkelsen er lukket.")


def _description(session: Session, survey: Survey) -> StepDescription:
    promised = _(
        "De som er invitert, har fått vite at de kan svare til og med %(day)s.",
        day=long_date(survey.closes_on),
    )
    lines = (
        *([promised] if _is_early(survey) else []),
        _delivered_so_far(session, survey),
        _("Påbegynte svar som ikke er levert, blir slettet."),
        _("Undersøkelsen kan ikke åpnes igjen. Fristen er %(day)s.", day=long_date(survey.closes_on)),
    )
    heading = _("Lukke undersøkelsen før fristen?") if _is_early(survey) else _("Lukke undersøkelsen?")
    return StepDescription(heading, lines)


def _delivered_so_far(session: Session, survey: Survey) -> str:
    top = next(iter(turnout(session, survey)), None)
    said = f"{top.sentence}. " if top and top.sentence else ""
    return said + _("Etter dette kan ingen flere svare.")


def _is_next(_session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.OPEN


def _is_early(survey: Survey) -> bool:
    """Through the last day: people were told that they could answer then."""
    return survey.closes_on >= municipal_day()


def closes_by_itself(survey: Survey) -> str:
    """A sentence to follow another, about a survey whose deadline is not over; empty when HR has to close it."""
    if not survey.closes_automatically or survey.closes_on < municipal_day():
        return ""
    return " " + _("Den lukker seg av seg selv etter fristen.")


def _invitation(survey: Survey) -> str:
    days_left = (survey.closes_on - municipal_day()).days
    if days_left < 0 and survey.closes_automatically:
        return _(
            "Fristen er ute. Undersøkelsen lukker seg om et øyeblikk. Skjer ikke det, har bakgrunnsjobbene "
            "stanset. Da kan du lukke den her."
        )
    if days_left < 0:
        return _("Fristen er ute. Undersøkelsen kan lukkes.")
    said = _("Undersøkelsen er åpen. Fristen er i dag.")
    if days_left:
        said = ngettext(
            "Undersøkelsen er åpen. Det er %(num)s dag igjen til fristen.",
            "Undersøkelsen er åpen. Det er %(num)s dager igjen til fristen.",
            days_left,
        )
    return said + closes_by_itself(survey)


CLOSE: Final = SurveyStep(
    name="close",
    label=_l("Lukk undersøkelsen"),
    take=in_transaction(_close),
    describe=_description,
    status=SurveyStatus.OPEN,
    is_next=_is_next,
    invitation=_invitation,
    is_early=_is_early,
)
