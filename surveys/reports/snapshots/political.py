"""Politikernes side: the newest report that is open to a politician, as her start page shows it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.permissions import granted_units, roles_of
from surveys.reports.snapshots.content import ReportContent
from surveys.reports.snapshots.models import Report, ReportAudience, ReportKind
from surveys.reports.snapshots.publicity import content_of, frozen_reports, is_open


@dataclass(frozen=True)
class PoliticalPage:
    report: Report
    content: ReportContent


def newest_political(session: Session, account: Account) -> PoliticalPage | None:
    """The newest politikernes side of her units that is open, else the newest report that is. None for all others."""
    if Role.POLITICIAN not in roles_of(account):
        return None
    units = granted_units(session, account, Role.POLITICIAN)
    opened = [each for each in frozen_reports(session, units) if is_open(each, ReportAudience.POLITICAL)]
    newest = sorted(opened, key=lambda report: report.kind is not ReportKind.POLITICAL)
    if not newest:
        return None
    return PoliticalPage(newest[0], content_of(session, newest[0], ReportAudience.POLITICAL))
