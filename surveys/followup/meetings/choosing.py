"""What the staff chose: read from the form, and saved as a new version. Nothing is overwritten."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.followup.meetings.models import MOST_PRACTICE, MOST_REASON, ChoiceOrigin, FocusChoice
from surveys.platform.clock import now
from surveys.platform.free_texts import text_fault, written
from surveys.platform.localisation import short_date
from surveys.platform.texts import _
from surveys.scorecards.value_lines import MeasurementCellError, written_day

FIELDS: Final = ("bevare", "forbedre", "kjennetegn", "dato", "begrunnelse")
"""In the form's order."""


class ChosenMeanwhileError(Exception):
    """Somebody else has saved a choice since the page was opened. The transaction is rolled back."""


@dataclass(frozen=True)
class FocusText:
    """What is saved of a choice that was judged to be whole. keep and improve are None when the step is skipped."""

    keep: str | None
    improve: str | None
    practice: str
    chosen_on: dt.date
    reason: str
    origin: ChoiceOrigin


@dataclass(frozen=True)
class TypedFocus:
    """faults: id of the field → what is wrong there."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    text: FocusText | None = None


@dataclass(frozen=True)
class ToldVote:
    """What a vote told, if there was one: the themes that had most votes."""

    keep: Sequence[str] = ()
    improve: Sequence[str] = ()

    def says(self, keep: str, improve: str) -> bool:
        return keep in self.keep and improve in self.improve


def choices_of(session: Session, survey_id: int, unit_id: int) -> Sequence[FocusChoice]:
    """Every version, the newest first: that one counts."""
    return session.scalars(
        select(FocusChoice)
        .where(FocusChoice.survey_id == survey_id, FocusChoice.unit_id == unit_id)
        .order_by(FocusChoice.number.desc())
    ).all()


def read_focus(
    form: Mapping[str, str], themes: Collection[str], told: ToldVote, today: dt.date, *, changes: bool
) -> TypedFocus:
    """changes: there is a choice already, so a reason is asked for."""
    fields = _typed(form)
    faults = _theme_faults(fields, themes) | _length_faults(fields)
    day, fault = _day(fields["dato"], today)
    if fault:
        faults["dato"] = fault
    if changes and not fields["begrunnelse"]:
        faults["begrunnelse"] = _("Skriv hvorfor dere endrer valget.")
    if faults or day is None:
        return TypedFocus(fields, {name: faults[name] for name in FIELDS if name in faults})
    keep, improve = fields["bevare"], fields["forbedre"]
    origin = ChoiceOrigin.VOTE if told.says(keep, improve) else ChoiceOrigin.PAPER
    reason = fields["begrunnelse"] if changes else ""
    return TypedFocus(fields, {}, FocusText(keep, improve, fields["kjennetegn"], day, reason, origin))


def read_skipping(form: Mapping[str, str], today: dt.date) -> TypedFocus:
    """The step is skipped with a reason that everybody who sees the choice sees."""
    fields = {"hopp": written(form.get("hopp", ""))}
    if not fields["hopp"]:
        return TypedFocus(fields, {"hopp": _("Skriv hvorfor dere hopper over valget.")})
    if fault := text_fault(_("Begrunnelsen"), fields["hopp"], MOST_REASON):
        return TypedFocus(fields, {"hopp": fault})
    return TypedFocus(fields, {}, FocusText(None, None, "", today, fields["hopp"], ChoiceOrigin.SKIPPED))


def offered_focus(newest: FocusChoice | None, told: ToldVote, today: dt.date) -> TypedFocus:
    """What the form begins with: the choice that counts, else what the vote told."""
    fields = dict.fromkeys(FIELDS, "") | {"dato": short_date(today)}
    if newest is not None and newest.keep and newest.improve:
        fields |= {"bevare": newest.keep, "forbedre": newest.improve, "kjennetegn": newest.practice}
    elif len(told.keep) == len(told.improve) == 1 and told.keep != told.improve:
        fields |= {"bevare": told.keep[0], "forbedre": told.improve[0]}
    return TypedFocus(fields, {})


def save_focus(
    session: Session, survey: Survey, unit: SurveyUnit, text: FocusText, account: Account, number: int
) -> None:
    """number: the one after the newest that the account's page knew of. Raises ChosenMeanwhileError."""
    session.add(
        FocusChoice(
            survey_id=survey.id,
            unit_id=unit.unit_id,
            number=number,
            keep=text.keep,
            improve=text.improve,
            practice=text.practice,
            origin=text.origin,
            chosen_on=text.chosen_on,
            reason=text.reason,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
    )
    if text.origin is ChoiceOrigin.SKIPPED:
        audit.record(session, "meeting.skipped", unit.unit.code, survey=survey.key, number=number)
    else:
        audit.record(session, "meeting.chosen", unit.unit.code, survey=survey.key, number=number)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise ChosenMeanwhileError from None


def _typed(form: Mapping[str, str]) -> dict[str, str]:
    # Browsers count a line break as one character and send two.
    return {name: form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}


def _theme_faults(fields: Mapping[str, str], themes: Collection[str]) -> dict[str, str]:
    faults = {}
    if fields["bevare"] not in themes:
        faults["bevare"] = _("Velg hva dere vil ta vare på.")
    if fields["forbedre"] not in themes:
        faults["forbedre"] = _("Velg hva dere vil forbedre.")
    elif fields["forbedre"] == fields["bevare"]:
        faults["forbedre"] = _("Velg noe annet å forbedre enn det dere vil ta vare på.")
    return faults


def _length_faults(fields: Mapping[str, str]) -> dict[str, str]:
    limits = {
        "kjennetegn": (_("Kjennetegnene"), MOST_PRACTICE),
        "begrunnelse": (_("Begrunnelsen"), MOST_REASON),
    }
    return {
        name: fault
        for name, (title, most) in limits.items()
        if (fault := text_fault(title, fields[name], most))
    }


def _day(text: str, today: dt.date) -> tuple[dt.date | None, str]:
    if not text:
        return None, _("Skriv når dere valgte.")
    try:
        day = written_day(text)
    except MeasurementCellError as error:
        return None, str(error)
    if day > today:
        return None, _("Datoen kan ikke være etter i dag.")
    return day, ""
