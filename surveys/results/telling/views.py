"""The leader writes what the unit does; the poster and the text for the web follow from it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length, ValidationError

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.actions.rights import may_read_plan
from surveys.campaigns.models import ReaderGroup
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.free_texts import number_fault
from surveys.platform.texts import _, _l
from surveys.release.visibility import staff_access
from surveys.results.own_reading import result_for
from surveys.results.staff_places import asked_to_share
from surveys.results.telling.findings import findings
from surveys.results.telling.writing import (
    LONGEST,
    as_sentences,
    lines_of,
    plan_lines,
    telling_of,
    write_telling,
)
from surveys.results.views import AskedPlace, blueprint


class TellingForm(FlaskForm):
    we_do = TextAreaField(
        _l("Mer, med egne ord (kan stå tomt)"),
        validators=[Length(max=LONGEST, message=_l("Skriv høyst %(most)s tegn.", most=LONGEST))],
    )

    def validate_we_do(self, field: TextAreaField) -> None:
        if fault := number_fault(_("Teksten"), field.data or ""):
            raise ValidationError(fault)


@blueprint.route("/resultater/<survey_key>/<unit_code>/dette-gjor-vi", methods=["GET", "POST"])
@requires(*Role)
def telling(survey_key: str, unit_code: str) -> str | Response:
    """What was said, a field for what is done, and the text to copy to a web page."""
    session = database.session()
    asked = asked_to_share(session, survey_key, unit_code)
    stored = telling_of(session, asked.survey, asked.unit.unit_id)
    form = TellingForm(data={"we_do": stored.we_do if stored else ""})
    if form.validate_on_submit():
        write_telling(session, asked.survey, asked.unit, form.we_do.data or "")
        session.commit()
        return redirect(url_for("results.telling", survey_key=survey_key, unit_code=unit_code))
    return render_template("results/telling/write.html", form=form, most=LONGEST, **_values(asked))


@blueprint.get("/resultater/<survey_key>/<unit_code>/dette-gjor-vi/plakat")
@requires(*Role)
def telling_poster(survey_key: str, unit_code: str) -> str | Response:
    """A sheet for the wall, A4 or A3, and for a screen. From the day of the staff, who walk past it."""
    asked = asked_to_share(database.session(), survey_key, unit_code)
    values = _values(asked)
    if not values["is_open"]:
        # The page itself says from when.
        return redirect(url_for("results.telling", survey_key=survey_key, unit_code=unit_code))
    size = "a3" if request.args.get("format") == "a3" else "a4"
    return render_template("results/telling/poster.html", size=size, **values)


def _values(asked: AskedPlace) -> dict[str, Any]:
    session, today = database.session(), municipal_day()
    access = staff_access(asked.release, today)
    result = result_for(session, asked.release, asked.unit, ReaderGroup.STAFF, today)
    we_do = lines_of(session, asked.survey, asked.unit.unit_id)
    return {
        "survey": asked.survey,
        "unit": asked.unit,
        "result": result,
        "findings": findings(result),
        "planned": plan_lines(session, asked.survey, asked.unit.unit_id),
        "we_do": we_do,
        "told": as_sentences(we_do),
        "reads_plan": may_read_plan(session, current_user, asked.unit.unit_id),
        "is_open": access is not None and access.now,
        "step": access,
    }
