"""HR's pages for a file of units or people: send it, say what its columns mean, see what would change, use it.

Each step is a page of its own that works without scripts; the file waits in the instance folder between them.
"""

import datetime as dt
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES, Account
from surveys.access.permissions import requires
from surveys.files.headings import guess
from surveys.files.left_out import fault_of_left_out_file, left_out_file, left_out_words
from surveys.files.reading import LARGEST_FILE, Table, read_table
from surveys.files.report import FileRefusedError, ImportFault, ImportReport
from surveys.files.waiting_files import FORM_ROOM, no_longer_waiting
from surveys.hr.file_columns import FieldFault, chosen_columns
from surveys.hr.organisation import uploads
from surveys.hr.organisation.applying import ImportDayError, import_file, undo_file
from surveys.hr.organisation.import_forms import (
    COLUMNS,
    KINDS,
    UploadForm,
    answers_of,
    choices_of,
    column_faults,
    column_rows,
    column_words,
    looks_like,
    question_faults,
)
from surveys.hr.organisation.tree_queries import has_units_below_top, may_bring_in_files
from surveys.hr.organisation.uploads import StoredUpload, waiting_uploads
from surveys.hr.organisation.views import blueprint
from surveys.organisation.import_answers import ImportAnswers
from surveys.organisation.import_records import newest_import, remembered_choices
from surveys.organisation.models import ImportKind, Installation, OrganisationImport
from surveys.organisation.undoing import NothingToUndoError
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.days import typed_day
from surveys.platform.texts import _, ngettext

__all__ = ["blueprint"]

Page = str | Response | tuple[str, int]

MOST_SHOWN: Final = 500
"""Lines of a folded list; more of them are counted."""


@blueprint.url_value_preprocessor
def allow_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Only here may a request be as large as a roster. Set before anything reads the form."""
    if endpoint == "organisation.start_import":
        request.max_content_length = LARGEST_FILE + FORM_ROOM


@blueprint.route("/organisasjon/import", methods=["GET", "POST"])
@requires(*HR_ROLES)
def start_import() -> Page:
    """What was last taken into use, and the form for a new file."""
    session = database.session()
    _require_top(session)
    waiting_uploads(_instance()).remove_old()
    form = UploadForm()
    if not form.is_submitted():
        if not has_units_below_top(session):
            # People belong to units: the first file of a new installation is the units'.
            form.kind.data = ImportKind.UNITS.value
        return _start_page(session, form)
    if not form.validate():
        return _start_page(session, form), 422
    sent = form.file.data
    try:
        upload = uploads.store(
            _instance(), current_user.id, ImportKind(form.kind.data), sent.filename, sent.stream
        )
    except FileRefusedError as refusal:
        return _start_page(session, form, refusal.faults), 422
    faults = _faults_when_read(upload)
    other = _other_kind(session, upload)
    if other is not None:
        form.kind.data = other.value
        form.file.errors = [_other_kind_told(other)]
        faults = ()
    if faults or other:
        waiting_uploads(_instance()).remove(upload.waiting)
        return _start_page(session, form, faults), 422
    return redirect(url_for("organisation.import_columns", token=upload.token))


def _faults_when_read(upload: StoredUpload) -> tuple[ImportFault, ...]:
    try:
        table = read_table(upload.file.path, COLUMNS[upload.file.kind], long_rows=True)
    except FileRefusedError as refusal:
        return refusal.faults
    return tuple(fault_of_left_out_file(table.headings))


def _other_kind(session: Session, upload: StoredUpload) -> ImportKind | None:
    """What the file holds, when its headings say that it is not what was chosen."""
    chosen = upload.file.kind
    [other] = (kind for kind in ImportKind if kind is not chosen)
    try:
        table = read_table(upload.file.path, COLUMNS[other], long_rows=True)
    except FileRefusedError:
        return None
    if looks_like(table, chosen) or remembered_choices(session, chosen, table.headings):
        return None
    return other if looks_like(table, other) else None


def _other_kind_told(kind: ImportKind) -> str:
    """The page has chosen it already; a browser does not keep a file."""
    if kind is ImportKind.PEOPLE:
        return _("Filen ser ut som en liste over ansatte. Nå er «Ansatte» valgt. Velg filen på nytt.")
    return _("Filen ser ut som en liste over enheter. Nå er «Enheter» valgt. Velg filen på nytt.")


@blueprint.route("/organisasjon/import/<token>/kolonner", methods=["GET", "POST"])
@requires(*HR_ROLES)
def import_columns(token: str) -> Page:
    """What each column means: guessed, remembered from the same source, and changed here."""
    session = database.session()
    upload = _upload(session, token)
    kind = upload.file.kind
    table = _table(upload)
    known = upload.file.choices or remembered_choices(session, kind, table.headings)
    rows = column_rows(table, guess(table.headings, COLUMNS[kind], known))
    faults: list[FieldFault] = []
    if request.method == "POST":
        names = {"", *(column.name for column in COLUMNS[kind])}
        sent = {name: value for name, value in request.form.items() if value in names}
        rows = chosen_columns(rows, sent)
        faults = [*column_faults(rows, kind)]
        if not faults:
            uploads.mapped(_instance(), upload, choices_of(rows))
            return redirect(url_for("organisation.import_preview", token=token))
    page = render_template(
        "hr/organisation/import_columns.html",
        upload=upload,
        rows=rows,
        words=column_words(kind),
        faults=faults,
        notes=table.notes,
    )
    return (page, 422) if faults else page


@blueprint.route("/organisasjon/import/<token>", methods=["GET", "POST"])
@requires(*HR_ROLES)
def import_preview(token: str) -> Page:
    """What the file would change, and what must be answered first. Nothing is changed here."""
    session = database.session()
    upload = _upload(session, token)
    report = import_file(session, upload.file, apply=False)
    if request.method == "GET":
        return _preview_page(upload, report)
    before = ImportAnswers() if "again" in request.form else upload.file.answers
    upload = uploads.answered(_instance(), upload, answers_of(request.form, before, report.questions))
    report = import_file(session, upload.file, apply=False)
    faults = [*question_faults(report.questions, request.form)]
    if faults:
        return _preview_page(upload, report, faults), 422
    return redirect(url_for("organisation.import_preview", token=token))


@blueprint.get("/organisasjon/import/<token>/linjer-med-feil")
@requires(*HR_ROLES)
def left_out_lines(token: str) -> Response:
    """The lines that are not taken in, with what is wrong, in the columns of the file that was sent."""
    session = database.session()
    upload = _upload(session, token)
    left_out = import_file(session, upload.file, apply=False).left_out
    if not left_out.lines:
        abort(404)
    author = session.get_one(Installation, 1).municipality
    made = left_out_file(left_out, upload.file.name, author, municipal_day())
    return send_file(BytesIO(made.content), made.mimetype, as_attachment=True, download_name=made.name)


@blueprint.post("/organisasjon/import/<token>/ta-i-bruk")
@requires(*HR_ROLES)
def apply_import(token: str) -> Page:
    """Everything in one transaction, when it is still what the page showed."""
    session = database.session()
    upload = _upload(session, token)
    if _fingerprint(import_file(session, upload.file, apply=False)) != request.form.get("seen"):
        session.rollback()
        report = import_file(session, upload.file, apply=False)
        return _preview_page(upload, report, outdated=True), 409
    try:
        file = replace(upload.file, from_day=_from_day())
        report = import_file(session, file, apply=True, account_id=current_user.id)
    except ImportDayError as problem:
        session.rollback()
        report = import_file(session, upload.file, apply=False)
        return _preview_page(upload, report, [FieldFault("from_day", str(problem))]), 422
    if not report.applied:
        session.rollback()
        return _preview_page(upload, report, outdated=True), 409
    session.commit()
    waiting_uploads(_instance()).remove(upload.waiting)
    flash(_taken_told(report))
    return redirect(url_for("organisation.start_import"))


def _taken_told(report: ImportReport) -> str:
    taken = _("Filen er tatt i bruk. Du kan angre til neste fil kommer.")
    return f"{taken} {left_out_words(report.left_out)}" if report.left_out.lines else taken


def _from_day() -> dt.date | None:
    """None for a file of people. Raises ImportDayError."""
    sent = request.form.get("from_day", "").strip()
    day = typed_day(sent)
    if sent and day is None:
        raise ImportDayError(_("Skriv en dato, for eksempel 20.03.2026."))
    return day


@blueprint.post("/organisasjon/import/<token>/avbryt")
@requires(*HR_ROLES)
def cancel_import(token: str) -> Response:
    """The file is removed; nothing was changed."""
    waiting_uploads(_instance()).remove(_upload(database.session(), token).waiting)
    flash(_("Filen er slettet. Ingenting er endret."))
    return redirect(url_for("organisation.start_import"))


@blueprint.post("/organisasjon/import/angre/<int:number>")
@requires(*HR_ROLES)
def undo_import(number: int) -> Response:
    """Units or people as they were before the newest file."""
    session = database.session()
    _require_top(session)
    try:
        kept = undo_file(session, number)
    except NothingToUndoError:
        session.rollback()
        flash(_("Denne filen kan ikke angres lenger."))
        return redirect(url_for("organisation.start_import"))
    session.commit()
    flash(_("Importen er angret. Alt er som før filen."))
    if kept:
        flash(
            ngettext(
                "%(num)s som var ny i filen, er brukt siden. Den er avsluttet i stedet for slettet.",
                "%(num)s som var nye i filen, er brukt siden. De er avsluttet i stedet for slettet.",
                kept,
            )
        )
    return redirect(url_for("organisation.start_import"))


@dataclass(frozen=True)
class LastImport:
    """What was last taken into use, for the page."""

    stored: OrganisationImport
    by: str
    can_be_undone: bool


def _start_page(session: Session, form: UploadForm, faults: tuple[ImportFault, ...] = ()) -> str:
    newest = newest_import(session)
    last = None
    if newest is not None:
        account = session.get(Account, newest.account_id) if newest.account_id else None
        can_be_undone = newest.undo is not None and newest.undone_at is None
        last = LastImport(newest, account.name if account else "", can_be_undone)
    return render_template(
        "hr/organisation/import_start.html", form=form, kinds=KINDS, faults=faults, last=last
    )


def _preview_page(
    upload: StoredUpload,
    report: ImportReport,
    faults: list[FieldFault] | None = None,
    *,
    outdated: bool = False,
) -> str:
    page = render_template(
        "hr/organisation/import_preview.html",
        upload=upload,
        report=report,
        faults=faults or [],
        outdated=outdated,
        seen=_fingerprint(report),
        most=MOST_SHOWN,
        sent=request.form,
        today=municipal_day(),
    )
    return str(page)


def _fingerprint(report: ImportReport) -> str:
    """The same as long as the same would be done."""
    left_out = [line.line for line in report.left_out.lines]
    seen = (report.new, report.changed, report.ended, report.questions, left_out)
    return sha256(repr(seen).encode()).hexdigest()


def _upload(session: Session, token: str) -> StoredUpload:
    _require_top(session)
    upload = uploads.find(_instance(), token, current_user.id)
    if upload is None:
        raise no_longer_waiting(_("Hent enheter og ansatte fra fil"), url_for("organisation.start_import"))
    return upload


def _table(upload: StoredUpload) -> Table:
    try:
        return read_table(upload.file.path, COLUMNS[upload.file.kind], upload.file.choices, long_rows=True)
    except FileRefusedError:
        # It could be read when it was sent.
        abort(404)


def _require_top(session: Session) -> None:
    if not may_bring_in_files(session, current_user.account):
        abort(403)


def _instance() -> Path:
    found: Path = current_app.config["SETTINGS"].instance
    return found
