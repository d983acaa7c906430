"""Recipients from a file of addresses: parents, users and residents, who are not in the roster.

An address is one respondent in each unit: a parent with children in two kindergartens answers for both. A line without
an address is an SMS when it has a number, else a code on paper. Nothing tells a line without either from another one,
so reading it again makes a new invitation.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from flask import current_app
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns import outbox
from surveys.campaigns.invitations import Recipient, invite, recipients_from_roster, uses_roster
from surveys.campaigns.lifecycle import find_survey, require_open
from surveys.campaigns.models import Invitation, Survey, SurveyUnit
from surveys.campaigns.scope import asked_units
from surveys.files.columns import PEOPLE_COLUMNS, Record, read_records
from surveys.files.report import ImportFault, told_once
from surveys.organisation.models import Unit
from surveys.organisation.people_lines import LANGUAGE_WORDS, phone_notes
from surveys.platform.addresses import EMAIL
from surveys.platform.localisation import LANGUAGES
from surveys.platform.phone_numbers import international
from surveys.platform.texts import _

# The roster's own headings, so that a column is called the same in every file.
RECIPIENT_COLUMNS: Final = tuple(
    replace(column, required=column.name == "unit")
    for column in PEOPLE_COLUMNS
    if column.name in {"unit", "email", "language", "phone"}
)


@dataclass(frozen=True)
class UnitCount:
    """How many new invitations a unit gets, and how many of them have no address."""

    code: str
    name: str
    invited: int
    on_paper: int
    sms: int = 0


@dataclass(frozen=True)
class RecipientsReport:
    """What a file of addresses would do or did. With `faults`, nobody has been invited, whatever was asked for.

    `known`: (line, address) of those who are left out, since they are invited already or by the roster.
    `messages`: put in the outbox; 0 until applied. `notes`: what of the file was not read, or mended.
    """

    units: tuple[UnitCount, ...] = ()
    known: tuple[tuple[int, str], ...] = ()
    faults: tuple[ImportFault, ...] = ()
    messages: int = 0
    applied: bool = False
    notes: tuple[str, ...] = ()

    @property
    def invited(self) -> int:
        return sum(unit.invited for unit in self.units)

    @property
    def on_paper(self) -> int:
        return sum(unit.on_paper for unit in self.units)

    @property
    def sms(self) -> int:
        return sum(unit.sms for unit in self.units)


def import_recipients(session: Session, survey_key: str, file: Path, *, apply: bool) -> RecipientsReport:
    """Whom the file would invite, and with `apply` the invitations and their e-mails, in the caller's transaction.

    Faults of any kind stand in the report, and then nothing is changed. Raises SurveyError unless the survey is open.
    """
    survey = _open_survey(session, survey_key)
    read = read_records(file, RECIPIENT_COLUMNS)
    rows, heading_faults = read.rows, read.faults
    units = _units(session, survey)
    elsewhere = set(session.scalars(select(Unit.code))) - set(units)
    faults = (
        heading_faults if not rows and heading_faults else (*heading_faults, *_faults(rows, units, elsewhere))
    )
    if faults:
        return RecipientsReport(faults=told_once(faults), notes=read.notes)
    known = _known(session, survey)
    new: list[Record] = []
    left_out: list[Record] = []
    numbers: set[tuple[str, str]] = set()
    for row in rows:
        number = (row["unit"], _number(row) or "")
        (left_out if known.has(row, units) or number in numbers else new).append(row)
        if number[1]:
            numbers.add(number)
    left_out_lines = tuple((row.line, row["email"] or row["phone"]) for row in left_out)
    recipients = _recipients(new, units)
    notes = (*read.notes, *phone_notes(rows))
    report = RecipientsReport(_counted(recipients, units), left_out_lines, notes=notes)
    return _applied(session, survey, report, recipients) if apply else report


def _open_survey(session: Session, survey_key: str) -> Survey:
    """The survey, locked, so that two imports at the same time cannot invite the same address twice."""
    survey = find_survey(session, survey_key)
    session.refresh(survey, with_for_update=True)
    require_open(survey, _("Undersøkelsen må være åpen før noen kan inviteres."))
    return survey


def _units(session: Session, survey: Survey) -> dict[str, SurveyUnit]:
    """Unit code → the unit in the survey's own picture of the tree, of those the survey asks."""
    rows = session.execute(
        select(Unit.code, SurveyUnit)
        .join(SurveyUnit, SurveyUnit.unit_id == Unit.id)
        .where(SurveyUnit.survey_id == survey.id, SurveyUnit.unit_id.in_(asked_units(survey)))
        .order_by(Unit.code)
    )
    return {code: unit for code, unit in rows}  # noqa: C416 -- Row is not a pair to mypy


def _faults(
    rows: Sequence[Record], units: Mapping[str, SurveyUnit], elsewhere: Set[str]
) -> Iterator[ImportFault]:
    """`elsewhere`: codes of units that exist but that the survey does not ask."""
    if not rows:
        yield ImportFault(_("Filen har ingen mottakere under overskriften."))
    first_lines: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["unit"] not in units:
            yield row.fault("unit", _unit_fault(row["unit"], elsewhere))
        if row["email"] and not EMAIL.fullmatch(row["email"]):
            yield row.fault("email", _("«%(address)s» er ikke en e-postadresse.", address=row["email"]))
        elif row["email"]:
            first = first_lines.setdefault((row["unit"], _plain(row["email"])), row.line)
            if first != row.line:
                yield row.fault(
                    "email",
                    _(
                        "Adressen står også på linje %(first)s, for samme enhet. Behold bare den ene.",
                        first=first,
                    ),
                )
        if row["language"].casefold() not in LANGUAGE_WORDS:
            yield row.fault(
                "language",
                _("Skriv %(codes)s, ikke «%(given)s».", codes=", ".join(LANGUAGES), given=row["language"]),
            )


def _unit_fault(code: str, elsewhere: Set[str]) -> str:
    if not code:
        return _("Enheten mangler.")
    if code in elsewhere:
        return _("Enheten «%(code)s» er ikke med i denne undersøkelsen.", code=code)
    return _("Enheten «%(code)s» finnes ikke i Medvirk. Bruk enhetens kode.", code=code)


def _plain(address: str) -> str:
    """Addresses are compared without case: no mail server in use tells them apart by it."""
    return address.casefold()


@dataclass(frozen=True)
class _Known:
    """Who has a way in already: (unit id, address) from earlier files, and addresses in the roster, in any unit.

    A number counts as an address where there is none.
    """

    from_files: Set[tuple[int, str]]
    in_roster: Set[str]

    def has(self, row: Record, units: Mapping[str, SurveyUnit]) -> bool:
        address = _plain(row["email"]) or _number(row) or ""
        return bool(address) and (
            (units[row["unit"]].unit_id, address) in self.from_files or address in self.in_roster
        )


def _known(session: Session, survey: Survey) -> _Known:
    """An employee answers once, wherever a file places them; also one whom the next `invite` will invite."""
    invited = session.execute(
        select(Invitation.unit_id, _address(Invitation), Invitation.person_id).where(
            Invitation.survey_id == survey.id, _address(Invitation) != ""
        )
    ).all()
    roster = {_plain(address) for _unit, address, person_id in invited if person_id is not None}
    if uses_roster(survey):
        roster |= {_plain(each.email or each.phone or "") for each in recipients_from_roster(session, survey)}
    return _Known({(unit, _plain(address)) for unit, address, _person in invited}, roster)


def _address(invitation: type[Invitation]) -> ColumnElement[str]:
    """The address, else the number, else «»."""
    return func.coalesce(func.nullif(invitation.email, ""), invitation.phone, "")


def _number(row: Record) -> str | None:
    """The number of a line without an address."""
    return None if row["email"] or not row["phone"] else international(row["phone"])


def _counted(recipients: Sequence[Recipient], units: Mapping[str, SurveyUnit]) -> tuple[UnitCount, ...]:
    invited = Counter(each.unit_id for each in recipients)
    sms = Counter(each.unit_id for each in recipients if each.gets_sms)
    on_paper = Counter(each.unit_id for each in recipients if not each.email and not each.gets_sms)
    return tuple(
        UnitCount(code, unit.name, invited[unit.unit_id], on_paper[unit.unit_id], sms[unit.unit_id])
        for code, unit in units.items()
        if invited[unit.unit_id]
    )


def _recipients(rows: Sequence[Record], units: Mapping[str, SurveyUnit]) -> list[Recipient]:
    return [
        Recipient(
            units[row["unit"]].unit_id,
            row["email"],
            LANGUAGE_WORDS[row["language"].casefold()],
            phone=_number(row),
        )
        for row in rows
    ]


def _applied(
    session: Session, survey: Survey, report: RecipientsReport, recipients: Sequence[Recipient]
) -> RecipientsReport:
    if not recipients:
        return replace(report, applied=True)
    invite(session, survey, recipients, current_app.config["SECRETS"].codes)
    counts = {"invited": report.invited, "on_paper": report.on_paper}
    audit.record(session, "survey.recipients_imported", survey.key, **counts)
    return replace(report, messages=outbox.queue_invitations(session, survey).messages, applied=True)
