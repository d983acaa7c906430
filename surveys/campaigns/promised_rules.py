"""What was promised when the survey opened is not lowered afterwards, not by somebody who writes in the database."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Survey
from surveys.campaigns.reader_groups import days_told
from surveys.platform.texts import _


class LoweredPromiseError(SurveyError):
    """The survey would show groups, or comments, of fewer, or earlier, than those who answered were promised."""


def check_promises(session: Session, survey: Survey) -> None:
    """Raises LoweredPromiseError when a level is under what the trail says it was at opening.

    Surveys that were opened by versions that did not record it, and imported ones, have nothing to compare with.
    """
    fault = next(_faults(session, survey), None)
    if fault is not None:
        raise LoweredPromiseError(fault)


def _faults(session: Session, survey: Survey) -> Iterator[str]:
    opened = select(AuditEntry.detail).where(
        AuditEntry.subject == survey.key, AuditEntry.action == "survey.opened"
    )
    for detail in session.scalars(opened):
        if survey.minimum_group < (promised := detail.get("minimum_group", 0)):
            yield _(
                "Minste gruppe var %(promised)s da undersøkelsen åpnet, og er nå %(now)s. Det kan den ikke være: de "
                "som svarte, ble lovet %(promised)s. Be dem som drifter Medvirk, finne ut hvem som har skrevet i "
                "databasen.",
                promised=promised,
                now=survey.minimum_group,
            )
        if survey.comment_level < (promised := detail.get("comment_minimum", 0)):
            yield _(
                "Kommentarer skulle ikke leses før %(promised)s hadde svart. Nå er grensen %(now)s. Det kan den ikke "
                "være: de som svarte, ble lovet %(promised)s. Be dem som drifter Medvirk, finne ut hvem som har "
                "skrevet i databasen.",
                promised=promised,
                now=survey.comment_level,
            )
        if "readers_from" in detail and not _is_kept(dict(map(str.split, detail["readers_from"])), survey):
            yield _(
                "Noen ville sett resultatet tidligere enn de som svarte, fikk vite da undersøkelsen åpnet. Be dem som "
                "drifter Medvirk, finne ut hvem som har skrevet i databasen."
            )


def _is_kept(promised: Mapping[str, str], survey: Survey) -> bool:
    """Whether no group reads before its day at opening, and none that was not told of then. Later is allowed."""
    today = dict(map(str.split, days_told(survey)))
    return all(readers in promised and day >= promised[readers] for readers, day in today.items())
