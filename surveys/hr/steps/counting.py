"""The step that opens the ballots, shuffles them, stores the answers and destroys the key."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from surveys.campaigns.keystore import key_store
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.steps.opening_box import box_is_locked
from surveys.hr.steps.step import LongRun, StepDescription, StepRequest, SurveyStep
from surveys.platform.texts import _, _l


def _count(request: StepRequest) -> str:
    # Loads numpy, which the pages before counting do without.
    from surveys.publishing.counting_ballots import count

    count(request.db, key_store(), request.survey_key, request.progress)
    return _("Svarene er talt opp, og nøkkelen er ødelagt.")


def _description(_session: Session, _survey: Survey) -> StepDescription:
    lines = (
        _("De forseglede svarene åpnes, stokkes og lagres uten spor av hvem som har svart."),
        _("Koblingen mellom invitasjoner og personer slettes."),
        _(
            "Nøkkelen ødelegges. Deretter kan ingen åpne de forseglede svarene igjen, heller ikke fra en kopi."
        ),
    )
    return StepDescription(_("Telle opp svarene?"), lines)


def _is_next(session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.CLOSED and not box_is_locked(session, survey)


def _invitation(_survey: Survey) -> str:
    return _("Undersøkelsen er lukket. Svarene ligger forseglet til du teller dem opp.")


def _is_taken(_session: Session, survey: Survey, _details: Mapping[str, Any]) -> bool:
    return survey.status in {SurveyStatus.COUNTED, SurveyStatus.RELEASED}


COUNT: Final = SurveyStep(
    name="count",
    label=_l("Tell opp svarene"),
    take=_count,
    describe=_description,
    status=SurveyStatus.CLOSED,
    is_next=_is_next,
    invitation=_invitation,
    wakes="previews",
    long=LongRun(_l("Medvirk teller opp svarene."), _is_taken),
)
