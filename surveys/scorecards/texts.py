"""The card in words: values with their unit, ambition levels and changes (periods: `frequencies`)."""

from collections.abc import Collection, Iterable, Sequence

from analysis.scorecards import (
    MOST_DECIMALS,
    Direction,
    IndicatorStatus,
    Meaning,
    Movement,
    RollUp,
    TargetLimits,
    Trend,
    decimals_shown,
)
from analysis.suppression import PRIMARY
from surveys.platform.localisation import listed, long_date, number
from surveys.platform.texts import _, ngettext
from surveys.release.items.item_measures import item_of, least_people
from surveys.release.models import ChangeBasis, FigureStatus, Verdict
from surveys.release.visibility import Access
from surveys.results import texts as results_wording
from surveys.scorecards.models import Indicator, Measurement, MeasurementStatus

_SPACE = "\N{NO-BREAK SPACE}"


def value_words(value: float, indicator: Indicator, target: TargetLimits | None = None) -> str:
    """«7,9 %», «4,3», «12 dager»: a scale such as 1–5 is told apart (`scale_words`).

    With as many decimals as it takes to fall on the same side of the limits as the stored value.
    """
    return _with_decimals(
        value, indicator, decimals_shown(value, indicator.direction, target, indicator.decimals)
    )


def _with_decimals(value: float, indicator: Indicator, decimals: int, *, signed: bool = True) -> str:
    text = number(value, decimals, sign=signed and indicator.direction is Direction.SIGNED)
    if _is_scale(indicator):
        return text
    return f"{text}{_SPACE}{indicator.unit_of_measure}".rstrip()


def scale_words(indicator: Indicator) -> str:
    """«skala 1–5», or nothing."""
    if not _is_scale(indicator):
        return ""
    return _("skala %(scale)s", scale=indicator.unit_of_measure)


def _is_scale(indicator: Indicator) -> bool:
    return indicator.unit_of_measure[:1].isdecimal()


def target_words(target: TargetLimits | None, indicator: Indicator, *, development: bool) -> str:
    """«Grønn fra 4,0», «Grønn til og med 6,0 %», «Grønn fra 5,0 % til 10,0 %»."""
    if development:
        return _("Utviklingstrekk")
    if target is None:
        return _("Ikke satt")
    green = _bound(target.green, indicator)
    if indicator.direction is Direction.BAND and target.green_to is not None:
        return _("Grønn fra %(low)s til %(high)s", low=green, high=_bound(target.green_to, indicator))
    if indicator.direction is Direction.LOWER:
        return _("Grønn til og med %(bound)s", bound=green)
    return _("Grønn fra %(bound)s", bound=green)


def limits_words(target: TargetLimits | None, indicator: Indicator) -> str:
    """The yellow and red limits in a sentence, for the details."""
    if target is None:
        return ""
    yellow = _bound(target.yellow, indicator)
    if indicator.direction is Direction.BAND and target.yellow_to is not None:
        return _(
            "Gul fra %(low)s til %(high)s, rød utenfor.", low=yellow, high=_bound(target.yellow_to, indicator)
        )
    if indicator.direction is Direction.LOWER:
        return _("Gul til og med %(bound)s, rød over.", bound=yellow)
    return _("Gul fra %(bound)s, rød under.", bound=yellow)


def _bound(bound: float, indicator: Indicator) -> str:
    """A bound with every decimal it has, so that a page never shows another bound than the one that judges."""
    decimals = indicator.decimals
    while decimals < MOST_DECIMALS and round(bound, decimals) != bound:
        decimals += 1
    return _with_decimals(bound, indicator, decimals)


def status_words() -> dict[IndicatorStatus, str]:
    """The word that stands beside the shape and the colour."""
    return {
        IndicatorStatus.GREEN: _("Grønn"),
        IndicatorStatus.YELLOW: _("Gul"),
        IndicatorStatus.RED: _("Rød"),
        IndicatorStatus.NOT_MEASURED: _("Ikke målt"),
        IndicatorStatus.NOT_DUE: _("Ikke forfalt"),
        IndicatorStatus.HIDDEN: _("Skjult"),
        IndicatorStatus.NO_TARGET: _("Uten ambisjon"),
    }


def interval_words(low: str, high: str) -> str:
    return _("mellom %(low)s og %(high)s", low=low, high=high)


def doubt_words(others: Collection[IndicatorStatus]) -> str:
    """«kan være gul eller rød», or nothing."""
    order = (IndicatorStatus.GREEN, IndicatorStatus.YELLOW, IndicatorStatus.RED)
    words = status_words()
    named = [words[colour].lower() for colour in order if colour in others]
    if not named:
        return ""
    if len(named) == 1:
        return _("kan være %(colour)s", colour=named[0])
    return _("kan være %(colour)s eller %(other)s", colour=named[0], other=named[1])


def although_recoloured(words: str) -> str:
    """A colour that changed beside a change that may be chance."""
    return _("%(words)s, selv om fargen er en annen", words=words)


def reason_words(measurement: Measurement) -> str:
    """Why a value is not shown, in the result pages' own words."""
    if measurement.status is MeasurementStatus.HIDDEN and measurement.release is not None:
        least = measurement.release.minimum_group
        if item_of(measurement.indicator.measure or ""):
            return _item_reason(measurement.reason, least_people(least))
        return results_wording.status_text(FigureStatus.HIDDEN, measurement.reason, least)
    if measurement.status is MeasurementStatus.NOT_MEASURED and measurement.release is not None:
        return _("Ingen har svart.")
    if measurement.computed_from is not None:
        return uncomputed_words(measurement)
    return measurement.reason


def _item_reason(reason: str, least: int) -> str:
    """Why the mean of a single statement is not shown."""
    if reason == PRIMARY:
        return _("Skjult fordi færre enn %(least)s har svart på alle spørsmålene i temaet.", least=least)
    return _("Skjult fordi tallet ellers kan røpe svarene til noen få, eller at nesten alle svarte likt.")


def uncomputed_words(measurement: Measurement) -> str:
    """Why a value was not worked out from the units below; «» when it was."""
    if measurement.value is not None:
        return ""
    if measurement.status is MeasurementStatus.HIDDEN:
        return _("Ikke regnet ut: verdien til en enhet under er skjult.")
    if measurement.reason:
        return _("Ikke regnet ut: tallene under gir ingen mulig verdi.")
    missing = measurement.computed_missing or 0
    return ngettext(
        "Ikke regnet ut: %(num)s av %(units)s enheter mangler verdi.",
        "Ikke regnet ut: %(num)s av %(units)s enheter mangler verdi.",
        missing,
        units=missing + (measurement.computed_from or 0),
    )


def waiting_words(access: Access | None) -> str:
    """From when a released value may be seen by this reader; None: never."""
    if access is None:
        return _("Resultatet fra undersøkelsen vises ikke for deg på denne enheten.")
    if access.from_day is None:
        return _("Det er ikke bestemt når resultatet fra undersøkelsen vises her.")
    return _("Resultatet fra undersøkelsen vises her fra %(day)s.", day=long_date(access.from_day))


def spark_words(values: Iterable[tuple[str, str]]) -> str:
    """The spark line for those who do not see it: (period, value) pairs, the value «» where it is not shown."""
    unknown = _("ikke vist")
    return _("Utvikling: %(values)s", values="; ".join(f"{when}: {what or unknown}" for when, what in values))


def incomparable_words() -> str:
    """In place of a change between surveys that do not measure the same (`surveys.release.comparisons.invariance`)."""
    return _("Kan ikke sammenlignes sikkert")


def basis_words(basis: ChangeBasis, units: Sequence[str], year: int) -> str:
    """Whose earlier value stands there: «hele Sone nord slik den var i 2024»."""
    names = listed(list(units))
    if basis is ChangeBasis.SPLIT:
        return _("sammenlignet med hele %(unit)s slik den var i %(year)s", unit=names, year=year)
    if basis is ChangeBasis.MERGED:
        return _("%(units)s samlet", units=names)
    return _("den gang %(unit)s", unit=names)


def change_words(trend: Trend, indicator: Indicator, verdict: Verdict | None) -> str:
    """«Opp 0,3 prosentpoeng», «Ingen sikker endring»: stands beside the earlier value and its period.

    `verdict`: what the test of a survey score's change allows; None for values that are counted, not sampled.
    """
    if verdict is Verdict.TOO_FEW:
        return _("For få svar til å si om noe er endret")
    if verdict is Verdict.NO_CLEAR_CHANGE:
        return _("Ingen sikker endring")
    if trend.movement is Movement.STEADY:
        return _("Uendret")
    amount = difference_words(trend.change, indicator)
    return (
        _("Opp %(amount)s", amount=amount)
        if trend.movement is Movement.UP
        else _("Ned %(amount)s", amount=amount)
    )


def difference_words(difference: float, indicator: Indicator) -> str:
    """«0,3 prosentpoeng», «0,3»: how far apart two values are, with enough decimals not to be nothing."""
    decimals = indicator.decimals
    while decimals < MOST_DECIMALS and round(difference, decimals) == 0 and difference:
        decimals += 1
    if indicator.unit_of_measure == "%":
        return _("%(points)s prosentpoeng", points=number(abs(difference), decimals))
    return _with_decimals(abs(difference), indicator, decimals, signed=False)


def meaning_words(trend: Trend) -> str:
    """«bedre», «svakere» or nothing."""
    words = {Meaning.BETTER: _("bedre"), Meaning.WORSE: _("svakere"), Meaning.NEUTRAL: ""}
    return words[trend.meaning]


def count_words(counted: RollUp) -> list[tuple[IndicatorStatus, str]]:
    """(green, «3 grønne»), (yellow, «1 gul»), (red, «2 røde»): the colours that there are some of."""
    found = []
    if counted.green:
        found.append((IndicatorStatus.GREEN, ngettext("%(num)s grønn", "%(num)s grønne", counted.green)))
    if counted.yellow:
        found.append((IndicatorStatus.YELLOW, ngettext("%(num)s gul", "%(num)s gule", counted.yellow)))
    if counted.red:
        found.append((IndicatorStatus.RED, ngettext("%(num)s rød", "%(num)s røde", counted.red)))
    return found


def colourless_words(counted: RollUp) -> str:
    """«2 uten farge»; «» when every one has a colour."""
    return _("%(number)s uten farge", number=counted.other) if counted.other else ""
