"""Values from a file or a statistical table: send it, say what it is, see what would change, take it in."""

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.permissions import requires
from surveys.files.fetching import FetchError, allowed_hosts, fetch_file
from surveys.files.jsonstat import LARGEST_TABLE
from surveys.files.left_out import left_out_file, left_out_words
from surveys.files.reading import LARGEST_FILE
from surveys.files.report import FileRefusedError, ImportReport
from surveys.files.waiting_files import FORM_ROOM, no_longer_waiting
from surveys.organisation.models import Installation, Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.scorecards.entering import ENTERING_ROLES, entering_right
from surveys.scorecards.from_files.stat_mapping import (
    StatMapping,
    indicator_categories,
    unit_categories,
)
from surveys.scorecards.from_files.waiting_values import (
    WaitingValues,
    find_values,
    say_answers,
    say_mapping,
    store_values,
    waiting_files,
)
from surveys.scorecards.importing import ValueAnswers, import_values
from surveys.scorecards.models import Indicator
from surveys.scorecards.value_questions import ValueQuestion
from surveys.scorecards.views import blueprint

Page = str | Response | tuple[str, int]

MOST_SHOWN: Final = 300
"""Lines of a list; more of them are counted."""


@blueprint.url_value_preprocessor
def allow_files_of_values(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "scorecards.send_values":
        request.max_content_length = LARGEST_FILE + FORM_ROOM


@blueprint.route("/verdier/fil", methods=["GET", "POST"])
@requires(*ENTERING_ROLES)
def send_values() -> Page:
    """The form for a file, or for an address where the operator allows any."""
    waiting_files(_instance()).remove_old()
    if request.method == "GET":
        return _start_page()
    try:
        name, content = _sent()
        values = store_values(_instance(), current_user, name, content)
    except FileRefusedError as refusal:
        field = "adresse" if request.form.get("adresse", "").strip() else "fil"
        return _start_page([(field, fault.message) for fault in refusal.faults]), 422
    except _NothingSentError as problem:
        return _start_page([(problem.field, str(problem))]), 422
    return redirect(url_for("scorecards.waiting_values", token=values.token))


class _NothingSentError(Exception):
    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)


def _sent() -> tuple[str, bytes]:
    """The name and the content of what was sent, or of what is at the address. Raises _NothingSentError."""
    address = request.form.get("adresse", "").strip()
    if not address:
        sent = request.files.get("fil")
        content = sent.read() if sent else b""
        if not content.strip():
            raise _NothingSentError("fil", _("Velg en fil."))
        return (sent.filename if sent else "") or "", content
    hosts = allowed_hosts(_hosts())
    if not hosts:
        raise _NothingSentError("adresse", _("Her kan ingenting hentes fra en adresse. Last opp en fil."))
    try:
        return f"{address[:150]} (.json)", fetch_file(address, hosts, LARGEST_TABLE)
    except FetchError as error:
        raise _NothingSentError("adresse", str(error)) from error


@blueprint.route("/verdier/fil/<token>", methods=["GET", "POST"])
@requires(*ENTERING_ROLES)
def waiting_values(token: str) -> Page:
    """What the table's categories are, what would change, and what must be answered first."""
    session = database.session()
    values = _found(token)
    if request.method == "GET":
        return _page(session, values)
    if request.form.get("handling") == "svar":
        say_answers(_instance(), values, _answers(request.form, values.answers))
    elif values.table is not None:
        say_mapping(_instance(), values, _mapping(values, request.form))
    return redirect(url_for("scorecards.waiting_values", token=token, _anchor="dette-blir-endret"))


@blueprint.get("/verdier/fil/<token>/linjer-med-feil")
@requires(*ENTERING_ROLES)
def left_out_values(token: str) -> Response:
    """The lines that are not taken in, with what is wrong, in the columns of the file that was sent."""
    session = database.session()
    values = _found(token)
    left_out = _report(session, values, apply=False).left_out
    if not left_out.lines:
        abort(404)
    author = session.get_one(Installation, 1).municipality
    made = left_out_file(left_out, values.waiting.name, author, municipal_day())
    return send_file(BytesIO(made.content), made.mimetype, as_attachment=True, download_name=made.name)


@blueprint.post("/verdier/fil/<token>/ta-inn")
@requires(*ENTERING_ROLES)
def take_in_values(token: str) -> Page:
    """Everything in one transaction, when it is still what the page showed."""
    session = database.session()
    values = _found(token)
    if _fingerprint(_report(session, values, apply=False)) != request.form.get("sett"):
        return _page(session, values, outdated=True), 409
    report = _report(session, values, apply=True)
    if not report.applied:
        session.rollback()
        return _page(session, values, outdated=True), 409
    session.commit()
    waiting_files(_instance()).remove(values.waiting)
    flash(" ".join((_("Verdiene er lagt inn."), *report.notes[-1:], *_left_out_told(report))))
    return redirect(url_for("scorecards.values_index"))


def _left_out_told(report: ImportReport) -> list[str]:
    return [left_out_words(report.left_out)] if report.left_out.lines else []


@blueprint.post("/verdier/fil/<token>/avbryt")
@requires(*ENTERING_ROLES)
def cancel_values(token: str) -> Response:
    waiting_files(_instance()).remove(_found(token).waiting)
    flash(_("Filen er slettet. Ingenting er endret."))
    return redirect(url_for("scorecards.send_values"))


def _instance() -> Path:
    return Path(current_app.config["SETTINGS"].instance)


def _hosts() -> str:
    return str(current_app.config["SETTINGS"].jsonstat_hosts)


def _found(token: str) -> WaitingValues:
    found = find_values(_instance(), token, current_user)
    if found is None:
        raise no_longer_waiting(_("Se verdiene"), url_for("scorecards.values_index"))
    return found


def _report(session: Session, values: WaitingValues, *, apply: bool) -> ImportReport:
    return import_values(
        session,
        values.records(session),
        values.waiting.name,
        apply=apply,
        today=municipal_day(),
        answers=values.answers,
        account=current_user,
        leave_out=True,
    )


def _fingerprint(report: ImportReport) -> str:
    """The same as long as the same would be done."""
    left_out = [line.line for line in report.left_out.lines]
    return sha256(repr((report.new, report.changed, report.questions, left_out)).encode()).hexdigest()


def _answers(form: Mapping[str, str], before: ValueAnswers) -> ValueAnswers:
    confirmed = {each for each in ValueQuestion if form.get(f"bekreft-{each}") == "ja"}
    dash = {"null": True, "mangler": False}.get(form.get("strek", ""), before.dash_is_zero)
    return ValueAnswers(before.confirmed | confirmed, dash)


def _mapping(values: WaitingValues, form: Mapping[str, str]) -> StatMapping:
    """By the number of the category: a category's code may be anything."""
    table = values.table
    if table is None:
        return StatMapping()
    units = {code: form.get(f"enhet-{i}", "") for i, code in enumerate(unit_categories(table))}
    indicators = {code: form.get(f"indikator-{i}", "") for i, code in enumerate(indicator_categories(table))}
    picked = {}
    for i, dimension in enumerate(table.others):
        picked[dimension.code] = form.get(f"valg-{i}", "")
    return StatMapping(units, indicators, picked)


def _start_page(faults: list[tuple[str, str]] | None = None) -> str:
    return render_template(
        "scorecards/from_files/send.html",
        faults=faults or [],
        hosts=_hosts().replace(",", " ").split(),
        address=request.form.get("adresse", ""),
        uses_messages=True,
    )


def _page(session: Session, values: WaitingValues, *, outdated: bool = False) -> str:
    report = _report(session, values, apply=False)
    may_enter = entering_right(session, current_user)
    units = session.scalars(select(Unit).order_by(Unit.name)).all()
    indicators = [
        each
        for each in session.scalars(select(Indicator).order_by(Indicator.code))
        if any(may_enter(each, unit) for unit in units)
    ]
    table = values.table
    return render_template(
        "scorecards/from_files/waiting.html",
        values=values,
        table=table,
        mapping=values.mapping(session),
        unit_categories=unit_categories(table) if table else {},
        indicator_categories=indicator_categories(table) if table else {},
        units={unit.code: f"{unit.name} ({unit.code})" for unit in units},
        indicators={each.code: f"{each.code} {localised(each.title)}" for each in indicators},
        report=report,
        records=values.records(session).rows if table else (),
        outdated=outdated,
        seen=_fingerprint(report),
        most=MOST_SHOWN,
    )
