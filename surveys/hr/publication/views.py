"""HR's page about the release: what it will show and hide before it is made, and what has been released since."""

from dataclasses import asdict

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.repicturing import differences
from surveys.campaigns.report_groups import merge_units, separate_units
from surveys.hr import preview_texts
from surveys.hr.long_steps import standing
from surveys.hr.nameless_answers import nameless_answers
from surveys.hr.publication.forms import LONGEST_REASON, CorrectionForm
from surveys.hr.steps.correcting import CORRECT, PREVIEW_CORRECTION, kept_preview
from surveys.hr.survey_page import blueprint, survey_for_hr, tab
from surveys.hr.turnout import turnout
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.explained import MovedOnError
from surveys.platform.queue import wake
from surveys.platform.texts import _
from surveys.publishing.preview import preview_of, renewed


@blueprint.get("/undersokelser/<key>/frigivelse")
@requires(*HR_ROLES)
def publication(key: str) -> str:
    """What a release would show and hide, or what has been released, when and why."""
    session = database.session()
    return publication_page(session, survey_for_hr(session, key))


def publication_page(
    session: Session, survey: Survey, form: CorrectionForm | None = None, problem: str = ""
) -> str:
    """The page, with what HR has filled in and why it could not be done."""
    from surveys.results.queries import releases_of

    releases = releases_of(session, survey)
    if survey.status == SurveyStatus.RELEASED:
        if not survey.answers_elsewhere:
            form = form or _correction_form(session, survey)
            form.number.data = str(releases[0].number if releases else 0)
        return tab(
            "publication",
            survey,
            releases=releases,
            form=form,
            problem=problem,
            longest=LONGEST_REASON,
            previewed=kept_preview(session, survey),
            differences=differences(session, survey),
            merged=preview_texts.merged_groups(survey, None),
        )
    return tab("publication", survey, releases=releases, problem=problem, **_preview(session, survey))


def _correction_form(session: Session, survey: Survey) -> CorrectionForm:
    """The form as it is at first, or as HR filled it in for a correction that is not made yet."""
    refused = standing(session, survey)
    if refused and refused.name in {CORRECT.name, PREVIEW_CORRECTION.name} and refused.problem:
        return CorrectionForm(formdata=None, data=refused.details)
    previewed = kept_preview(session, survey)
    if previewed:
        return CorrectionForm(formdata=None, data=asdict(previewed.asked))
    return CorrectionForm(formdata=None, minimum_group=survey.minimum_group)


def _preview(session: Session, survey: Survey) -> dict[str, object]:
    """The preview in words; nothing of it before counting."""
    if survey.status != SurveyStatus.COUNTED:
        return {"counted": False}
    preview = preview_of(session, survey)
    common = {"counted": True, "merged": preview_texts.merged_groups(survey, preview)}
    if preview is None:
        return common | {"waiting": True}
    questionnaire = questionnaire_of(survey.instrument)
    return common | {
        "preview": preview,
        "summary": preview_texts.summary(preview, survey),
        "rows": preview_texts.hidden_rows(preview, survey, questionnaire, turnout(session, survey)),
        "breakdowns": preview_texts.breakdown_lines(preview.categories, questionnaire, survey.minimum_group),
        "nameless": nameless_answers(survey, preview),
        "choices": preview_texts.choices(preview, survey),
    }


@blueprint.post("/undersokelser/<key>/frigivelse/slatt-sammen")
@requires(*HR_ROLES)
def merge_in_report(key: str) -> Response | tuple[str, int]:
    """Merges sibling units in the survey's report, when that shows something that was hidden."""
    session = database.session()
    survey = _locked(session, key)
    unit_ids = request.form.getlist("enhet", type=int)
    try:
        merged = merge_units(session, survey, dict.fromkeys(unit_ids), request.form.get("navn", ""))
    except SurveyError as problem:
        session.rollback()
        return publication_page(session, survey_for_hr(session, key), problem=str(problem)), 409
    preview = renewed(session, survey)
    if preview and merged.unit_id in preview.hidden_groups:
        session.rollback()
        why = _("Enhetene er ikke slått sammen, for resultatet deres måtte vært skjult likevel.")
        return publication_page(session, survey_for_hr(session, key), problem=why), 409
    name = merged.name
    session.commit()
    if preview is None:
        wake("previews")
    flash(
        _("«%(name)s» er slått sammen i rapporten. Du kan skille dem igjen fram til frigivelsen.", name=name)
    )
    return redirect(url_for("hr.publication", key=key))


def _locked(session: Session, key: str) -> Survey:
    """The survey, held until the transaction ends, so that it is not released meanwhile."""
    from surveys.publishing.counting_ballots import locked

    survey_for_hr(session, key)
    survey = locked(session, key)
    session.refresh(survey)
    return survey


@blueprint.post("/undersokelser/<key>/frigivelse/slatt-sammen/<int:number>/skill")
@requires(*HR_ROLES)
def separate_in_report(key: str, number: int) -> Response | tuple[str, int]:
    """Takes a merger back."""
    session = database.session()
    survey = _locked(session, key)
    try:
        separate_units(session, survey, number)
    except KeyError:
        session.rollback()
        raise MovedOnError(
            _("Enhetene er ikke slått sammen"),
            _("Noen har skilt dem igjen allerede."),
            _("Se hva som blir vist"),
            url_for("hr.publication", key=key),
        ) from None
    except SurveyError as problem:
        session.rollback()
        return publication_page(session, survey_for_hr(session, key), problem=str(problem)), 409
    preview = renewed(session, survey)
    session.commit()
    if preview is None:
        wake("previews")
    flash(_("Enhetene står hver for seg igjen."))
    return redirect(url_for("hr.publication", key=key))
