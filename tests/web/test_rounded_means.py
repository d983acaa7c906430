"""A mean that is rounded to more than is shown says so, on pages and in files (decisions 034 and 036)."""

import pytest
from flask import Flask

from questionnaires import loading
from surveys.release.comparisons.references import without_unit
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import Coding, Figure, FigureStatus
from surveys.results.queries import Line
from surveys.results.texts import mean_text
from tests.building import SMALL, SMALL_SOURCE

SHARES = loading.parse(SMALL_SOURCE + b"\nreport: {shares_only: true}\n", "andeler.yaml")


@pytest.mark.parametrize(
    ("kind", "maximum", "mean", "step", "text"),
    [
        (MeasureKind.MEAN, 5, 3.6, 0.1, "3,6"),
        (MeasureKind.MEAN, 5, 3.5, 0.5, "ca. 3,5"),
        (MeasureKind.MEAN, 5, 3.57, None, "3,6"),
        (MeasureKind.INDEX, 100, 65.0, 0.1, "ca. 65"),
        (MeasureKind.SHARE, 1, 0.4, 0.1, "ca. 40\N{NO-BREAK SPACE}%"),
        (MeasureKind.SHARE, 1, 0.4, None, "40\N{NO-BREAK SPACE}%"),
    ],
)
def test_a_mean_says_that_it_is_rounded_to_more_than_is_shown(
    app: Flask, kind: MeasureKind, maximum: int, mean: float, step: float | None, text: str
) -> None:
    line = Line(
        "TRI",
        {"nb": "Trivsel"},
        {},
        1 if maximum == 5 else 0,
        maximum,
        FigureStatus.SHOWN,
        "",
        kind,
        mean=mean,
        step=step,
    )
    with app.test_request_context("/"):
        assert mean_text(line) == text


@pytest.mark.parametrize(
    ("share", "step", "status"),
    [(False, 0.1, FigureStatus.SHOWN), (True, 0.1, FigureStatus.HIDDEN), (True, 0.0, FigureStatus.SHOWN)],
)
def test_the_others_are_told_where_rounding_leaves_them_right_to_what_is_shown(
    *, share: bool, step: float, status: FigureStatus
) -> None:
    """60 less 20: a mean that is rounded to a decimal moves theirs by less than one, a share by several per cent."""
    key = "TRI:4" if share else "TRI"
    measure = next(one for one in measures_of(SHARES if share else SMALL) if one.key == key)
    told = {"status": FigureStatus.SHOWN, "reason": "", "coded": Coding.EXACT}
    middle = 0.5 if share else 3.0
    whole = Figure(n=60, mean=middle, step=step, **told)
    assert without_unit(measure, whole, Figure(n=20, mean=middle, **told), 10).status == status
