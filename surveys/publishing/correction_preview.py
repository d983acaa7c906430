"""What a correction does beside the release it corrects: shown to HR before it is made.

No figure's value is here, and nothing that follows from one but what is hidden: two previews of different corrections
are not protected against each other, as two releases are (decision 086).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from surveys.campaigns.repicturing import Difference
from surveys.platform.typed_data import from_stored
from surveys.release.protection.release_preview import HiddenCategory


@dataclass(frozen=True)
class NewlyHidden:
    """A unit that loses figures. reason: `PRIMARY` where what is out says that too few answered, else `SECONDARY`.

    hidden, shown: how many measures it loses, and how many it shows afterwards.
    """

    unit_id: int
    name: str
    reason: str
    hidden: int
    shown: int


@dataclass(frozen=True)
class FedCard:
    """A scorecard that gets values of the corrected release. values: how many, of the units under it."""

    title: Mapping[str, str]
    values: int


@dataclass(frozen=True)
class CorrectionPreview:
    """number: of the release that is corrected. before, minimum_group: the minimum group there, and after.

    moved: units with another name, type or place. units: how many show figures now. hidden, shown, recounted: units
    that lose figures, that get figures they had not, and whose figures are of other people than before; the two last
    by name. categories: breakdowns at the top that lose figures. figures_hidden, figures_shown, figures_recounted: how
    many figures of units and categories. other_digits: nothing is moved or raised, and figures are told otherwise all
    the same. statements: values of single statements that no card had.
    """

    number: int
    before: int
    minimum_group: int
    moved: tuple[Difference, ...]
    units: int
    hidden: tuple[NewlyHidden, ...]
    shown: tuple[str, ...]
    recounted: tuple[str, ...]
    categories: tuple[HiddenCategory, ...]
    figures_hidden: int
    figures_shown: int
    figures_recounted: int
    other_digits: bool
    statements: int
    cards: tuple[FedCard, ...]

    @property
    def changes_figures(self) -> bool:
        return bool(self.figures_hidden or self.figures_shown or self.figures_recounted or self.other_digits)

    @property
    def raises_minimum(self) -> bool:
        return self.minimum_group > self.before

    @property
    def digest(self) -> str:
        """64 hexadecimal characters: two previews that say the same, of the same release, have the same."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "CorrectionPreview":
        return from_stored(cls, content)
