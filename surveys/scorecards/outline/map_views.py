"""The page of a draft's strategy map, where links are made, given a reason and removed."""

from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS, CARD_ROLES, may_edit_card
from surveys.access.permissions import requires
from surveys.platform import database
from surveys.platform.free_texts import written
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.scorecards.card_plans import MOST_REASON_CHARACTERS, reason_fault
from surveys.scorecards.outline.drafts import DraftError, last_step, outline_of, take_step
from surveys.scorecards.outline.map_editing import linked, map_of_outline, unlinked
from surveys.scorecards.outline.models import CardVersion, VersionState
from surveys.scorecards.outline.nodes import CardOutline, OutlineLink, OutlineNode, reworded
from surveys.scorecards.outline.opening import edited_version, opened_version, step_of_page, undo_named_step
from surveys.scorecards.strategy_map.drawing import drawn
from surveys.scorecards.views import blueprint


@dataclass(frozen=True)
class _Typed:
    """What was typed in the form for a link. faults: (field, what is wrong with it)."""

    cause: str = ""
    effect: str = ""
    why: str = ""
    faults: tuple[tuple[str, str], ...] = ()


@blueprint.get("/kortoppsett/<int:version_id>/strategikart")
@requires(*CARD_ROLES)
def draft_map(version_id: int) -> str:
    """The map of a draft, to be edited, or of an approved version."""
    session = database.session()
    return _draft_page(session, opened_version(session, version_id), _Typed())


@blueprint.post("/kortoppsett/<int:version_id>/strategikart")
@requires(*CARD_EDITORS)
def save_map(version_id: int) -> str | Response | tuple[str, int]:
    """A link is added, given another reason or removed, or the last change is taken back."""
    session = database.session()
    version = edited_version(session, version_id)
    button, _colon, ends = request.form.get("handling", "").partition(":")
    try:
        if button == "angre":
            undo_named_step(session, version, step_of_page(version))
        elif button == "fjern":
            _remove(session, version, ends)
        else:
            typed = _add(session, version)
            if typed.faults:
                return _draft_page(session, version, typed), 422
        session.commit()
    except DraftError as error:
        flash(str(error))
    return redirect(url_for("scorecards.draft_map", version_id=version_id))


def _remove(session: Session, version: CardVersion, ends: str) -> None:
    """ends: «3-7». What somebody else removed meanwhile changes nothing."""
    outline = outline_of(version)
    link = next((each for each in outline.links if "{}-{}".format(*each.ends) == ends), None)
    if link is None:
        return
    words = _("Fjernet lenken %(name)s", name=_name(outline, link))
    take_step(session, version, current_user, unlinked(outline, link.ends), words)
    flash(_("%(words)s. Trykk «Angre» for å få det tilbake.", words=words))


def _add(session: Session, version: CardVersion) -> _Typed:
    """Stores the link, when nothing is wrong with it."""
    outline = outline_of(version)
    goals = {str(goal.id): goal for goal in outline.goals()}
    form = request.form
    typed = _Typed(form.get("fra", ""), form.get("til", ""), written(form.get("hvorfor", "")))
    if faults := _faults(goals, typed):
        return replace(typed, faults=tuple(faults))
    link = OutlineLink(int(typed.cause), int(typed.effect), reworded({}, typed.why))
    changed = linked(outline, link)
    words = (
        _("Lenket %(name)s", name=_name(outline, link))
        if len(changed.links) > len(outline.links)
        else _("Ny begrunnelse for %(name)s", name=_name(outline, link))
    )
    take_step(session, version, current_user, changed, words)
    flash(f"{words}.")
    return typed


def _faults(goals: dict[str, OutlineNode], typed: _Typed) -> list[tuple[str, str]]:
    faults = []
    if typed.cause not in goals:
        faults.append(("fra", _("Velg målet som fører til noe.")))
    if typed.effect not in goals:
        faults.append(("til", _("Velg målet det fører til.")))
    elif typed.effect == typed.cause:
        faults.append(("til", _("Velg et annet mål: et mål kan ikke føre til seg selv.")))
    if fault := reason_fault(typed.why):
        faults.append(("hvorfor", fault))
    return faults


def _name(outline: CardOutline, link: OutlineLink) -> str:
    """«M1 → B1»."""
    names = {goal.id: goal.code or localised(goal.title) or _("uten navn") for goal in outline.goals()}
    return f"{names[link.cause]} → {names[link.effect]}"


def _draft_page(session: Session, version: CardVersion, typed: _Typed) -> str:
    outline = outline_of(version)
    is_draft = version.state is VersionState.DRAFT
    picture = map_of_outline(outline)
    return render_template(
        "scorecards/strategy_map/edit.html",
        version=version,
        outline=outline,
        goals=outline.goals(),
        picture=picture,
        drawing=drawn(picture),
        is_draft=is_draft,
        may_edit=is_draft and may_edit_card(session, current_user, version.unit_id),
        last=last_step(session, version),
        typed=typed,
        most=MOST_REASON_CHARACTERS,
        uses_messages=True,
    )
