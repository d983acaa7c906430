"""The pages where frozen reports are found and read, and where it is decided whom they are open to."""

import datetime as dt
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES, may_edit_card
from surveys.access.permissions import granted_units, requires, roles_of, signed_in
from surveys.files.workbooks import XLSX
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.explained import MovedOnError
from surveys.platform.free_texts import named_numbers, number_fault
from surveys.platform.localisation import in_language, language, short_date, use_language
from surveys.platform.messages import flash_at
from surveys.platform.texts import _
from surveys.reports.keeping import kept_files
from surveys.reports.proposals.views import unanswered
from surveys.reports.snapshots.content import FrozenVersion
from surveys.reports.snapshots.document import report_document
from surveys.reports.snapshots.drafts import ReportError, begin_correction
from surveys.reports.snapshots.models import Report, ReportAudience, ReportState
from surveys.reports.snapshots.publicity import (
    DECIDED,
    Decision,
    decide,
    frozen_reports,
    may_be_open,
    readable_correction,
    report_rights,
    standing_decision,
    version_of,
)
from surveys.reports.snapshots.spreadsheet import report_workbook
from surveys.reports.snapshots.texts import (
    audience_words,
    change_words,
    corrected_words,
    kind_words,
    period_words,
    previous_words,
    report_title,
    silent_words,
    version_facts,
)
from surveys.scorecards.texts import status_words
from surveys.scorecards.value_lines import MeasurementCellError, read_day

blueprint = Blueprint("reports", __name__)

MOST_IN_FIELD = 300
MIME_TYPES = {"pdf": "application/pdf", "xlsx": XLSX}
Faults = list[tuple[str, str]]


@blueprint.app_context_processor
def report_words() -> dict[str, Any]:
    """What the templates of reports say with."""
    return {
        "report_title": report_title,
        "audience_words": audience_words,
        "change_words": change_words,
        "previous_words": previous_words,
        "silent_words": silent_words,
        "version_facts": version_facts,
        "corrected_words": corrected_words,
    }


@blueprint.get("/rapporter")
@signed_in
def index() -> str:
    """The reports the reader may read, and the drafts she may edit."""
    session = database.session()
    rights = report_rights(session, current_user)
    reports = [
        each for each in frozen_reports(session, rights.internal | rights.political) if rights.versions(each)
    ]
    years = sorted({each.year for each in reports}, reverse=True)
    asked = request.args.get("ar", type=int)
    shown = asked if asked in years else (years or [0])[0]
    corrected = {each.replaces_id for each in reports if each.replaces_id}
    edited = granted_units(session, current_user, *CARD_EDITORS)
    drafts = session.scalars(
        select(Report)
        .where(Report.unit_id.in_(edited), Report.state == ReportState.DRAFT)
        .options(joinedload(Report.unit), joinedload(Report.replaces))
        .order_by(Report.changed_at.desc())
    ).all()
    return render_template(
        "reports/snapshots/index.html",
        reports=[each for each in reports if each.year == shown],
        years=years,
        shown=shown,
        drafts=drafts,
        proposals=unanswered(session, edited),
        may_begin=bool(roles_of(current_user) & set(CARD_EDITORS)),
        sees_year=bool(roles_of(current_user) & set(CARD_ROLES)),
        corrected=corrected,
        opened=lambda report: [
            audience
            for audience in DECIDED
            if (found := standing_decision(report, audience)) is not None and found.is_open
        ],
        uses_messages=True,
    )


@blueprint.get("/rapporter/<int:report_id>")
@signed_in
def show(report_id: int) -> str:
    """A version of a frozen report: the one in `utgave`, or the one with most that the reader may read."""
    session = database.session()
    report, audience = _readable(session, report_id)
    return _report_page(session, report, audience, {}, [])


@blueprint.get("/rapporter/<int:report_id>.<any(pdf, xlsx):file_kind>")
@signed_in
def download(report_id: int, file_kind: str) -> Response:
    """The version as a document or a workbook."""
    session = database.session()
    report, audience = _readable(session, report_id)
    correction = readable_correction(session, report_rights(session, current_user), report)
    return file_response(report, version_of(session, report, audience, correction), file_kind)


def file_response(report: Report, version: FrozenVersion, file_kind: str) -> Response:
    """The file as a download, in the language of the report."""
    with in_language(version.content.language):
        if file_kind == "pdf":
            content = report_document(version, kept_files(current_app.config["SETTINGS"].instance))
        else:
            content = report_workbook(version)
    response = make_response(content)
    response.mimetype = MIME_TYPES[file_kind]
    name = f"rapport-{report.unit.code}-{report.year}-{report.id}-{version.audience}.{file_kind}"
    safe = "".join(each if each.isascii() and (each.isalnum() or each in "-.") else "_" for each in name)
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}"'
    return response


@blueprint.post("/rapporter/<int:report_id>/beslutning")
@requires(*CARD_EDITORS)
def decide_publicity(report_id: int) -> Response | tuple[str, int]:
    """Records whether a version is open, who decided it, and why when it is not."""
    session = database.session()
    report = edited_report(session, report_id)
    form = request.form.to_dict()
    decision, faults = _read_decision(form)
    if decision is None:
        shown = ReportAudience.INTERNAL
        return _report_page(session, report, shown, form, faults), 422
    try:
        decide(session, report, current_user, decision)
        session.commit()
        said = _("Beslutningen er lagret.")
    except ReportError as error:
        said = str(error)
    return redirect(url_for("reports.show", report_id=report_id, _anchor=flash_at("innsyn", said)))


@blueprint.post("/rapporter/<int:report_id>/rett")
@requires(*CARD_EDITORS)
def correct(report_id: int) -> Response | tuple[str, int]:
    """Begins a report that corrects this one. The old one stays as it is."""
    session = database.session()
    report = edited_report(session, report_id)
    why = " ".join(request.form.get("rettelse", "").split())
    is_of_length = why and len(why) <= MOST_IN_FIELD
    fault = "" if is_of_length else _("Skriv hva som rettes, med høyst %(most)s tegn.", most=MOST_IN_FIELD)
    if fault := fault or number_fault(_("Rettelsen"), why):
        if report.state is not ReportState.FROZEN:
            abort(404)
        form = request.form.to_dict()
        return _report_page(session, report, ReportAudience.INTERNAL, form, [("rettelse", fault)]), 422
    try:
        draft = begin_correction(session, current_user, report, why)
        session.commit()
    except ReportError as error:
        flash(str(error))
        return redirect(url_for("reports.index"))
    return redirect(url_for("reports.edit_draft", report_id=draft.id))


def edited_report(session: Session, report_id: int) -> Report:
    """For whoever edits the unit's cards: 404 without one, 403 for others."""
    # Two who send at once come one after the other: the second sees what the first did. SQLite has it so anyway.
    report = session.get(Report, report_id, with_for_update=request.method == "POST")
    if report is None:
        raise _no_report()
    if not may_edit_card(session, current_user, report.unit_id):
        abort(403)
    return report


def _no_report() -> MovedOnError:
    return MovedOnError(
        _("Rapporten er ikke her"),
        _("Utkastet er slettet, eller det er ikke frosset ennå."),
        _("Se rapportene"),
        url_for("reports.index"),
    )


def _readable(session: Session, report_id: int) -> tuple[Report, ReportAudience]:
    """A frozen report and the version that is asked for. 403 for one that the reader may not read."""
    report = session.get(Report, report_id)
    if report is None or report.state is not ReportState.FROZEN:
        raise _no_report()
    versions = report_rights(session, current_user).versions(report)
    asked = request.args.get("utgave", "")
    found = next((each for each in versions if not asked or each.value == asked), None)
    if found is None:
        abort(403)
    return report, found


def _read_decision(form: dict[str, str]) -> tuple[Decision | None, Faults]:
    faults: Faults = []
    audience = next((each for each in DECIDED if each.value == form.get("utgave")), None)
    if audience is None:
        abort(400)
    texts = {name: " ".join(form.get(name, "").split()) for name in ("hvem", "hjemmel", "grunn")}
    opens = form.get("apen") == "ja"
    at = f"-{audience}"
    if form.get("apen") not in {"ja", "nei"}:
        faults.append((f"apen-ja{at}", _("Velg om utgaven skal være åpen eller ikke.")))
    if not texts["hvem"]:
        faults.append((f"hvem{at}", _("Skriv navn og stilling på den som har bestemt det.")))
    if form.get("apen") == "nei" and not texts["hjemmel"]:
        faults.append((f"hjemmel{at}", _("Skriv hvilken paragraf i offentleglova utgaven er unntatt etter.")))
    if form.get("apen") == "nei" and not texts["grunn"]:
        faults.append((f"grunn{at}", _("Skriv hvorfor utgaven ikke er åpen.")))
    faults += [
        (f"{name}{at}", _("Skriv høyst %(most)s tegn.", most=MOST_IN_FIELD))
        for name, text in texts.items()
        if len(text) > MOST_IN_FIELD
    ]
    faults += named_numbers({f"{name}{at}": (_("Teksten"), text) for name, text in texts.items()})
    try:
        day = read_day(form.get("dato", "").strip(), municipal_day())
    except MeasurementCellError as error:
        faults.append((f"dato{at}", str(error)))
        return None, faults
    if faults:
        return None, faults
    ground, reason = ("", "") if opens else (texts["hjemmel"], texts["grunn"])
    return Decision(audience, opens, texts["hvem"], day, ground, reason), []


def _report_page(
    session: Session, report: Report, audience: ReportAudience, typed: dict[str, str], faults: Faults
) -> str:
    if report.state is not ReportState.FROZEN:
        abort(404)
    rights = report_rights(session, current_user)
    edits = may_edit_card(session, current_user, report.unit_id)
    correction = readable_correction(session, rights, report)
    version = version_of(session, report, audience, correction)
    content = version.content
    chosen_language = language()
    # The whole page is in the language that the report was frozen in.
    use_language(content.language)
    today: dt.date = municipal_day()
    return render_template(
        "reports/snapshots/report.html",
        report=report,
        version=version,
        content=content,
        audience=audience,
        versions=rights.versions(report),
        correction=correction,
        edits=edits,
        can_be_open=may_be_open(session, report),
        decided=DECIDED,
        standing={each: standing_decision(report, each) for each in DECIDED},
        typed=typed or {"dato": short_date(today)},
        faults=faults,
        colours=status_words(),
        kind=kind_words(report.kind),
        period=period_words(report.year, report.part),
        other_language=chosen_language != content.language,
        uses_messages=True,
    )
