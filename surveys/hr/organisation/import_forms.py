"""What HR says of a file on its pages: what it holds, what its columns mean, and the answers to what is asked."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FileField, StringField
from wtforms.validators import ValidationError

from surveys.files.columns import PEOPLE_COLUMNS, UNIT_COLUMNS
from surveys.files.headings import ImportColumn, guess, plain
from surveys.files.reading import Table
from surveys.files.report import ImportQuestion
from surveys.hr.file_columns import ColumnRow, FieldFault, same_meaning_faults
from surveys.organisation.import_answers import ImportAnswers, QuestionKind, SharedAddress
from surveys.organisation.models import ImportKind
from surveys.platform.texts import _, _l

COLUMNS: Mapping[ImportKind, tuple[ImportColumn, ...]] = {
    ImportKind.UNITS: UNIT_COLUMNS,
    ImportKind.PEOPLE: PEOPLE_COLUMNS,
}
KINDS = {
    ImportKind.UNITS.value: _l("Enheter: hele treet under enheten som står øverst"),
    ImportKind.PEOPLE.value: _l("Ansatte: alle som kan inviteres"),
}


class UploadForm(FlaskForm):
    kind = StringField(_l("Hva er i filen?"), default=ImportKind.PEOPLE.value)
    file = FileField(_l("Fil (CSV, XLSX eller JSON fra FINT)"))

    def validate_kind(self, field: Any) -> None:
        if field.data not in KINDS:
            raise ValidationError(_l("Velg hva som er i filen."))

    def validate_file(self, field: Any) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_l("Velg en fil."))


def column_words(kind: ImportKind) -> dict[str, str]:
    """Column name → what HR calls it."""
    if kind is ImportKind.UNITS:
        return {
            "code": _("Enhetens kode"),
            "name": _("Enhetens navn"),
            "type": _("Type enhet"),
            "parent": _("Koden til enheten over"),
            "predecessor": _("Kodene til enhetene den erstatter"),
        }
    return {
        "employee_number": _("Ansattnummer"),
        "name": _("Hele navnet"),
        "first_name": _("Fornavn"),
        "last_name": _("Etternavn"),
        "email": _("E-postadresse"),
        "unit": _("Enhetens kode eller navn"),
        "unit_name": _("Enhetens navn, når koden mangler"),
        "phone": _("Mobilnummer"),
        "leader": _("Leder (ja eller nei)"),
        "language": _("Språk"),
        "main_position": _("Hovedstilling (ja eller nei)"),
        "end_date": _("Siste dag i stillingen"),
        "share": _("Stillingsprosent"),
    }


def column_rows(table: Table, meanings: Sequence[str]) -> list[ColumnRow]:
    """A row for each column with a heading."""
    return [
        ColumnRow(
            f"kolonne-{index}",
            heading,
            next((row.cells[index] for row in table.rows if row.cells[index]), ""),
            meaning,
        )
        for index, (heading, meaning) in enumerate(zip(table.headings, meanings, strict=True))
        if heading
    ]


def looks_like(table: Table, kind: ImportKind) -> bool:
    """Whether the headings alone say every column that a file of this kind must have."""
    return not [*column_faults(column_rows(table, guess(table.headings, COLUMNS[kind])), kind)]


def choices_of(rows: Sequence[ColumnRow]) -> dict[str, str]:
    return {plain(row.heading): row.meaning for row in rows}


def column_faults(rows: Sequence[ColumnRow], kind: ImportKind) -> Iterator[FieldFault]:
    """A meaning that two columns have, and one that none has and that must be there."""
    words = column_words(kind)
    yield from same_meaning_faults(rows, words)
    meant = {row.meaning for row in rows}
    for column in COLUMNS[kind]:
        has_instead = bool(column.instead) and all(name in meant for name in column.instead)
        if column.required and column.name not in meant and not has_instead:
            message = _("Velg hvilken kolonne som er «%(meaning)s».", meaning=words[column.name])
            yield FieldFault(rows[0].field if rows else "kolonne-0", message)


def answers_of(
    sent: Mapping[str, str], before: ImportAnswers, questions: Sequence[ImportQuestion]
) -> ImportAnswers:
    """The answers so far with those that were sent. What is not a possible answer is no answer."""
    same = {"ja": True, "nei": False}.get(sent.get("same", ""), before.same_people)
    leaving = sent.get("leaving", "").replace("\u00a0", "").replace(" ", "")
    otherwise = _shared(sent.get("shared-all", "")) or before.shared_otherwise
    shared = dict(before.shared)
    for index, question in enumerate(questions):
        meaning = _shared(sent.get(f"shared-{index}", ""))
        if question.kind == QuestionKind.SHARED_ADDRESS and meaning:
            shared[question.key] = meaning
    number = int(leaving) if leaving.isdecimal() else before.leaving
    drop = {"utelat": True, "behold": False}.get(sent.get("adresser", ""), before.drop_bad_addresses)
    return ImportAnswers(same, number, shared, otherwise, drop)


def question_faults(questions: Sequence[ImportQuestion], sent: Mapping[str, str]) -> Iterator[FieldFault]:
    """For each question that is still open after what was sent."""
    for index, question in enumerate(questions):
        if question.kind == QuestionKind.LEAVING and "leaving" in sent:
            message = _("Skriv %(count)s hvis det er riktig at så mange går ut.", count=question.count)
            yield FieldFault("leaving", message)
        elif question.kind == QuestionKind.SAME_PEOPLE and "asked-same" in sent:
            yield FieldFault("same-ja", _("Svar på om det er de samme personene."))
        elif question.kind == QuestionKind.SHARED_ADDRESS and "asked-shared" in sent:
            message = _("Svar på hvorfor %(address)s står på flere.", address=question.key)
            yield FieldFault(f"shared-{index}-person", message)


def _shared(text: str) -> SharedAddress | None:
    return SharedAddress(text) if text in set(SharedAddress) else None
