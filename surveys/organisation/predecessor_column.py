"""The column «erstatter» of an organisation file: which units each unit came from."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.files.columns import Record
from surveys.files.report import ImportFault
from surveys.organisation.models import Succession, Unit
from surveys.organisation.stating_succession import state
from surveys.platform.texts import _


@dataclass(frozen=True)
class Stated:
    """One unit's cell: its own code and those it came from."""

    record: Record
    code: str
    predecessors: tuple[str, ...]


def stated(record: Record, code: str) -> Stated:
    """Codes stand with commas, semicolons or vertical bars between them."""
    parts = (part.strip() for part in re.split(r"[,;|]", record["predecessor"]))
    return Stated(record, code, tuple(dict.fromkeys(part for part in parts if part)))


def faults(cells: Iterable[Stated], known: Collection[str]) -> Iterator[ImportFault]:
    """`known`: the codes of the units that Medvirk has, also those that have ended."""
    for cell in cells:
        for predecessor in cell.predecessors:
            if predecessor == cell.code:
                yield cell.record.fault("predecessor", _("En enhet kan ikke erstatte seg selv."))
            elif predecessor not in known:
                message = _(
                    "Enheten «%(predecessor)s», som skal være erstattet, finnes ikke i Medvirk.",
                    predecessor=predecessor,
                )
                yield cell.record.fault("predecessor", message)


def not_yet_stated(session: Session, cells: Sequence[Stated]) -> dict[str, tuple[str, ...]]:
    """Unit code → the codes in its cell that Medvirk has not been told before."""
    codes = dict(session.execute(select(Unit.id, Unit.code)).all())
    rows = session.execute(select(Succession.successor_id, Succession.predecessor_id))
    known = {(codes[successor], codes[predecessor]) for successor, predecessor in rows}
    found = {
        cell.code: tuple(one for one in cell.predecessors if (cell.code, one) not in known) for cell in cells
    }
    return {code: predecessors for code, predecessors in found.items() if predecessors}


def state_predecessors(
    session: Session,
    news: Mapping[str, Sequence[str]],
    units: Mapping[str, Unit],
    living: Collection[str],
    before: Collection[str],
    today: dt.date,
) -> None:
    """Writes the news. living: codes after the import; before: codes of the units that were there already.

    A predecessor that lives on has only given something away; a successor that was there has taken something in.
    """
    for code, predecessors in news.items():
        for predecessor in predecessors:
            state(
                session,
                units[predecessor],
                units[code],
                today,
                whole=predecessor not in living,
                existed=code in before,
            )
