"""What is chosen for a report: its indicators and a paragraph for each perspective, and what is suggested at first."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.reports.snapshots.models import ReportKind
from surveys.scorecards.frequencies import Frequency, TertialPeriods
from surveys.scorecards.models import Indicator, IndicatorKind
from surveys.scorecards.queries import Card

MOST_IN_PARAGRAPH: Final = 600
"""Characters in a perspective's paragraph. Line breaks count as one."""


@dataclass(frozen=True)
class ReportChoice:
    """indicators: ids, in no order: a report has the card's. paragraphs: by the perspective's key."""

    indicators: tuple[int, ...] = ()
    paragraphs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EarlierChoice:
    """A draft before a change. step: how many changes had been made. words: what the change was; «» when undone."""

    step: int
    words: str
    choice: ReportChoice


def first_day(year: int, part: int) -> dt.date:
    """Of the tertial, or of the year."""
    return TertialPeriods().first_day(year, part)


def last_day(year: int, part: int) -> dt.date:
    """Of the tertial, or of the year."""
    return TertialPeriods().last_day(year, part) if part else dt.date(year, 12, 31)


def suggested(session: Session, kind: ReportKind, card: Card) -> ReportChoice:
    """A tertial report: what is measured more often than once a year. Else everything with an ambition level."""
    ids = [row.indicator_id for row in card.rows if not row.is_own]
    wanted = select(Indicator.id).where(Indicator.id.in_(ids))
    if kind is ReportKind.TERTIAL:
        wanted = wanted.where(Indicator.frequency != Frequency.YEAR)
    else:
        wanted = wanted.where(Indicator.kind == IndicatorKind.STEERING)
    return ReportChoice(tuple(session.scalars(wanted.order_by(Indicator.id))))


@dataclass(frozen=True)
class MergedChoice:
    """What two have written, together. conflicts: perspective's key → the other's paragraph, where both changed it."""

    choice: ReportChoice
    conflicts: Mapping[str, str]


def merged(base: ReportChoice, theirs: ReportChoice, mine: ReportChoice) -> MergedChoice:
    """mine was made from base; meanwhile it became theirs. Whatever only one of us changed, is as she has it."""
    before = set(base.indicators)
    chosen = (set(theirs.indicators) | (set(mine.indicators) - before)) - (before - set(mine.indicators))
    paragraphs, conflicts = dict(theirs.paragraphs), {}
    for key in {*base.paragraphs, *theirs.paragraphs, *mine.paragraphs}:
        first, other, own = (each.paragraphs.get(key, "") for each in (base, theirs, mine))
        if own == first:
            continue
        if other not in {first, own}:
            conflicts[key] = other
        paragraphs[key] = own
    return MergedChoice(
        ReportChoice(tuple(sorted(chosen)), {key: text for key, text in paragraphs.items() if text}),
        conflicts,
    )
