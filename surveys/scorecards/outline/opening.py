"""What the set-up pages have in common: the version in the address, and who may open it."""

from flask import abort, flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.card_rights import may_approve_card, may_edit_card
from surveys.organisation.models import Unit
from surveys.platform.explained import MovedOnError
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _
from surveys.scorecards.models import Scorecard
from surveys.scorecards.outline.drafts import undo
from surveys.scorecards.outline.models import CardVersion, VersionState


def opened_version(session: Session, version_id: int) -> CardVersion:
    """For whoever edits or approves the card: 404 without one, 403 for others."""
    # Two who send at once come one after the other: the second sees what the first did. SQLite has it so anyway.
    version = session.get(CardVersion, version_id, with_for_update=request.method == "POST")
    if version is None:
        raise MovedOnError(
            _("Utkastet er ikke her lenger"),
            _("Det er slettet. Det som er godkjent, er fortsatt i bruk."),
            _("Se kortene"),
            url_for("scorecards.setup_index"),
        )
    if not may_approve_card(session, current_user, version.unit_id):
        abort(403)
    return version


def edited_version(session: Session, version_id: int) -> CardVersion:
    """For whoever edits the card."""
    version = opened_version(session, version_id)
    if not may_edit_card(session, current_user, version.unit_id):
        abort(403)
    return version


def edited_card(session: Session, card_id: int) -> Scorecard:
    card = session.get(Scorecard, card_id)
    if card is None:
        abort(404)
    if not may_edit_card(session, current_user, card.unit_id):
        abort(403)
    return card


def in_use(version: CardVersion) -> Response | None:
    """The way on from a page that changes drafts, for a version that is approved; None for a draft."""
    if version.state is VersionState.DRAFT:
        return None
    flash(_("Kortet er godkjent for %(year)s og i bruk. Det kan ikke endres her.", year=version.year))
    return redirect(url_for("scorecards.edit_outline", version_id=version.id))


def step_of_page(version: CardVersion) -> int:
    """How many changes had been made when the page that is being sent was made."""
    typed = request.form.get("steg", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else version.steps_taken


def undo_named_step(session: Session, version: CardVersion, made_from: int) -> None:
    """Takes back the change that the button named: not one that somebody else has made since. Says what it did."""
    if made_from != version.steps_taken:
        flash(
            _(
                "Utkastet er endret etter at du åpnet siden, og ingenting er angret. Se over det og prøv igjen."
            )
        )
    elif words := undo(session, version, current_user):
        flash(_("Angret: %(words)s", words=words))


def unit_types(session: Session) -> list[str]:
    """Every type of unit there is, by name."""
    return sorted(filter(None, session.scalars(select(Unit.type).distinct())), key=alphabetical)
