"""What the limits mean, in a sentence with values on both sides of each: «5,0 er grønn, 4,96 er gul.»"""

from collections.abc import Iterator

from analysis.scorecards import Direction, TargetError, TargetLimits, status
from surveys.platform.texts import _, translated
from surveys.scorecards.models import Indicator
from surveys.scorecards.texts import status_words, value_words


def limit_sentences(unit_of_measure: str, decimals: int, direction: Direction, limits: TargetLimits) -> str:
    """The sentence, with colours from the function that judges cards; what is wrong when the limits are."""
    try:
        limits.check(direction)
    except TargetError as error:
        return translated(error.message)
    # Never stored: it only tells how a value is written.
    written = Indicator(unit_of_measure=unit_of_measure, decimals=decimals, direction=direction)
    words = {colour: word.lower() for colour, word in status_words().items()}
    told = {
        value: _(
            "%(value)s er %(colour)s",
            value=value_words(value, written, limits),
            colour=words[status(value, direction, limits)],
        )
        for value in _values(decimals, direction, limits)
    }
    return ", ".join(told.values()) + "."


def _values(decimals: int, direction: Direction, limits: TargetLimits) -> Iterator[float]:
    """Each bound, and the value just beyond it that a page with too few decimals would show as the bound itself."""
    step = 0.4 * 10.0**-decimals

    def beyond(bound: float, way: int) -> float:
        return round(bound + way * step, decimals + 2)

    below = 1 if direction is Direction.LOWER else -1
    for bound in (limits.green, limits.yellow):
        yield from (bound, beyond(bound, below))
    for upper in (limits.green_to, limits.yellow_to):
        if upper is not None:
            yield from (upper, beyond(upper, 1))
