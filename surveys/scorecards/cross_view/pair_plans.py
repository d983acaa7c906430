"""A pair of indicators as a card's file has it, and what is wrong with it beside the card's indicators."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveys.platform.texts import _
from surveys.platform.typed_data import NoOtherFields
from surveys.scorecards.whole_measures import RESPONSE_RATE

if TYPE_CHECKING:
    from surveys.scorecards.card_plans import IndicatorPlan


@dataclass(frozen=True)
class PairPlan(NoOtherFields):
    """experienced, measured: codes of indicators on the card."""

    experienced: str
    measured: str

    @property
    def words(self) -> str:
        return _("%(experienced)s og %(measured)s", experienced=self.experienced, measured=self.measured)


def is_experienced(questionnaire: str | None, measure: str | None) -> bool:
    """Whether people's answers give the value. How many answered is counted, not experienced."""
    return questionnaire is not None and measure != RESPONSE_RATE


def pair_faults(pairs: Sequence[PairPlan], indicators: "Sequence[IndicatorPlan]") -> Iterator[str]:
    """indicators: all of the card."""
    by_code = {each.code: each for each in indicators}
    seen: set[PairPlan] = set()
    for pair in pairs:
        if pair in seen:
            yield _("Paret %(pair)s er valgt to ganger.", pair=pair.words)
        seen.add(pair)
        yield from _faults(pair, by_code)


def _faults(pair: PairPlan, by_code: "Mapping[str, IndicatorPlan]") -> Iterator[str]:
    unknown = [code for code in (pair.experienced, pair.measured) if code not in by_code]
    for code in unknown:
        yield _("Paret %(pair)s: %(code)s er ikke på kortet.", pair=pair.words, code=code)
    if unknown:
        return
    experienced, measured = by_code[pair.experienced], by_code[pair.measured]
    if not is_experienced(experienced.questionnaire, experienced.measure):
        yield _(
            "Paret %(pair)s: %(code)s kommer ikke fra svarene i en undersøkelse.",
            pair=pair.words,
            code=pair.experienced,
        )
    if is_experienced(measured.questionnaire, measured.measure):
        yield _(
            "Paret %(pair)s: %(code)s kommer fra svarene i en undersøkelse, og er ikke målt på annen måte.",
            pair=pair.words,
            code=pair.measured,
        )
