"""What a release would show and hide, as pages and the database keep it: which units, and why. No figure's value."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.suppression import PRIMARY, SECONDARY
from surveys.campaigns.models import Survey
from surveys.counting.models import Response
from surveys.platform.typed_data import from_stored
from surveys.release.models import Release

_FORMAT: Final = 2
"""Of `ReleasePreview.as_json`: one that was kept in an older format is worked out again."""


@dataclass(frozen=True)
class HiddenUnit:
    """A unit with at least one measure that would be hidden.

    hidden: measure → reason. shown: how many measures it would show. anchor_id: the nearest unit above with figures
    that its answers count in, None when there is none. in_rest: whether they also stand there as «Små enheter samlet».
    """

    unit_id: int
    hidden: Mapping[str, str]
    shown: int
    anchor_id: int | None
    in_rest: bool

    @property
    def reason(self) -> str:
        """«small» when every hidden measure is; as the unit's own page will say it."""
        return PRIMARY if set(self.hidden.values()) == {PRIMARY} else SECONDARY

    @property
    def is_whole(self) -> bool:
        return not self.shown


@dataclass(frozen=True)
class HiddenCategory:
    """A category of a breakdown at the top with at least one measure that would be hidden."""

    breakdown: str
    category: str
    hidden: Mapping[str, str]
    shown: int


@dataclass(frozen=True)
class MergeSuggestion:
    """Sibling units that would be shown together if the report merged them.

    people: respondents in them; gained: those of them whose nearest shown unit would become smaller.
    """

    unit_ids: tuple[int, ...]
    parent_id: int
    people: int
    gained: int


@dataclass(frozen=True)
class ReleasePreview:
    """shown: units that would show every measure they have answers to. empty: units nobody answered in.

    people: respondents; higher_up: those placed on a unit that would show nothing, alone or merged. measures: how many
    a unit has. groups: the units that are merged others, which are not counted as units.
    """

    shown: int
    empty: int
    people: int
    higher_up: int
    measures: int
    units: tuple[HiddenUnit, ...]
    categories: tuple[HiddenCategory, ...]
    suggestions: tuple[MergeSuggestion, ...] = ()
    groups: tuple[int, ...] = ()

    @property
    def whole(self) -> list[HiddenUnit]:
        """The units that would show nothing, not even merged with others."""
        return [
            unit
            for unit in self.units
            if unit.is_whole and unit.unit_id not in self.groups and unit.anchor_id not in self.groups
        ]

    @property
    def hidden_groups(self) -> frozenset[int]:
        """The merged units that would show nothing all the same."""
        return frozenset(unit.unit_id for unit in self.units if unit.is_whole and unit.unit_id in self.groups)

    @property
    def merged(self) -> list[HiddenUnit]:
        """The units that would show nothing alone and stand in a merged result."""
        return [unit for unit in self.units if unit.is_whole and unit.anchor_id in self.groups]

    @property
    def partly(self) -> list[HiddenUnit]:
        return [unit for unit in self.units if not unit.is_whole]

    @property
    def answered(self) -> int:
        """Units somebody answered in."""
        return self.shown + sum(unit.unit_id not in self.groups for unit in self.units)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "ReleasePreview":
        return from_stored(cls, content)


def basis_of(session: Session, survey: Survey) -> str:
    """What a preview follows from, as a short text: tree, minimum group, answers and the series' releases."""
    answers = session.scalar(select(func.count()).where(Response.survey_id == survey.id))
    last = session.scalar(
        select(func.max(Release.id))
        .join(Survey, Survey.id == Release.survey_id)
        .where(Survey.series_id == survey.series_id)
    )
    tree = sorted((unit.unit_id, unit.parent_id or 0, unit.type) for unit in survey.units)
    basis = repr((_FORMAT, tree, survey.minimum_group, answers, last))
    return hashlib.sha256(basis.encode()).hexdigest()
