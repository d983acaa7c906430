"""The record of a year's review of what is asked of whom: as it is typed, and stored as a new version."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.clock import municipal_day, now
from surveys.platform.free_texts import MOST_CHARACTERS, text_fault, written
from surveys.platform.texts import _
from surveys.reports.year.models import MOST_IN_DECISION, YearReview
from surveys.scorecards.value_lines import MeasurementCellError, read_day

DECISIONS: Final = ("behold", "slutt", "endre")
"""The fields of what was decided to keep, to stop and to change."""


class ReviewedMeanwhileError(Exception):
    """Somebody else has stored a version since the page was opened. The transaction is rolled back."""


@dataclass(frozen=True)
class ReviewText:
    """What one version says."""

    held_on: dt.date
    participants: str
    keep: str
    stop: str
    change: str


@dataclass(frozen=True)
class ShownReview:
    """One version as it is read. day: when it was stored. decisions: label and text, of those that say anything."""

    number: int
    day: dt.date
    author: str
    held_on: dt.date
    participants: str
    decisions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TypedReview:
    """fields: name of the field → what is in it. faults: id of the field → what is wrong. text: None with faults."""

    fields: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)
    text: ReviewText | None = None


def reviewed_unit(session: Session) -> Unit | None:
    """The unit whose record it is: the first one at the top."""
    tops = select(Unit).where(Unit.parent_id.is_(None), Unit.valid_to.is_(None))
    return session.scalars(tops.order_by(Unit.id)).first()


def review_versions(session: Session, unit: Unit, year: int) -> Sequence[YearReview]:
    """The newest first."""
    versions = select(YearReview).where(YearReview.unit_id == unit.id, YearReview.year == year)
    return session.scalars(versions.order_by(YearReview.number.desc())).all()


def decision_names() -> dict[str, str]:
    """Field → its label."""
    return dict(
        zip(
            DECISIONS,
            (_("Dette fortsetter vi med"), _("Dette slutter vi med"), _("Dette endrer vi")),
            strict=True,
        )
    )


def shown_reviews(versions: Sequence[YearReview]) -> list[ShownReview]:
    """In the same order."""
    labels = decision_names().values()
    return [
        ShownReview(
            each.number,
            municipal_day(each.at),
            each.author,
            each.held_on,
            each.participants,
            tuple(
                (label, text)
                for label, text in zip(labels, (each.keep, each.stop, each.change), strict=True)
                if text
            ),
        )
        for each in versions
    ]


def offered_review(newest: YearReview | None, today: dt.date) -> TypedReview:
    """The form as it begins: with what was stored, or the day's date."""
    if newest is None:
        return TypedReview({"dato": today.isoformat(), "deltakere": "", **dict.fromkeys(DECISIONS, "")})
    said = dict(zip(DECISIONS, (newest.keep, newest.stop, newest.change), strict=True))
    return TypedReview({"dato": newest.held_on.isoformat(), "deltakere": newest.participants, **said})


def read_review(form: Mapping[str, str], today: dt.date) -> TypedReview:
    """Whatever is typed, with every fault told at once."""
    fields = {name: written(form.get(name, "")) for name in ("dato", "deltakere", *DECISIONS)}
    faults: dict[str, str] = {}
    held_on = today
    try:
        held_on = read_day(fields["dato"], today)
    except MeasurementCellError as error:
        faults["dato"] = str(error)
    if not fields["deltakere"]:
        faults["deltakere"] = _("Skriv hvem som var med.")
    elif fault := text_fault(_("Hvem som var med"), fields["deltakere"], MOST_CHARACTERS):
        faults["deltakere"] = fault
    for name, label in decision_names().items():
        if fault := text_fault(f"«{label}»", fields[name], MOST_IN_DECISION):
            faults[name] = fault
    if not any(fields[name] for name in DECISIONS):
        faults[DECISIONS[0]] = _("Skriv hva dere fortsetter med, slutter med eller endrer.")
    if faults:
        return TypedReview(fields, faults)
    text = ReviewText(held_on, fields["deltakere"], *(fields[name] for name in DECISIONS))
    return TypedReview(fields, text=text)


def text_of(version: YearReview) -> ReviewText:
    return ReviewText(version.held_on, version.participants, version.keep, version.stop, version.change)


def store_review(
    session: Session, unit: Unit, year: int, text: ReviewText, account: Account, number: int
) -> None:
    """number: the one after the newest that the account's page knew of. Raises ReviewedMeanwhileError."""
    session.add(
        YearReview(
            unit_id=unit.id,
            year=year,
            number=number,
            held_on=text.held_on,
            participants=text.participants,
            keep=text.keep,
            stop=text.stop,
            change=text.change,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    audit.record(session, "year_review.stored", unit.code, year=year, number=number)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise ReviewedMeanwhileError from None
