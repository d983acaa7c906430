"""What a weighted mean is told with, however it was computed. Pages read it, so it imports nothing heavy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WeightedMean:
    """n: answers. effective_n: (Σw)²/Σw². design_effect: n/effective_n (Kish 1965). NaN where undefined.

    mean, standard_error, low, high: linearised, t with n − 1 degrees of freedom.
    """

    n: int
    mean: float
    standard_error: float
    low: float
    high: float
    design_effect: float
    effective_n: float
