"""Which themes move together with an outcome in a whole survey: computed at counting, read by one page.

It is a figure over everybody who answered, never over a unit, from at least a hundred people and to two decimals:
docs/decisions/014-co-movement-of-the-whole-survey.md says why it keeps the promise of the release.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire, Text
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.release.comovement.stored import StoredCoMovement
from surveys.release.models import QualityReport

if TYPE_CHECKING:
    from analysis.comovement import Drivers
    from analysis.responses import Responses

KEY: Final = "co_movement"
"""Where the result stands in «more» of a quality report."""

REPLICATES: Final = 500
DECIMALS: Final = 2
_COARSE: Final = 10
"""The number of people is rounded down to this: how many left something blank is nobody's business."""

OUTCOMES: Final = ("HEL", "IM", "TRI")
"""Factors that are usually asked about as outcomes: the whole, inner motivation, well-being. The first that the
questionnaire has is shown first; the reader chooses among all of them.
"""


class Why(StrEnum):
    """Why there is nothing to show."""

    NOT_COMPUTED = "not_computed"
    FEW = "few"
    SHARES = "shares"
    ONE_FACTOR = "one_factor"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True)
class Share:
    """One theme's part of what goes with the outcome: 0–1 with a 95 % interval. opposite: high goes with low."""

    key: str
    title: Text
    weight: float
    low: float
    high: float
    opposite: bool


@dataclass(frozen=True)
class OutcomeView:
    """What moves together with one outcome, the largest share first. r_squared: 0–1."""

    key: str
    title: Text
    r_squared: float
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class CoMovementView:
    """What the page shows. `why` when there is nothing; then `outcome` is None.

    people: rounded down to tens. choices: outcomes the reader may choose. left_out: themes that too few were asked.
    """

    why: Why | None
    people: int = 0
    choices: tuple[tuple[str, Text], ...] = ()
    left_out: tuple[Text, ...] = ()
    outcome: OutcomeView | None = None


def co_movement_json(responses: "Responses") -> dict[str, Any]:
    """The result as it is stored: {"why"} or {"n", "left_out", "outcomes": {KEY: {"r_squared", "shares"}}}."""
    from analysis.comovement import co_movement
    from analysis.scoring import person_scores

    questionnaire = responses.questionnaire
    if questionnaire.reporting.shares_only:
        return {"why": Why.SHARES.value}
    if len(questionnaire.factors) < 2:
        return {"why": Why.ONE_FACTOR.value}
    found = co_movement(person_scores(responses), REPLICATES)
    if found is None:
        return {"why": Why.FEW.value}
    keys = [questionnaire.factors[index].key for index in found.used]
    outcomes = {
        key: _outcome(drivers, [other for other in keys if other != key])
        for key, drivers in zip(keys, found.by_outcome, strict=True)
        if drivers
    }
    if not outcomes:
        return {"why": Why.NO_SOLUTION.value}
    return {
        "n": found.n // _COARSE * _COARSE,
        "left_out": [factor.key for factor in questionnaire.factors if factor.key not in keys],
        "outcomes": outcomes,
    }


def _outcome(drivers: "Drivers", others: list[str]) -> dict[str, Any]:
    return {
        "r_squared": round(drivers.r_squared, DECIMALS),
        "shares": {
            key: {
                "weight": round(float(drivers.weights[index]), DECIMALS),
                "low": round(float(drivers.low[index]), DECIMALS),
                "high": round(float(drivers.high[index]), DECIMALS),
                "opposite": bool(drivers.correlations[index] < 0),
            }
            for index, key in enumerate(others)
        },
    }


def co_movement_of(session: Session, survey: Survey, wanted: str = "") -> CoMovementView:
    """The page's content for the wanted outcome, or for the usual one. One query."""
    report = session.get(QualityReport, survey.id)
    stored = report.quality().more.co_movement if report else None
    if stored is None:
        return CoMovementView(Why.NOT_COMPUTED)
    if stored.why is not None:
        return CoMovementView(Why(stored.why))
    return _view(questionnaire_of(survey.instrument), stored, wanted)


def _view(questionnaire: Questionnaire, stored: StoredCoMovement, wanted: str) -> CoMovementView:
    titles = {factor.key: factor.title for factor in questionnaire.factors}
    outcomes = stored.outcomes
    chosen = wanted if wanted in outcomes else usual_outcome(list(outcomes))
    shares = [
        Share(key, titles[key], share.weight, share.low, share.high, share.opposite)
        for key, share in outcomes[chosen].shares.items()
    ]
    ordered = sorted(shares, key=lambda share: -share.weight)
    return CoMovementView(
        why=None,
        people=stored.n,
        choices=tuple((key, title) for key, title in titles.items() if key in outcomes),
        left_out=tuple(titles[key] for key in stored.left_out),
        outcome=OutcomeView(chosen, titles[chosen], outcomes[chosen].r_squared, tuple(ordered)),
    )


def usual_outcome(keys: list[str]) -> str:
    """The outcome that is shown first: one of `OUTCOMES`, else the first theme."""
    return next((key for key in OUTCOMES if key in keys), keys[0])
