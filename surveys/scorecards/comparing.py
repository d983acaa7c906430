"""The last comparable value of an indicator, and what may be said of the change since then."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.scorecards import TargetLimits, Trend, trend
from surveys.release.models import ChangeBasis
from surveys.scorecards import texts as wording
from surveys.scorecards.models import Indicator, Measurement
from surveys.scorecards.row_context import (
    RowContext,
    TestedChange,
    is_development,
    period_of,
    shown_value,
    status_of,
    target_of,
)
from surveys.scorecards.survey_values import in_indicators_unit


@dataclass(frozen=True)
class MeasurementComparison:
    """The last comparable value and the change since then. `trend` is None where nobody has tested the change."""

    period: str
    value: str
    trend: Trend | None = None
    change: str = ""
    meaning: str = ""
    # Whose value it is, when it is not the unit's own.
    note: str = ""


def comparison(
    indicator: Indicator,
    latest: Measurement | None,
    seen: Sequence[Measurement],
    target: TargetLimits | None,
    setting: RowContext,
) -> MeasurementComparison | None:
    """The last comparable value."""
    if latest is None:
        return None
    tested = setting.changes.get((latest.release_id or 0, indicator.measure or ""))
    if tested and tested.units and latest.value is not None:
        return _with_others(indicator, latest.value, tested, target)
    before = _comparable(latest, seen, tested)
    if before is None or before.value is None or latest.value is None:
        return None
    verdict = tested.verdict if tested else None
    moved = trend(
        latest.value,
        before.value,
        None if is_development(indicator) else indicator.direction,
        target,
        clear=verdict is None or verdict.clear,
        smallest=_smallest_change(indicator, latest, before, setting) if tested is None else 0.0,
    )
    return MeasurementComparison(
        period=period_of(before, indicator),
        value=shown_value(before, indicator, setting),
        trend=moved,
        change=_change_words(
            indicator, moved, tested, recoloured=_is_recoloured(indicator, latest, before, setting)
        ),
        meaning=wording.meaning_words(moved),
    )


def _change_words(
    indicator: Indicator, moved: Trend, tested: TestedChange | None, *, recoloured: bool
) -> str:
    """A change that the test does not allow to be told is not told by the colour either."""
    if tested is not None and not tested.comparable:
        return wording.incomparable_words()
    words = wording.change_words(moved, indicator, tested.verdict if tested else None)
    unsure = tested is not None and not tested.verdict.clear
    return wording.although_recoloured(words) if unsure and recoloured else words


def _smallest_change(
    indicator: Indicator, latest: Measurement, before: Measurement, setting: RowContext
) -> float:
    """Half of the last shown decimal; a change of colour is never «Uendret», however small."""
    return 0.0 if _is_recoloured(indicator, latest, before, setting) else 0.5 * 10**-indicator.decimals


def _is_recoloured(
    indicator: Indicator, latest: Measurement, before: Measurement, setting: RowContext
) -> bool:
    colours = {
        status_of(indicator, m, target_of(indicator, m.year, setting), setting) for m in (latest, before)
    }
    return len(colours) > 1


def _with_others(
    indicator: Indicator, value: float, tested: TestedChange, target: TargetLimits | None
) -> MeasurementComparison:
    """The released value of the units this one came from. From a whole to a part of it there is no trend."""
    before = value - in_indicators_unit(tested.difference, indicator)
    period, note = str(tested.year), wording.basis_words(tested.basis, tested.units, tested.year)
    if tested.basis is ChangeBasis.SPLIT:
        return MeasurementComparison(period, wording.value_words(before, indicator, target), note=note)
    direction = None if is_development(indicator) else indicator.direction
    clear = tested.verdict.clear
    moved = trend(value, before, direction, target, clear=clear, smallest=0.0)
    return MeasurementComparison(
        period,
        wording.value_words(before, indicator, target),
        moved,
        wording.change_words(moved, indicator, tested.verdict)
        if tested.comparable
        else wording.incomparable_words(),
        wording.meaning_words(moved),
        note,
    )


def _comparable(
    latest: Measurement, seen: Sequence[Measurement], tested: TestedChange | None
) -> Measurement | None:
    """For a survey's value the one its change was tested against; else the same part of an earlier year."""
    earlier = [m for m in seen if m.year < latest.year and m.value is not None]
    if latest.release_id is not None:
        found = [m for m in earlier if tested and m.release and m.release.survey_id == tested.survey_id]
    else:
        found = [m for m in earlier if m.release_id is None and m.part == latest.part]
    return found[-1] if found else None
