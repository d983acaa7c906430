"""What the installation itself knows of how it treats personal data: its settings, its surveys and its people."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.hr.retention.deleting import RetentionPlan, retention_plans
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.installation import installation
from surveys.organisation.models import Person
from surveys.platform.config import Settings
from surveys.platform.localisation import localised


@dataclass(frozen=True)
class ProcessingFacts:
    """kinds: of the questionnaires in use («employee», «user», «citizen»). background: what is asked about a person."""

    municipality: str
    contact: str
    surveys: tuple[Survey, ...]
    kinds: frozenset[str]
    background: tuple[str, ...]
    has_comments: bool
    people: int
    accounts: int
    plans: tuple[RetentionPlan, ...]
    settings: Settings
    last_backup: dt.datetime | None

    @property
    def is_on_https(self) -> bool:
        return self.settings.base_url.startswith("https://")

    @property
    def site_host(self) -> str:
        return urlsplit(self.settings.base_url).hostname or self.settings.base_url

    @property
    def database_host(self) -> str:
        """«» for a database on the same machine."""
        return urlsplit(self.settings.database_url).hostname or ""


def processing_facts(session: Session, settings: Settings) -> ProcessingFacts:
    """Of everything but drafts: a survey that nobody has been asked in treats nothing yet."""
    surveys = tuple(
        session.scalars(
            select(Survey)
            .where(Survey.status != SurveyStatus.DRAFT)
            .order_by(Survey.opens_on.desc(), Survey.id)
        )
    )
    questionnaires = [questionnaire_of(each.instrument) for each in surveys]
    background = {localised(asked.text) for each in questionnaires for asked in each.background}
    here = installation()
    backed_up = select(func.max(AuditEntry.at)).where(AuditEntry.action == "installation.backed_up")
    return ProcessingFacts(
        here.municipality if here else "",
        here.contact if here else "",
        surveys,
        frozenset(each.kind for each in questionnaires),
        tuple(sorted(background)),
        any(each.comments for each in questionnaires),
        session.scalar(select(func.count()).select_from(Person)) or 0,
        session.scalar(select(func.count()).select_from(Account).where(Account.active)) or 0,
        tuple(retention_plans(session, settings)),
        settings,
        session.scalar(backed_up),
    )
