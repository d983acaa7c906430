"""The chain of a survey's entries in the audit trail: whoever has seen a head sees when an earlier entry is changed.

head(n) = SHA-256(head(n-1) ‖ entry hash(n)), head(0) is 32 zero bytes. The entry's hash is a leaf's, over its text.
Entries are chained in the order they are found: on PostgreSQL two transactions may commit in another order than they
got their numbers.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from surveys.audit.actions import ACTIONS, About
from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Survey
from surveys.campaigns.tally.merkle import HASH_BYTES, leaf_hash
from surveys.campaigns.tally.models import TrailLink

NOT_CHAINED: Final = frozenset(
    {
        "survey.address_corrected",
        "survey.code_replaced",
        "survey.codes_shown",
        "survey.invitations_queued",
        "survey.letter_instead_of_mail",
        "survey.mails_retried",
        "survey.phone_corrected",
        "survey.recipients_imported",
        "survey.reconciled",
        "survey.reminders_queued",
    }
)
"""Messages and addresses. How many were reminded says how many had answered that day, and the chain is handed out."""

NO_HEAD: Final = bytes(HASH_BYTES)


@dataclass(frozen=True)
class ChainedEntry:
    """text: what is hashed. head: the chain through this entry. stored: it has been chained for good."""

    text: str
    head: bytes
    stored: bool
    entry_id: int


@dataclass(frozen=True)
class TrailHead:
    """How many entries the chain has, and its last head, 32 bytes."""

    entries: int
    head: bytes


class BrokenChainError(Exception):
    """An entry that was chained is not what it was, or is gone."""


def entry_text(entry: AuditEntry) -> str:
    """One line of JSON: when, by which account, what, to what, and the details by name. Keys are sorted."""
    values = {
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "account": entry.account_id,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def next_head(head: bytes, text: str) -> bytes:
    return sha256(head + leaf_hash(text.encode())).digest()


def chain(session: Session, survey: Survey) -> list[ChainedEntry]:
    """The survey's entries as they are now, those that are chained first, then the others by number."""
    stored = session.execute(
        select(AuditEntry, TrailLink.head)
        .join(TrailLink, TrailLink.entry_id == AuditEntry.id)
        .where(TrailLink.survey_id == survey.id)
        .order_by(TrailLink.position)
    ).all()
    new = session.scalars(_unchained(survey)).all()
    found: list[ChainedEntry] = []
    head = NO_HEAD
    for entry in [*(entry for entry, _head in stored), *new]:
        text = entry_text(entry)
        head = next_head(head, text)
        found.append(ChainedEntry(text, head, len(found) < len(stored), entry.id))
    return found


def chain_new_entries(session: Session, survey: Survey) -> TrailHead:
    """Chains what has been recorded since the last time, in the caller's transaction."""
    entries = chain(session, survey)
    session.add_all(
        TrailLink(entry_id=entry.entry_id, survey_id=survey.id, position=position, head=entry.head)
        for position, entry in enumerate(entries, start=1)
        if not entry.stored
    )
    session.flush()
    return TrailHead(len(entries), entries[-1].head if entries else NO_HEAD)


def published_head(session: Session, survey: Survey) -> TrailHead | None:
    """The last head that was chained; None before the first night."""
    last = session.scalars(
        select(TrailLink).where(TrailLink.survey_id == survey.id).order_by(TrailLink.position.desc()).limit(1)
    ).first()
    return TrailHead(last.position, last.head) if last else None


def has_new_entries(session: Session, survey: Survey) -> bool:
    return session.scalars(_unchained(survey).limit(1)).first() is not None


def check_chain(session: Session, survey: Survey) -> None:
    """Raises BrokenChainError when an entry that was chained has been changed or is gone."""
    broken = next(_broken(session, survey), None)
    if broken is not None:
        raise BrokenChainError(survey.key, broken)


def _broken(session: Session, survey: Survey) -> Iterator[int]:
    """The positions whose head is not what the entries give."""
    links: Sequence[TrailLink] = session.scalars(
        select(TrailLink).where(TrailLink.survey_id == survey.id).order_by(TrailLink.position)
    ).all()
    entries = [entry for entry in chain(session, survey) if entry.stored]
    for index, link in enumerate(links):
        same = index < len(entries) and entries[index].head == link.head
        if link.position != index + 1 or not same:
            yield index + 1


def _unchained(survey: Survey) -> Select[AuditEntry]:
    about_surveys = {name for name, action in ACTIONS.items() if action.about == About.SURVEY}
    return (
        select(AuditEntry)
        .where(
            AuditEntry.subject == survey.key,
            AuditEntry.action.in_(sorted(about_surveys - NOT_CHAINED)),
            AuditEntry.id.not_in(select(TrailLink.entry_id).where(TrailLink.survey_id == survey.id)),
        )
        .order_by(AuditEntry.id)
    )
