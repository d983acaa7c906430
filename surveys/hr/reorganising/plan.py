"""A plan of a reorganisation: its steps, as the page carries them from one press to the next."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from surveys.organisation.changing_units import UnitChangeError
from surveys.organisation.models import Unit
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

    def words(self, names: Mapping[str, str]) -> str:
        """What is to happen, with each unit by its name and code. names: see `unit_names`."""
        units = listed([name_and_code(code, names) for code in self.units])
        match self.kind:
            case StepKind.MERGE:
                return _("Slå sammen %(units)s til %(new)s", units=units, new=self._new())
            case StepKind.SPLIT:
                return _("Del %(units)s i %(new)s", units=units, new=self._new())
            case StepKind.MOVE:
                under = name_and_code(self.under, names)
                return _("Flytt %(units)s til %(under)s", units=units, under=under)
            case StepKind.RENAME:
                return _("Gi %(units)s navnet %(new)s", units=units, new=self._new())

    def _new(self) -> str:
        return listed([f"{each.name} ({each.code})" if each.code else each.name for each in self.into])


def created_units(steps: Iterable[PlanStep]) -> tuple[NewUnit, ...]:
    """The units that the plan makes."""
    return tuple(new for step in steps for new in step.into if new.code)


def unit_names(units: Iterable[Unit], steps: Iterable[PlanStep]) -> dict[str, str]:
    """Code → name, of the units there are and of those the plan makes."""
    return {new.code: new.name for new in created_units(steps)} | {unit.code: unit.name for unit in units}


def name_and_code(code: str, names: Mapping[str, str]) -> str:
    """The code alone when there is no such unit: the fault in the step says so."""
    return f"{names[code]} ({code})" if code in names else code


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
