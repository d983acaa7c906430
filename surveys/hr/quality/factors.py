"""«Måler påstandene det samme?»: the consistency of each factor in words, from a stored quality report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Factor, Questionnaire
from surveys.hr.quality.limits import (
    ALPHA,
    ALPHA_GOOD,
    ALPHA_REDUNDANT,
    FEWEST_ANSWERS,
    ITEM_REST,
    Mark,
    beside,
    count_word,
    decimal,
)
from surveys.platform.localisation import listed, localised
from surveys.platform.texts import _, ngettext
from surveys.release.stored_quality import StoredQuality, StoredScale

PICTURE_WIDTH: Final = 120
"""Units of the little picture's own axis, from 0 to 1."""


@dataclass(frozen=True)
class FactorQuality:
    """One factor's alpha with its interval and complete answer sheets; None where it cannot be computed.

    loose: keys of items that follow the others too little.
    """

    key: str
    title: str
    items: int
    alpha: float | None
    low: float | None
    high: float | None
    omega: float | None
    complete: int
    mark: Mark
    meaning: str
    advice: str
    loose: tuple[str, ...] = ()

    @property
    def is_good_enough(self) -> bool:
        return self.alpha is not None and self.alpha >= ALPHA.good

    @property
    def alpha_text(self) -> str:
        return beside(ALPHA, self.alpha)

    def place(self, value: float | None) -> float:
        """Where a value 0–1 stands in the picture, 0–PICTURE_WIDTH."""
        return round(min(max(value or 0.0, 0.0), 1.0) * PICTURE_WIDTH, 1)


def factor_qualities(result: StoredQuality, questionnaire: Questionnaire) -> list[FactorQuality]:
    """The factors of a stored quality report (`scales` of `medvirk analyse`), in the questionnaire's order."""
    scales = result.scales
    return [_quality(factor, scales[factor.key]) for factor in questionnaire.factors if factor.key in scales]


def verdict(factors: Sequence[FactorQuality]) -> str:
    """The answer in a sentence or two."""
    return " ".join(filter(None, [_how_many(factors), loose_sentence(factors)]))


def verdict_mark(factors: Sequence[FactorQuality]) -> Mark:
    """The factors as one: good only when all of them are and no item is loose."""
    marks = {factor.mark for factor in factors}
    if marks <= {Mark.UNKNOWN}:
        return Mark.UNKNOWN
    if marks == {Mark.GOOD} and not any(factor.loose for factor in factors):
        return Mark.GOOD
    most_weak = sum(factor.mark is Mark.WEAK for factor in factors) * 2 > len(factors)
    return Mark.WEAK if most_weak else Mark.CAREFUL


def _how_many(factors: Sequence[FactorQuality]) -> str:
    good = sum(factor.is_good_enough for factor in factors)
    careful = [factor.title for factor in factors if factor.mark is Mark.CAREFUL]
    if good == len(factors):
        sentence = _("Alle temaene måles pålitelig: påstandene i hvert tema henger sammen.")
        return " ".join(
            [sentence, _("Se nærmere på %(themes)s.", themes=listed(careful))] if careful else [sentence]
        )
    sentence = _("Ingen av temaene måles pålitelig.")
    if good:
        sentence = _("%(good)s av %(all)s temaer måles pålitelig.", good=good, all=len(factors))
    weak = [factor.title for factor in factors if factor.mark is Mark.WEAK]
    if weak:
        sentence += " " + _("Vær forsiktig med %(themes)s.", themes=listed(weak))
    return sentence


def loose_sentence(factors: Sequence[FactorQuality]) -> str:
    """«Én påstand i Rolleklarhet henger dårlig sammen med resten.»"""
    sentences = []
    for factor in factors:
        count = len(factor.loose)
        if count == 1:
            sentences.append(_("Én påstand i %(theme)s henger dårlig sammen med resten.", theme=factor.title))
        elif count:
            sentences.append(
                _(
                    "%(count)s påstander i %(theme)s henger dårlig sammen med resten.",
                    count=count_word(count).capitalize(),
                    theme=factor.title,
                )
            )
    return " ".join(sentences)


def _quality(factor: Factor, scale: StoredScale) -> FactorQuality:
    low, high = scale.ends
    mark, meaning, advice = _reading(scale.alpha, low, high, scale.complete)
    if suggestion := reversal_sentence(scale):
        mark, meaning, advice = Mark.WEAK, *suggestion
    return FactorQuality(
        key=factor.key,
        title=localised(factor.title),
        items=len(factor.items),
        alpha=scale.alpha,
        low=low,
        high=high,
        omega=scale.omega,
        complete=scale.complete,
        mark=mark,
        meaning=meaning,
        advice=advice,
        loose=loose_items(scale),
    )


def reversal_sentence(scale: StoredScale) -> tuple[str, str] | None:
    """What it means, and what to do, where statements run against the others as if they were reversed."""
    found = scale.suggested_reversals
    if found is None or not found.items or scale.complete < FEWEST_ANSWERS:
        return None
    meaning = ngettext(
        "Påstanden %(items)s går motsatt vei av de andre. Snudd gir den alfa %(alpha)s.",
        "Påstandene %(items)s går motsatt vei av de andre. Snudd gir de alfa %(alpha)s.",
        len(found.items),
        items=listed(list(found.items)),
        alpha=decimal(found.alpha),
    )
    return meaning, _("Les ordlyden, og sjekk om spørreskjemaet har glemt å si at den er snudd.")


def loose_items(scale: StoredScale) -> tuple[str, ...]:
    """Items whose correlation with the rest is under the limit, where enough people stand behind it."""
    if scale.complete < FEWEST_ANSWERS:
        return ()
    return tuple(key for key, r in scale.item_rest.items() if r is not None and r < ITEM_REST.good)


def _reading(
    alpha: float | None, low: float | None, high: float | None, complete: int
) -> tuple[Mark, str, str]:
    """The mark, what it means, and what to do."""
    if alpha is None:
        return Mark.UNKNOWN, _("Kan ikke regnes ut."), _("Se merknadene nederst.")
    if complete < FEWEST_ANSWERS:
        return (
            Mark.UNKNOWN,
            ngettext(
                "Bare %(num)s fullstendig svar. Tallet er for usikkert til å bedømme temaet.",
                "Bare %(num)s fullstendige svar. Tallet er for usikkert til å bedømme temaet.",
                complete,
            ),
            _("Bedøm temaet når minst %(fewest)s har svart.", fewest=FEWEST_ANSWERS),
        )
    if alpha < ALPHA.good:
        return (
            Mark.WEAK,
            _("Påstandene henger løst sammen.")
            if high is not None and high < ALPHA.good
            else _("Påstandene henger trolig for løst sammen."),
            _("Tolk temaet varsomt, og se hvilken påstand som skiller seg ut."),
        )
    if low is not None and low < ALPHA.good:
        return (
            Mark.CAREFUL,
            _("Påstandene henger trolig godt nok sammen, men tallet er usikkert."),
            _("Se om det samme gjelder neste gang."),
        )
    if alpha > ALPHA_REDUNDANT:
        return (
            Mark.CAREFUL,
            _("Påstandene er nesten like."),
            _("Vurder om en påstand kan tas ut i neste versjon."),
        )
    if alpha < ALPHA_GOOD:
        return Mark.GOOD, _("Påstandene henger godt nok sammen til å sammenligne grupper."), ""
    return Mark.GOOD, _("Påstandene henger godt sammen."), ""
