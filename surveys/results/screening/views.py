"""«Hvilke enheter har endret seg?»: what stands out among all comparisons of a survey, from released figures only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import abort, render_template, request
from flask_login import current_user

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.campaigns.lifecycle import SurveyError, find_survey
from surveys.campaigns.models import SurveyUnit
from surveys.platform import database
from surveys.release.visibility import Access
from surveys.results import views
from surveys.results.queries import latest_release
from surveys.results.screening import texts as screening_words
from surveys.results.screening.queries import FoundChange, family_of, found_changes, reach_of
from surveys.results.views import blueprint

AT_A_TIME: Final = 100


@dataclass(frozen=True)
class ScreeningFilter:
    """What the reader has asked to see of it. theme: a measure's key, or «»; way: «opp», «ned» or «»."""

    theme: str
    way: str
    page: int

    @classmethod
    def from_address(cls) -> "ScreeningFilter":
        way = request.args.get("retning", "")
        page = request.args.get("side", 1, type=int) or 1
        return cls(request.args.get("tema", ""), way if way in {"opp", "ned"} else "", max(page, 1))

    def holds(self, change: FoundChange) -> bool:
        of_theme = not self.theme or change.measure.key == self.theme
        return of_theme and (not self.way or change.up == (self.way == "opp"))


@blueprint.get("/resultater/<survey_key>/endringer")
@requires(*Role)
def changes(survey_key: str) -> str:
    """Every change that is larger than chance, in the units the reader may see."""
    session = database.session()
    try:
        survey = find_survey(session, survey_key)
    except SurveyError:
        abort(404)
    release = latest_release(session, survey)
    if release is None:
        abort(404)
    today = views._today()
    reach = reach_of(session, current_user, release, today)
    if reach is None:
        abort(403)
    if not reach.units:
        top = session.get_one(SurveyUnit, (survey.id, survey.unit_id))
        access = Access(now=False, from_day=reach.from_day)
        return render_template("results/not_yet.html", survey=survey, unit=top, access=access)
    found, wanted = found_changes(session, survey, release, reach), ScreeningFilter.from_address()
    chosen = [change for change in found if wanted.holds(change)]
    return render_template(
        "results/changes.html",
        survey=survey,
        release=release,
        family=family_of(session, release),
        everything=reach.everything,
        found=found,
        themes=list({change.measure.key: change.measure for change in found}.values()),
        wanted=wanted,
        chosen=chosen,
        **_page(chosen, wanted.page),
        words=screening_words,
    )


def _page(chosen: Sequence[FoundChange], number: int) -> dict[str, object]:
    """The rows of one page, and whether there are pages before and after it."""
    last = max(1, -(-len(chosen) // AT_A_TIME))
    number = min(number, last)
    return {
        "rows": chosen[(number - 1) * AT_A_TIME : number * AT_A_TIME],
        "page": number,
        "last_page": last,
    }
