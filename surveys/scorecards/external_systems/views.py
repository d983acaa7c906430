"""The page where links to other systems are kept."""

from collections.abc import Mapping, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from surveys.access.card_rights import CARD_EDITORS
from surveys.access.permissions import granted_units, requires
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _
from surveys.scorecards.external_systems.models import ExternalSystem
from surveys.scorecards.external_systems.systems import (
    MOST_ADDRESS,
    MOST_NAME,
    address_fault,
    name_fault,
)
from surveys.scorecards.models import Indicator, Scorecard, ScorecardLine
from surveys.scorecards.views import blueprint


@blueprint.get("/kortoppsett/systemer")
@requires(*CARD_EDITORS)
def external_systems() -> str:
    """The links of the units whose cards the reader sets up."""
    return _page(database.session(), {}, [])


@blueprint.post("/kortoppsett/systemer")
@requires(*CARD_EDITORS)
def save_external_system() -> str | Response | tuple[str, int]:
    """A link is added, taken away, or put back."""
    session = database.session()
    button, _colon, number = request.form.get("handling", "").partition(":")
    if button in {"fjern", "angre"}:
        _set_removed(session, number, removed=button == "fjern")
    else:
        form = {
            name: request.form.get(name, "").strip() for name in ("enhet", "navn", "adresse", "indikator")
        }
        if faults := _add(session, form):
            return _page(session, form, faults), 422
    session.commit()
    return redirect(url_for("scorecards.external_systems"))


def _set_removed(session: Session, number: str, *, removed: bool) -> None:
    found = session.get(ExternalSystem, int(number)) if number.isdecimal() and len(number) < 10 else None
    if found is None:
        abort(404)
    if found.unit_id not in granted_units(session, current_user, *CARD_EDITORS):
        abort(403)
    found.removed = removed
    if removed:
        audit.record(session, "external_system.removed", found.unit.code, name=found.name)
        flash(_("%(name)s er tatt bort. Trykk «Angre» for å få det tilbake.", name=found.name))
    else:
        audit.record(session, "external_system.added", found.unit.code, name=found.name)
        flash(_("%(name)s er lagt til.", name=found.name))


def _add(session: Session, form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Stores the link, or returns what is wrong with each field."""
    unit = next((each for each in _units(session) if each.code == form["enhet"]), None)
    indicator = next((each for each in _indicators(session) if str(each.id) == form["indikator"]), None)
    faults = [("enhet", _("Velg en enhet."))] if unit is None else []
    faults += [("navn", fault)] if (fault := name_fault(form["navn"])) else []
    faults += [("adresse", fault)] if (fault := address_fault(form["adresse"])) else []
    if unit is None or faults:
        return faults
    session.add(
        ExternalSystem(
            unit_id=unit.id,
            name=form["navn"],
            address=form["adresse"],
            indicator_id=indicator.id if indicator else None,
        )
    )
    audit.record(session, "external_system.added", unit.code, name=form["navn"])
    flash(_("%(name)s er lagt til.", name=form["navn"]))
    return []


def _units(session: Session) -> list[Unit]:
    """The living units whose cards the reader sets up, by name."""
    ids = granted_units(session, current_user, *CARD_EDITORS)
    living = Unit.valid_to.is_(None) | (Unit.valid_to >= municipal_day())
    return sorted(
        session.scalars(select(Unit).where(Unit.id.in_(ids), living)),
        key=lambda each: alphabetical(each.name),
    )


def _indicators(session: Session) -> Sequence[Indicator]:
    """Those that are entered, on the newest cards of those units."""
    ids = granted_units(session, current_user, *CARD_EDITORS)
    lines = (
        select(ScorecardLine.indicator_id)
        .join(Scorecard)
        .where(Scorecard.unit_id.in_(ids), ScorecardLine.until_year.is_(None))
    )
    wanted = select(Indicator).where(Indicator.id.in_(lines), Indicator.questionnaire.is_(None))
    return session.scalars(wanted.order_by(Indicator.code, Indicator.id)).all()


def _page(session: Session, typed: Mapping[str, str], faults: list[tuple[str, str]]) -> str:
    ids = granted_units(session, current_user, *CARD_EDITORS)
    found = session.scalars(
        select(ExternalSystem)
        .where(ExternalSystem.unit_id.in_(ids))
        .options(joinedload(ExternalSystem.unit), joinedload(ExternalSystem.indicator))
        .order_by(ExternalSystem.name, ExternalSystem.id)
    ).all()
    return render_template(
        "scorecards/external_systems.html",
        uses_messages=True,
        systems=[each for each in found if not each.removed],
        removed=[each for each in found if each.removed],
        units=_units(session),
        indicators=_indicators(session),
        typed=typed,
        faults=faults,
        most_name=MOST_NAME,
        most_address=MOST_ADDRESS,
    )
