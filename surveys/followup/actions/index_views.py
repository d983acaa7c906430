"""The list of plans, and the actions of all of them in one list."""

from flask import render_template, request
from flask_login import current_user

from surveys.access.permissions import requires
from surveys.actions.chain import adoption
from surveys.actions.rights import PLAN_READERS
from surveys.actions.texts import done_words, status_words
from surveys.followup.actions.across_units import (
    ActionSelection,
    actions_across,
    asked_selection,
    selection_words,
)
from surveys.followup.actions.adoption import plan_rows
from surveys.followup.actions.blueprint import blueprint
from surveys.platform import database
from surveys.platform.clock import municipal_day


@blueprint.get("/planer")
@requires(*PLAN_READERS)
def index() -> str:
    selection = asked_selection(request.args.get("vis", ""))
    if selection is not None:
        return _actions(selection)
    rows = plan_rows(database.session(), current_user, municipal_day())
    states = [row.chain for row in rows if row.chain is not None]
    return render_template(
        "followup/actions/index.html", rows=rows, adoption=adoption(states) if states else None
    )


def _actions(selection: ActionSelection) -> str:
    actions = actions_across(database.session(), current_user, municipal_day())
    return render_template(
        "followup/actions/across_units.html",
        actions=[each for each in actions if each.is_in(selection)],
        selection=selection,
        selections=selection_words(actions),
        words=status_words(),
        done=done_words(),
    )
