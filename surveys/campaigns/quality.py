"""The reliability of a survey's instrument in words: what HR reads before releasing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from questionnaires.model import Questionnaire
from surveys.campaigns.translating import _
from surveys.localisation import localised

# Nunnally & Bernstein 1994: .70 for comparing groups, .80 for basic research.
GOOD_ENOUGH: Final = 0.70
GOOD: Final = 0.80


@dataclass(frozen=True)
class FactorQuality:
    """One factor's alpha with its interval and complete answer sheets; None where it cannot be computed."""

    title: str
    items: int
    alpha: float | None
    low: float | None
    high: float | None
    complete: int
    meaning: str

    @property
    def is_good_enough(self) -> bool:
        return self.alpha is not None and self.alpha >= GOOD_ENOUGH


def factor_qualities(result: Mapping[str, Any], questionnaire: Questionnaire) -> list[FactorQuality]:
    """The factors of a stored quality report (`scales` of `medvirk analyse`), in the questionnaire's order."""
    scales: Mapping[str, Mapping[str, Any]] = result.get("scales") or {}
    return [
        _quality(localised(factor.title), scales[factor.key])
        for factor in questionnaire.factors
        if factor.key in scales
    ]


def verdict(factors: Sequence[FactorQuality]) -> str:
    """The answer in one sentence."""
    good = sum(factor.is_good_enough for factor in factors)
    if good == len(factors):
        return _("Alle temaene måles pålitelig nok til å sammenligne grupper.")
    return _(
        "%(good)s av %(all)s temaer måles pålitelig nok til å sammenligne grupper.",
        good=good,
        all=len(factors),
    )


def _quality(title: str, scale: Mapping[str, Any]) -> FactorQuality:
    alpha = scale.get("alpha")
    low, high = scale.get("alpha_ci") or (None, None)
    return FactorQuality(
        title=title,
        items=int(scale.get("items") or 0),
        alpha=alpha,
        low=low,
        high=high,
        complete=int(scale.get("n_complete") or 0),
        meaning=_meaning(alpha, low),
    )


def _meaning(alpha: float | None, low: float | None) -> str:
    if alpha is None:
        return _("Kan ikke regnes ut. Se merknadene nederst.")
    if alpha < GOOD_ENOUGH:
        return _("Påstandene henger løst sammen. Vær forsiktig med å tolke temaet som ett.")
    if low is not None and low < GOOD_ENOUGH:
        return _("Påstandene henger trolig godt nok sammen, men tallet er usikkert.")
    if alpha < GOOD:
        return _("Påstandene henger godt nok sammen til å sammenligne grupper.")
    return _("Påstandene henger godt sammen.")
