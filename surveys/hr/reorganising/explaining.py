"""What a plan means: the tree before and after, what is compared with what, and which roles follow."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.hr.organisation.tree_queries import own_units
from surveys.hr.reorganising.carrying_out import Outcome
from surveys.hr.reorganising.plan import PlanStep, StepKind
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.platform.localisation import listed
from surveys.platform.texts import _, ngettext


@dataclass(frozen=True)
class TreeLine:
    """A unit of a tree. changed: it is otherwise in the other tree."""

    code: str
    name: str
    depth: int
    parent: str
    changed: bool = False


@dataclass(frozen=True)
class Explanation:
    """old and new: the trees side by side. Sentences otherwise."""

    old: tuple[TreeLine, ...]
    new: tuple[TreeLine, ...]
    inherits: tuple[str, ...]
    broken: tuple[str, ...]
    following: tuple[str, ...]
    staying: tuple[str, ...]
    people: str


def tree(session: Session, reader: Account, day: dt.date) -> list[TreeLine]:
    """The reader's units as they stand on a day."""
    units = {
        unit.id: unit
        for unit in own_units(session, reader, day)
        if unit.valid_from is None or unit.valid_from <= day
    }
    nodes = in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units.values())
    return [
        TreeLine(units[node.unit_id].code, node.name, node.depth, _parent_code(units[node.unit_id]))
        for node in nodes
    ]


def explained(
    old: Sequence[TreeLine], new: Sequence[TreeLine], steps: Iterable[PlanStep], outcome: Outcome
) -> Explanation:
    names = {line.code: line.name for line in [*new, *old]}
    inherits, broken = [], []
    for step in steps:
        inherits.append(_inherited(step, names))
        broken += _broken(step, names)
    return Explanation(
        _marked(old, new),
        _marked(new, old),
        tuple(inherits),
        tuple(broken),
        tuple(outcome.following),
        tuple(outcome.staying),
        _people(len(outcome.people)),
    )


def _inherited(step: PlanStep, names: Mapping[str, str]) -> str:
    """What the results of the step's units are compared with from the next release on."""
    units, new = _old_names(step, names), listed([f"«{each.name}»" for each in step.into])
    match step.kind:
        case StepKind.MERGE:
            return _(
                "%(new)s blir sammenlignet med %(old)s samlet, der alle tallene er vist.", new=new, old=units
            )
        case StepKind.SPLIT:
            return _(
                "%(new)s blir hver sammenlignet med hele %(old)s, og siden sier det.", new=new, old=units
            )
        case StepKind.MOVE | StepKind.RENAME:
            return _("%(units)s har samme kode og kan følges videre.", units=units)


def _broken(step: PlanStep, names: Mapping[str, str]) -> list[str]:
    units, new = _old_names(step, names), listed([f"«{each.name}»" for each in step.into])
    match step.kind:
        case StepKind.MERGE:
            return [
                _("%(old)s kan ikke lenger følges hver for seg.", old=units),
                _("%(new)s får et tomt styringskort. Målingene blir stående på de gamle kortene.", new=new),
            ]
        case StepKind.SPLIT:
            return [
                _("%(old)s kan ikke lenger følges som en helhet.", old=units),
                _("%(new)s får tomme styringskort. Målingene blir stående på det gamle kortet.", new=new),
            ]
        case StepKind.MOVE:
            return [
                _(
                    "Enhetene over – den gamle og «%(new)s» – gjelder andre ansatte enn før. Les endringer der "
                    "med det i tankene.",
                    new=names.get(step.under, step.under),
                )
            ]
        case StepKind.RENAME:
            return []


def _old_names(step: PlanStep, names: Mapping[str, str]) -> str:
    return listed([f"«{names.get(code, code)}»" for code in step.units])


def _people(people: int) -> str:
    if not people:
        return ""
    return ngettext(
        "%(num)s ansatt følger med til den nye enheten.",
        "%(num)s ansatte følger med til den nye enheten.",
        people,
    )


def _marked(lines: Sequence[TreeLine], others: Sequence[TreeLine]) -> tuple[TreeLine, ...]:
    known = {(line.code, line.name, line.parent) for line in others}
    return tuple(
        TreeLine(
            line.code, line.name, line.depth, line.parent, (line.code, line.name, line.parent) not in known
        )
        for line in lines
    )


def _parent_code(unit: Unit) -> str:
    return unit.parent.code if unit.parent else ""
