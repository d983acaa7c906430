"""«Personvern»: the record of processing, the impact assessment and access reports, on paper and as files."""

from collections.abc import Mapping
from typing import Final

from flask import Response, abort, current_app, render_template, request, url_for
from flask_login import current_user

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, require_unit, requires
from surveys.hr.accounts.queries import find_known, known_accounts
from surveys.hr.privacy import retention_views
from surveys.hr.privacy.access_request import access_report
from surveys.hr.privacy.account_report import account_report
from surveys.hr.privacy.blueprint import blueprint
from surveys.hr.privacy.configuration import processing_facts
from surveys.hr.privacy.documents import PrivacyDocument, document_csv
from surveys.hr.privacy.impact_assessment import impact_assessment
from surveys.hr.privacy.people import found_people
from surveys.hr.privacy.record_of_processing import record_of_processing
from surveys.hr.privacy.traces import note_report_on_account, note_report_on_person
from surveys.organisation.models import Person
from surveys.platform import database
from surveys.platform.clock import municipal_day

__all__ = ["blueprint", "retention_views"]

FORMS: Final = ("html", "csv")


@blueprint.get("/personvern")
@requires(*HR_ROLES)
def index() -> str:
    """The documents, and whom an access report can be made for."""
    session = database.session()
    search = request.args.get("sok", "").strip()
    units = granted_units(session, current_user, *HR_ROLES)
    people = found_people(session, search, units) if search else []
    accounts = known_accounts(session, current_user.account, search) if search else []
    return render_template("hr/privacy/index.html", search=search, people=people, accounts=accounts)


@blueprint.get("/personvern/<any(protokoll, dpia):document_name>")
@requires(*HR_ROLES)
def document(document_name: str) -> str:
    files = {form: url_for("privacy.document_file", document_name=document_name, form=form) for form in FORMS}
    return _page(_document(document_name), files)


@blueprint.get("/personvern/<any(protokoll, dpia):document_name>.<any(csv, html):form>")
@requires(*HR_ROLES)
def document_file(document_name: str, form: str) -> Response:
    return _file(_document(document_name), document_name, form)


@blueprint.get("/personvern/innsyn/<int:person_id>")
@requires(*HR_ROLES)
def access_page(person_id: int) -> str:
    files = {form: url_for("privacy.access_file", person_id=person_id, form=form) for form in FORMS}
    return _page(_report_on_person(_person(person_id)), files)


@blueprint.get("/personvern/innsyn/<int:person_id>.<any(csv, html):form>")
@requires(*HR_ROLES)
def access_file(person_id: int, form: str) -> Response:
    person = _person(person_id)
    return _file(_report_on_person(person), f"innsyn-{person.employee_number}", form)


@blueprint.get("/personvern/innsyn/bruker/<int:account_id>")
@requires(*HR_ROLES)
def account_access_page(account_id: int) -> str:
    files = {form: url_for("privacy.account_access_file", account_id=account_id, form=form) for form in FORMS}
    return _page(_report_on_account(account_id), files)


@blueprint.get("/personvern/innsyn/bruker/<int:account_id>.<any(csv, html):form>")
@requires(*HR_ROLES)
def account_access_file(account_id: int, form: str) -> Response:
    return _file(_report_on_account(account_id), f"innsyn-bruker-{account_id}", form)


def _report_on_person(person: Person) -> PrivacyDocument:
    """Nobody reads a report without a trace of it."""
    session = database.session()
    note_report_on_person(session, person)
    session.commit()
    return access_report(session, person)


def _report_on_account(account_id: int) -> PrivacyDocument:
    session = database.session()
    account = find_known(session, current_user.account, account_id)
    if account is None:
        abort(404)
    note_report_on_account(session, account)
    session.commit()
    return account_report(session, current_user.account, account)


def _document(name: str) -> PrivacyDocument:
    facts = processing_facts(database.session(), current_app.config["SETTINGS"])
    return record_of_processing(facts) if name == "protokoll" else impact_assessment(facts)


def _person(person_id: int) -> Person:
    found = database.session().get(Person, person_id)
    if found is None:
        abort(404)
    require_unit(found.unit_id, *HR_ROLES)
    return found


def _page(shown: PrivacyDocument, files: Mapping[str, str]) -> str:
    """files: form → where the same is taken out as a file."""
    return render_template("hr/privacy/document.html", document=shown, files=files, today=municipal_day())


def _file(shown: PrivacyDocument, name: str, form: str) -> Response:
    """A table for a spreadsheet, or a page that a word processor opens."""
    content = (
        document_csv(shown)
        if form == "csv"
        else render_template("hr/privacy/file.html", document=shown, today=municipal_day())
    )
    safe = "".join(letter for letter in name if letter.isalnum() or letter == "-")
    return Response(
        content,
        mimetype=f"text/{form}",
        headers={
            "Content-Disposition": f'attachment; filename="{safe}-{municipal_day().isoformat()}.{form}"'
        },
    )
