"""The pages where cards are begun, and the outline that is edited in place."""

import datetime as dt
from dataclasses import replace
from typing import Final

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES, may_approve_card, may_edit_card
from surveys.access.permissions import granted_units, requires
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical
from surveys.platform.messages import MESSAGE_ID, flash_at
from surveys.platform.texts import _
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.actions import OutlineAction, OutlineVerb, act, read_action
from surveys.scorecards.outline.card_templates import card_template, card_templates
from surveys.scorecards.outline.drafts import (
    DraftError,
    begin_card,
    begin_version,
    last_step,
    outline_at,
    outline_of,
    take_step,
    throw_away,
)
from surveys.scorecards.outline.faults import MOST_ROWS, has_too_many, outline_faults
from surveys.scorecards.outline.indicator_line import indicator_line
from surveys.scorecards.outline.listing import listed_cards
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.outline.nodes import CardOutline, reworded
from surveys.scorecards.outline.opening import (
    edited_card,
    edited_version,
    opened_version,
    step_of_page,
    undo_named_step,
    unit_types,
)
from surveys.scorecards.outline.pair_choices import pair_choices, pair_lines
from surveys.scorecards.outline.plans import outline_of_plan
from surveys.scorecards.outline.typed_outline import with_typed
from surveys.scorecards.outline.unanswered import rows_without_replies, rows_without_values
from surveys.scorecards.views import blueprint


@blueprint.get("/kortoppsett")
@requires(*CARD_ROLES)
def setup_index() -> str:
    """The cards the reader may set up or approve."""
    session = database.session()
    return render_template(
        "scorecards/outline/index.html",
        cards=listed_cards(session, current_user),
        may_begin=bool(_units(session)),
        edits=lambda unit: may_edit_card(session, current_user, unit.id),
        this_year=municipal_day().year,
        uses_messages=True,
    )


@blueprint.route("/kortoppsett/nytt", methods=["GET", "POST"])
@requires(*CARD_EDITORS)
def new_card() -> str | Response | tuple[str, int]:
    """A new card: for which unit, for which year, and what it begins with."""
    session = database.session()
    units = _units(session)
    this_year = municipal_day().year
    if request.method == "GET":
        typed = {"enhet": request.args.get("enhet", units[0].code if len(units) == 1 else "")}
        return _new_page(session, units, typed | {"ar": str(this_year), "mal": "tomt"}, [])
    form = request.form.to_dict()
    unit = next((each for each in units if each.code == form.get("enhet")), None)
    template = card_template(form.get("mal", ""))
    faults = []
    if unit is None:
        faults.append(("enhet", _("Velg hvilken enhet kortet gjelder for.")))
    if form.get("ar") not in {str(this_year), str(this_year + 1)}:
        faults.append(("ar", _("Velg et år.")))
    if form.get("mal") != "tomt" and template is None:
        faults.append(("mal-tomt", _("Velg hva kortet skal begynne med.")))
    if unit is None or faults:
        return _new_page(session, units, form, faults), 422
    year = int(form["ar"])
    if template is None:
        outline = CardOutline(title=reworded({}, _("Styringskort for %(unit)s", unit=unit.name)))
    else:
        outline = outline_of_plan(template.plan, year)
    outline = replace(outline, extends=form.get("utvider") == "ja")
    version = begin_card(session, current_user, unit, year, outline)
    session.commit()
    return redirect(url_for("scorecards.edit_outline", version_id=version.id))


@blueprint.get("/kortoppsett/<int:version_id>")
@requires(*CARD_ROLES)
def edit_outline(version_id: int) -> str:
    """The whole card as an outline, to be edited while it is a draft."""
    session = database.session()
    return _outline_page(session, opened_version(session, version_id))


@blueprint.post("/kortoppsett/<int:version_id>")
@requires(*CARD_EDITORS)
def save_outline(version_id: int) -> Response:
    """Every button saves what is typed, and does its own thing with it."""
    session = database.session()
    version = edited_version(session, version_id)
    action = read_action(request.form.get("handling", ""))
    try:
        focus = _save(session, version, action)
        session.commit()
    except DraftError as error:
        flash(str(error))
        focus = None
    return redirect(_after(version_id, action, focus))


_REMOVING: Final = frozenset({OutlineVerb.REMOVE, OutlineVerb.TAKE_OUT})
_PAIRING: Final = frozenset({OutlineVerb.PAIR, OutlineVerb.UNPAIR})


def _save(session: Session, version: CardVersion, action: OutlineAction) -> int | None:
    """Stores what was typed, and the button's change as one step of its own. Returns the node to go to."""
    made_from = step_of_page(version)
    page = outline_at(session, version, made_from)
    if action.verb is OutlineVerb.UNDO:
        undo_named_step(session, version, made_from)
    typed = with_typed(outline_of(version), page, request.form)
    take_step(session, version, current_user, typed, _("Endret tekst"))
    if action.verb is OutlineVerb.UNDO:
        return None
    ticked = frozenset(int(each) for each in request.form.getlist("ta-ut") if each.isdecimal())
    chosen = (request.form.get("opplevd", 0, int), request.form.get("malt", 0, int))
    acted = act(typed, action, ticked, chosen)
    changed = take_step(session, version, current_user, acted.outline, acted.words)
    if changed and action.verb in _REMOVING:
        flash(_may_be_undone(acted.words))
    elif changed and action.verb is OutlineVerb.UNPAIR:
        flash_at("par", _may_be_undone(acted.words))
    elif action.verb is OutlineVerb.PAIR:
        flash_at(
            "par",
            acted.words if changed else _("Velg én opplevd og én målt indikator som ikke er et par fra før."),
        )
    elif action.verb is OutlineVerb.SAVE:
        flash(_("Utkastet er lagret."))
    return acted.focus


def _may_be_undone(words: str) -> str:
    return _("%(words)s. Trykk «Angre» for å få det tilbake.", words=words)


def _after(version_id: int, action: OutlineAction, focus: int | None) -> str:
    if action.verb is OutlineVerb.INDICATOR and focus is not None:
        return url_for("scorecards.edit_indicator", version_id=version_id, node_id=focus)
    if action.verb is OutlineVerb.APPROVE:
        return url_for("scorecards.approve_card", version_id=version_id)
    if action.verb is OutlineVerb.UPLOAD:
        return url_for("scorecards.upload_card", version_id=version_id)
    if action.verb in _PAIRING:
        return url_for("scorecards.edit_outline", version_id=version_id, _anchor=MESSAGE_ID)
    if action.verb is OutlineVerb.MAP:
        return url_for("scorecards.draft_map", version_id=version_id)
    if focus is None:
        return url_for("scorecards.edit_outline", version_id=version_id)
    # Without an anchor: browsers give no field the focus of their own accord when the address has one.
    return url_for("scorecards.edit_outline", version_id=version_id, fokus=focus)


@blueprint.post("/kortoppsett/<int:version_id>/slett")
@requires(*CARD_EDITORS)
def delete_draft(version_id: int) -> Response:
    """Throws a draft away. What is approved stays."""
    session = database.session()
    try:
        throw_away(session, edited_version(session, version_id))
        session.commit()
        flash(_("Utkastet er slettet."))
    except DraftError as error:
        flash(str(error))
    return redirect(url_for("scorecards.setup_index"))


@blueprint.post("/kortoppsett/kort/<int:card_id>/utkast")
@requires(*CARD_EDITORS)
def begin_draft(card_id: int) -> Response:
    """A new draft of a card, for this year or the next, as a copy."""
    session = database.session()
    card = edited_card(session, card_id)
    this_year = municipal_day().year
    wanted = request.form.get("ar", "")
    if wanted not in {str(this_year), str(this_year + 1)}:
        abort(400)
    try:
        version = begin_version(session, current_user, card, int(wanted))
        session.commit()
    except DraftError as error:
        flash(str(error))
        return redirect(url_for("scorecards.setup_index"))
    return redirect(url_for("scorecards.edit_outline", version_id=version.id))


def _units(session: Session) -> list[Unit]:
    """The living units the account may set up cards for, by name."""
    today = municipal_day()
    ids = granted_units(session, current_user, *CARD_EDITORS)
    living = select(Unit).where(Unit.id.in_(ids), Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    return sorted(session.scalars(living), key=lambda unit: alphabetical(unit.name))


def _new_page(
    session: Session, units: list[Unit], typed: dict[str, str], faults: list[tuple[str, str]]
) -> str:
    this_year: int = municipal_day().year
    return render_template(
        "scorecards/outline/new.html",
        units=units,
        typed=typed,
        faults=faults,
        years=(this_year, this_year + 1),
        templates=card_templates(),
        any_cards=session.scalar(select(Scorecard.id).limit(1)) is not None,
    )


def _outline_page(session: Session, version: CardVersion) -> str:
    outline = outline_of(version)
    edits = may_edit_card(session, current_user, version.unit_id)
    today: dt.date = municipal_day()
    return render_template(
        "scorecards/outline/outline.html",
        version=version,
        outline=outline,
        is_draft=version.state is VersionState.DRAFT,
        may_begin=edits,
        may_edit=edits and version.state is VersionState.DRAFT,
        may_approve=may_approve_card(session, current_user, version.unit_id),
        faults=outline_faults(outline),
        last=last_step(session, version),
        focus=request.args.get("fokus", type=int),
        too_many=has_too_many(outline),
        most_rows=MOST_ROWS,
        silent=rows_without_values(session, version, outline, today),
        unheard=rows_without_replies(session, current_user, version, outline, today),
        types=unit_types(session),
        pairs=pair_lines(outline),
        choices_of_pairs=pair_choices(outline),
        about_indicator=lambda node: indicator_line(node, outline, version.year),
        uses_messages=True,
    )
