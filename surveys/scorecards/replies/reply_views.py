"""The page of one indicator's replies: read by whoever reads the card, written by the unit's leader."""

from flask import abort, flash, make_response, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.permissions import signed_in
from surveys.actions.writing import PlanChangedMeanwhileError
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.messages import flash_at
from surveys.platform.texts import _
from surveys.scorecards.line_page import OpenedRow, limits_of, opened_row, row_page, value_changed_words
from surveys.scorecards.models import Measurement
from surveys.scorecards.replies.planned_action import put_in_plan
from surveys.scorecards.replies.storing import RepliedMeanwhileError, store_reply, withdraw_reply
from surveys.scorecards.replies.typed_reply import TypedReply, forecast_sentence, offered_fields, read_reply
from surveys.scorecards.views import blueprint


@blueprint.get("/styringskort/<unit_code>/svar/<int:indicator_id>")
@signed_in
def reply(unit_code: str, indicator_id: int) -> str:
    """The reply to the indicator's newest value, those before it, and what was asked about them."""
    session = database.session()
    opened = opened_row(session, unit_code, indicator_id)
    fields, last = offered_fields(opened.row.reply, opened.indicator.frequency, municipal_day())
    offered = last is not None and last is not opened.row.reply.shown
    return row_page(
        session, opened, TypedReply(fields, {}), offered_from=last.period if last and offered else ""
    )


@blueprint.post("/styringskort/<unit_code>/svar/<int:indicator_id>")
@signed_in
def give_reply(unit_code: str, indicator_id: int) -> str | Response | tuple[str, int]:
    session = database.session()
    opened = opened_row(session, unit_code, indicator_id, to_reply=True)
    typed = read_reply(request.form, opened.indicator, municipal_day())
    if problem := _overtaken(opened):
        return row_page(session, opened, typed, problem=problem), 409
    if typed.text is None or request.form.get("handling") == "se":
        return row_page(session, opened, typed), (200 if typed.text else 422)
    return _stored(session, opened, typed)


def _stored(session: Session, opened: OpenedRow, typed: TypedReply) -> Response | tuple[str, int]:
    measurement_id, text = opened.row.reply.measurement_id, typed.text
    if measurement_id is None or text is None:
        abort(422)
    measurement = session.get_one(Measurement, measurement_id)
    number = _number_of_page() + 1
    code, indicator_id = opened.unit.code, opened.indicator.id
    try:
        store_reply(session, opened.unit, measurement, opened.row.status, text, current_user, number)
        put_in_plan(session, opened.unit, opened.indicator, text, current_user, request.form.get("plan", ""))
    except (RepliedMeanwhileError, PlanChangedMeanwhileError):
        again = opened_row(session, code, indicator_id, to_reply=True)
        problem = _overtaken(again) or _("Planen er endret siden du åpnet siden. Svaret ditt er ikke lagret.")
        return row_page(session, again, typed, problem=problem), 409
    session.commit()
    row = opened.row.code
    said = flash_at(f"indikator-{row}", _("Svaret på %(code)s er lagret.", code=row))
    return redirect(url_for("scorecards.show", unit_code=code, _anchor=said))


@blueprint.post("/styringskort/<unit_code>/svar/<int:indicator_id>/trekk")
@signed_in
def take_reply_back(unit_code: str, indicator_id: int) -> Response:
    """Takes the newest version of a reply back."""
    session = database.session()
    opened = opened_row(session, unit_code, indicator_id, to_reply=True)
    asked = request.form.get("svar", "")
    found = next((each for each in opened.row.reply.history if str(each.id) == asked), None)
    if found is None:
        abort(404)
    if found.counts and withdraw_reply(session, opened.unit, opened.row.code, found.id, current_user.name):
        session.commit()
        flash(_("Svaret er trukket tilbake."))
    else:
        flash(_("Svaret gjaldt ikke lenger. Ingenting er endret."))
    return redirect(opened.address)


@blueprint.get("/styringskort/<unit_code>/svar/<int:indicator_id>/prognose")
@signed_in
def forecast_colour(unit_code: str, indicator_id: int) -> Response:
    """The colour of a forecast while it is being typed."""
    session = database.session()
    opened = opened_row(session, unit_code, indicator_id)
    words = forecast_sentence(request.args.get("prognose", ""), opened.indicator, limits_of(session, opened))
    response = make_response(words)
    response.mimetype = "text/plain"
    return response


def _number_of_page() -> int:
    typed = request.form.get("versjon", "")
    return int(typed) if typed.isdecimal() and len(typed) < 7 else 0


def _overtaken(opened: OpenedRow) -> str:
    """Why what was typed cannot be stored as it is: something has changed since the page was opened; or «»."""
    row = opened.row
    if row.reply.state is None:
        return _(
            "Det er ikke noe å svare på nå: verdien er verken gul eller rød. Svaret ditt er ikke lagret."
        )
    if request.form.get("maling") != str(row.reply.measurement_id):
        return value_changed_words(row, _("Svaret ditt er ikke lagret: les det gjennom og lagre på nytt."))
    if _number_of_page() != row.reply.newest_number:
        newest = next((each for each in row.reply.history if each.is_of_row), None)
        return _(
            "%(name)s har svart siden du åpnet siden. Svaret ditt er ikke lagret. Lagrer du nå, kommer ditt svar i "
            "stedet, og det andre blir stående i historikken.",
            name=newest.author if newest else _("Noen andre"),
        )
    return ""
