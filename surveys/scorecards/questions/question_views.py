"""A line of a card is asked about by whoever reads the card, and answered by whoever may reply to its values."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.permissions import signed_in
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.messages import flash_at
from surveys.platform.texts import _
from surveys.scorecards.line_page import OpenedRow, opened_row, row_page, value_changed_words
from surveys.scorecards.models import Measurement
from surveys.scorecards.questions.models import MOST_A_DAY, MOST_OPEN, LineQuestion
from surveys.scorecards.questions.placing import UNITS_ON_PAGE, own_questions, questions_for
from surveys.scorecards.questions.row_questions import AskedQuestion
from surveys.scorecards.questions.storing import (
    AnsweredMeanwhileError,
    AskOutcome,
    TakenBackError,
    store_answer,
    store_question,
    take_back,
)
from surveys.scorecards.questions.typed_words import TypedWords, read_answer, read_question
from surveys.scorecards.views import blueprint

Outcome = Response | tuple[str, int]


@blueprint.get("/styringskort/sporsmal")
@signed_in
def questions() -> str:
    """What waits for an answer from the reader, and everything she has asked herself."""
    session = database.session()
    today = municipal_day()
    return render_template(
        "scorecards/questions/index.html",
        found=questions_for(session, current_user, today, UNITS_ON_PAGE),
        own=own_questions(session, current_user, today),
        uses_messages=True,
    )


@blueprint.post("/styringskort/<unit_code>/svar/<int:indicator_id>/sporsmal")
@signed_in
def ask_question(unit_code: str, indicator_id: int) -> Outcome:
    session = database.session()
    opened = opened_row(session, unit_code, indicator_id)
    typed = read_question(request.form)
    if problem := _not_to_be_asked(opened):
        return row_page(session, opened, words=typed, problem=problem), 409
    if typed.fault:
        return row_page(session, opened, words=typed), 422
    try:
        outcome = _store(session, opened, typed.words)
    except IntegrityError:
        # The same form, sent twice in one moment: now the first of them is there.
        session.rollback()
        opened = opened_row(session, unit_code, indicator_id)
        outcome = _store(session, opened, typed.words)
    if outcome is not AskOutcome.STORED:
        refused = TypedWords(typed.field, typed.words, _too_many_words(outcome))
        return row_page(session, opened, words=refused), 422
    session.commit()
    flash(_("Spørsmålet er sendt. Du får beskjed på forsiden din når det er besvart."))
    return redirect(opened.address)


def _store(session: Session, opened: OpenedRow, words: str) -> AskOutcome:
    measurement = session.get_one(Measurement, opened.row.reply.measurement_id)
    return store_question(session, opened.unit, measurement, words, current_user)


def _not_to_be_asked(opened: OpenedRow) -> str:
    """Why nothing can be asked as it is; or «»."""
    if opened.row.reply.measurement_id is None:
        return _("Du ser ingen verdi her nå. Da er det ingenting å spørre om. Spørsmålet er ikke sendt.")
    if opened.is_closed:
        return _("Enheten er avsluttet, og ingen kan svare. Spørsmålet er ikke sendt.")
    if request.form.get("maling") != str(opened.row.reply.measurement_id):
        return value_changed_words(
            opened.row, _("Spørsmålet er ikke sendt: les det gjennom og send på nytt.")
        )
    return ""


def _too_many_words(outcome: AskOutcome) -> str:
    if outcome is AskOutcome.TOO_MANY_TODAY:
        return _("Du har stilt %(most)s spørsmål det siste døgnet. Vent til i morgen.", most=MOST_A_DAY)
    return _(
        "Du har %(most)s spørsmål her som venter på svar. Vent på et svar, eller trekk et av dem tilbake.",
        most=MOST_OPEN,
    )


@blueprint.post("/styringskort/sporsmal/<int:question_id>/trekk")
@signed_in
def take_question_back(question_id: int) -> Response:
    """Hers alone, and whatever she may read now: her name is on it."""
    session = database.session()
    try:
        taken = take_back(session, question_id, current_user)
    except LookupError:
        abort(404)
    session.commit()
    flash(
        _("Spørsmålet er trukket tilbake.")
        if taken
        else _("Spørsmålet er besvart eller trukket tilbake allerede. Ingenting er endret.")
    )
    return redirect(url_for("scorecards.questions"))


@blueprint.post("/styringskort/<unit_code>/svar/<int:indicator_id>/sporsmal/<int:question_id>")
@signed_in
def answer_question(unit_code: str, indicator_id: int, question_id: int) -> Outcome:
    session = database.session()
    opened = opened_row(session, unit_code, indicator_id, to_reply=True)
    typed = read_answer(request.form, question_id)
    if _told(opened, question_id) is None:
        _known_and_taken_back(session, opened, question_id)
        return row_page(session, opened, words=typed, problem=_taken_back_words()), 409
    if typed.fault:
        return row_page(session, opened, words=typed), 422
    try:
        store_answer(session, question_id, typed.words, current_user, _number_of_page() + 1)
    except TakenBackError:
        return row_page(session, opened, words=typed, problem=_taken_back_words()), 409
    except (AnsweredMeanwhileError, IntegrityError):
        session.rollback()
        again = opened_row(session, unit_code, indicator_id, to_reply=True)
        newest = _told(again, question_id)
        return row_page(session, again, words=typed, problem=_answered_words(newest)), 409
    session.commit()
    said = flash_at(f"sporsmal-{question_id}", _("Svaret er lagret."))
    return redirect(f"{opened.address}#{said}")


def _told(opened: OpenedRow, question_id: int) -> AskedQuestion | None:
    """The question, when the reader is told it on this row."""
    return next((each for each in opened.row.questions.asked if each.id == question_id), None)


def _known_and_taken_back(session: Session, opened: OpenedRow, question_id: int) -> None:
    """Ends the request with 404 unless the question was about this line, and its asker has taken it back."""
    found = session.scalar(
        select(LineQuestion.id).where(
            LineQuestion.id == question_id,
            LineQuestion.unit_id == opened.unit.id,
            LineQuestion.indicator_id == opened.indicator.id,
            LineQuestion.withdrawn_at.is_not(None),
        )
    )
    if found is None:
        abort(404)


def _taken_back_words() -> str:
    return _("Den som spurte, har trukket spørsmålet tilbake. Svaret ditt er ikke lagret.")


def _answered_words(newest: AskedQuestion | None) -> str:
    author = newest.answers[0].author if newest is not None and newest.answers else _("Noen andre")
    return _(
        "%(name)s har svart siden du åpnet siden. Svaret ditt er ikke lagret. Lagrer du nå, kommer ditt svar i "
        "stedet, og det andre blir stående som en tidligere utgave.",
        name=author,
    )


def _number_of_page() -> int:
    typed = request.form.get("versjon", "")
    return int(typed) if typed.isdecimal() and len(typed) < 7 else 0
