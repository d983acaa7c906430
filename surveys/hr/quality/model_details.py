"""What the fitted model says of each theme, and of single statements that it does not explain, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Questionnaire
from surveys.hr.quality.limits import AVE, COMPOSITE, Mark
from surveys.platform.localisation import listed, localised
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredQuality

CLEAR_CHANGE: Final = 10.83
"""A modification index that is not chance: χ² with one degree of freedom at p = .001."""
HINTS_SHOWN: Final = 5


@dataclass(frozen=True)
class Convergence:
    """A factor's AVE and composite reliability, and what they say."""

    title: str
    ave: float | None
    composite: float | None
    mark: Mark
    meaning: str
    advice: str


@dataclass(frozen=True)
class Hint:
    """A modification index in words."""

    words: str
    index: float


def convergence_rows(result: StoredQuality, questionnaire: Questionnaire) -> list[Convergence]:
    """AVE and composite reliability of each factor, and the themes it shares more with than with its own items."""
    validity = result.validity
    apart = result.shown_details.fornell_larcker
    basis = validity.whole or validity
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    rows = []
    for key, title in titles.items():
        ave = basis.ave.get(key)
        composite = basis.composite_reliability.get(key)
        failing = [
            titles[other]
            for pair, holds in apart.items()
            if not holds and key in pair.split("~")
            for other in pair.split("~")
            if other != key
        ]
        rows.append(Convergence(title, ave, composite, *_converged(ave, composite, failing)))
    return rows


def _converged(ave: float | None, composite: float | None, failing: Sequence[str]) -> tuple[Mark, str, str]:
    if ave is None or composite is None:
        return Mark.UNKNOWN, _("Kan ikke regnes ut."), _("Se merknadene.")
    if failing:
        return (
            Mark.WEAK,
            _("Har mer felles med %(themes)s enn med sine egne påstander.", themes=listed(list(failing))),
            _("Tolk disse temaene sammen."),
        )
    if AVE.mark(ave) is Mark.GOOD:
        return Mark.GOOD, _("Påstandene deler det meste av det de måler."), ""
    if COMPOSITE.mark(composite) is Mark.GOOD:
        return (
            Mark.CAREFUL,
            _("Påstandene deler under halvparten, men til sammen måler de godt nok."),
            _("Vurder klarere påstander i neste versjon."),
        )
    return (
        Mark.WEAK,
        _("Påstandene deler lite."),
        _("Tolk temaet varsomt. Vurder nye påstander i neste versjon."),
    )


def hints(result: StoredQuality, questionnaire: Questionnaire) -> list[Hint]:
    """The largest modification indices that are not chance, as something to look at."""
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    texts = {item.key: localised(item.text) for item in questionnaire.items}
    found = []
    for one in result.structure.modifications[:HINTS_SHOWN]:
        if one.index is None or one.index < CLEAR_CHANGE:
            continue
        item = texts[one.item]
        if one.factor:
            words = _("«%(item)s» henger også sammen med %(theme)s.", item=item, theme=titles[one.factor])
        else:
            words = _(
                "«%(item)s» og «%(other)s» likner mer på hverandre enn temaene tilsier.",
                item=item,
                other=texts[one.other or ""],
            )
        found.append(Hint(words, one.index))
    return found
