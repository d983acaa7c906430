"""Where the units of a response file stand in the organisation: found, created, or refused with their place."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.files.encoded_twice import fault_of_name
from surveys.files.report import FileRefusedError, ImportFault
from surveys.organisation.models import Installation, Unit
from surveys.platform.texts import _


def find_units(session: Session, codes: Sequence[str]) -> dict[str, Unit]:
    """Code → unit, for those there are."""
    return {unit.code: unit for unit in session.scalars(select(Unit).where(Unit.code.in_(codes)))}


def unknown_units(lines: Mapping[str, int], column_name: str, unknown: Iterable[str]) -> list[ImportFault]:
    """One fault for each unknown unit, on the first line that has it."""
    return [
        ImportFault(
            _(
                "Det finnes ingen enhet med koden «%(code)s». Rett koden, eller hent enhetene fra fil først.",
                code=code,
            ),
            lines[code],
            column_name,
        )
        for code in unknown
    ]


def unreadable_names(lines: Mapping[str, int], column_name: str, names: Sequence[str]) -> list[ImportFault]:
    """The names of units that were encoded twice, each with its first line: nobody may be called that."""
    return [ImportFault(fault, lines[name], column_name) for name in names if (fault := fault_of_name(name))]


def create_units(session: Session, codes: Sequence[str], parent_code: str, title: str) -> dict[str, Unit]:
    """New units named by their codes: under the named unit, else under the top.

    When there is no unit at all, a top is made first, named after the municipality, else by `title`.
    """
    if not codes:
        return {}
    parent = _parent(session, parent_code)
    if parent is None:
        municipality = session.scalar(select(Installation.municipality)) or title
        parent = Unit(code=_free_code(codes), name=municipality, type="kommune")
        session.add(parent)
    units = {code: Unit(code=code, name=code, parent=parent) for code in codes}
    session.add_all(units.values())
    session.flush()
    return units


def _parent(session: Session, code: str) -> Unit | None:
    if code:
        named = session.scalar(select(Unit).where(Unit.code == code))
        if named is None:
            raise FileRefusedError(
                ImportFault(_("Det finnes ingen enhet med koden «%(code)s» (--parent).", code=code))
            )
        return named
    tops = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).all()
    if len(tops) > 1:
        codes = ", ".join(unit.code for unit in tops)
        raise FileRefusedError(
            ImportFault(
                _(
                    "Flere enheter står øverst (%(codes)s). Si hvor de nye skal stå, med --parent.",
                    codes=codes,
                )
            )
        )
    return tops[0] if tops else None


def _free_code(codes: Sequence[str]) -> str:
    """A code for the new top that no unit in the file has."""
    return next(code for number in range(len(codes) + 1) if (code := f"TOPP{number or ''}") not in codes)


def whole_organisation(session: Session) -> Unit:
    """The one unit at the top, for answers that have no unit. Raises FileRefusedError when there is not just one."""
    tops = session.scalars(select(Unit).where(Unit.parent_id.is_(None), Unit.valid_to.is_(None))).all()
    if len(tops) != 1:
        raise FileRefusedError(ImportFault(_("Organisasjonen har ikke én øverste enhet å legge svarene i.")))
    return tops[0]


def lowest_common(session: Session, units: Sequence[Unit]) -> Unit:
    """The lowest unit that is, or stands above, every one of them. Raises FileRefusedError when there is none."""
    parents = dict(session.execute(select(Unit.id, Unit.parent_id)).all())

    def line(unit_id: int | None) -> list[int]:
        found = []
        while unit_id is not None:
            found.append(unit_id)
            unit_id = parents[unit_id]
        return found

    shared = set.intersection(*(set(line(unit.id)) for unit in units))
    if not shared:
        raise FileRefusedError(
            ImportFault(_("Enhetene i filen har ingen felles enhet over seg. Importer en felles topp først."))
        )
    return session.get_one(Unit, next(unit for unit in line(units[0].id) if unit in shared))
