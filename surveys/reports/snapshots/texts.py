"""Reports in words: what they are called, and whom they are for."""

import datetime as dt

from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.reports.snapshots.content import FrozenPerspective, FrozenRow, FrozenVersion, ReportContent
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


def change_words(row: FrozenRow) -> str:
    """«−0,4 siden 2025, svakere»; «» without a change."""
    if not row.change:
        return ""
    words = _("%(change)s siden %(period)s", change=row.change, period=row.previous_period)
    return ", ".join(filter(None, (words, row.meaning)))


def previous_words(row: FrozenRow) -> str:
    """The last value that can be compared: «4,2 i 2025»; «» without one."""
    return _("%(value)s i %(period)s", value=row.previous, period=row.previous_period) if row.previous else ""


def silent_words(perspective: FrozenPerspective) -> str:
    """The rows without a value, and why; «» when there are none."""
    silent = [row for row in perspective.rows if not row.value]
    if not silent:
        return ""
    named = (f"{_name(row)} ({row.reason.rstrip('.')})" if row.reason else _name(row) for row in silent)
    return " ".join((_("Uten verdi:"), ", ".join(named))) + "."


def _name(row: FrozenRow) -> str:
    return f"{row.code} {row.title}"


def number_words(number: int, frozen_on: dt.date) -> str:
    """«Nummer 2, frosset 5. juni 2026»."""
    return _("Nummer %(number)s, frosset %(day)s", number=number, day=long_date(frozen_on))


def version_facts(version: FrozenVersion) -> list[str]:
    """When and by whom it was frozen, and what it corrects."""
    said = [
        _("Frosset %(day)s av %(name)s.", day=long_date(version.frozen_on), name=version.frozen_by),
        _(
            "Tallene er lest fra styringskortet %(day)s og endres ikke.",
            day=long_date(version.content.read_on),
        ),
    ]
    if version.replaces:
        said.append(
            _(
                "Nummer %(number)s. Retter nummer %(old)s: %(why)s",
                number=version.number,
                old=version.replaces,
                why=version.correction,
            )
        )
    return said


def corrected_words(version: FrozenVersion) -> str:
    """What a later report corrects, when the reader may read it; «» else."""
    if not version.corrected_by:
        return ""
    return _("Denne rapporten er rettet: %(why)s", why=version.corrected_why)


def synthetic_words() -> str:
    return _("Syntetiske demodata – ingen tall eller svar er fra virkelige mennesker")
