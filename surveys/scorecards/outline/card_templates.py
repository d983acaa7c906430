"""What a new card may begin with: cards as four municipalities have had them, in files like any card's."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from questionnaires.source import read_bytes, read_document
from surveys.platform.typed_data import from_file
from surveys.scorecards.card_plans import CardPlan

_FOLDER: Final = Path(__file__).parent / "templates_for_cards"
_MUNICIPALITIES: Final = {"oyer": "Øyer", "bergen": "Bergen", "molde": "Molde", "sarpsborg": "Sarpsborg"}


@dataclass(frozen=True)
class CardTemplate:
    """key: the file's name. The plan's unit is «»: whoever begins the card chooses it."""

    key: str
    municipality: str
    plan: CardPlan

    @property
    def rows(self) -> int:
        return len(self.plan.indicators())


@cache
def card_templates() -> Sequence[CardTemplate]:
    """Read once: the files are part of the product."""
    return tuple(
        CardTemplate(key, name, _read(_FOLDER / f"{key}.yaml")) for key, name in _MUNICIPALITIES.items()
    )


def card_template(key: str) -> CardTemplate | None:
    return next((each for each in card_templates() if each.key == key), None)


def _read(path: Path) -> CardPlan:
    return from_file(CardPlan, read_document(read_bytes(path), path.name).value)
