"""HR's page about units that were renamed, moved, merged or split: what each came from."""

import datetime as dt
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import granted_units, requires
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.hr.organisation.forms import SHARES, WHOLE, SuccessionForm
from surveys.organisation.living import has_ended
from surveys.organisation.models import Succession, SuccessionKind, Unit
from surveys.organisation.stating_succession import SuccessionError, state, take_back
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import alphabetical
from surveys.platform.texts import _

blueprint = Blueprint("organisation", __name__)


@dataclass(frozen=True)
class StatedSuccession:
    """One statement in words."""

    id: int
    words: str
    on: dt.date


@blueprint.context_processor
def messages() -> dict[str, bool]:
    """The page shows what was done."""
    return {"uses_messages": True}


@blueprint.get("/organisasjon/endringer")
@requires(*HR_ROLES)
def changes() -> str:
    """What has been stated, the newest first, and the form."""
    session = database.session()
    form = _form(session)
    return _page(session, form)


@blueprint.post("/organisasjon/endringer")
@requires(*HR_ROLES)
def state_change() -> Response | tuple[str, int]:
    """Writes a statement. One that cannot be true says why, and nothing is changed."""
    session = database.session()
    form = _form(session)
    if not form.validate_on_submit() or form.day is None:
        return _page(session, form), 422
    predecessor, successor = (
        session.get_one(Unit, int(field.data)) for field in (form.predecessor, form.successor)
    )
    try:
        state(
            session,
            predecessor,
            successor,
            form.day,
            whole=form.share.data == WHOLE,
            existed=_existed_before(session, successor, form.day),
        )
        session.commit()
    except SuccessionError as error:
        session.rollback()
        form.predecessor.errors = [str(error)]
        return _page(session, form), 422
    flash(_("Endringen er lagret. Den gjelder fra neste gang resultater frigis."))
    return redirect(url_for("organisation.changes"))


@blueprint.post("/organisasjon/endringer/<int:number>/angre")
@requires(*HR_ROLES)
def take_change_back(number: int) -> Response:
    """Takes a statement back. What is released stays as it is."""
    session = database.session()
    found = session.get(Succession, number)
    if found is None:
        abort(404)
    if not {found.predecessor_id, found.successor_id} <= granted_units(session, current_user, *HR_ROLES):
        abort(403)
    take_back(session, found)
    session.commit()
    flash(_("Endringen er angret. Resultater som er frigitt, blir stående."))
    return redirect(url_for("organisation.changes"))


def _form(session: Session) -> SuccessionForm:
    """With the units of the reader, by name; those that have ended too, and say so."""
    form = SuccessionForm()
    own = session.scalars(
        select(Unit).where(Unit.id.in_(granted_units(session, current_user, *HR_ROLES)))
    ).all()
    ordered = sorted(own, key=lambda unit: (alphabetical(unit.name), unit.code))
    choices = [("", _("Velg en enhet")), *((str(unit.id), _named(unit)) for unit in ordered)]
    form.successor.choices = form.predecessor.choices = choices
    if not form.is_submitted():
        form.on.data = municipal_day().isoformat()
    return form


def _named(unit: Unit) -> str:
    if has_ended(unit, municipal_day()):
        return _("%(name)s (%(code)s, avsluttet)", name=unit.name, code=unit.code)
    return f"{unit.name} ({unit.code})"


def _existed_before(session: Session, unit: Unit, on: dt.date) -> bool:
    """Whether the unit was in a survey that opened before the day."""
    found = select(SurveyUnit.unit_id).join(Survey, Survey.id == SurveyUnit.survey_id)
    return (
        session.scalar(found.where(SurveyUnit.unit_id == unit.id, Survey.opens_on < on).limit(1)) is not None
    )


def _page(session: Session, form: SuccessionForm) -> str:
    return render_template("hr/organisation/changes.html", form=form, shares=SHARES, told=_told(session))


def _told(session: Session) -> list[StatedSuccession]:
    """Statements about the reader's units."""
    units = granted_units(session, current_user, *HR_ROLES)
    before, after = aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(Succession, before, after)
        .join(before, before.id == Succession.predecessor_id)
        .join(after, after.id == Succession.successor_id)
        .where(Succession.predecessor_id.in_(units), Succession.successor_id.in_(units))
        .order_by(Succession.on.desc(), Succession.id)
    )
    return [
        StatedSuccession(stated.id, _words(stated.kind, old, new), stated.on) for stated, old, new in rows
    ]


def _words(kind: SuccessionKind, old: Unit, new: Unit) -> str:
    said = {
        SuccessionKind.RENAMED: _("%(new)s er %(old)s med ny kode."),
        SuccessionKind.MOVED: _("%(new)s er %(old)s, som er flyttet og har fått ny kode."),
        SuccessionKind.MERGED: _("%(old)s er slått sammen inn i %(new)s."),
        SuccessionKind.SPLIT: _("%(new)s er en del av det som var %(old)s."),
    }
    return str(said[kind] % {"new": _named(new), "old": _named(old)})
