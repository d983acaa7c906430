"""The mean of one statement (item), which only indicators that ask for it are fed by.

It is no `Measure`, and its figures have a table of their own: whoever lists the measures or the figures of a release
never meets one. Decision 075.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from analysis.precision import EXACT_FROM
from questionnaires.model import Factor, Item, Questionnaire
from surveys.release.measures import are_shares, measures_of

FEWEST_ITEMS: Final = 2
"""In a theme of one statement the theme is the statement."""

_ENDING: Final = ":item"


@dataclass(frozen=True)
class ItemMeasure:
    """One statement of a theme. Its mean is of those who answered all of the theme, turned as the theme turns it."""

    item: Item
    factor: Factor

    @property
    def key(self) -> str:
        """«LEAD02:item»."""
        return item_key(self.item.key)


def item_key(item: str) -> str:
    return f"{item}{_ENDING}"


def item_of(measure: str) -> str:
    """The statement's own key, of «LEAD02:item»; «» for what is no statement.

    >>> item_of("LEAD02:item"), item_of("LEAD:index")
    ('LEAD02', '')
    """
    return measure.removesuffix(_ENDING) if measure.endswith(_ENDING) else ""


def least_people(minimum_group: int) -> int:
    """A statement's answers by few people are nearly the list of their answers: they wait for ten (decision 036)."""
    return max(minimum_group, EXACT_FROM)


def item_measures(questionnaire: Questionnaire) -> tuple[ItemMeasure, ...]:
    """In the questionnaire's order; none where it never reports single statements, or tells shares, not means."""
    if not questionnaire.reporting.items or are_shares(measures_of(questionnaire)):
        return ()
    return tuple(
        ItemMeasure(item, factor)
        for factor in questionnaire.factors
        if len(factor.items) >= FEWEST_ITEMS
        for item in factor.items
    )


def chosen_items(
    questionnaire: Questionnaire, told: Iterable[str], wanted: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Factor → the statements to tell, those told before first, then the wanted ones in their order.

    At least one of a theme is never told: with the theme's mean they would be equations enough to give away the sum of
    the few who left a statement blank.
    """
    factor_of = {each.item.key: each.factor for each in item_measures(questionnaire)}
    found: dict[str, tuple[str, ...]] = {}
    for item in dict.fromkeys([*told, *wanted]):
        factor = factor_of.get(item)
        if factor is None:
            continue
        chosen = found.get(factor.key, ())
        if len(chosen) < len(factor.items) - 1:
            found[factor.key] = (*chosen, item)
    return found
