"""A survey's figures as an indicator has them."""

from surveys.release.measures import is_share
from surveys.scorecards.models import Indicator


def in_indicators_unit(figure: float, indicator: Indicator) -> float:
    """A share, which surveys have from 0 to 1, is in per cent on an indicator that is measured in «%»."""
    is_percent = indicator.unit_of_measure == "%" and is_share(indicator.measure or "")
    return 100 * figure if is_percent else figure
