"""The results that are public: a list, a page for each survey, and its figures as a file. No sign-in, no cookie."""

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from surveys.access.permissions import open_to_everyone
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.release.models import Release
from surveys.release.visibility import public_units
from surveys.results import texts as wording
from surveys.results.corrections import texts as corrected_words
from surveys.results.exporting import as_csv, figure_rows
from surveys.results.meanings import theme_meanings
from surveys.results.open_pages.language import choose_language
from surveys.results.open_pages.queries import open_releases, open_result
from surveys.results.queries import latest_release

blueprint = Blueprint("public_results", __name__)

# A correction reaches everybody within this time.
_SECONDS_KEPT = 300


@blueprint.get("/offentlige-resultater")
@open_to_everyone
def index() -> Response:
    """Every survey whose result is public today."""
    choose_language()
    releases = open_releases(database.session(), municipal_day())

    def here(code: str) -> str:
        return url_for("public_results.index", sprak=code)

    return _kept(render_template("results/open/index.html", releases=releases, here=here))


@blueprint.get("/offentlige-resultater/<survey_key>")
@open_to_everyone
def survey(survey_key: str) -> Response:
    """The top unit and the level right below it."""
    choose_language()
    session = database.session()
    found = open_result(session, _open_release(session, survey_key), municipal_day())
    if found is None:
        abort(404)
    questionnaire = questionnaire_of(found.release.survey.instrument)

    def here(code: str) -> str:
        return url_for("public_results.survey", survey_key=survey_key, sprak=code)

    return _kept(
        render_template(
            "results/open/survey.html",
            found=found,
            survey=found.release.survey,
            words=wording,
            corrected_words=corrected_words,
            sentences=wording.summary(found.top),
            meanings=theme_meanings(questionnaire, {line.key for line in found.top.lines if line.shown}),
            here=here,
        )
    )


@blueprint.get("/offentlige-resultater/<survey_key>.csv")
@open_to_everyone
def figures(survey_key: str) -> Response:
    """The figures of the page, for machines: comma and decimal point."""
    session = database.session()
    release = _open_release(session, survey_key)
    units = public_units(session, release, municipal_day())
    if not units:
        abort(404)
    answer = _kept(as_csv(figure_rows(session, release.survey, units), plain=True))
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{survey_key}.csv"'
    return answer


def _open_release(session: Session, survey_key: str) -> Release:
    """The newest release. Ends the request with 404 as for a survey that is not there: that it exists is no news."""
    try:
        release = latest_release(session, find_survey(session, survey_key))
    except SurveyError:
        abort(404)
    if release is None:
        abort(404)
    return release


def _kept(content: str | bytes) -> Response:
    answer = make_response(content)
    answer.headers["Cache-Control"] = f"public, max-age={_SECONDS_KEPT}"
    answer.vary.add("Accept-Language")
    answer.add_etag()
    answer.make_conditional(request)
    return answer
