"""The page of one indicator's replies: read by whoever reads the card, written by the unit's leader."""

import datetime as dt
from dataclasses import dataclass

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.scorecards import TargetLimits
from surveys.access.card_rights import may_reply
from surveys.access.permissions import signed_in
from surveys.actions.writing import PlanChangedMeanwhileError
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.explained import MovedOnError
from surveys.platform.messages import flash_at
from surveys.platform.texts import _
from surveys.release.visibility import readable_cards
from surveys.scorecards.cards import ambitions
from surveys.scorecards.models import Indicator, IndicatorKind, Measurement
from surveys.scorecards.queries import read_card
from surveys.scorecards.replies.models import MOST_CHARACTERS
from surveys.scorecards.replies.planned_action import offered_actions, put_in_plan
from surveys.scorecards.replies.storing import RepliedMeanwhileError, store_reply, withdraw_reply
from surveys.scorecards.replies.typed_reply import TypedReply, forecast_sentence, offered_fields, read_reply
from surveys.scorecards.rows import IndicatorRow
from surveys.scorecards.texts import status_words
from surveys.scorecards.views import blueprint


@dataclass(frozen=True)
class _OpenedRow:
    """A row of a unit's newest card, as the reader may see it."""

    unit: Unit
    indicator: Indicator
    row: IndicatorRow
    may_reply: bool

    @property
    def address(self) -> str:
        return url_for("scorecards.reply", unit_code=self.unit.code, indicator_id=self.indicator.id)


@blueprint.get("/styringskort/<unit_code>/svar/<int:indicator_id>")
@signed_in
def reply(unit_code: str, indicator_id: int) -> str:
    """The reply to the indicator's newest value, and those before it."""
    session = database.session()
    opened = _opened(session, unit_code, indicator_id)
    fields, last = offered_fields(opened.row.reply, opened.indicator.frequency, _today())
    offered = last is not None and last is not opened.row.reply.shown
    return _page(
        session, opened, TypedReply(fields, {}), offered_from=last.period if last and offered else ""
    )


@blueprint.post("/styringskort/<unit_code>/svar/<int:indicator_id>")
@signed_in
def give_reply(unit_code: str, indicator_id: int) -> str | Response | tuple[str, int]:
    session = database.session()
    opened = _opened(session, unit_code, indicator_id)
    typed = read_reply(request.form, opened.indicator, _today())
    if problem := _overtaken(opened):
        return _page(session, opened, typed, problem=problem), 409
    if typed.text is None or request.form.get("handling") == "se":
        return _page(session, opened, typed), (200 if typed.text else 422)
    return _stored(session, opened, typed)


def _stored(session: Session, opened: _OpenedRow, typed: TypedReply) -> Response | tuple[str, int]:
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
        again = _opened(session, code, indicator_id)
        problem = _overtaken(again) or _("Planen er endret siden du åpnet siden. Svaret ditt er ikke lagret.")
        return _page(session, again, typed, problem=problem), 409
    session.commit()
    row = opened.row.code
    said = flash_at(f"indikator-{row}", _("Svaret på %(code)s er lagret.", code=row))
    return redirect(url_for("scorecards.show", unit_code=code, _anchor=said))


@blueprint.post("/styringskort/<unit_code>/svar/<int:indicator_id>/trekk")
@signed_in
def take_reply_back(unit_code: str, indicator_id: int) -> Response:
    """Takes the newest version of a reply back."""
    session = database.session()
    opened = _opened(session, unit_code, indicator_id)
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
    opened = _opened(session, unit_code, indicator_id)
    words = forecast_sentence(request.args.get("prognose", ""), opened.indicator, _limits(session, opened))
    response = make_response(words)
    response.mimetype = "text/plain"
    return response


def _opened(session: Session, unit_code: str, indicator_id: int) -> _OpenedRow:
    """403 for a card that the reader may not open, or not write on; 404 for a row that is not on the newest card."""
    unit = session.scalar(select(Unit).where(Unit.code == unit_code))
    if unit is None:
        abort(404)
    if unit.id not in readable_cards(session, current_user, [unit.id]):
        abort(403)
    allowed = may_reply(session, current_user, unit.id)
    if request.method == "POST" and not allowed:
        abort(403)
    card = read_card(session, current_user, unit, _today())
    row = next((each for each in card.rows if each.indicator_id == indicator_id), None)
    if row is None:
        raise MovedOnError(
            _("Indikatoren er ikke på kortet"),
            _("Kortet er endret siden, eller verdien hører til et annet kort."),
            _("Se kortet"),
            url_for("scorecards.show", unit_code=unit_code),
        )
    return _OpenedRow(unit, session.get_one(Indicator, indicator_id), row, allowed)


def _today() -> dt.date:
    return municipal_day()


def _limits(session: Session, opened: _OpenedRow) -> TargetLimits | None:
    """The limits of the row's own value."""
    if opened.indicator.kind is IndicatorKind.DEVELOPMENT:
        return None
    found = ambitions(session, lineage(session, opened.unit.id), [opened.indicator.id])
    return found.of(opened.indicator.id, opened.row.value_year)


def _number_of_page() -> int:
    typed = request.form.get("versjon", "")
    return int(typed) if typed.isdecimal() and len(typed) < 7 else 0


def _overtaken(opened: _OpenedRow) -> str:
    """Why what was typed cannot be stored as it is: something has changed since the page was opened; or «»."""
    row = opened.row
    if row.reply.state is None:
        return _(
            "Det er ikke noe å svare på nå: verdien er verken gul eller rød. Svaret ditt er ikke lagret."
        )
    if request.form.get("maling") != str(row.reply.measurement_id):
        return _(
            "Verdien er endret siden du åpnet siden. Nå er den %(value)s (%(colour)s). Svaret ditt er ikke lagret: "
            "les det gjennom og lagre på nytt.",
            value=row.value,
            colour=status_words()[row.status].lower(),
        )
    if _number_of_page() != row.reply.newest_number:
        newest = next((each for each in row.reply.history if each.is_of_row), None)
        return _(
            "%(name)s har svart siden du åpnet siden. Svaret ditt er ikke lagret. Lagrer du nå, kommer ditt svar i "
            "stedet, og det andre blir stående i historikken.",
            name=newest.author if newest else _("Noen andre"),
        )
    return ""


def _page(
    session: Session,
    opened: _OpenedRow,
    typed: TypedReply,
    *,
    problem: str = "",
    offered_from: str = "",
) -> str:
    limits = _limits(session, opened)
    planned = offered_actions(session, current_user, opened.unit)
    tied = [each for each in planned or () if each.version.indicator_id == opened.indicator.id]
    return render_template(
        "scorecards/replies/reply.html",
        planned=planned,
        chosen=request.form.get("plan", str(tied[0].id) if tied else ""),
        opened=opened,
        row=opened.row,
        unit=opened.unit,
        typed=typed,
        problem=problem,
        uses_messages=True,
        offered_from=offered_from,
        most=MOST_CHARACTERS,
        sentence=forecast_sentence(typed.fields["prognose"], opened.indicator, limits),
        words=status_words(),
    )
