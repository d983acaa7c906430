"""Entries of the audit trail in words, for the page and for the file."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Role
from surveys.access.texts import role_word
from surveys.audit.actions import ACTIONS, DETAILS, About
from surveys.audit.models import AuditEntry
from surveys.campaigns.checklist import ChecklistItem
from surveys.campaigns.models import ReaderGroup, Survey
from surveys.hr.comments.words import reason_words
from surveys.hr.planning.checklist_texts import title_of
from surveys.hr.retention.deleting import RULES
from surveys.hr.retention.texts import retention_what
from surveys.organisation.models import SuccessionKind, Unit
from surveys.platform.localisation import localised, short_date
from surveys.platform.moments import date_and_time
from surveys.platform.texts import _
from surveys.release.comments.models import HoldReason

_RETENTION: Final = "retention.deleted"
_HELD: Final = "comment.held"


@dataclass(frozen=True)
class TrailRow:
    """One entry as people read it. when: Norwegian time. unfolded: what was searched for is among the details."""

    when: str
    who: str
    what: str
    subject: str
    details: tuple[str, ...]
    unfolded: bool = False


def rows(session: Session, found: Iterable[AuditEntry], search: str = "") -> list[TrailRow]:
    """The entries in their order. search: what they were found by."""
    names = _names(session)
    words = search.casefold().split()
    shown = (names.row(entry) for entry in found)
    return [replace(row, unfolded=not _has((row.who, row.what, row.subject), words)) for row in shown]


def matching(session: Session, found: Iterable[AuditEntry], search: str) -> list[int]:
    """The ids of the entries whose row has every word of the search, in their order.

    Only what the row shows is looked in, so that nothing else can be found out by searching.
    """
    words = search.casefold().split()
    names = _names(session)
    return [entry.id for entry in found if _has(names.texts(entry), words)]


def _has(texts: Iterable[str], words: Iterable[str]) -> bool:
    text = "\n".join(texts).casefold()
    return all(word in text for word in words)


def _names(session: Session) -> "_Names":
    """What the entries' numbers and codes are called. Three queries."""
    accounts = list(session.scalars(select(Account)))
    by_name = {name: account for account in accounts for name in (account.trail_name, account.username)}
    return _Names(
        {account.id: account.name for account in accounts},
        {
            name: f"{account.name} ({account.username})" if account.name != account.username else account.name
            for name, account in by_name.items()
        },
        {unit.code: unit.name for unit in session.scalars(select(Unit))},
        {survey.key: localised(survey.title) for survey in session.scalars(select(Survey))},
    )


@dataclass(frozen=True)
class _Names:
    people: Mapping[int, str]
    accounts: Mapping[str, str]
    units: Mapping[str, str]
    surveys: Mapping[str, str]
    # In the reader's language; a search looks the same words up for every entry.
    known_words: dict[tuple[str, ...], str] = field(default_factory=dict)

    def row(self, entry: AuditEntry) -> TrailRow:
        who, what, subject, *details = self.texts(entry)
        return TrailRow(date_and_time(entry.at), who, what, subject, tuple(details))

    def texts(self, entry: AuditEntry) -> list[str]:
        """Who, what, whom or what, and the details: everything the row shows but when it was."""
        action = ACTIONS.get(entry.action)
        return [
            self._who(entry.account_id),
            self._known((entry.action,), lambda: str(action.words) if action else entry.action),
            self._subject(entry.action, action.about if action else None, entry.subject),
            *(
                f"{self._label(name)}: {self._value(entry.action, name, value)}"
                for name, value in entry.detail.items()
                if value not in (None, "", []) and name != "before"  # for undoing, and no reading
            ),
        ]

    def _known(self, key: tuple[str, ...], words: Callable[[], str]) -> str:
        """The words, looked up once for each key."""
        found = self.known_words.get(key)
        if found is None:
            found = self.known_words[key] = words()
        return found

    def _label(self, name: str) -> str:
        return self._known(("", name), lambda: str(DETAILS.get(name, name)))

    def _who(self, account_id: int | None) -> str:
        if account_id is None:
            return _("systemet eller kommandolinjen")
        return self.people.get(account_id, _("bruker nummer %(number)s", number=account_id))

    def _subject(self, action: str, about: About | None, subject: str) -> str:
        if action == _RETENTION and subject in {rule.key for rule in RULES}:
            return retention_what(subject)
        known = {About.ACCOUNT: self.accounts, About.UNIT: self.units, About.SURVEY: self.surveys}
        if about in known and subject in known[about]:
            name = known[about][subject]
            return name if about == About.ACCOUNT else f"{name} ({subject})"
        return self.accounts.get(subject, subject)

    def _value(self, action: str, name: str, value: object) -> str:
        if isinstance(value, list):
            if name == "comments":  # their numbers, which say nothing to a reader and fill pages
                return str(len(value))
            # The steps of a plan are sentences with commas of their own.
            between = "; " if name == "steps" else ", "
            return between.join(self._value(action, name, each) for each in value)
        text = str(value)
        if name in {"to_unit", "unit"} and text in self.units:
            return f"{self.units[text]} ({text})"
        if name == "deputy_for":
            return self.accounts.get(text, text)
        return self._known(
            (action, name, text), lambda: _choice_words(action, name, text) or _day(text) or text
        )


def _choice_words(action: str, name: str, text: str) -> str | None:
    """The words for a value that was chosen from a list; None for any other."""
    if name == "role" and text in list(Role):
        return role_word(Role(text))
    if name == "kind" and text in list(SuccessionKind):
        return _kind_word(SuccessionKind(text))
    if name == "item" and text in list(ChecklistItem):
        return title_of(ChecklistItem(text))
    if name == "readers_wait" and text in list(ReaderGroup):
        return _readers(ReaderGroup(text))
    if name == "readers_from":
        readers, _space, day = text.partition(" ")
        if readers in list(ReaderGroup):
            return f"{_readers(ReaderGroup(readers))} {_day(day) or day}"
    if action == _HELD and name == "reason" and text in list(HoldReason):
        return reason_words()[HoldReason(text)]
    return None


def _readers(readers: ReaderGroup) -> str | None:
    """None for groups that HR sets no day for."""
    words: Mapping[ReaderGroup, str] = {
        ReaderGroup.LEADERS: _("Ledere"),
        ReaderGroup.STAFF: _("De ansatte på enheten"),
        ReaderGroup.REPRESENTATIVES: _("Tillitsvalgte og verneombud"),
        ReaderGroup.POLITICIANS: _("Politikere"),
        ReaderGroup.PUBLIC: _("Alle (åpen nettside)"),
    }
    return words.get(readers)


def _kind_word(kind: SuccessionKind) -> str:
    words: Mapping[SuccessionKind, str] = {
        SuccessionKind.RENAMED: _("ny kode"),
        SuccessionKind.MOVED: _("flyttet"),
        SuccessionKind.MERGED: _("slått sammen"),
        SuccessionKind.SPLIT: _("delt"),
    }
    return words[kind]


def _day(text: str) -> str | None:
    try:
        return short_date(dt.date.fromisoformat(text)) if len(text) == 10 else None
    except ValueError:
        return None
