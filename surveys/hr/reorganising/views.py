"""«Omorganisering»: a plan is put together, explained and saved in one go; and undone in one go."""

import datetime as dt
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from surveys.access.models import HR_ROLES
from surveys.access.permissions import requires
from surveys.audit.models import AuditEntry
from surveys.hr.organisation.tree_queries import own_units
from surveys.hr.organisation.views import blueprint
from surveys.hr.reorganising.carrying_out import REORGANISED, carry_out, is_undone, undo
from surveys.hr.reorganising.explaining import Explanation, explained, tree
from surveys.hr.reorganising.plan import (
    NewUnit,
    PlanStep,
    StepKind,
    as_text,
    created_units,
    from_text,
    unit_names,
)
from surveys.hr.trail.queries import may_see
from surveys.hr.trail.rows import rows
from surveys.organisation.changing_units import UnitChangeError
from surveys.platform import database
from surveys.platform.clock import municipal_day
from surveys.platform.days import typed_day
from surveys.platform.texts import _

Page = Response | tuple[str, int]

MOST_PARTS = 4
"""How many units one is divided in, in one step."""


@dataclass(frozen=True)
class SavedPlan:
    """A reorganisation that was saved. number: of its entry in the trail. when and who: in words."""

    number: int
    steps: tuple[str, ...]
    on: dt.date
    when: str
    who: str
    is_undone: bool


@blueprint.route("/organisasjon/omorganisering", methods=["GET", "POST"])
@requires(*HR_ROLES)
def reorganise() -> Page:
    """The plan so far with what it means. Each press adds or removes a step; the last one saves it all."""
    session = database.session()
    if not FlaskForm().validate_on_submit():
        return _page(session, (), municipal_day()), 200
    wanted = request.form.get("do", "")
    day = municipal_day()
    steps: tuple[PlanStep, ...] = ()
    try:
        steps = from_text(request.form.get("plan", ""))
        day = _day(request.form.get("on", ""))
        if wanted == "save":
            carry_out(session, current_user.account, steps, day)
            session.commit()
            flash(_("Omorganiseringen er lagret. Du kan angre hele planen nederst på siden."))
            return redirect(url_for("organisation.reorganise"))
        after = _changed(steps, wanted)
        explanation = _explain(session, after, day)
    except UnitChangeError as problem:
        session.rollback()
        return _page(session, steps, day, problem=str(problem)), 422
    return _page(session, after, day, explanation), 200


@blueprint.route("/organisasjon/omorganisering/<int:number>/angre", methods=["GET", "POST"])
@requires(*HR_ROLES)
def undo_reorganisation(number: int) -> Page:
    """What undoing means, and then the undoing."""
    session = database.session()
    entry = session.scalar(
        select(AuditEntry).where(
            AuditEntry.id == number, AuditEntry.action == REORGANISED, may_see(session, current_user.account)
        )
    )
    if entry is None:
        abort(404)
    if not FlaskForm().validate_on_submit():
        return _undo_page(entry), 200
    try:
        undo(session, current_user.account, entry)
    except UnitChangeError as problem:
        session.rollback()
        return _undo_page(session.get_one(AuditEntry, number), str(problem)), 409
    session.commit()
    flash(_("Hele planen er angret."))
    return redirect(url_for("organisation.reorganise"))


def _changed(steps: tuple[PlanStep, ...], wanted: str) -> tuple[PlanStep, ...]:
    """The plan after what she pressed: «add-merge» and the like, or «remove-0»."""
    verb, _sep, what = wanted.partition("-")
    if verb == "add" and what in list(StepKind):
        return (*steps, _typed_step(StepKind(what)))
    if verb == "remove" and what.isdecimal():
        return tuple(step for index, step in enumerate(steps) if index != int(what))
    return steps


def _typed_step(kind: StepKind) -> PlanStep:
    """The step as filled in. What is missing is told when the step is tried."""
    prefix = kind.value
    into = [
        NewUnit(
            *(request.form.get(f"{prefix}-{name}-{index}", "").strip() for name in ("code", "name", "type"))
        )
        for index in range(MOST_PARTS)
    ]
    return PlanStep(
        kind,
        tuple(code for code in request.form.getlist(f"{prefix}-units") if code),
        tuple(new for new in into if new.code or new.name),
        request.form.get(f"{prefix}-under", ""),
    )


def _explain(session: Session, steps: tuple[PlanStep, ...], day: dt.date) -> Explanation | None:
    """Tries the plan and takes it back: nothing is saved."""
    if not steps:
        return None
    reader = current_user.account
    old = tree(session, reader, municipal_day())
    outcome = carry_out(session, reader, steps, day)
    session.expire_all()
    found = explained(old, tree(session, reader, municipal_day()), steps, outcome)
    session.rollback()
    return found


def _page(
    session: Session,
    steps: tuple[PlanStep, ...],
    day: dt.date,
    explanation: Explanation | None = None,
    problem: str = "",
) -> str:
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == REORGANISED, may_see(session, current_user.account))
        .order_by(AuditEntry.id.desc())
        .limit(10)
    ).all()
    saved = [
        SavedPlan(
            entry.id,
            tuple(entry.detail["steps"]),
            dt.date.fromisoformat(entry.detail["on"]),
            row.when,
            row.who,
            is_undone(session, entry),
        )
        for row, entry in zip(rows(session, entries), entries, strict=True)
    ]
    units = own_units(session, current_user.account, municipal_day())
    names = unit_names(units, steps)
    typed = _still_typed("" if problem else request.form.get("do", ""))
    return render_template(
        "hr/reorganising/plan.html",
        typed=typed,
        begun={kind.value for kind in StepKind if any(name.startswith(f"{kind}-") for name in typed)},
        steps=[step.words(names) for step in steps],
        created=created_units(steps),
        plan=as_text(steps),
        day=day,
        explanation=explanation,
        problem=problem,
        units=units,
        parts=range(MOST_PARTS),
        saved=saved,
    )


def _still_typed(done: str) -> MultiDict[str, str]:
    """What is filled in and in no step yet: all but the part that was added."""
    added = f"{done.removeprefix('add-')}-" if done.startswith("add-") else None
    return MultiDict(
        (name, value)
        for name, value in request.form.items(multi=True)
        if value and "-" in name and not (added and name.startswith(added))
    )


def _undo_page(entry: AuditEntry, problem: str = "") -> str:
    return render_template("hr/reorganising/undo.html", steps=entry.detail["steps"], problem=problem)


def _day(text: str) -> dt.date:
    """Raises UnitChangeError."""
    found = typed_day(text)
    if found is None:
        raise UnitChangeError(_("Skriv en dato, for eksempel 20.03.2026."))
    return found
