"""Student's t without scipy is scipy's, to more digits than any page shows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtr, stdtrit

from analysis.change import holm
from analysis.students_t import holm_within, two_sided_limit, two_sided_p

DEGREES = st.floats(1, 1e6)


@given(st.floats(-60, 60), DEGREES)
@settings(max_examples=300)
def test_p_is_scipys(t: float, df: float) -> None:
    expected = 2 * stdtr(df, -abs(t))
    assert two_sided_p(t, df) == pytest.approx(expected, rel=1e-8, abs=1e-8)


@given(st.floats(0.5, 0.999), DEGREES)
@settings(max_examples=100)
def test_the_limit_is_scipys(confidence: float, df: float) -> None:
    assert two_sided_limit(confidence, df) == pytest.approx(stdtrit(df, 0.5 + confidence / 2), rel=1e-8)


def test_of_one_degree_it_is_cauchys() -> None:
    for t in (1e-8, 0.3, 1.0, 7.0, 1e6):
        assert two_sided_p(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), rel=1e-9, abs=1e-12)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), min_size=1, max_size=12))
def test_holms_adjustment_is_the_one_of_all_units(p: list[float]) -> None:
    assert holm_within(p) == pytest.approx(holm(np.array(p)).tolist(), nan_ok=True)
