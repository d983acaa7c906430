"""HR's pages for a file of answers: send it, say what its columns mean, see what would be read, take it in.

Each step is a page of its own that works without scripts; the file waits in the instance folder between them.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.answer_mapping import AnswerMapping, LabelChoice
from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.audit.trail import on_behalf_of
from surveys.files.reading import LARGEST_FILE
from surveys.files.report import FileRefusedError, ImportFault
from surveys.files.waiting_files import FORM_ROOM, WaitingFile, WaitingFiles, no_longer_waiting
from surveys.hr.answers.forms import (
    AnswersForm,
    answer_faults,
    column_faults,
    columns_of,
    mapping_of,
    meaning_words,
    sent_or_known,
)
from surveys.hr.answers.in_background import ask, is_large, reading_of
from surveys.hr.answers.waiting import import_waiting, mapping_said, say_mapping, waiting_answers
from surveys.hr.drafting import free_key
from surveys.hr.file_columns import FieldFault, chosen_columns
from surveys.hr.organisation.tree_queries import may_bring_in_files
from surveys.hr.survey_page import blueprint
from surveys.instruments.sources import Source, find_questionnaire
from surveys.platform import database
from surveys.platform.queue import wake
from surveys.platform.texts import _, ngettext
from surveys.publishing.answer_files.guessing import heading_line
from surveys.publishing.answer_files.remembered import remembered_mapping

if TYPE_CHECKING:
    from surveys.publishing.importing_answers import ResponsesImportReport

__all__ = ["blueprint"]

Page = str | Response | tuple[str, int]

MOST_SHOWN: Final = 100


@blueprint.url_value_preprocessor
def allow_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Only here may a request be as large as a file of answers. Set before anything reads the form."""
    if endpoint == "hr.start_answers":
        request.max_content_length = LARGEST_FILE + FORM_ROOM


@blueprint.route("/undersokelser/svarfil", methods=["GET", "POST"])
@requires(*HR_ROLES)
def start_answers() -> Page:
    """The file, and which survey it shall be."""
    _require_top(database.session())
    _files().remove_old()
    form = AnswersForm()
    form.offer_questionnaires()
    if not form.is_submitted():
        return _start_page(form)
    if not form.validate():
        return _start_page(form), 422
    sent = form.file.data
    said = {
        "questionnaire": str(form.questionnaire.data),
        "title": str(form.title.data).strip(),
        "day": form.day.data.isoformat(),
        "create_units": "y" if form.create_units.data else "",
        "whole": "y" if form.whole.data else "",
    }
    try:
        file = _files().store(current_user.id, sent.filename, sent.stream, said)
    except FileRefusedError as refusal:
        return _start_page(form, refusal.faults), 422
    if not _lines(file):
        faults = _refusal(file)
        _files().remove(file)
        return _start_page(form, faults), 422
    return redirect(url_for("hr.answer_columns", token=file.token))


@blueprint.route("/undersokelser/svarfil/<token>/kolonner", methods=["GET", "POST"])
@requires(*HR_ROLES)
def answer_columns(token: str) -> Page:
    """What each column means: guessed, remembered from the same source, and changed here."""
    session = database.session()
    file = _file(session, token)
    questionnaire = _source(file).questionnaire
    lines = _lines(file)
    known = mapping_said(file) or remembered_mapping(
        session, questionnaire.key, [cells for _l, cells in lines]
    )
    line, headings = _headings(lines, known, file)
    below = [cells for number, cells in lines if number > line]
    whole = bool(file.said.get("whole"))
    words = meaning_words(questionnaire, whole=whole)
    guessed = columns_of(headings, below, questionnaire, known)
    columns = [column if column.meaning in words else replace(column, meaning="") for column in guessed]
    faults: list[FieldFault] = []
    if request.method == "POST":
        sent = {name: text for name, text in request.form.items() if text in {"", *words}}
        columns = chosen_columns(columns, sent)
        faults = [*column_faults(columns, questionnaire, whole=whole), *answer_faults(request.form)]
        if not faults:
            mapping = mapping_of(columns, request.form, line if len(lines) > 1 else None, known)
            say_mapping(_files(), file, mapping)
            return redirect(url_for("hr.answer_preview", token=token))
    page = render_template(
        "hr/answers/columns.html",
        file=file,
        columns=columns,
        words=words,
        faults=faults,
        line=line if len(lines) > 1 else None,
        **sent_or_known(request.form, known),
    )
    return (page, 422) if faults else page


@blueprint.route("/undersokelser/svarfil/<token>", methods=["GET", "POST"])
@requires(*HR_ROLES)
def answer_preview(token: str) -> Page:
    """What would be read, what is wrong, and the choice about labels. Nothing is stored here."""
    session = database.session()
    file = _file(session, token)
    mapping = mapping_said(file)
    if mapping is None:
        return redirect(url_for("hr.answer_columns", token=token))
    if request.method == "POST":
        answer = request.form.get("labels", "")
        if answer in set(LabelChoice):
            say_mapping(_files(), file, replace(mapping, labels=LabelChoice(answer)))
        elif "again" in request.form:
            ask(_files(), file, free_key(session, file.said["title"]), apply=False)
            wake("steps")
        return redirect(url_for("hr.answer_preview", token=token))
    if is_large(file):
        return _large_preview(session, file, mapping)
    return _preview_page(file, mapping, _import(session, file, mapping, apply=False))


@blueprint.get("/undersokelser/svarfil/<token>/fremdrift")
@requires(*HR_ROLES)
def answer_progress(token: str) -> Response:
    """Whether the worker is still at the file, for the page that waits for it."""
    found = reading_of(_file(database.session(), token))
    return jsonify(under_way=found is not None and found.under_way, share=None)


@blueprint.post("/undersokelser/svarfil/<token>/ta-inn")
@requires(*HR_ROLES)
def take_answers(token: str) -> Page:
    """Everything in one transaction. The file is read once more."""
    session = database.session()
    file = _file(session, token)
    mapping = mapping_said(file)
    if mapping is None:
        return redirect(url_for("hr.answer_columns", token=token))
    if is_large(file):
        ask(_files(), file, free_key(session, file.said["title"]), apply=True)
        wake("steps")
        return redirect(url_for("hr.answer_preview", token=token))
    report = _import(session, file, mapping, apply=True)
    if not report.applied:
        return _preview_page(file, mapping, report), 409
    return _taken(file, report)


@blueprint.post("/undersokelser/svarfil/<token>/avbryt")
@requires(*HR_ROLES)
def cancel_answers(token: str) -> Response:
    """The file is removed; nothing was changed."""
    _files().remove(_file(database.session(), token))
    flash(_("Filen er slettet. Ingenting er endret."))
    return redirect(url_for("hr.start_answers"))


def _import(
    session: Session, file: WaitingFile, mapping: AnswerMapping, *, apply: bool
) -> "ResponsesImportReport":
    account_id, key = current_user.id, free_key(session, file.said["title"])
    # The import is a transaction of its own; on SQLite this session would hold the write lock it needs.
    session.close()
    with on_behalf_of(account_id):
        return import_waiting(database.database(), file, key, mapping, apply=apply)


def _large_preview(session: Session, file: WaitingFile, mapping: AnswerMapping) -> Page:
    """What the worker has found, or how it goes."""
    found = reading_of(file)
    if found is None:
        file = ask(_files(), file, free_key(session, file.said["title"]), apply=False)
        wake("steps")
        found = reading_of(file)
    if found is None or found.report is None:
        return render_template("hr/answers/reading.html", file=file, reading=found)
    if found.report.applied:
        return _taken(file, found.report)
    return _preview_page(file, mapping, found.report)


def _taken(file: WaitingFile, report: "ResponsesImportReport") -> Response:
    _files().remove(file)
    told = _("Svarene er lagt inn.")
    if report.respondents:
        told = ngettext("%(num)s svar er lagt inn.", "%(num)s svar er lagt inn.", report.respondents)
    flash(told + " " + _("Frigi undersøkelsen når du er klar."))
    return redirect(url_for("hr.index"))


def _start_page(form: AnswersForm, faults: tuple[ImportFault, ...] = ()) -> str:
    return render_template("hr/answers/start.html", form=form, faults=faults)


def _preview_page(file: WaitingFile, mapping: AnswerMapping, report: "ResponsesImportReport") -> str:
    return render_template(
        "hr/answers/preview.html", file=file, mapping=mapping, report=report, most=MOST_SHOWN
    )


def _lines(file: WaitingFile) -> tuple[tuple[int, tuple[str, ...]], ...]:
    # numpy, which nobody else on HR's pages needs.
    from analysis.tables import first_lines

    return first_lines(file.path)


def _refusal(file: WaitingFile) -> tuple[ImportFault, ...]:
    """Why a file without a first line cannot be read."""
    from analysis.tables import FileFaults, read_table
    from surveys.publishing.answer_files.faults import told_faults

    try:
        read_table(file.path)
    except FileFaults as error:
        return told_faults(error).faults
    return (ImportFault(_("Filen er tom.")),)


def _headings(
    lines: tuple[tuple[int, tuple[str, ...]], ...], known: AnswerMapping | None, file: WaitingFile
) -> tuple[int, tuple[str, ...]]:
    """The line somebody chose, the one that is remembered, else the one with most headings we know."""
    named = {*known.columns, known.unit} if known else set()
    if named and known and known.heading_line is None:
        return max(lines, key=lambda line: (len(named & {*line[1]}), -line[0]))
    for line in lines:
        if known and line[0] == known.heading_line:
            return line
    return heading_line(lines, _source(file).questionnaire)


def _source(file: WaitingFile) -> Source:
    return find_questionnaire(file.said["questionnaire"])


def _file(session: Session, token: str) -> WaitingFile:
    _require_top(session)
    found = _files().find(token, current_user.id)
    if found is None:
        raise no_longer_waiting(_("Se undersøkelsene"), url_for("hr.index"))
    return found


def _require_top(session: Session) -> None:
    """The units of a file may be anywhere."""
    if not may_bring_in_files(session, current_user.account):
        abort(403)


def _files() -> WaitingFiles:
    return waiting_answers(current_app.config["SETTINGS"].instance)
