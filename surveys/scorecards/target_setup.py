"""An indicator's ambition levels, brought in step with the plan."""

from sqlalchemy.orm import Session

from surveys.platform.texts import _
from surveys.scorecards.card_changes import target_words
from surveys.scorecards.card_plans import IndicatorPlan, TargetPlan
from surveys.scorecards.card_setup import CardSetup, unit_id_of
from surveys.scorecards.models import Indicator, Scorecard, Target


def set_targets(session: Session, setup: CardSetup, indicator: Indicator, plan: IndicatorPlan) -> None:
    """Ambition levels for everybody on a shared indicator hold for this card's unit."""
    owner = session.get(Scorecard, indicator.card_id or 0)
    everybody = None if owner is None or owner.unit_id == setup.card.unit_id else setup.card.unit_id
    for planned in plan.targets:
        wanted = new_target(session, planned, everybody)
        found = next(
            (
                target
                for target in indicator.targets
                if (target.unit_id, target.from_year) == (wanted.unit_id, wanted.from_year)
            ),
            None,
        )
        name = f"{indicator.code}, {target_words(session, wanted)}"
        if found is not None:
            bounds = {each: getattr(wanted, each) for each in ("green", "yellow", "green_to", "yellow_to")}
            setup.set(name, found, **bounds)
        elif not _is_as_everybody(indicator, wanted, everybody):
            indicator.targets.append(wanted)
            setup.changes.append(_("%(name)s: nytt ambisjonsnivå", name=name))


def _is_as_everybody(indicator: Indicator, wanted: Target, everybody: int | None) -> bool:
    """The shared indicator has the same level for all already."""
    return everybody is not None and any(
        target.unit_id is None and _bounds(target) == _bounds(wanted) for target in indicator.targets
    )


def _bounds(target: Target) -> tuple[float | None, ...]:
    return target.from_year, target.green, target.yellow, target.green_to, target.yellow_to


def new_target(session: Session, planned: TargetPlan, everybody: int | None) -> Target:
    return Target(
        unit_id=unit_id_of(session, planned.unit) if planned.unit else everybody,
        from_year=planned.from_year,
        green=planned.green,
        yellow=planned.yellow,
        green_to=planned.green_to,
        yellow_to=planned.yellow_to,
    )
