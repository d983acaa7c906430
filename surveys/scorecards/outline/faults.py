"""What an outline still lacks before it can be approved: one message for each cause, with its field."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from surveys.platform.texts import _
from surveys.scorecards.aggregation.rule_plans import aggregation_faults, reference_faults
from surveys.scorecards.card_plans import indicator_faults
from surveys.scorecards.cross_view.pair_plans import pair_faults
from surveys.scorecards.models import CardKind, IndicatorKind
from surveys.scorecards.outline.nodes import CardOutline, OutlineLevel, OutlineNode, indicator_of
from surveys.scorecards.outline.plans import plan_of_outline

MOST_ROWS = 15
"""Above this many indicators somebody should ask which could go (Molde and Sarpsborg had 200 that nobody read)."""


@dataclass(frozen=True)
class OutlineFault:
    """field: its id on the outline page, or on the indicator's own page when `node_id` is set."""

    field: str
    message: str
    node_id: int | None = None


def outline_faults(outline: CardOutline) -> list[OutlineFault]:
    return list(_faults(outline))


def _faults(outline: CardOutline) -> Iterator[OutlineFault]:
    if not outline.title:
        yield OutlineFault("tittel", _("Gi kortet en tittel."))
    if not outline.indicators():
        yield OutlineFault("legg-til-perspektiv", _("Legg til minst én indikator."))
    seen_goals: set[str] = set()
    for level, node in outline.walk():
        yield from _title_faults(level, node)
        if level is OutlineLevel.GOAL and node.code:
            if node.code in seen_goals:
                yield OutlineFault(f"kode-{node.id}", _("Koden %(code)s er brukt av to mål.", code=node.code))
            seen_goals.add(node.code)
    seen: set[str] = set()
    for node in outline.indicators():
        if node.code in seen:
            yield OutlineFault(
                f"kode-{node.id}", _("Koden %(code)s er brukt av to indikatorer.", code=node.code)
            )
        if node.code:
            seen.add(node.code)
        yield from own_faults(outline, node)
    plan = plan_of_outline(outline, "-", "-")
    for fault in pair_faults(plan.pairs, plan.indicators()):
        yield OutlineFault("par", fault)


def _title_faults(level: OutlineLevel, node: OutlineNode) -> Iterator[OutlineFault]:
    if level.has_code and not node.code:
        words = (
            _("Målet «%(name)s» mangler kode.", name=node.name)
            if level is OutlineLevel.GOAL
            else _("Indikatoren «%(name)s» mangler kode.", name=node.name)
        )
        yield OutlineFault(f"kode-{node.id}", words)
    if node.title or level is OutlineLevel.FACTOR:
        return
    words = {
        OutlineLevel.PERSPECTIVE: _("Et perspektiv mangler navn."),
        OutlineLevel.GOAL: _("Målet %(code)s mangler navn.", code=node.code),
        OutlineLevel.INDICATOR: _("Indikatoren %(code)s mangler navn.", code=node.code),
    }[level]
    yield OutlineFault(f"tittel-{node.id}", words)


def own_faults(outline: CardOutline, node: OutlineNode) -> Iterator[OutlineFault]:
    """What the indicator's own page puts right."""
    plan = node.indicator
    if plan is None:
        return
    if not plan.unit_of_measure:
        yield OutlineFault("maleenhet", _("%(name)s: skriv hva den måles i.", name=node.name), node.id)
    if not plan.source:
        yield OutlineFault("kilde", _("%(name)s: skriv hvor tallene kommer fra.", name=node.name), node.id)
    if outline.kind is CardKind.STATISTICS or plan.kind is IndicatorKind.DEVELOPMENT:
        plan = replace(plan, targets=())
    of_aggregation = list(aggregation_faults(plan))
    for fault in indicator_faults(plan):
        field = "samling" if fault in of_aggregation else "gronn"
        yield OutlineFault(field, f"{node.name}: {fault}", node.id)
    for fault in reference_faults(plan, [indicator_of(each) for each in outline.indicators()]):
        yield OutlineFault("samling", f"{node.name}: {fault}", node.id)


def has_too_many(outline: CardOutline) -> bool:
    return len(outline.indicators()) > MOST_ROWS
