"""The columns of a file as a page asks about them: what each is called, what is in it, and what it is taken to mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from surveys.platform.texts import _


@dataclass(frozen=True)
class ColumnRow:
    """A column of the file on the page: its name, the first thing in it, and what it is taken to mean."""

    field: str
    heading: str
    sample: str
    meaning: str


@dataclass(frozen=True)
class FieldFault:
    """Something to put right on a page, and the field it is about."""

    field: str
    message: str


def chosen_columns(rows: Sequence[ColumnRow], sent: Mapping[str, str]) -> list[ColumnRow]:
    """The columns with what was sent; one that nothing was sent about keeps its meaning."""
    return [replace(row, meaning=sent.get(row.field, row.meaning)) for row in rows]


def same_meaning_faults(rows: Sequence[ColumnRow], words: Mapping[str, str]) -> Iterator[FieldFault]:
    """A meaning that two columns have. words: what each meaning is called."""
    first: dict[str, ColumnRow] = {}
    for row in rows:
        if row.meaning in first:
            message = _(
                "«%(second)s» og «%(first)s» kan ikke begge være «%(meaning)s». Velg bare én av dem.",
                second=row.heading,
                first=first[row.meaning].heading,
                meaning=words[row.meaning],
            )
            yield FieldFault(row.field, message)
        elif row.meaning:
            first[row.meaning] = row
