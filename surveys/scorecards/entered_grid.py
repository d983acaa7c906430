"""What somebody typed or pasted into the grid: read, judged in words, and stored when nothing is left to ask."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.platform.clock import now
from surveys.platform.texts import _
from surveys.scorecards.doubts import (
    compared_words,
    date_doubts,
    future_words,
    impossible_words,
    is_wrong_percent,
    look_like_shares,
    value_doubts,
)
from surveys.scorecards.entering import EntryGrid, GridRow
from surveys.scorecards.measuring import NewValue, record_values
from surveys.scorecards.models import MeasurementEntry
from surveys.scorecards.value_lines import MeasurementCellError, read_day, read_number


@dataclass(frozen=True)
class TypedGrid:
    """The form as it was sent. texts: unit id → what stands in its field. confirmed: units whose value «stemmer»."""

    texts: Mapping[int, str]
    source: str
    measured_on: str
    pasted: str = ""
    period_confirmed: bool = False
    confirmed: Collection[int] = ()


@dataclass
class GridJudgement:
    """values: unit id → the number. faults and asks stop the storing; remarks only tell.

    texts: what the fields should show, with what was pasted in its place.
    """

    texts: dict[int, str] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    asks: dict[int, list[str]] = field(default_factory=dict)
    remarks: dict[int, list[str]] = field(default_factory=dict)
    # About the form as a whole: (id of the field, words).
    form_faults: list[tuple[str, str]] = field(default_factory=list)
    unconfirmed: frozenset[int] = frozenset()
    measured_on: dt.date | None = None

    @property
    def may_be_stored(self) -> bool:
        return bool(self.values) and not (self.faults or self.form_faults or self.unconfirmed)


def judge(grid: EntryGrid, typed: TypedGrid, today: dt.date) -> GridJudgement:
    """Everything that is wrong, or should be confirmed, about what was typed."""
    found = GridJudgement(texts=dict(typed.texts))
    found.form_faults += _form_faults(grid, typed, today)
    _paste(grid, typed.pasted, found)
    try:
        found.measured_on = read_day(typed.measured_on.strip(), today)
    except MeasurementCellError as error:
        found.form_faults.append(("malt", str(error)))
    else:
        early = date_doubts(grid.indicator.frequency, grid.year, grid.part, found.measured_on)
        found.form_faults += [("malt", doubt.words) for doubt in early]
    for row in grid.rows:
        text = found.texts.get(row.unit.id, "").strip()
        if text:
            _judge_row(grid, row, text, found)
    _ask_of_shares(grid, found)
    if not (found.values or found.faults or found.form_faults):
        found.form_faults.append(("verdier", _("Skriv minst én verdi.")))
    found.unconfirmed = frozenset(found.asks) - set(typed.confirmed)
    return found


def _form_faults(grid: EntryGrid, typed: TypedGrid, today: dt.date) -> Iterator[tuple[str, str]]:
    if words := future_words(grid.indicator.frequency, grid.year, grid.part, today):
        yield "periode", words
    elif not typed.period_confirmed:
        yield "periode", _("Kryss av for at verdiene gjelder %(period)s.", period=grid.period)
    if not typed.source.strip():
        yield "kilde", _("Skriv hvor tallene kommer fra.")


def _judge_row(grid: EntryGrid, row: GridRow, text: str, found: GridJudgement) -> None:
    unit_id, indicator = row.unit.id, grid.indicator
    try:
        value = read_number(text)
    except MeasurementCellError as error:
        found.faults[unit_id] = str(error)
        return
    if words := impossible_words(indicator, value):
        found.faults[unit_id] = words
        return
    if is_wrong_percent(indicator, is_percent=text.endswith("%")):
        found.faults[unit_id] = _("Indikatoren måles ikke i prosent.")
        return
    found.values[unit_id] = value
    doubts = list(value_doubts(indicator, value, row.before))
    remarks = [doubt.words for doubt in doubts if not doubt.asks]
    if row.before:
        remarks.insert(0, compared_words(indicator, value, row.before[-1]))
    found.remarks[unit_id] = remarks
    if asks := [doubt.words for doubt in doubts if doubt.asks]:
        found.asks[unit_id] = asks


def _ask_of_shares(grid: EntryGrid, found: GridJudgement) -> None:
    """Of all together: one value below 1 % may be right, a column of them is usually shares."""
    any_percent = any(text.strip().endswith("%") for text in found.texts.values())
    if look_like_shares(grid.indicator, found.values.values(), any_percent=any_percent):
        for unit_id in found.values:
            typed = found.texts[unit_id].strip()
            words = _("%(value)s er under 1 %%. Er det en andel, der 0,074 betyr 7,4 %%?", value=typed)
            found.asks[unit_id] = [*found.asks.get(unit_id, ()), words]


def _paste(grid: EntryGrid, pasted: str, found: GridJudgement) -> None:
    """Lines of a unit's code or name and its value, as Excel copies them, into the units' fields."""
    by_word = _units_by_word(grid.rows)
    for number, line in enumerate(pasted.splitlines(), start=1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in re.split(r"[\t;]", line.strip()) if cell.strip()]
        if len(cells) < 2:
            words = _(
                "Linje %(number)s: skriv enhet og verdi med tabulator eller semikolon mellom.", number=number
            )
            found.form_faults.append(("lim", words))
            continue
        units = {by_word[cell.casefold()] for cell in cells[:-1] if cell.casefold() in by_word}
        if len(units) != 1 or None in units:
            words = _("Linje %(number)s: ingen enhet her heter «%(name)s».", number=number, name=cells[0])
            found.form_faults.append(("lim", words))
            continue
        found.texts.update({unit_id: cells[-1] for unit_id in units if unit_id is not None})


def _units_by_word(rows: Sequence[GridRow]) -> Mapping[str, int | None]:
    """Code or name → the unit's id; None for a name that several have."""
    found: dict[str, int | None] = {}
    for row in rows:
        name = row.unit.name.casefold()
        found[name] = None if name in found else row.unit.id
    return found | {row.unit.code.casefold(): row.unit.id for row in rows}


def store_grid(
    session: Session, grid: EntryGrid, typed: TypedGrid, found: GridJudgement, account: Account
) -> int:
    """Stores what `judge` found nothing against, in the caller's transaction, and returns how many were new."""
    entry = MeasurementEntry(at=now(), account_id=account.id, author=account.name)
    session.add(entry)
    session.flush()
    stored = record_values(
        session,
        [
            NewValue(
                grid.indicator,
                unit_id,
                grid.year,
                grid.part,
                value,
                typed.source.strip(),
                found.measured_on or now().date(),
                confirmed=unit_id in found.asks,
            )
            for unit_id, value in found.values.items()
        ],
        entry,
    )
    audit.record(session, "measurements.entered", grid.indicator.code, number=entry.id, measurements=stored)
    return stored
