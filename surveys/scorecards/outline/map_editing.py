"""Links in a draft's outline: added, removed, and shown as a map."""

from dataclasses import replace

from surveys.platform.localisation import localised
from surveys.scorecards.outline.nodes import CardOutline, OutlineLink
from surveys.scorecards.strategy_map.strategy_map import MapBand, MapGoal, StrategyMap, strategy_map


def linked(outline: CardOutline, link: OutlineLink) -> CardOutline:
    """With the link last; one between the same goals gets its reason instead."""
    if any(each.ends == link.ends for each in outline.links):
        links = tuple(link if each.ends == link.ends else each for each in outline.links)
    else:
        links = (*outline.links, link)
    return replace(outline, links=links)


def unlinked(outline: CardOutline, ends: tuple[int, int]) -> CardOutline:
    return replace(outline, links=tuple(each for each in outline.links if each.ends != ends))


def map_of_outline(outline: CardOutline) -> StrategyMap:
    """The map as it will be: nothing is measured by a draft."""
    bands = [
        MapBand(
            localised(perspective.title),
            tuple(
                MapGoal(
                    goal.id,
                    goal.code,
                    localised(goal.title),
                    tuple(localised(factor.title) for factor in goal.children if factor.title),
                )
                for goal in perspective.children
            ),
        )
        for perspective in outline.perspectives
    ]
    return strategy_map(bands, [(link.cause, link.effect, localised(link.why)) for link in outline.links])
