"""«Oppbevaring»: what is kept, for how long, what would be deleted, and deleting it now."""

from flask import abort, current_app, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES, Role
from surveys.access.permissions import granted_units, requires
from surveys.audit.trail import on_behalf_of
from surveys.hr.privacy.blueprint import blueprint
from surveys.hr.retention.deleting import delete_what_is_due, retention_plans
from surveys.hr.retention.texts import due_words, kept_by_design, plan_words, setting_of
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.texts import _, ngettext


@blueprint.get("/personvern/oppbevaring")
@requires(*HR_ROLES)
def retention() -> str:
    plans = retention_plans(database.session(), current_app.config["SETTINGS"])
    return render_template(
        "hr/privacy/retention.html",
        rules=[(plan, plan_words(plan), due_words(plan), setting_of(plan)) for plan in plans],
        due=sum(plan.due.rows - plan.due.waiting for plan in plans),
        kept=kept_by_design(),
        may_delete=_administers_all(),
        uses_messages=True,
    )


@blueprint.post("/personvern/oppbevaring/slett")
@requires(Role.ADMINISTRATOR)
def delete_now() -> Response:
    """What the worker would do tonight."""
    if not _administers_all():
        abort(403)
    account_id = current_user.id
    # The rules have transactions of their own: this request's must not hold the write lock.
    database.session().rollback()
    with on_behalf_of(account_id):
        done = delete_what_is_due(database.database(), current_app.config["SETTINGS"])
    rows = sum(done.values())
    flash(
        ngettext("%(num)s rad er slettet.", "%(num)s rader er slettet.", rows)
        if rows
        else _("Ingenting å slette.")
    )
    return redirect(url_for("privacy.retention"))


def _administers_all() -> bool:
    """What is deleted is the whole municipality's."""
    session = database.session()
    tops = set(session.scalars(select(Unit.id).where(Unit.parent_id.is_(None))))
    return tops <= granted_units(session, current_user, Role.ADMINISTRATOR)
