"""Co-movement of units in plain words, always with the reservation: together is not because of."""

from surveys.platform.localisation import number
from surveys.platform.texts import _, ngettext
from surveys.results.comovement.texts import in_sentence
from surveys.scorecards.cross_view.unit_comovement import Togetherness, UnitCoMovement
from surveys.scorecards.cross_view.unit_values import Period
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import Indicator
from surveys.scorecards.texts import value_words

DECIMALS = 2


def finding(found: UnitCoMovement, one: str, other: str) -> str:
    """One or two sentences. one, other: the indicators' titles."""
    first, second = in_sentence(one), in_sentence(other)
    match found.verdict:
        case Togetherness.TOGETHER:
            return _(
                "%(one)s og %(other)s følges ad: Enheter med høye tall for det ene har ofte høye tall for det andre. "
                "Det betyr ikke at det ene fører til det andre.",
                one=one,
                other=second,
            )
        case Togetherness.OPPOSITE:
            return _(
                "%(one)s og %(other)s går hver sin vei: Enheter med høye tall for det ene har ofte lave tall for "
                "det andre. Det betyr ikke at det ene fører til det andre.",
                one=one,
                other=second,
            )
        case Togetherness.UNSURE:
            return _("Vi ser ingen sikker sammenheng mellom %(one)s og %(other)s.", one=first, other=second)
        case Togetherness.NO_DIFFERENCE:
            return _("Alle enhetene har samme tall for det ene. Da er det ingenting å sammenligne.")
        case Togetherness.ONE_NUMBER:
            return _("De to tallene følger hverandre helt. Da er de trolig regnet ut av det samme.")
        case Togetherness.FEW:
            return few_words(found.units)


def few_words(units: int) -> str:
    """Why nothing is told of few units."""
    from analysis.details import FEWEST_UNITS

    if not units:
        return _("Ingen enhet du kan se, har begge tallene fra samme periode.")
    return ngettext(
        "Du kan se begge tallene for %(num)s enhet. Det trengs minst %(fewest)s for å si om de følges ad.",
        "Du kan se begge tallene for %(num)s enheter. Det trengs minst %(fewest)s for å si om de følges ad.",
        units,
        fewest=FEWEST_UNITS,
    )


def measure_words(found: UnitCoMovement) -> str:
    """«24 enheter. r = −0,42, 95 prosent intervall fra −0,70 til −0,05.»; «» when r is not told."""
    if found.r is None or found.low is None or found.high is None:
        return ""
    return _(
        "%(count)s enheter. r = %(r)s, 95 prosent intervall fra %(low)s til %(high)s.",
        count=found.units,
        r=number(found.r, DECIMALS),
        low=number(found.low, DECIMALS),
        high=number(found.high, DECIMALS),
    )


def period_words(indicator: Indicator, period: Period | None) -> str:
    return periods_of(indicator.frequency).words(*period) if period else ""


def unit_value(value: float, indicator: Indicator) -> str:
    """With the indicator's own decimals: no limit judges it here."""
    return value_words(value, indicator)
