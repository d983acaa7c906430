"""An indicator's ambition levels, brought in step with the plan."""

from typing import Final

from sqlalchemy.orm import Session

from surveys.platform.texts import _
from surveys.scorecards.card_changes import target_words
from surveys.scorecards.card_plans import IndicatorPlan, SetupError, TargetPlan
from surveys.scorecards.card_setup import CardSetup, require_own_unit, unit_id_of
from surveys.scorecards.models import Indicator, InterimTarget, Scorecard, Target

_FIELDS: Final = ("green", "yellow", "green_to", "yellow_to", "decided_by", "decided_on")


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
        shared = indicator.card_id not in {None, setup.card.id}
        if shared and found is None and _is_as_everybody(indicator, wanted):
            continue
        if shared and (found is None or _limits(found) != _limits(wanted)):
            _refuse_others_level(session, setup, indicator, wanted)
        if found is not None:
            setup.set(name, found, **{each: getattr(wanted, each) for each in _FIELDS})
        else:
            indicator.targets.append(wanted)
            setup.changes.append(_("%(name)s: nytt ambisjonsnivå", name=name))


def _is_as_everybody(indicator: Indicator, wanted: Target) -> bool:
    """Everybody has the same limits that year already, and the unit none of its own."""
    if wanted.unit_id is not None and any(each.unit_id == wanted.unit_id for each in indicator.targets):
        return False
    earlier = [
        each for each in indicator.targets if each.unit_id is None and each.from_year <= wanted.from_year
    ]
    in_force = max(earlier, key=lambda each: each.from_year, default=None)
    return in_force is not None and _limits(in_force) == _limits(wanted)


def _refuse_others_level(session: Session, setup: CardSetup, indicator: Indicator, wanted: Target) -> None:
    """On a shared indicator a card sets levels for its own units alone: the rest is on another card."""
    if wanted.unit_id is None:
        raise SetupError(
            _(
                "%(code)s: Grensene er bestemt på kortet «%(card)s». Endre dem der, eller velg en annen kode.",
                code=indicator.code,
                card=session.get_one(Scorecard, indicator.card_id).key,
            )
        )
    require_own_unit(session, setup, indicator, wanted.unit_id)


def _limits(target: Target) -> tuple[float | None, ...]:
    return target.green, target.yellow, target.green_to, target.yellow_to


def new_target(session: Session, planned: TargetPlan, everybody: int | None) -> Target:
    return Target(
        unit_id=unit_id_of(session, planned.unit) if planned.unit else everybody,
        from_year=planned.from_year,
        green=planned.green,
        yellow=planned.yellow,
        green_to=planned.green_to,
        yellow_to=planned.yellow_to,
        decided_by=planned.decided_by,
        decided_on=planned.decided_on,
    )


def set_interim_targets(
    session: Session, setup: CardSetup, indicator: Indicator, plan: IndicatorPlan
) -> None:
    """The delmål of the plan, and no others for the same unit and year. An edition's plan has all from its year on."""
    wanted = {(unit_id_of(session, each.unit), each.year): each for each in plan.interim_targets}
    standing = {(each.unit_id, each.year): each for each in indicator.interim_targets}
    for key, planned in wanted.items():
        name = _(
            "%(code)s, delmål for %(unit)s i %(year)s", code=plan.code, unit=planned.unit, year=planned.year
        )
        if key not in standing or standing[key].value != planned.value:
            require_own_unit(session, setup, indicator, key[0])
        if key in standing:
            setup.set(name, standing[key], value=planned.value)
        else:
            indicator.interim_targets.append(
                InterimTarget(unit_id=key[0], year=planned.year, value=planned.value)
            )
            setup.changes.append(_("%(name)s: nytt", name=name))
    if setup.edition is None or indicator.card_id != setup.card.id:
        return
    for key in set(standing) - set(wanted):
        if key[1] >= setup.edition.year:
            indicator.interim_targets.remove(standing[key])
            setup.changes.append(_("%(code)s: delmålet i %(year)s tas ut", code=plan.code, year=key[1]))
