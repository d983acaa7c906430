"""The plan of a unit: one page for the wall and the phone, and the forms that change it."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.access.models import Role
from surveys.access.permissions import requires
from surveys.actions.following import offered_by_split, unit_actions
from surveys.actions.models import MOST_CHARACTERS, ActionStatus, ActionVersion, PlanAction
from surveys.actions.queries import StandingAction, ticks_of
from surveys.actions.rights import PLAN_READERS, may_edit_plan, may_tick_plan
from surveys.actions.sharing import (
    PracticeSubject,
    SharedTheme,
    can_be_shared,
    practices_of_others,
    sharing_of,
)
from surveys.actions.texts import aim_words, done_words, status_words
from surveys.actions.writing import (
    PlanChangedMeanwhileError,
    add_action,
    change_action,
    set_status,
    tick_plan,
    withdraw_version,
)
from surveys.followup.actions.blueprint import (
    asked_action,
    asked_standing,
    asked_unit,
    blueprint,
    number_of_page,
)
from surveys.followup.actions.calendar_file import plan_calendar
from surveys.followup.actions.focus import focus_of
from surveys.followup.actions.ideas import ideas_for
from surveys.followup.actions.plan_page import (
    ShownAction,
    UnitPlan,
    came_from,
    shown_actions,
    unit_plan,
    versions_before_taking,
)
from surveys.followup.actions.sharing_subjects import (
    subject_of_action,
    subject_of_indicator,
    units_to_tell,
)
from surveys.followup.actions.themes import ActionChoices, action_choices
from surveys.followup.actions.typed_action import (
    TypedAction,
    empty_fields,
    fields_of,
    read_action,
)
from surveys.organisation.living import has_ended
from surveys.organisation.models import Unit
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.config import Settings
from surveys.platform.free_texts import text_fault, written
from surveys.platform.messages import flash_at
from surveys.platform.texts import _
from surveys.scorecards.external_systems.systems import systems_of


@blueprint.get("/planer/<unit_code>")
@requires(*PLAN_READERS)
def show(unit_code: str) -> str:
    """«Planen vår»: what the unit keeps and improves, who does what, and by when."""
    session = database.session()
    return _plan_page(session, asked_unit(session, unit_code))


@blueprint.get("/planer/<unit_code>/nytt")
@requires(Role.LEADER)
def new_action(unit_code: str) -> str:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    return _form_page(session, unit, TypedAction(_begun(session, unit), {}))


@blueprint.post("/planer/<unit_code>/nytt")
@requires(Role.LEADER)
def add(unit_code: str) -> str | Response | tuple[str, int]:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    typed = _typed(session, unit)
    if typed.text is None:
        return _form_page(session, unit, typed), 422
    action = add_action(session, unit, typed.text, current_user)
    session.commit()
    return _to_action(unit_code, action.id, _("Tiltaket er lagt til i planen."))


@blueprint.get("/planer/<unit_code>/<int:action_id>/endre")
@requires(Role.LEADER)
def edit(unit_code: str, action_id: int) -> str:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    return _form_page(session, unit, TypedAction(fields_of(standing.version), {}), standing)


@blueprint.post("/planer/<unit_code>/<int:action_id>/endre")
@requires(Role.LEADER)
def change(unit_code: str, action_id: int) -> str | Response | tuple[str, int]:
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    typed = _typed(session, unit, standing.version)
    if typed.text is None:
        return _form_page(session, unit, typed, standing), 422
    if number_of_page() != standing.newest_number:
        return _form_page(session, unit, typed, standing, problem=_changed_by(standing)), 409
    try:
        change_action(session, standing.action, typed.text, current_user, standing.newest_number + 1)
    except PlanChangedMeanwhileError:
        # The transaction is rolled back: what the other one stored is read anew.
        again = asked_standing(session, asked_unit(session, unit_code, to_edit=True), action_id)
        return _form_page(session, again.action.unit, typed, again, problem=_changed_by(again)), 409
    session.commit()
    return _to_action(unit_code, action_id, _("Tiltaket er endret."))


@blueprint.post("/planer/<unit_code>/<int:action_id>/status")
@requires(Role.LEADER)
def change_status(unit_code: str, action_id: int) -> str | Response | tuple[str, int]:
    """Started, done, dropped with a reason, or planned again."""
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    standing = asked_standing(session, unit, action_id)
    status = next((each for each in ActionStatus if each.value == request.form.get("status")), None)
    if status is None:
        abort(422)
    reason = written(request.form.get("grunn", "")) if status is ActionStatus.DROPPED else ""
    if fault := _reason_fault(status, reason):
        return _plan_page(session, unit, dropping={action_id: (reason, fault)}), 422
    if number_of_page() == standing.newest_number:
        try:
            set_status(
                session, standing.action, standing.version, status, reason, current_user, number_of_page() + 1
            )
        except PlanChangedMeanwhileError:
            return _to_action(unit_code, action_id, _changed_before_you())
        session.commit()
        said = _("Tiltaket er nå: %(status)s.", status=status_words()[status].lower())
        return _to_action(unit_code, action_id, said)
    return _to_action(unit_code, action_id, _changed_before_you())


@blueprint.post("/planer/<unit_code>/<int:action_id>/angre")
@requires(Role.LEADER)
def undo(unit_code: str, action_id: int) -> Response:
    """Takes the newest change back: the version before counts again, and the first one goes out of the plan."""
    session = database.session()
    unit = asked_unit(session, unit_code, to_edit=True)
    action = asked_action(session, unit, action_id)
    current = _current(action)
    if current is None or str(current.id) != request.form.get("utgave"):
        flash(_("Planen er endret siden du åpnet siden. Ingenting er angret."))
    elif withdraw_version(session, action, current.id, current_user.name):
        session.commit()
        flash(_("Endringen er angret."))
    return redirect(url_for("plans.show", unit_code=unit_code))


@blueprint.get("/planer/<unit_code>/<int:action_id>")
@requires(*PLAN_READERS)
def history(unit_code: str, action_id: int) -> str:
    """Everything that was written of one action, newest first."""
    session = database.session()
    unit = asked_unit(session, unit_code)
    action = asked_action(session, unit, action_id)
    current = _current(action)
    return render_template(
        "followup/actions/history.html",
        unit=unit,
        action=action,
        current=current,
        earlier=versions_before_taking(action),
        may_edit=may_edit_plan(session, current_user, unit.id),
        words=status_words(),
        done=done_words(),
        aims=aim_words(),
        uses_messages=True,
    )


@blueprint.get("/planer/<unit_code>/kalender.ics")
@requires(*PLAN_READERS)
def calendar(unit_code: str) -> Response:
    """The due days of the open actions, for a calendar."""
    session = database.session()
    unit = asked_unit(session, unit_code)
    settings: Settings = current_app.config["SETTINGS"]
    address = settings.base_url.rstrip("/") + url_for("plans.show", unit_code=unit_code)
    actions = unit_actions(session, [unit.id]).get(unit.id, [])
    response = make_response(
        plan_calendar(unit, actions, address, urlsplit(settings.base_url).hostname or "medvirk")
    )
    response.mimetype = "text/calendar"
    response.headers["Content-Disposition"] = f'attachment; filename="plan-{unit.id}.ics"'
    return response


@blueprint.post("/planer/<unit_code>/sett")
@requires(Role.REPRESENTATIVE)
def tick(unit_code: str) -> Response:
    """A representative has read the plan."""
    session = database.session()
    unit = asked_unit(session, unit_code)
    if not may_tick_plan(session, current_user, unit.id):
        abort(403)
    if tick_plan(session, unit, current_user):
        session.commit()
    flash(_("Det står nå i planen at du har sett den."))
    return redirect(url_for("plans.show", unit_code=unit_code))


def _today() -> dt.date:
    return municipal_day()


def _current(action: PlanAction) -> ActionVersion | None:
    return max(
        (each for each in action.versions if each.withdrawn_at is None),
        key=lambda each: each.number,
        default=None,
    )


def _begun(session: Session, unit: Unit) -> dict[str, str]:
    """A new action's fields. About what the staff chose to improve, it has what they will see when it works."""
    kind, _mark, value = request.args.get("om", "").partition("=")
    asked = {kind: value} if kind in {"tema", "indikator"} else {}
    fields = empty_fields({**request.args, **asked})
    focus = focus_of(session, current_user, unit, _today())
    if focus and not fields["tegn"] and focus.improves(fields["tema"]):
        fields["tegn"] = focus.practice[:MOST_CHARACTERS]
    return fields


def _typed(session: Session, unit: Unit, before: ActionVersion | None = None) -> TypedAction:
    asked = request.form.get("tema", "")
    choices = action_choices(session, current_user, unit, _today(), before, asked)
    return read_action(request.form, choices, _today(), before)


def _reason_fault(status: ActionStatus, reason: str) -> str:
    if status is not ActionStatus.DROPPED:
        return ""
    return text_fault(_("Grunnen"), reason) if reason else _("Skriv hvorfor dere dropper tiltaket.")


def _changed_by(standing: StandingAction) -> str:
    return _(
        "%(name)s har endret tiltaket siden du åpnet siden. Endringen din er ikke lagret. Lagrer du nå, gjelder din "
        "tekst, og den andre blir stående i historikken.",
        name=standing.version.author,
    )


def _changed_before_you() -> str:
    return _("Noen andre endret tiltaket før deg. Se hvordan det er nå, og prøv igjen.")


def _to_action(unit_code: str, action_id: int, said: str) -> Response:
    """Back to the action in the plan, where the message is shown."""
    return redirect(url_for("plans.show", unit_code=unit_code, _anchor=flash_at(f"tiltak-{action_id}", said)))


def _plan_page(session: Session, unit: Unit, dropping: Mapping[int, tuple[str, str]] | None = None) -> str:
    plan = unit_plan(session, current_user, unit, _today())
    may_edit = may_edit_plan(session, current_user, unit.id)
    return render_template(
        "followup/actions/plan.html",
        unit=unit,
        plan=plan,
        has_ended=has_ended(unit, _today()),
        may_edit=may_edit,
        sharing=_sharing(session, unit, plan),
        offered=_offered(session, unit) if may_edit else (),
        focus=focus_of(session, current_user, unit, _today()),
        may_tick=may_tick_plan(session, current_user, unit.id),
        ticks=ticks_of(session, unit.id),
        words=status_words(),
        done=done_words(),
        dropping=dropping or {},
        most=MOST_CHARACTERS,
        today=_today(),
        systems=systems_of(session, unit.id),
        uses_messages=True,
    )


def _sharing(session: Session, unit: Unit, plan: UnitPlan) -> Mapping[int, bool]:
    """Action id → whether it is shared now, of those that other units of the same type could learn from."""
    able = [
        each.id
        for group in plan.groups
        for each in group.actions
        if can_be_shared(each.standing)
        and units_to_tell(session, unit, subject_of_action(session, each.standing).about, _today())
    ]
    shared = sharing_of(session, able) if able else {}
    return {each: each in shared for each in able}


def _offered(session: Session, unit: Unit) -> list[ShownAction]:
    """Without scores: they are of the unit that was split, whose results she may have no access to."""
    standing = offered_by_split(session, unit.id)
    return [
        ShownAction(each, "", "", "", None, overdue=False, came_from=came_from(each, unit))
        for each in standing
    ]


def _form_page(
    session: Session,
    unit: Unit,
    typed: TypedAction,
    standing: StandingAction | None = None,
    problem: str = "",
) -> str:
    before = standing.version if standing else None
    choices = action_choices(session, current_user, unit, _today(), before, typed.fields["tema"])
    subject = _subject(session, choices, typed.fields)
    return render_template(
        "followup/actions/form.html",
        unit=unit,
        typed=typed,
        standing=standing,
        theirs=shown_actions(session, current_user, unit, [standing], _today())[0]
        if standing and problem
        else None,
        problem=problem,
        choices=choices,
        ideas=ideas_for(subject.theme.instrument, subject.theme.factor)
        if subject and subject.theme
        else None,
        practices=practices_of_others(session, subject, units_to_tell(session, unit, subject, _today()))
        if subject
        else [],
        aims=aim_words(),
        most=MOST_CHARACTERS,
    )


def _subject(session: Session, choices: ActionChoices, fields: Mapping[str, str]) -> PracticeSubject | None:
    """What ideas are looked up by: the chosen theme, or else the chosen indicator."""
    for theme in choices.themes:
        if theme.value == fields["tema"]:
            return PracticeSubject(SharedTheme(theme.instrument, theme.factor))
    for indicator in choices.indicators:
        if indicator.value == fields["indikator"]:
            return subject_of_indicator(session, indicator.indicator_id)
    return None
