"""A report's draft: begun, saved by two at once, taken a step back, deleted, and frozen for every audience."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.texts import _
from surveys.platform.typed_data import from_stored, to_stored
from surveys.reports.snapshots.choosing import (
    EarlierChoice,
    MergedChoice,
    ReportChoice,
    first_day,
    merged,
    suggested,
)
from surveys.reports.snapshots.models import (
    Report,
    ReportAudience,
    ReportKind,
    ReportState,
    ReportVersion,
)
from surveys.reports.snapshots.reading import read_content, read_for

STEPS_KEPT: Final = 20
"""How far back a draft can be undone."""


class ReportError(Exception):
    """What cannot be done with a report; the message says why."""


@dataclass(frozen=True)
class ReportPeriod:
    """part: the tertial; 0 for a whole year."""

    kind: ReportKind
    year: int
    part: int


@dataclass(frozen=True)
class ReportApproval:
    """Who answers for a report (name and position), and the day of it."""

    by: str
    on: dt.date


def begin_report(
    session: Session, account: Account, unit: Unit, period: ReportPeriod, today: dt.date
) -> Report:
    """A draft with what is usual for the kind. Raises NoSuchYearError when the card has nothing, and ReportError."""
    if first_day(period.year, period.part) > today:
        raise ReportError(_("Perioden har ikke begynt ennå."))
    report = Report(
        unit=unit,
        kind=period.kind,
        year=period.year,
        part=period.part,
        changed_at=dt.datetime.now(dt.UTC),
        changed_by=account.name,
        choice={},
    )
    with session.no_autoflush:
        card = read_for(session, report, ReportAudience.INTERNAL, today)
        report.choice = to_stored(suggested(session, period.kind, card))
    return _begun(session, report)


def begin_correction(session: Session, account: Account, old: Report, why: str) -> Report:
    """A draft that begins as a copy of a frozen report, and names it. Raises ReportError when one is begun."""
    if old.state is not ReportState.FROZEN:
        raise ReportError(_("Bare en frosset rapport kan rettes."))
    if session.scalar(
        select(Report.id).where(Report.replaces_id == old.id, Report.state == ReportState.DRAFT)
    ):
        raise ReportError(_("Det finnes et utkast som retter denne rapporten allerede."))
    report = Report(
        unit=old.unit,
        kind=old.kind,
        year=old.year,
        part=old.part,
        changed_at=dt.datetime.now(dt.UTC),
        changed_by=account.name,
        choice=old.choice,
        replaces=old,
        correction=why,
    )
    return _begun(session, report)


def _begun(session: Session, report: Report) -> Report:
    session.add(report)
    session.flush()
    audit.record(session, "report.draft_begun", report.unit.code, report=report.id, period=_period(report))
    return report


def choice_of(report: Report) -> ReportChoice:
    return from_stored(ReportChoice, report.choice)


def _earlier(report: Report) -> list[EarlierChoice]:
    return [from_stored(EarlierChoice, each) for each in report.earlier]


def choice_at(report: Report, step: int) -> ReportChoice:
    """The choice as it was when so many changes had been made; as it is when that is not known any more."""
    found = next((each.choice for each in _earlier(report) if each.step == step), None)
    return found or choice_of(report)


def save_choice(report: Report, account: Account, mine: ReportChoice, made_from: int) -> MergedChoice:
    """Saves what was typed on a page made from a step. Raises ReportError when frozen.

    Nothing is saved when it has conflicts: somebody else has changed the same paragraphs meanwhile.
    """
    require_draft(report)
    both = merged(choice_at(report, made_from), choice_of(report), mine)
    if not both.conflicts:
        _take_step(report, account, both.choice, _("Endret rapporten"))
    return both


def _take_step(report: Report, account: Account, choice: ReportChoice, words: str) -> None:
    before = choice_of(report)
    if before == choice:
        return
    step = EarlierChoice(report.steps_taken, words, before)
    report.earlier = [*report.earlier, to_stored(step)][-STEPS_KEPT:]
    report.steps_taken += 1
    report.choice = to_stored(choice)
    report.changed_at, report.changed_by = dt.datetime.now(dt.UTC), account.name


def last_change(report: Report) -> EarlierChoice | None:
    """What undoing takes back."""
    return next((each for each in reversed(_earlier(report)) if each.words), None)


def undo_change(report: Report, account: Account) -> bool:
    """Takes the last change back; False when there is none. Raises ReportError when frozen.

    The steps stay, without words: pages that are open were made from them.
    """
    require_draft(report)
    undone = last_change(report)
    if undone is None:
        return False
    report.earlier = [
        to_stored(replace(each, words="") if each.step == undone.step else each) for each in _earlier(report)
    ]
    _take_step(report, account, undone.choice, "")
    return True


def delete_draft(session: Session, report: Report) -> None:
    require_draft(report)
    audit.record(session, "report.draft_deleted", report.unit.code, report=report.id, period=_period(report))
    session.delete(report)


def freeze(
    session: Session, report: Report, account: Account, approval: ReportApproval, today: dt.date
) -> None:
    """Reads the card as each audience may read it today, and keeps it. Raises ReportError and NoSuchYearError."""
    require_draft(report)
    choice = choice_of(report)
    if not choice.indicators:
        raise ReportError(_("Velg minst én indikator før du fryser rapporten."))
    contents = {each: read_content(session, report, choice, each, today) for each in ReportAudience}
    report.number = _next_number(session, report)
    report.state = ReportState.FROZEN
    report.frozen_by, report.frozen_on = approval.by, approval.on
    report.registered_by, report.registered_at = account.name, dt.datetime.now(dt.UTC)
    report.earlier = []
    session.add_all(
        ReportVersion(report=report, audience=audience, content=to_stored(content))
        for audience, content in contents.items()
    )
    audit.record(
        session,
        "report.frozen",
        report.unit.code,
        report=report.id,
        period=_period(report),
        number=report.number,
        name=approval.by,
        day=str(approval.on),
    )


def _next_number(session: Session, report: Report) -> int:
    newest = session.scalar(
        select(func.max(Report.number)).where(
            Report.unit_id == report.unit_id,
            Report.kind == report.kind,
            Report.year == report.year,
            Report.part == report.part,
        )
    )
    return (newest or 0) + 1


def require_draft(report: Report) -> None:
    if report.state is not ReportState.DRAFT:
        raise ReportError(_("Rapporten er frosset og kan ikke endres. Lag en rettelse i stedet."))


def _period(report: Report) -> str:
    """«2026 T2», «2026»: what the trail says of it, in every language."""
    return f"{report.year} T{report.part}" if report.part else str(report.year)
