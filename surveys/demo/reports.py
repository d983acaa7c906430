"""Fjordvik's reports: a tertial report and politikernes side, frozen and opened to the politicians."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.demo.fjordvik import TOP
from surveys.organisation.models import Unit
from surveys.platform.typed_data import to_stored
from surveys.reports.snapshots.choosing import ReportChoice
from surveys.reports.snapshots.drafts import ReportApproval, ReportPeriod, begin_report, choice_of, freeze
from surveys.reports.snapshots.models import Report, ReportAudience, ReportKind
from surveys.reports.snapshots.publicity import Decision, decide

MADE_UP: Final = "Oppdiktet eksempel."
_BY: Final = "Kari Eide, kommunedirektør"
_PARAGRAPHS: Final[Mapping[str, str]] = {
    "brukere": "Foreldrene i barnehagene er spurt annethvert år, sist våren 2025. Neste gang er våren 2027.",
    "medarbeidere": "Sykefraværet går ned i de fleste enhetene. Pleie og omsorg trekker fortsatt opp.",
    "okonomi": "Merforbruket skyldes vikarer i pleie og omsorg. De andre områdene holder budsjettet.",
    "samfunn": "Innbyggerne ble spurt våren 2025. Kommunestyret fulgte opp svarene i økonomiplanen.",
}
_REPORTS: Final = (
    (ReportPeriod(ReportKind.TERTIAL, 2026, 2), (ReportAudience.POLITICAL, ReportAudience.PUBLIC)),
    (ReportPeriod(ReportKind.POLITICAL, 2026, 0), (ReportAudience.POLITICAL,)),
)


def build_reports(session: Session, today: dt.date) -> None:
    """Once: what is frozen stays as it is when the demo is started again."""
    if session.scalar(select(Report.id).limit(1)) is not None:
        return
    account = session.scalars(select(Account).where(Account.username == "direktor")).one()
    unit = session.scalars(select(Unit).where(Unit.code == TOP)).one()
    for period, audiences in _REPORTS:
        report = begin_report(session, account, unit, period, today)
        chosen = choice_of(report).indicators
        texts = {key: f"{text} {MADE_UP}" for key, text in _PARAGRAPHS.items()}
        if period.kind is ReportKind.TERTIAL:
            texts = {key: texts[key] for key in ("medarbeidere", "okonomi")}
        report.choice = to_stored(ReportChoice(chosen, texts))
        freeze(session, report, account, ReportApproval(_BY, today), today)
        for audience in audiences:
            decide(session, report, account, Decision(audience, True, _BY, today))
