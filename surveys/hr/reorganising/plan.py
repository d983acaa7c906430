"""A plan of a reorganisation: its steps, as the page carries them from one press to the next."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from surveys.organisation.changing_units import UnitChangeError
from surveys.platform.localisation import listed
from surveys.platform.texts import _


class StepKind(StrEnum):
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    RENAME = "rename"


@dataclass(frozen=True)
class NewUnit:
    """A unit that is to be; when renaming, the new name and type (`code` is empty)."""

    code: str
    name: str
    type: str


@dataclass(frozen=True)
class PlanStep:
    """units: codes of those it is done to. into: what comes of them. under: the code of the unit they move to."""

    kind: StepKind
    units: tuple[str, ...]
    into: tuple[NewUnit, ...] = ()
    under: str = ""

    @property
    def words(self) -> str:
        units, new = listed(self.units), listed([each.name for each in self.into])
        match self.kind:
            case StepKind.MERGE:
                return _("Slå sammen %(units)s til %(new)s", units=units, new=new)
            case StepKind.SPLIT:
                return _("Del %(units)s i %(new)s", units=units, new=new)
            case StepKind.MOVE:
                return _("Flytt %(units)s til %(under)s", units=units, under=self.under)
            case StepKind.RENAME:
                return _("Gi %(units)s navnet %(new)s", units=units, new=new)


def as_text(steps: Sequence[PlanStep]) -> str:
    return json.dumps([asdict(step) for step in steps])


def from_text(text: str) -> tuple[PlanStep, ...]:
    """The steps the page sent back. Raises UnitChangeError when it is no plan: somebody has changed the page."""
    try:
        return tuple(
            PlanStep(
                StepKind(each["kind"]),
                tuple(str(code) for code in each["units"]),
                tuple(NewUnit(str(n["code"]), str(n["name"]), str(n["type"])) for n in each["into"]),
                str(each["under"]),
            )
            for each in json.loads(text or "[]")
        )
    except (ValueError, KeyError, TypeError):
        raise UnitChangeError(_("Planen kunne ikke leses. Begynn på nytt.")) from None
