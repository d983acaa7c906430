"""The list of plans."""

from flask import render_template
from flask_login import current_user

from surveys.access.permissions import requires
from surveys.actions.chain import adoption
from surveys.actions.rights import PLAN_READERS
from surveys.followup.actions.adoption import plan_rows
from surveys.followup.actions.blueprint import blueprint
from surveys.platform import database
from surveys.platform.clock import municipal_day


@blueprint.get("/planer")
@requires(*PLAN_READERS)
def index() -> str:
    rows = plan_rows(database.session(), current_user, municipal_day())
    states = [row.chain for row in rows if row.chain is not None]
    return render_template(
        "followup/actions/index.html", rows=rows, adoption=adoption(states) if states else None
    )
