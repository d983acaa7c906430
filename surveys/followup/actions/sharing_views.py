"""Sharing an action with units of the same type: written, looked at as others will see it, shared and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.actions.models import MOST_CHARACTERS
from surveys.actions.queries import StandingAction
from surveys.actions.sharing import (
    OthersPractice,
    PracticeText,
    can_be_shared,
    must_be_named,
    share,
    sharing_of,
    telling_fault,
    withdraw_sharing,
)
from surveys.followup.actions.blueprint import asked_action, asked_standing, asked_unit, blueprint
from surveys.followup.actions.sharing_subjects import subject_of_action, units_to_tell
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.explained import MovedOnError
from surveys.platform.free_texts import text_fault, written
from surveys.platform.messages import flash_at
from surveys.platform.texts import _

Page = str | Response | tuple[str, int]

WITH_NAME, WITHOUT_NAME = "ja", "nei"


@dataclass(frozen=True)
class TypedPractice:
    """faults: id of the field → what is wrong there. text: when nothing is."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    text: PracticeText | None = None


@blueprint.get("/planer/<unit_code>/<int:action_id>/del")
@requires(Role.LEADER)
def sharing(unit_code: str, action_id: int) -> Page:
    session = database.session()
    unit, standing = _asked(session, unit_code, action_id)
    return _form_page(session, unit, standing, TypedPractice(_first_fields(session, standing), {}))


@blueprint.post("/planer/<unit_code>/<int:action_id>/del")
@requires(Role.LEADER)
def share_action(unit_code: str, action_id: int) -> Page:
    """Shown as others will see it, until the leader says that it is to be shared."""
    session = database.session()
    unit, standing = _asked(session, unit_code, action_id)
    typed = _read(session, unit, standing)
    wants = request.form.get("steg", "")
    if typed.text is None:
        return _form_page(session, unit, standing, typed), 422
    if wants == "endre":
        return _form_page(session, unit, standing, typed)
    if wants != "del":
        return _preview_page(session, unit, standing, typed.text)
    theme = subject_of_action(session, standing).about.theme
    if share(session, unit, standing, theme, typed.text, current_user):
        session.commit()
    said = flash_at(f"tiltak-{action_id}", _("Tiltaket er delt. Du kan slutte å dele det når du vil."))
    return redirect(url_for("plans.show", unit_code=unit_code, _anchor=said))


@blueprint.post("/planer/<unit_code>/<int:action_id>/del/trekk")
@requires(Role.LEADER)
def stop_sharing(unit_code: str, action_id: int) -> Response:
    """Also of an action that is no longer in the plan."""
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    action = asked_action(session, unit, action_id)
    if withdraw_sharing(session, unit, action, current_user.name):
        session.commit()
    said = flash_at(f"tiltak-{action_id}", _("Tiltaket er ikke delt lenger."))
    return redirect(url_for("plans.show", unit_code=unit_code, _anchor=said))


def _asked(session: Session, unit_code: str, action_id: int) -> tuple[Unit, StandingAction]:
    """404 when it cannot be shared, or there is nobody to share it with."""
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    if not can_be_shared(standing) or not _readers(session, unit, standing):
        raise MovedOnError(
            _("Tiltaket kan ikke deles nå"),
            _("Et tiltak kan deles når det er vurdert, og en annen enhet av samme type kan ha nytte av det."),
            _("Se planen"),
            url_for("plans.show", unit_code=unit_code),
        )
    return unit, standing


def _readers(session: Session, unit: Unit, standing: StandingAction) -> Sequence[Unit]:
    return units_to_tell(session, unit, subject_of_action(session, standing).about, municipal_day())


def _first_fields(session: Session, standing: StandingAction) -> dict[str, str]:
    """What is shared now, else what the plan says. The unit's name is never chosen beforehand."""
    shared = sharing_of(session, [standing.id]).get(standing.id)
    if shared is not None:
        return {"hva": shared.what, "sett": shared.saw, "navn": WITH_NAME if shared.named else WITHOUT_NAME}
    given = standing.evaluation
    return {"hva": standing.version.what, "sett": given.words if given else "", "navn": ""}


def _read(session: Session, unit: Unit, standing: StandingAction) -> TypedPractice:
    fields = {name: written(request.form.get(name, "")) for name in ("hva", "sett", "navn")}
    named = fields["navn"] == WITH_NAME
    faults = {}
    if not fields["hva"]:
        faults["hva"] = _("Skriv hva dere gjorde.")
    if not fields["sett"]:
        faults["sett"] = _("Skriv hva dere så.")
    for field in ("hva", "sett"):
        fault = text_fault(_("Teksten"), fields[field]) or telling_fault(
            session, unit, fields[field], named=named
        )
        if fault:
            faults[field] = fault
    if fields["navn"] not in {WITH_NAME, WITHOUT_NAME}:
        faults["navn"] = _("Velg om navnet på enheten skal vises.")
    elif not named and must_be_named(_readers(session, unit, standing)):
        faults["navn"] = _("Bare én enhet til kan se det, og den skjønner hvem som deler.")
    if faults:
        return TypedPractice(fields, {name: faults[name] for name in fields if name in faults})
    return TypedPractice(fields, {}, PracticeText(fields["hva"], fields["sett"], named))


def _form_page(session: Session, unit: Unit, standing: StandingAction, typed: TypedPractice) -> str:
    readers = _readers(session, unit, standing)
    return render_template(
        "followup/actions/sharing.html",
        unit=unit,
        standing=standing,
        typed=typed,
        readers=len(readers),
        is_theme=subject_of_action(session, standing).about.theme is not None,
        only_named=must_be_named(readers),
        is_shared=bool(sharing_of(session, [standing.id])),
        most=MOST_CHARACTERS,
    )


def _preview_page(session: Session, unit: Unit, standing: StandingAction, text: PracticeText) -> str:
    return render_template(
        "followup/actions/sharing_preview.html",
        unit=unit,
        standing=standing,
        text=text,
        subject=subject_of_action(session, standing).title,
        practice=OthersPractice(text.what, text.saw, unit.name if text.named else ""),
        readers=len(_readers(session, unit, standing)),
    )
