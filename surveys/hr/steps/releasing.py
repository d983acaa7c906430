"""The step that makes figures of the counted answers and shows them to those who may read them."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from surveys.campaigns.keystore import key_store
from surveys.campaigns.models import ReaderGroup, Survey, SurveyStatus
from surveys.campaigns.reader_groups import day_waited_for
from surveys.hr.quality.discussing import is_discussed
from surveys.hr.steps.step import LongRun, StepDescription, StepRequest, SurveyStep
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import long_date
from surveys.platform.texts import _, _l


def _release(request: StepRequest) -> str:
    # Loads numpy, which the pages before counting do without.
    from surveys.publishing.releasing import release

    release(request.db, key_store(), request.survey_key, progress=request.progress)
    return _("Resultatene er frigitt, og styringskortene er oppdatert.")


def _description(session: Session, survey: Survey) -> StepDescription:
    discussed = (
        _("Kvaliteten er drøftet.")
        if is_discussed(session, survey)
        else _(
            "Ingen har drøftet kvaliteten ennå, så rapporten er ikke fullstendig. Du kan frigi likevel, "
            "men gjør det helst på siden «Kvalitet» først."
        )
    )
    lines = (
        discussed,
        *(_preview(session, survey) or [_hides(survey)]),
        _("Styringskortene får de nye tallene med en gang."),
        _readers_told(survey),
        _("Frigitte tall endres aldri. En rettelse blir en ny frigivelse."),
    )
    return StepDescription(
        _("Frigi resultatene?"),
        lines,
        page="hr.publication",
        page_link=_("Se hva som skjules, og hvorfor"),
    )


def _readers_told(survey: Survey) -> str:
    said = _("Hvem som får se dem og når, følger planen som de som svarte, fikk se.")
    day = day_waited_for(survey, ReaderGroup.LEADERS, municipal_day())
    return said + " " + _("Lederne ser dem fra %(day)s.", day=long_date(day)) if day else said


def _hides(survey: Survey) -> str:
    return _(
        "Tallene regnes ut, og grupper med færre enn %(group)s svar skjules.", group=survey.minimum_group
    )


def _preview(session: Session, survey: Survey) -> list[str]:
    """What the release will show and hide, as the tab «Frigivelse» says it."""
    if survey.status != SurveyStatus.COUNTED:
        return []
    # Loaded with what makes figures, as in `_release`.
    from surveys.hr.preview_texts import summary
    from surveys.publishing.preview import preview_of

    preview = preview_of(session, survey)
    if preview is None:
        return [_("Medvirk regner fortsatt ut hva som blir vist. Vent til det står på siden «Frigivelse».")]
    return summary(preview, survey)


def _is_next(_session: Session, survey: Survey) -> bool:
    return survey.status == SurveyStatus.COUNTED


def _invitation(_survey: Survey) -> str:
    return _("Svarene er talt opp. Se på kvaliteten før du frigir resultatene.")


def _is_taken(_session: Session, survey: Survey, _details: Mapping[str, Any]) -> bool:
    return survey.status == SurveyStatus.RELEASED


RELEASE: Final = SurveyStep(
    name="release",
    label=_l("Frigi resultatene"),
    take=_release,
    describe=_description,
    status=SurveyStatus.COUNTED,
    is_next=_is_next,
    invitation=_invitation,
    long=LongRun(
        _l("Medvirk regner ut tallene og kontrollerer at de ikke røper noen."),
        _is_taken,
    ),
)
