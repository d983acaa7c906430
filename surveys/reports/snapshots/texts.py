"""Reports in words: what they are called, and whom they are for."""

from surveys.platform.texts import _
from surveys.reports.snapshots.content import ReportContent
from surveys.reports.snapshots.models import Report, ReportAudience, ReportKind
from surveys.scorecards.frequencies import TertialPeriods


def kind_words(kind: ReportKind) -> str:
    return {
        ReportKind.TERTIAL: _("Tertialrapport"),
        ReportKind.YEAR: _("Årsmelding"),
        ReportKind.POLITICAL: _("Politikernes side"),
    }[kind]


def period_words(year: int, part: int) -> str:
    """«2. tertial 2026», «2026»."""
    return TertialPeriods().words(year, part) if part else str(year)


def report_title(report: Report | ReportContent) -> str:
    """«Tertialrapport 2. tertial 2026»."""
    return f"{kind_words(report.kind)} {period_words(report.year, report.part)}"


def audience_words(audience: ReportAudience) -> str:
    """Whom a version is for."""
    return {
        ReportAudience.INTERNAL: _("Intern utgave"),
        ReportAudience.POLITICAL: _("Utgave til politikerne"),
        ReportAudience.PUBLIC: _("Utgave til alle"),
    }[audience]
