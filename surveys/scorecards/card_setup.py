"""A card on its way into the database: what became different, and what was left as it is."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform.texts import _
from surveys.scorecards.card_changes import Recolouring, fields_changed
from surveys.scorecards.card_plans import SetupError
from surveys.scorecards.models import Indicator, Scorecard


@dataclass(frozen=True)
class CardEdition:
    """A whole card from a year on: what it does not have ends. rows_from: the first year of its new rows."""

    year: int
    rows_from: int | None = None


@dataclass
class CardSetup:
    """A card that was set up or changed. changes: what became different, in words; notes: what was left as it is."""

    card: Scorecard
    line: tuple[int, ...]
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    recoloured: tuple[Recolouring, ...] = ()
    edition: CardEdition | None = None

    def set(self, name: str, row: Any, **values: Any) -> None:
        """Gives the row the values, and tells each that is another than before."""
        self.changes += [f"{name}: {words}" for words in fields_changed(row, values)]
        for field_name, value in values.items():
            setattr(row, field_name, value)


def unit_id_of(session: Session, code: str) -> int:
    """The unit with the code. Raises SetupError."""
    found = session.scalar(select(Unit.id).where(Unit.code == code))
    if found is None:
        raise SetupError(_("Det finnes ingen enhet med koden «%(code)s».", code=code))
    return found


def require_own_unit(session: Session, setup: CardSetup, indicator: Indicator, unit_id: int) -> None:
    """On an indicator that is another card's, nothing is decided for units that this card is not for.

    Raises SetupError.
    """
    if indicator.card_id == setup.card.id or setup.card.unit_id in lineage(session, unit_id):
        return
    unit = session.get_one(Unit, unit_id)
    raise SetupError(_("%(code)s: Kortet gjelder ikke for %(unit)s.", code=indicator.code, unit=unit.name))
