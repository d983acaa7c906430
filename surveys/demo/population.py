"""The model that makes Fjordvik's synthetic answers.

A respondent's tendency on a factor is

    level of the factor + the unit's effect + the person's general tendency + the person's tendency on the factor

and each answer adds the item's own easiness and noise, is rounded to the scale and cut at its ends. So the data
have what real surveys have: factors that correlate (the general tendency), units that differ (5–10 % of the
variance), a ceiling on well-liked themes, and answers that are missing or «vet ikke» now and then. Unit effects
follow a first-order autoregression from round to round, so that last time's result says something about this
time's. Spreads are given as shares of the scale's length, so 1–5, 1–6 and 1–7 behave alike.

Everything follows from the seed: the same seed gives the same municipality.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from questionnaires.coding import BLANK, NOT_APPLICABLE
from questionnaires.model import Factor, Questionnaire

# Shares of the scale's length (maximum - minimum); chosen so that alpha lands at .75–.90 and ICC(1) at .05–.10.
UNIT_SPREAD = 0.05
GENERAL_SPREAD = 0.10
FACTOR_SPREAD = 0.11
ITEM_SPREAD = 0.05
NOISE_SPREAD = 0.13
# How much of a unit's effect stands from one round to the next.
PERSISTENCE = 0.7
BLANK_SHARE = 0.02
NOT_APPLICABLE_SHARE = 0.015

Effects = NDArray[np.float64]


@dataclass(frozen=True)
class Round:
    """One round of a questionnaire in the synthetic municipality.

    respondents: unit code → number of people who answer.
    effects: (units, factors) in the order of `respondents` and of the questionnaire's factors, shares of the scale.
    levels: factor key → mean tendency as a share of the scale, 0 lowest, 1 highest.
    """

    questionnaire: Questionnaire
    respondents: Mapping[str, int]
    effects: Effects
    levels: Mapping[str, float] = field(default_factory=dict)


def first_effects(random: np.random.Generator, units: int, factors: int) -> Effects:
    """Unit effects of a first round, (units, factors): half shared by a unit's factors, half each factor's own."""
    shared = random.normal(0, UNIT_SPREAD * np.sqrt(0.5), (units, 1))
    return shared + random.normal(0, UNIT_SPREAD * np.sqrt(0.5), (units, factors))


def next_effects(random: np.random.Generator, effects: Effects) -> Effects:
    """The next round's effects, with the same spread and a correlation of PERSISTENCE with the last one's."""
    units, factors = effects.shape
    fresh = first_effects(random, units, factors)
    return np.asarray(PERSISTENCE * effects + np.sqrt(1 - PERSISTENCE**2) * fresh)


def answers(random: np.random.Generator, planned: Round) -> list[tuple[str, dict[str, int]]]:
    """(unit code, coded answers by question key) for every respondent, items and background questions."""
    units = list(planned.respondents)
    index = np.repeat(np.arange(len(units)), list(planned.respondents.values()))
    people = len(index)
    general = random.normal(0, GENERAL_SPREAD, people)
    coded: dict[str, NDArray[np.int64]] = {}
    for place, factor in enumerate(planned.questionnaire.factors):
        level = planned.levels.get(factor.key, 0.74)
        person = general + random.normal(0, FACTOR_SPREAD, people)
        tendency = level + planned.effects[index, place] + person
        easiness = _easiness(factor)
        scale = factor.scale
        for item, ease in zip(factor.items, easiness, strict=True):
            share = tendency + ease + random.normal(0, NOISE_SPREAD, people)
            value = np.rint(scale.minimum + share * (scale.maximum - scale.minimum)).astype(np.int64)
            value = np.clip(value, scale.minimum, scale.maximum)
            value = scale.minimum + scale.maximum - value if item.reversed else value
            coded[item.key] = _with_missing(random, value, scale.not_applicable is not None)
    for question in planned.questionnaire.background:
        coded[question.key] = _background(random, len(question.options), people)
    return [
        (units[index[row]], {key: int(column[row]) for key, column in coded.items() if column[row] != BLANK})
        for row in range(people)
    ]


def response_counts(
    random: np.random.Generator, invited: Mapping[str, int], rates: tuple[float, float] = (0.65, 0.90)
) -> dict[str, int]:
    """How many answer in each unit: a rate drawn evenly between the two, at least one person."""
    return {
        unit: max(1, min(count, round(count * random.uniform(*rates)))) if count else 0
        for unit, count in invited.items()
    }


def _easiness(factor: Factor) -> NDArray[np.float64]:
    """Each item's own, (items,): the same in every round, as the wording is; else years could not be compared."""
    own = np.random.default_rng(zlib.crc32(factor.key.encode()))
    return own.normal(0, ITEM_SPREAD, len(factor.items))


def _with_missing(
    random: np.random.Generator, value: NDArray[np.int64], may_not_apply: bool
) -> NDArray[np.int64]:
    chance = random.random(len(value))
    value = np.where(chance < BLANK_SHARE, BLANK, value)
    if may_not_apply:
        value = np.where(chance > 1 - NOT_APPLICABLE_SHARE, NOT_APPLICABLE, value)
    return value


def _background(random: np.random.Generator, options: int, people: int) -> NDArray[np.int64]:
    """Option indexes, the last option the most common (leaders are few: «ja» comes before «nei»)."""
    weights = np.arange(1, options + 1, dtype=float) ** 2
    chosen = random.choice(options, size=people, p=weights / weights.sum())
    return np.where(random.random(people) < BLANK_SHARE, BLANK, chosen)
