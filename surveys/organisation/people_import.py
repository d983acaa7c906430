"""People from a file into the roster. The file is the whole roster: somebody it leaves out is no longer invited.

Several lines for one person are normal (several positions): the main position decides, else the first line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.files.columns import PEOPLE_COLUMNS, Record, records_and_faults
from surveys.files.reading import read_table
from surveys.files.report import FileRefusedError, ImportChange, ImportFault, ImportReport, described
from surveys.organisation.models import Person, Unit
from surveys.platform.addresses import EMAIL
from surveys.platform.localisation import LANGUAGES
from surveys.platform.texts import _, pgettext

_YES_OR_NO: Final = {
    **dict.fromkeys(("ja", "j", "x", "1", "true", "sann", "yes"), True),
    **dict.fromkeys(("", "nei", "n", "0", "false", "usann", "no"), False),
}
LANGUAGE_WORDS: Final = {
    **{code: code for code in LANGUAGES},
    **{name.casefold(): code for code, name in LANGUAGES.items()},
    "": "nb",
    "engelsk": "en",
    "norsk": "nb",
}


@dataclass(frozen=True)
class PersonLine:
    """Somebody as the deciding line of the file has it; None for a column that the file does not have."""

    employee_number: str
    name: str
    email: str
    unit: str
    is_leader: bool | None
    language: str | None


def import_people(session: Session, file: Path, *, apply: bool) -> ImportReport:
    """What the file would change, and with `apply` the change itself, in the caller's transaction.

    Faults of any kind stand in the report, and then nothing is changed.
    """
    try:
        rows, heading_faults = records_and_faults(read_table(file), PEOPLE_COLUMNS)
    except FileRefusedError as refusal:
        return ImportReport(faults=refusal.faults)
    units = {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.valid_to.is_(None)))}
    faults = heading_faults if not rows and heading_faults else (*heading_faults, *_faults(rows, units))
    if faults:
        return ImportReport(faults=faults)
    lines = [_line(chosen) for chosen in _deciding(rows)]
    stored = {person.employee_number: person for person in session.scalars(select(Person))}
    report = _report(lines, stored, _notes(rows), apply=apply)
    if apply and report.changes:
        _apply(session, lines, stored, units)
        counts = {"new": len(report.new), "changed": len(report.changed), "ended": len(report.ended)}
        audit.record(session, "people.imported", file.name, **counts)
    return report


def _faults(rows: Sequence[Record], units: Mapping[str, Unit]) -> Iterator[ImportFault]:
    if not rows:
        yield ImportFault(_("Filen har ingen personer under overskriften."))
    for row in rows:
        yield from _blank_cells(row)
        if row["email"] and not EMAIL.fullmatch(row["email"]):
            yield row.fault("email", _("«%(address)s» er ikke en e-postadresse.", address=row["email"]))
        if row["unit"] and row["unit"] not in units:
            yield row.fault(
                "unit", _("Enheten «%(code)s» finnes ikke i Medvirk. Bruk enhetens kode.", code=row["unit"])
            )
        for column in ("leader", "main_position"):
            if row[column].casefold() not in _YES_OR_NO:
                yield row.fault(column, _("Skriv ja eller nei, ikke «%(given)s».", given=row[column]))
        if row["language"].casefold() not in LANGUAGE_WORDS:
            yield row.fault(
                "language",
                _("Skriv %(codes)s, ikke «%(given)s».", codes=", ".join(LANGUAGES), given=row["language"]),
            )


def _blank_cells(row: Record) -> Iterator[ImportFault]:
    if not row["employee_number"]:
        yield row.fault("employee_number", _("Ansattnummeret mangler."))
    if not row["name"]:
        yield row.fault("name", _("Navnet mangler."))
    if not row["unit"]:
        yield row.fault("unit", _("Enheten mangler."))


def _by_person(rows: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["employee_number"], []).append(row)
    return found


def _is_main(row: Record) -> bool:
    return _YES_OR_NO[row["main_position"].casefold()]


def _deciding(rows: Sequence[Record]) -> list[Record]:
    """One line for each person: the first that is a main position, else the first."""
    return [next(filter(_is_main, own), own[0]) for own in _by_person(rows).values()]


def _notes(rows: Sequence[Record]) -> tuple[str, ...]:
    """What the reader should know of people with several lines."""
    notes = []
    for number, own in _by_person(rows).items():
        if len(own) == 1:
            continue
        mains = [row for row in own if _is_main(row)]
        notes.append(_note(number, own, (mains or own)[0].line, len(mains)))
    return tuple(notes)


def _note(number: str, own: Sequence[Record], chosen: int, mains: int) -> str:
    """Which of a person's lines counts, and why."""
    lines = ", ".join(str(row.line) for row in own)
    if mains == 0:
        return _(
            "Ansatt %(number)s står på linje %(lines)s: ingen er merket som hovedstilling, så den første "
            "(linje %(chosen)s) gjelder.",
            number=number,
            lines=lines,
            chosen=chosen,
        )
    if mains == 1:
        return _(
            "Ansatt %(number)s står på linje %(lines)s: hovedstillingen (linje %(chosen)s) gjelder.",
            number=number,
            lines=lines,
            chosen=chosen,
        )
    return _(
        "Ansatt %(number)s står på linje %(lines)s: flere er merket som hovedstilling, så den første av dem "
        "(linje %(chosen)s) gjelder.",
        number=number,
        lines=lines,
        chosen=chosen,
    )


def _line(row: Record) -> PersonLine:
    return PersonLine(
        row["employee_number"],
        row["name"],
        row["email"],
        row["unit"],
        _YES_OR_NO[row["leader"].casefold()] if "leader" in row.values else None,
        LANGUAGE_WORDS[row["language"].casefold()] if "language" in row.values else None,
    )


def _report(
    lines: Sequence[PersonLine], stored: Mapping[str, Person], notes: tuple[str, ...], *, apply: bool
) -> ImportReport:
    new, changed = [], []
    for line in lines:
        person = stored.get(line.employee_number)
        if person is None:
            new.append(ImportChange(line.employee_number, line.name, _("i %(unit)s", unit=line.unit)))
        elif detail := _difference(line, person):
            changed.append(ImportChange(line.employee_number, line.name, detail))
    numbers = {line.employee_number for line in lines}
    ended = tuple(
        ImportChange(person.employee_number, person.name)
        for number, person in stored.items()
        if person.active and number not in numbers
    )
    unchanged = len(lines) - len(new) - len(changed)
    return ImportReport(tuple(new), tuple(changed), ended, unchanged, notes, applied=apply)


def _difference(line: PersonLine, person: Person) -> str:
    is_leader = person.is_leader if line.is_leader is None else line.is_leader
    return described(
        (_("navn"), person.name, line.name),
        (_("e-post"), person.email, line.email),
        (_("enhet"), person.unit.code, line.unit),
        (pgettext("what changed in an import", "leder"), _word(person.is_leader), _word(is_leader)),
        (_("språk"), person.language, line.language or person.language),
        (_("inviteres"), _word(person.active), _("ja")),
    )


def _word(answer: bool) -> str:
    return _("ja") if answer else _("nei")


def _apply(
    session: Session, lines: Sequence[PersonLine], stored: Mapping[str, Person], units: Mapping[str, Unit]
) -> None:
    numbers = {line.employee_number for line in lines}
    for number, person in stored.items():
        person.active = number in numbers
    for line in lines:
        person = stored.get(line.employee_number) or Person(employee_number=line.employee_number, active=True)
        person.name, person.email, person.unit = line.name, line.email, units[line.unit]
        person.is_leader = bool(person.is_leader) if line.is_leader is None else line.is_leader
        person.language = line.language or person.language or "nb"
        session.add(person)
    session.flush()
