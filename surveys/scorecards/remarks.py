"""What nobody would notice on a row by itself: periods without a value, and a value that is the same every time."""

from collections.abc import Iterator, Sequence

from surveys.platform.localisation import listed
from surveys.platform.texts import _, ngettext
from surveys.scorecards.doubts import ALIKE
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.row_context import RowContext, is_seen, shown_value

Period = tuple[int, int]
"""A year and its part."""

_NAMED = 3


def periods_without_value(
    indicator: Indicator, until: Sequence[Measurement], setting: RowContext
) -> list[Period]:
    """until: the indicator's measurements up to the card's year, oldest first. None for what a survey gives."""
    if indicator.questionnaire is not None:
        return []
    measured = sorted({(each.year, each.part) for each in until if each.value is not None})
    return missing_periods(indicator, measured, setting)


def row_remarks(
    indicator: Indicator, until: Sequence[Measurement], missing: Sequence[Period], setting: RowContext
) -> Iterator[str]:
    """until and missing: as of `periods_without_value`."""
    if indicator.questionnaire is not None:
        return
    if missing:
        yield _missing_words(indicator, missing)
    last = [each for each in until if each.value is not None and is_seen(each, setting)][-ALIKE:]
    if len(last) == ALIKE and len({each.value for each in last}) == 1:
        value = shown_value(last[-1], indicator, setting)
        yield _("%(value)s tre ganger på rad. Er verdien målt på nytt?", value=value)


def missing_periods(indicator: Indicator, measured: Sequence[Period], setting: RowContext) -> list[Period]:
    """Periods that are over, since the first value, without one; of the card's year and the one before.

    A yearly indicator that has never been measured two years running is not expected every year.
    """
    if not measured:
        return []
    periods = periods_of(indicator.frequency)
    if periods.parts == 1 and all(periods.after(*period) not in measured for period in measured):
        return []
    missing, period = [], measured[0]
    last = min(periods.last_ended(setting.today), (setting.year, periods.parts if periods.parts > 1 else 0))
    while period <= last:
        if period not in measured and period[0] >= setting.year - 1:
            missing.append(period)
        period = periods.after(*period)
    return missing


def _missing_words(indicator: Indicator, missing: Sequence[Period]) -> str:
    periods = periods_of(indicator.frequency)
    named = listed([periods.words(*period) for period in missing[-_NAMED:]])
    rest = len(missing) - _NAMED
    if rest <= 0:
        return _("Mangler verdi for %(periods)s.", periods=named)
    return ngettext(
        "Mangler verdi for %(periods)s, og %(num)s periode før det.",
        "Mangler verdi for %(periods)s, og %(num)s perioder før det.",
        rest,
        periods=named,
    )
