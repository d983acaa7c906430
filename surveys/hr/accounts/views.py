"""«Brukere og tilganger»: HR makes accounts, gives roles for a period, and ends them."""

from collections.abc import Callable

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access import administering
from surveys.access.account_mail import link_address, send_link
from surveys.access.administering import AccountError
from surveys.access.models import HR_ROLES, Account, Grant, Role
from surveys.access.oidc.linking import next_sign_in
from surveys.access.one_time_links import make_link
from surveys.access.permissions import granted_units, requires
from surveys.access.roster import create_leader_account
from surveys.access.texts import role_word
from surveys.hr.accounts.forms import AccountForm, DeputyForm, NewAccountForm, RoleForm
from surveys.hr.accounts.queries import (
    LeaderWithoutAccount,
    find_known,
    grants_to_end,
    has_leaders,
    known_accounts,
    leaders_without_account,
    may_change,
    needs_link,
    roles_to_give,
    units_to_give,
)
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.texts import _, ngettext

blueprint = Blueprint("accounts", __name__)

Page = str | Response | tuple[str, int]


@blueprint.context_processor
def messages() -> dict[str, bool]:
    return {"uses_messages": True}


@blueprint.get("/brukere")
@requires(*HR_ROLES)
def index() -> str:
    """Who has an account, and what to."""
    session = database.session()
    search = request.args.get("sok", "")
    return render_template(
        "hr/accounts/index.html",
        rows=known_accounts(session, current_user.account, search),
        search=search,
        leaders=len(_missing_leaders(session)),
    )


@blueprint.route("/brukere/ny", methods=["GET", "POST"])
@requires(*HR_ROLES)
def create() -> Page:
    """A new account. It has no roles before the reader has given one on the page that follows."""
    form = NewAccountForm()
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return render_template("hr/accounts/create.html", form=form), status
    session = database.session()
    try:
        account = administering.create_account(
            session, form.username.data, form.name.data, form.email.data or ""
        )
    except AccountError as problem:
        session.rollback()
        form.username.errors = [str(problem)]
        return render_template("hr/accounts/create.html", form=form), 422
    session.commit()
    flash(_("Brukeren er laget. Gi en tilgang, og send så lenken for å velge passord."))
    return redirect(url_for("accounts.show", account_id=account.id))


@blueprint.get("/brukere/<int:account_id>")
@requires(*HR_ROLES)
def show(account_id: int) -> str:
    """One account: its roles over time, and what can be done with it."""
    session = database.session()
    return account_page(session, _known(session, account_id))


@blueprint.post("/brukere/<int:account_id>")
@requires(*HR_ROLES)
def change(account_id: int) -> Page:
    """A corrected name or address."""
    session = database.session()
    account = changeable(session, account_id)
    form = AccountForm()
    if not form.validate_on_submit():
        return account_page(session, account, details=form), 422
    return done(
        session,
        account,
        lambda: administering.change_account(session, account, form.name.data, form.email.data or ""),
        _("Endringen er lagret."),
    )


@blueprint.post("/brukere/<int:account_id>/roller")
@requires(*HR_ROLES)
def give_role(account_id: int) -> Page:
    session = database.session()
    account = _known(session, account_id)
    try:
        administering.require_another(current_user.account, account)
    except AccountError as problem:
        return account_page(session, account, str(problem)), 409
    form = _role_form(session)
    if not form.validate_on_submit():
        return account_page(session, account, role_form=form), 422
    unit = session.get_one(Unit, int(form.unit.data))

    def give() -> None:
        administering.give_role(
            session, current_user.account, account, Role(form.role.data), unit, form.period()
        )

    return done(session, account, give, _("Tilgangen er gitt."), form)


@blueprint.post("/brukere/<int:account_id>/roller/<int:grant_id>/avslutt")
@requires(*HR_ROLES)
def end_role(account_id: int, grant_id: int) -> Page:
    session = database.session()
    account = _known(session, account_id)
    grant = _grant_of(account, grant_id)
    return done(
        session,
        account,
        lambda: administering.end_role(session, current_user.account, grant),
        _("Tilgangen er avsluttet."),
    )


@blueprint.post("/brukere/<int:account_id>/stedfortreder")
@requires(*HR_ROLES)
def make_deputy(account_id: int) -> Page:
    """Somebody else has one of the account's roles for a while."""
    session = database.session()
    account = _known(session, account_id)
    form = _deputy_form(session, account)
    if len(form.grant.choices) == 1:
        problem = _("%(name)s har ingen tilgang du kan gi en stedfortreder.", name=account.name)
        return account_page(session, account, problem), 409
    if not form.validate_on_submit():
        return account_page(session, account, deputy_form=form), 422
    chosen = {form.grant.data, form.account.data}
    if not all(value.isdecimal() for value in chosen):
        abort(404)
    grant = _grant_of(account, int(form.grant.data))
    deputy = _known(session, int(form.account.data))

    def give() -> None:
        administering.make_deputy(session, current_user.account, deputy, grant, form.period())

    said = _("%(name)s er stedfortreder.", name=deputy.name)
    return done(session, account, give, said, deputy_form=form)


@blueprint.route("/brukere/ledere", methods=["GET", "POST"])
@requires(*HR_ROLES)
def leaders() -> Page:
    """Accounts for the roster's leaders: who gets one, and then making them."""
    session = database.session()
    missing = _missing_leaders(session)
    if request.method == "GET" or not missing:
        known = has_leaders(session, sorted(granted_units(session, current_user, *HR_ROLES)))
        return render_template("hr/accounts/leaders.html", leaders=missing, has_leaders=known)
    reader = current_user.account
    made = [create_leader_account(session, reader, each.person, each.unit) for each in missing]
    links = [
        (account, make_link(session, account)) for account in made if needs_link(session, reader, account)
    ]
    session.commit()
    unsent = [(account, link_address(token)) for account, token in links if not send_link(account, token)]
    flash(ngettext("%(num)s bruker er laget.", "%(num)s brukere er laget.", len(made)))
    if unsent:
        return render_template("hr/accounts/links.html", links=unsent)
    return redirect(url_for("accounts.index"))


def _missing_leaders(session: Session) -> list[LeaderWithoutAccount]:
    units = sorted(granted_units(session, current_user, *HR_ROLES))
    return leaders_without_account(session, units)


def _known(session: Session, account_id: int) -> Account:
    """The account. Ends the request with 404 when the reader may not know of it."""
    account = find_known(session, current_user.account, account_id)
    if account is None:
        abort(404)
    return account


def changeable(session: Session, account_id: int) -> Account:
    """The same, and 403 when she may know of it and not change it."""
    account = _known(session, account_id)
    if not may_change(session, current_user.account, account):
        abort(403)
    return account


def _grant_of(account: Account, grant_id: int) -> Grant:
    found = next((grant for grant in account.all_grants if grant.id == grant_id), None)
    if found is None:
        abort(404)
    return found


def done(
    session: Session,
    account: Account,
    do: Callable[[], object],
    said: str,
    role_form: RoleForm | None = None,
    deputy_form: DeputyForm | None = None,
) -> Page:
    """Does it and says so; what cannot be done is said on the account's page, and nothing is changed."""
    account_id = account.id
    try:
        do()
    except AccountError as problem:
        session.rollback()
        account = _known(session, account_id)
        page = account_page(session, account, str(problem), role_form, deputy_form=deputy_form)
        return page, 409
    session.commit()
    flash(said)
    return redirect(url_for("accounts.show", account_id=account_id))


def _role_form(session: Session) -> RoleForm:
    form = RoleForm()
    reader = current_user.account
    form.role.choices = [("", _("Velg en rolle"))] + [
        (role.value, role_word(role)) for role in roles_to_give(session, reader)
    ]
    form.unit.choices = [("", _("Velg en enhet"))] + [
        (str(unit.id), f"{unit.name} ({unit.code})") for unit in units_to_give(session, reader)
    ]
    return form


def _deputy_form(session: Session, account: Account) -> DeputyForm:
    form = DeputyForm(prefix="deputy")
    reader = current_user.account
    mine = [grant for grant, may_end in grants_to_end(session, reader, account) if may_end]
    form.grant.choices = [("", _("Velg en rolle"))] + [
        (str(grant.id), f"{role_word(grant.role)}, {grant.unit.name}") for grant in mine
    ]
    others = [row.account for row in known_accounts(session, reader) if row.account.active]
    form.account.choices = [("", _("Velg en bruker"))] + [
        (str(other.id), f"{other.name} ({other.username})")
        for other in others
        if other.id not in {account.id, reader.id}
    ]
    return form


def account_page(
    session: Session,
    account: Account,
    problem: str = "",
    role_form: RoleForm | None = None,
    *,
    details: AccountForm | None = None,
    deputy_form: DeputyForm | None = None,
) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    reader = current_user.account
    return render_template(
        "hr/accounts/show.html",
        account=account,
        is_own=account.id == reader.id,
        may_change=may_change(session, reader, account),
        grants=grants_to_end(session, reader, account),
        today=municipal_day(),
        problem=problem,
        details=details or AccountForm(formdata=None, obj=account),
        role_form=role_form or _role_form(session),
        deputy_form=deputy_form or _deputy_form(session, account),
        next_sign_in=next_sign_in(session, settings, account),
        is_other_provider=account.oidc_issuer not in {None, settings.oidc_issuer},
        typed_subject=request.form.get("subject"),
    )
