"""A file's rows → one line for each person, and every fault of the rows.

Several rows for one person are normal (several positions): the main position decides, else the largest, else the first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.files.columns import Record
from surveys.files.report import ImportFault, lines_in_words
from surveys.organisation.models import Unit
from surveys.platform.addresses import EMAIL
from surveys.platform.clock import municipal_day
from surveys.platform.days import typed_day
from surveys.platform.localisation import LANGUAGES
from surveys.platform.phone_numbers import international
from surveys.platform.texts import _, ngettext

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

BAD_ADDRESS: Final = "email"
"""The cause of an address that is none: the person can be taken in without it."""

_NAMED_AT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody as the deciding row of the file has it; None for a column that the file does not have."""

    line: int
    employee_number: str
    name: str
    email: str
    unit_id: int
    is_leader: bool | None
    language: str | None
    is_main: bool = False
    shared_mailbox: bool = False
    # «»: the file has the column, and she has no number there.
    phone: str | None = None
    # The file's address is none: the one that is known is kept.
    keeps_email: bool = False

    @property
    def address(self) -> str:
        """Addresses are compared without case: no mail server in use tells them apart by it."""
        return self.email.casefold()


class KnownUnits:
    """The living units, found by code, by a name that only one of them has, or by both in one cell."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(select(Unit.id, Unit.code, Unit.name).where(Unit.valid_to.is_(None))).all()
        self.codes: dict[int, str] = {unit_id: code for unit_id, code, _unit_name in rows}
        self._names = {unit_id: name for unit_id, _code, name in rows}
        self._ids = {code: unit_id for unit_id, code, _unit_name in rows}
        self._by_name: dict[str, list[int]] = {}
        self._by_words: dict[str, set[int]] = {}
        self._by_digits: dict[str, list[str]] = {}
        for unit_id, code, name in rows:
            self._by_name.setdefault(name.casefold(), []).append(unit_id)
            self._by_digits.setdefault(code.lstrip("0"), []).append(code)
            for words in (code, f"{code} {name}", f"{name} {code}"):
                self._by_words.setdefault(_only_words(words), set()).add(unit_id)

    def named(self, unit_id: int) -> str:
        """Its name and code; a dash for one that lives no more."""
        return f"{self._names[unit_id]} ({self.codes[unit_id]})" if unit_id in self.codes else "–"

    def find(self, text: str) -> int | None:
        """The unit's id; None when there is no such unit, or more than one."""
        if text in self._ids:
            return self._ids[text]
        named = self._by_name.get(text.casefold()) or [*self._by_words.get(_only_words(text), ())]
        return named[0] if len(named) == 1 else None

    def why_not(self, text: str) -> str:
        named = self._by_name.get(text.casefold(), [])
        if named:
            codes = ", ".join(sorted(self.codes[unit_id] for unit_id in named))
            return _(
                "Flere enheter heter «%(name)s» (%(codes)s). Bruk enhetens kode.", name=text, codes=codes
            )
        alike = self._by_digits.get(text.lstrip("0"), [])
        if len(alike) == 1:
            return _(
                "Enheten «%(code)s» finnes ikke i Medvirk. Er det «%(alike)s», uten nullene foran?",
                code=text,
                alike=alike[0],
            )
        return _("Enheten «%(code)s» finnes ikke i Medvirk. Bruk enhetens kode eller navn.", code=text)


def _only_words(text: str) -> str:
    """Without case, and without the marks systems set between a unit's code and its name."""
    return " ".join(re.sub(r"[-–:,()]", " ", text.casefold()).split())


def without_ended(rows: Sequence[Record]) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The rows of positions that are not over, and what the reader should know of the others.

    Many exports keep those who have left, with the day. A day that cannot be read, such as 31.12.9999 or 00.00.0000,
    ends nothing.
    """
    today = municipal_day()
    ended = [row for row in rows if (day := typed_day(row["end_date"])) is not None and day < today]
    if not ended:
        return tuple(rows), ()
    lines = {row.line for row in ended}
    told = ngettext(
        "%(num)s stilling er avsluttet og er ikke lest (linje %(lines)s).",
        "%(num)s stillinger er avsluttet og er ikke lest (linje %(lines)s).",
        len(ended),
        lines=lines_in_words(lines),
    )
    return tuple(row for row in rows if row.line not in lines), (told,)


def row_faults(
    rows: Sequence[Record], units: KnownUnits, *, drop_bad_addresses: bool = False
) -> Iterator[ImportFault]:
    """What is wrong in the rows, each cell on its own. drop_bad_addresses: an address that is none is no fault."""
    if not rows:
        yield ImportFault(_("Filen har ingen personer under overskriften."))
    checked = [
        (column, words, message)
        for column, words, message in (
            ("leader", _YES_OR_NO, _not_yes_or_no),
            ("main_position", _YES_OR_NO, _not_yes_or_no),
            ("language", LANGUAGE_WORDS, _no_language),
        )
        if rows and column in rows[0]
    ]
    for row in rows:
        if not row["employee_number"]:
            yield row.fault("employee_number", _("Ansattnummeret mangler."))
        if not name_of(row):
            yield row.fault("name" if "name" in row else "last_name", _("Navnet mangler."))
        yield from _unit_faults(row, units)
        if not drop_bad_addresses and _has_bad_address(row):
            told = _(
                "«%(address)s» er ikke en e-postadresse. Rett den, eller la cellen stå tom.",
                address=address_of(row),
            )
            yield row.fault("email", told, BAD_ADDRESS)
        for column, words, message in checked:
            if row[column].casefold() not in words:
                yield row.fault(column, message(row[column]), column)


def _has_bad_address(row: Record) -> bool:
    address = address_of(row)
    return bool(address) and not EMAIL.fullmatch(address)


def _not_yes_or_no(given: str) -> str:
    return _("Skriv ja eller nei, ikke «%(given)s».", given=given)


def _no_language(given: str) -> str:
    return _("Skriv %(codes)s, ikke «%(given)s».", codes=", ".join(LANGUAGES), given=given)


def _unit_faults(row: Record, units: KnownUnits) -> Iterator[ImportFault]:
    unit, column = _unit_text(row)
    if not unit:
        yield row.fault(column, _("Enheten mangler."))
    elif units.find(unit) is None:
        yield row.fault(column, units.why_not(unit), "unit")


def person_lines(rows: Iterable[Record], units: KnownUnits) -> tuple[list[PersonLine], tuple[str, ...]]:
    """One line for each employee number of rows without faults, and what the reader should know."""
    by_person: dict[str, list[Record]] = {}
    for row in rows:
        by_person.setdefault(row["employee_number"], []).append(row)
    lines = [_line(_deciding(own), units) for own in by_person.values()]
    several = {number: own for number, own in by_person.items() if len(own) > 1}
    deciding = [_deciding(own) for own in by_person.values()]
    return lines, (*_notes(several), *phone_notes(deciding))


def dropped_addresses(lines: Iterable[PersonLine]) -> Iterator[str]:
    """Which addresses are none and were asked to be left out, in one sentence."""
    bad = [line.line for line in lines if line.keeps_email]
    if not bad:
        return
    yield ngettext(
        "Adressen på linje %(lines)s er utelatt. Har Medvirk en adresse fra før, blir den stående. Ellers kommer koden "
        "på papir.",
        "%(num)s adresser er utelatt, på linje %(lines)s. Har Medvirk en adresse fra før, blir den stående. Ellers "
        "kommer koden på papir.",
        len(bad),
        lines=lines_in_words(bad),
    )


def phone_notes(rows: Iterable[Record]) -> Iterator[str]:
    """Numbers that are none, in one sentence: their owners are without a number, and nothing else is stopped."""
    wrong = [row for row in rows if row["phone"] and international(row["phone"]) is None]
    if not wrong:
        return
    yield ngettext(
        "Mobilnummeret på linje %(lines)s er ikke et telefonnummer og er utelatt.",
        "%(num)s mobilnumre er ikke telefonnumre og er utelatt. De står på linje %(lines)s.",
        len(wrong),
        lines=lines_in_words(row.line for row in wrong),
    )


def name_of(row: Record) -> str:
    return row["name"] or f"{row['first_name']} {row['last_name']}".strip()


def address_of(row: Record) -> str:
    """Without the name around it, «Kari Eide <kari@example.no>», that a mail program copies along."""
    copied = re.fullmatch(r"(?:mailto:|[^<>]*<)([^<>]+?)>?", row["email"], re.IGNORECASE)
    return copied[1] if copied else row["email"]


def _unit_text(row: Record) -> tuple[str, str]:
    """What the row says of the unit, and the column that says it: its code, else its name."""
    if row["unit"] or "unit_name" not in row:
        return row["unit"], "unit"
    return row["unit_name"], "unit_name"


def _is_main(row: Record) -> bool:
    return _YES_OR_NO[row["main_position"].casefold()]


def _share(row: Record) -> float:
    try:
        return float(row["share"].rstrip("% ").replace(",", "."))
    except ValueError:
        return 0.0


def _deciding(own: Sequence[Record]) -> Record:
    """The first row of the largest main position, else of the largest position."""
    return own[0] if len(own) == 1 else max(own, key=lambda row: (_is_main(row), _share(row)))


def _notes(several: Mapping[str, Sequence[Record]]) -> Iterator[str]:
    """What decided for people with several rows: by name for a few, in one sentence for many."""
    if len(several) > _NAMED_AT_MOST:
        yield ngettext(
            "%(num)s ansatt står på flere linjer. Hovedstillingen gjelder, ellers den største stillingen, "
            "ellers den første linjen.",
            "%(num)s ansatte står på flere linjer. Hovedstillingen gjelder, ellers den største stillingen, "
            "ellers den første linjen.",
            len(several),
        )
        return
    for number, own in several.items():
        yield _note(number, own)


def _note(number: str, own: Sequence[Record]) -> str:
    """Which of a person's lines counts, and why."""
    facts = {
        "number": number,
        "lines": lines_in_words(row.line for row in own),
        "chosen": _deciding(own).line,
    }
    mains = [row for row in own if _is_main(row)]
    if len(mains) == 1:
        return _(
            "Ansatt %(number)s står på linje %(lines)s: hovedstillingen (linje %(chosen)s) gjelder.", **facts
        )
    by_size = len({_share(row) for row in mains or own}) > 1
    if by_size:
        return _(
            "Ansatt %(number)s står på linje %(lines)s: den største stillingen (linje %(chosen)s) gjelder.",
            **facts,
        )
    if mains:
        return _(
            "Ansatt %(number)s står på linje %(lines)s: flere er merket som hovedstilling, så den første av dem "
            "(linje %(chosen)s) gjelder.",
            **facts,
        )
    return _(
        "Ansatt %(number)s står på linje %(lines)s: ingen er merket som hovedstilling, så den første "
        "(linje %(chosen)s) gjelder.",
        **facts,
    )


def _line(row: Record, units: KnownUnits) -> PersonLine:
    unit_id = units.find(_unit_text(row)[0])
    assert unit_id is not None, "rows with faults are never turned into lines"  # noqa: S101
    is_bad = _has_bad_address(row)
    return PersonLine(
        row.line,
        row["employee_number"],
        name_of(row),
        "" if is_bad else address_of(row),
        unit_id,
        _YES_OR_NO[row["leader"].casefold()] if "leader" in row else None,
        LANGUAGE_WORDS[row["language"].casefold()] if "language" in row else None,
        _is_main(row),
        phone=(international(row["phone"]) or "") if "phone" in row else None,
        keeps_email=is_bad,
    )
