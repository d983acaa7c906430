"""Carrying out a plan, and undoing it whole. Verbs of the caller's transaction.

Each step uses the same verbs as a single change, so the audit trail has each of them; the plan's own entry has what was
before, for undoing.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.administering import Period, give_role, may_give
from surveys.access.models import HR_ROLES, Account, Grant, GrantSource
from surveys.access.permissions import is_granted
from surveys.access.roster import update_leader_roles
from surveys.access.texts import role_word
from surveys.audit import trail as audit
from surveys.audit.models import AuditEntry
from surveys.hr.reorganising.plan import PlanStep, StepKind, name_and_code, unit_names
from surveys.organisation.changing_units import (
    UnitChangeError,
    create_unit,
    end_unit,
    move_unit,
    rename_unit,
)
from surveys.organisation.models import Person, Succession, Unit
from surveys.organisation.stating_succession import SuccessionError, state
from surveys.organisation.unit_histories import LaterChangeError, UnitHistories
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import listed
from surveys.platform.texts import _

REORGANISED = "organisation.reorganised"
UNDONE = "organisation.reorganisation_undone"


@dataclass
class Outcome:
    """What was done, for undoing (by codes and numbers), and the roles that follow or do not, in words."""

    created: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    moved: dict[str, list[str]] = field(default_factory=dict)
    renamed: dict[str, list[list[str]]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    grants: list[int] = field(default_factory=list)
    following: list[str] = field(default_factory=list)
    staying: list[str] = field(default_factory=list)

    def before(self) -> dict[str, Any]:
        """What the audit trail keeps. No names of people: numbers only."""
        return {
            name: getattr(self, name) for name in ("created", "ended", "moved", "renamed", "people", "grants")
        }


def carry_out(session: Session, actor: Account, steps: tuple[PlanStep, ...], on: dt.date) -> Outcome:
    """Every step, from a day that has come. Raises UnitChangeError; the caller rolls back."""
    if not steps:
        raise UnitChangeError(_("Planen er tom. Legg til det som skal skje."))
    if on > municipal_day():
        raise UnitChangeError(_("Planen kan lagres når dagen er kommet. Velg i dag eller en tidligere dag."))
    # By the names from before: a step that is told of afterwards is the one HR put in the plan.
    names = unit_names(session.scalars(select(Unit)), steps)
    words = [step.words(names) for step in steps]
    reorganiser = _Reorganiser(session, actor, on)
    for step, told in zip(steps, words, strict=True):
        reorganiser.take(step, told)
    update_leader_roles(session)
    outcome = reorganiser.outcome
    top = steps[0].into[0].code if steps[0].into and steps[0].into[0].code else steps[0].units[0]
    audit.record(
        session,
        REORGANISED,
        top,
        steps=words,
        on=on.isoformat(),
        before=outcome.before(),
    )
    session.flush()
    return outcome


@dataclass
class _Reorganiser:
    session: Session
    actor: Account
    on: dt.date
    outcome: Outcome = field(default_factory=Outcome)

    def take(self, step: PlanStep, words: str) -> None:
        """Raises UnitChangeError, which names the step when more than what is missing in it is wrong."""
        _require_filled_in(step)
        try:
            self._take(step)
        except UnitChangeError as problem:
            raise UnitChangeError(f"{words}: {problem}") from None

    def _take(self, step: PlanStep) -> None:
        units = [self._unit(code) for code in dict.fromkeys(step.units)]
        match step.kind:
            case StepKind.MERGE:
                self._merge(step, units)
            case StepKind.SPLIT:
                self._split(step, units)
            case StepKind.MOVE:
                self._move(units[0], self._unit(step.under))
            case StepKind.RENAME:
                self._rename(step, units)

    def _merge(self, step: PlanStep, units: list[Unit]) -> None:
        [new] = self._create(step, units[0])
        for unit in units:
            for child in list(unit.children):
                self._move(child, new)
            for person in self.session.scalars(select(Person).where(Person.unit_id == unit.id)):
                self.outcome.people[str(person.id)] = unit.code
                person.unit_id = new.id
            self._roles_follow(unit, new)
            self._end(unit)
            self._state(unit, new, whole=True)

    def _split(self, step: PlanStep, units: list[Unit]) -> None:
        [old] = units
        for new in self._create(step, old):
            self._state(old, new, whole=False)
        for grant in self._grants(old):
            self.outcome.staying.append(_grant_words(grant))
        self._end(old)

    def _rename(self, step: PlanStep, units: list[Unit]) -> None:
        [unit], [new] = units, step.into
        was = [unit.name, unit.type]
        rename_unit(self.session, unit, new.name, new.type, _day_of(self.on, unit))
        first = self.outcome.renamed.setdefault(unit.code, [was])
        self.outcome.renamed[unit.code] = [first[0], [unit.name, unit.type]]

    def _create(self, step: PlanStep, beside: Unit) -> list[Unit]:
        """New units where the old one was."""
        self._require(beside.parent)
        if beside.parent is None:
            raise UnitChangeError(_("Enheten øverst kan bare få nytt navn."))
        made = [
            create_unit(self.session, beside.parent, new.code, new.name, new.type, self.on)
            for new in step.into
        ]
        self.outcome.created += [unit.code for unit in made]
        return made

    def _move(self, unit: Unit, parent: Unit) -> None:
        self._require(unit.parent)
        was = unit.parent.code if unit.parent else ""
        move_unit(self.session, unit, parent, _day_of(self.on, unit, parent))
        first = self.outcome.moved.setdefault(unit.code, [was, ""])
        self.outcome.moved[unit.code] = [first[0], parent.code]

    def _end(self, unit: Unit) -> None:
        self._require(unit.parent)
        self.session.expire(unit, ["children"])
        end_unit(self.session, unit, self.on - dt.timedelta(days=1))
        self.outcome.ended.append(unit.code)

    def _state(self, old: Unit, new: Unit, *, whole: bool) -> None:
        try:
            state(self.session, old, new, self.on, whole=whole)
        except SuccessionError as problem:
            raise UnitChangeError(str(problem)) from None

    def _roles_follow(self, old: Unit, new: Unit) -> None:
        """Roles somebody has given, that the actor may give; the roster's follow the roster by themselves."""
        for grant in self._grants(old):
            account = grant.account
            held = {(each.role, each.unit_id) for each in account.all_grants}
            if grant.source == GrantSource.ROSTER or (grant.role, new.id) in held:
                continue
            may = account.id != self.actor.id and may_give(self.session, self.actor, grant.role, new.id)
            if grant.source != GrantSource.GIVEN or not may:
                self.outcome.staying.append(_grant_words(grant))
                continue
            period = Period(max(self.on, grant.from_day or self.on), grant.to_day)
            given = give_role(
                self.session, self.actor, account, grant.role, new, period, deputy_for=grant.deputy_for
            )
            self.outcome.grants.append(given.id)
            self.outcome.following.append(_grant_words(given))

    def _grants(self, unit: Unit) -> list[Grant]:
        """Those that are not over on the day."""
        grants = self.session.scalars(
            select(Grant)
            .join(Grant.account)
            .where(Grant.unit_id == unit.id, Account.active)
            .order_by(Grant.id)
        )
        return [grant for grant in grants if grant.to_day is None or grant.to_day >= self.on]

    def _unit(self, code: str) -> Unit:
        unit = self.session.scalar(select(Unit).where(Unit.code == code))
        if unit is None:
            raise UnitChangeError(_("Det finnes ingen enhet med koden «%(code)s».", code=code))
        self._require(unit)
        return unit

    def _require(self, unit: Unit | None) -> None:
        if unit is None:
            raise UnitChangeError(_("Enheten øverst kan bare få nytt navn."))
        if not is_granted(self.session, self.actor, unit.id, *HR_ROLES):
            raise UnitChangeError(_("Du er ikke HR for «%(unit)s», og kan ikke endre den.", unit=unit.name))


def _require_filled_in(step: PlanStep) -> None:
    """Raises UnitChangeError when something the step needs is not chosen or written."""
    units, into = len(set(step.units)), len(step.into)
    match step.kind:
        case StepKind.MERGE if units < 2 or into != 1:
            raise UnitChangeError(_("Velg minst to enheter som skal slås sammen, og skriv den nye enheten."))
        case StepKind.SPLIT if units != 1 or into < 2:
            raise UnitChangeError(_("Velg én enhet, og skriv minst to enheter den skal deles i."))
        case StepKind.MOVE if units != 1 or not step.under:
            raise UnitChangeError(_("Velg enheten som skal flyttes, og enheten den skal ligge under."))
        case StepKind.RENAME if units != 1 or into != 1:
            raise UnitChangeError(_("Velg én enhet, og skriv navnet den skal få."))


def _grant_words(grant: Grant) -> str:
    return f"{grant.account.name} ({role_word(grant.role).lower()}, {grant.unit.name})"


def is_undone(session: Session, entry: AuditEntry) -> bool:
    later = session.scalars(select(AuditEntry).where(AuditEntry.action == UNDONE, AuditEntry.id > entry.id))
    return any(each.detail.get("number") == entry.id for each in later)


def undo(session: Session, actor: Account, entry: AuditEntry) -> None:
    """Everything the plan did is as before. Raises UnitChangeError when something has happened since."""
    if is_undone(session, entry):
        raise UnitChangeError(_("Planen er angret fra før."))
    was = entry.detail["before"]
    codes = {*was["created"], *was["ended"], *was["moved"], *was["renamed"]}
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    names = unit_names(units.values(), ())
    for code in codes:
        if code not in units:
            raise _overtaken([code], names)
        if not is_granted(session, actor, units[code].id, *HR_ROLES):
            raise UnitChangeError(
                _("Du er ikke HR for «%(unit)s», og kan ikke endre den.", unit=units[code].name)
            )
    _undo_names_and_parents(session, units, names, was, dt.date.fromisoformat(entry.detail["on"]))
    for code in was["ended"]:
        units[code].valid_to = None
    _undo_people_and_roles(session, units, was)
    created = [units[code].id for code in was["created"]]
    for stated in session.scalars(select(Succession).where(Succession.successor_id.in_(created))):
        session.delete(stated)
    audit.record(session, UNDONE, entry.subject, steps=entry.detail["steps"], number=entry.id)
    session.flush()
    # SQLAlchemy would put the children of a deleted unit at the top of the tree.
    below = select(Unit.code).where(Unit.parent_id.in_(created), Unit.id.not_in(created))
    if left := session.scalars(below).all():
        raise _overtaken(left, names)
    try:
        for code in was["created"]:
            session.delete(units[code])
        session.flush()
    except IntegrityError:
        # A survey, a measurement, a role or somebody new: the unit is in use.
        raise _overtaken(was["created"], names) from None


def _undo_names_and_parents(
    session: Session, units: dict[str, Unit], names: Mapping[str, str], was: dict[str, Any], on: dt.date
) -> None:
    """From the plan's day, so that nothing of it is left in the units' histories."""
    histories = UnitHistories(session)
    try:
        for code, (old, new) in was["renamed"].items():
            if [units[code].name, units[code].type] != new:
                raise _overtaken([code], names)
            name, type_ = old
            histories.change(units[code], _day_of(on, units[code]), name=name, type=type_)
        for code, (old, new) in was["moved"].items():
            parent = units[code].parent
            if parent is None or parent.code != new or old not in units:
                raise _overtaken([code], names)
            histories.change(units[code], _day_of(on, units[code], parent), parent_id=units[old].id)
    except LaterChangeError:
        raise _overtaken([code], names) from None
    session.flush()
    session.expire_all()


def _day_of(on: dt.date, *units: Unit) -> dt.date:
    """The plan's day; for units that are younger, the day they are all there."""
    return max(on, *(unit.valid_from or on for unit in units))


def _undo_people_and_roles(session: Session, units: dict[str, Unit], was: dict[str, Any]) -> None:
    created = {units[code].id for code in was["created"]}
    for number, code in was["people"].items():
        person = session.get(Person, int(number))
        # Somebody who has been erased, or moved on since, stays as she is.
        if person is not None and person.unit_id in created:
            person.unit_id = units[code].id
    for number in was["grants"]:
        grant = session.get(Grant, number)
        if grant is not None and grant.unit_id in created:
            grant.account.all_grants.remove(grant)
    session.flush()
    update_leader_roles(session)


def _overtaken(codes: Iterable[str], names: Mapping[str, str]) -> UnitChangeError:
    told = listed([name_and_code(code, names) for code in codes])
    return UnitChangeError(
        _("Noe er endret eller tatt i bruk siden: %(units)s. Planen kan ikke angres som helhet.", units=told)
    )
