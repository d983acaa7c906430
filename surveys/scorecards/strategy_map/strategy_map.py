"""A card's strategy map as values: the goals by perspective, and the hypotheses between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.scorecards import RollUp
from surveys.platform.localisation import localised
from surveys.platform.texts import ngettext
from surveys.scorecards.queries import Card
from surveys.scorecards.strategy_map.models import GoalLink


@dataclass(frozen=True)
class MapGoal:
    """factors: its critical success factors. counts: the colours of its indicators; None where there are no values."""

    id: int
    code: str
    title: str
    factors: tuple[str, ...]
    counts: RollUp | None = None

    @property
    def name(self) -> str:
        """«M1 Nærvær»."""
        return f"{self.code} {self.title}".strip()


@dataclass(frozen=True)
class MapBand:
    """A perspective with its goals."""

    title: str
    goals: tuple[MapGoal, ...]


@dataclass(frozen=True)
class MapLink:
    """«Vi tror at dette fører til dette.» number: its own, in the picture and in the list, from 1."""

    number: int
    cause: MapGoal
    effect: MapGoal
    why: str


@dataclass(frozen=True)
class StrategyMap:
    bands: tuple[MapBand, ...]
    links: tuple[MapLink, ...]

    @property
    def title(self) -> str:
        """What the picture shows, in words."""
        return ngettext(
            "Strategikart: %(num)s antakelse om hva som fører til hva",
            "Strategikart: %(num)s antakelser om hva som fører til hva",
            len(self.links),
        )


def strategy_map(bands: Sequence[MapBand], links: Iterable[tuple[int, int, str]]) -> StrategyMap:
    """links: cause's id, effect's id and why, in order; one with a goal that is in no band is left out."""
    goals = {goal.id: goal for band in bands for goal in band.goals}
    known = [link for link in links if link[0] in goals and link[1] in goals]
    return StrategyMap(
        tuple(band for band in bands if band.goals),
        tuple(
            MapLink(number, goals[cause], goals[effect], why)
            for number, (cause, effect, why) in enumerate(known, start=1)
        ),
    )


def map_of_card(card: Card, links: Iterable[GoalLink]) -> StrategyMap:
    """With the colours that the card's reader sees on the card itself."""
    bands = [
        MapBand(
            perspective.title,
            tuple(
                MapGoal(
                    goal.id,
                    goal.code,
                    goal.title,
                    tuple(factor.title for factor in goal.factors if factor.title),
                    goal.counts,
                )
                for goal in perspective.goals
            ),
        )
        for perspective in card.perspectives
    ]
    return strategy_map(bands, [(link.cause_id, link.effect_id, localised(link.why)) for link in links])
