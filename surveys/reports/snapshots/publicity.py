"""Whom a frozen report is open to: the recorded decisions, and who may read which version."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from surveys.access.card_rights import CARD_ROLES
from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units
from surveys.audit import trail as audit
from surveys.organisation.models import Installation
from surveys.platform.texts import _
from surveys.platform.typed_data import from_stored
from surveys.release.visibility import units_of_politicians
from surveys.reports.snapshots.content import FrozenVersion, ReportContent
from surveys.reports.snapshots.drafts import ReportError
from surveys.reports.snapshots.models import (
    PublicityDecision,
    Report,
    ReportAudience,
    ReportState,
    ReportVersion,
)

DECIDED: Final = (ReportAudience.POLITICAL, ReportAudience.PUBLIC)
"""The versions that are open only when somebody has decided so."""


@dataclass(frozen=True)
class Decision:
    """What somebody has decided about a version. legal_ground and reason: of a version that is withheld."""

    audience: ReportAudience
    is_open: bool
    by: str
    on: dt.date
    legal_ground: str = ""
    reason: str = ""


def standing_decision(report: Report, audience: ReportAudience) -> PublicityDecision | None:
    """The last one."""
    return next((each for each in reversed(report.decisions) if each.audience is audience), None)


def is_open(report: Report, audience: ReportAudience) -> bool:
    decision = standing_decision(report, audience)
    return decision is not None and decision.is_open


def may_be_open(session: Session, report: Report) -> bool:
    """Politicians and the public read about the municipality and its areas, not about single workplaces."""
    return bool(units_of_politicians(session, [report.unit_id]))


def decide(session: Session, report: Report, account: Account, decision: Decision) -> None:
    """Records the decision beside those before it. Raises ReportError."""
    if report.state is not ReportState.FROZEN:
        raise ReportError(_("Rapporten må fryses før noen kan bestemme hvem som får lese den."))
    if decision.is_open and not may_be_open(session, report):
        raise ReportError(_("Bare rapporter om kommunen og områdene kan åpnes for politikerne og for alle."))
    before = standing_decision(report, decision.audience)
    number = before.number + 1 if before else 1
    report.decisions.append(
        PublicityDecision(
            audience=decision.audience,
            number=number,
            is_open=decision.is_open,
            legal_ground=decision.legal_ground,
            reason=decision.reason,
            decided_by=decision.by,
            decided_on=decision.on,
            registered_by=account.name,
            registered_at=dt.datetime.now(dt.UTC),
        )
    )
    audit.record(
        session,
        "report.opened" if decision.is_open else "report.withheld",
        report.unit.code,
        report=report.id,
        audience=decision.audience.value,
        name=decision.by,
        day=str(decision.on),
        reason=" ".join(filter(None, (decision.legal_ground, decision.reason))),
    )


@dataclass(frozen=True)
class ReportRights:
    """Where the account reads reports: the internal version, and the political one when it is open."""

    internal: frozenset[int]
    political: frozenset[int]

    def versions(self, report: Report) -> tuple[ReportAudience, ...]:
        """The versions of a frozen report that the account may read, those that have most first."""
        found = []
        if report.unit_id in self.internal:
            found = list(ReportAudience)
        elif report.unit_id in self.political and is_open(report, ReportAudience.POLITICAL):
            found.append(ReportAudience.POLITICAL)
        if ReportAudience.PUBLIC not in found and is_open(report, ReportAudience.PUBLIC):
            found.append(ReportAudience.PUBLIC)
        return tuple(found)


def report_rights(session: Session, account: Account) -> ReportRights:
    """Leaders, controllers and HR read the reports of their units; politicians those that are opened to them."""
    return ReportRights(
        granted_units(session, account, *CARD_ROLES), granted_units(session, account, Role.POLITICIAN)
    )


def frozen_reports(session: Session, unit_ids: Collection[int]) -> Sequence[Report]:
    """The units' frozen reports, the newest first, with unit and decisions loaded. Two queries."""
    return session.scalars(
        select(Report)
        .where(Report.unit_id.in_(unit_ids), Report.state == ReportState.FROZEN)
        .options(joinedload(Report.unit), joinedload(Report.replaces), selectinload(Report.decisions))
        .order_by(Report.frozen_on.desc(), Report.id.desc())
    ).all()


def public_reports(session: Session) -> list[Report]:
    """Every report whose last decision about the public says that it is open, the newest first."""
    decided = select(PublicityDecision.report_id).where(
        PublicityDecision.audience == ReportAudience.PUBLIC, PublicityDecision.is_open
    )
    found = session.scalars(
        select(Report)
        .where(Report.id.in_(decided), Report.state == ReportState.FROZEN)
        .options(joinedload(Report.unit), joinedload(Report.replaces), selectinload(Report.decisions))
        .order_by(Report.frozen_on.desc(), Report.id.desc())
    )
    return [report for report in found if is_open(report, ReportAudience.PUBLIC)]


def content_of(session: Session, report: Report, audience: ReportAudience) -> ReportContent:
    """The frozen content of a version."""
    content = session.scalars(
        select(ReportVersion.content).where(
            ReportVersion.report_id == report.id, ReportVersion.audience == audience
        )
    ).one()
    return from_stored(ReportContent, content)


def version_of(
    session: Session, report: Report, audience: ReportAudience, correction: Report | None
) -> FrozenVersion:
    """A version of a frozen report. correction: the report that corrects it, when the reader may read that."""
    if report.frozen_on is None or report.number is None:
        raise ReportError(_("Rapporten er ikke frosset."))
    here = session.scalars(select(Installation)).one()
    return FrozenVersion(
        content_of(session, report, audience),
        audience,
        report.number,
        report.frozen_by,
        report.frozen_on,
        here.municipality,
        here.synthetic,
        report.replaces.number if report.replaces else None,
        report.correction,
        correction.number if correction else None,
        correction.correction if correction else "",
    )


def readable_correction(session: Session, rights: ReportRights, report: Report) -> Report | None:
    """The report that corrects this one, when the account may read any version of it."""
    correction = _later_correction(session, report)
    return correction if correction and rights.versions(correction) else None


def public_correction(session: Session, report: Report) -> Report | None:
    """The report that corrects this one, when it is open to everybody."""
    return next((each for each in public_reports(session) if each.replaces_id == report.id), None)


def _later_correction(session: Session, report: Report) -> Report | None:
    """The frozen report that corrects this one, the newest."""
    return session.scalars(
        select(Report)
        .where(Report.replaces_id == report.id, Report.state == ReportState.FROZEN)
        .order_by(Report.id.desc())
        .limit(1)
    ).first()
