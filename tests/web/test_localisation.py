"""Norwegian forms: numbers, dates and the order of letters."""

import datetime as dt

import pytest
from flask import Flask

from surveys.platform import localisation


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "shown"),
    [
        (12345.67, 2, False, "12\N{NO-BREAK SPACE}345,67"),
        (4.96, 1, False, "5,0"),
        (-0.04, 1, False, "0,0"),
        (-1.2, 1, False, "−1,2"),
        (0.1, 1, True, "+0,1"),
        (0.0, 1, True, "0,0"),
        (7, 0, False, "7"),
    ],
)
def test_numbers_have_norwegian_marks(
    app: Flask, value: float, decimals: int, sign: bool, shown: str
) -> None:
    with app.test_request_context("/"):
        assert localisation.number(value, decimals, sign=sign) == shown


def test_percent_has_a_space_that_does_not_break(app: Flask) -> None:
    with app.test_request_context("/"):
        assert localisation.percent(31 / 36) == "86\N{NO-BREAK SPACE}%"


def test_dates_are_written_as_people_write_them(app: Flask) -> None:
    with app.test_request_context("/"):
        assert localisation.long_date(dt.date(2026, 6, 5)) == "5. juni 2026"
        assert localisation.short_date(dt.date(2026, 6, 5)) == "05.06.2026"
        assert localisation.day_and_date(dt.date(2026, 3, 20)) == "fredag 20. mars"


def test_ae_oe_and_aa_come_last() -> None:
    names = ["Ås", "Østre", "Ærlig", "Zoo", "Aas", "Édouard", "Fjell"]
    assert sorted(names, key=localisation.alphabetical) == [
        "Aas", "Édouard", "Fjell", "Zoo", "Ærlig", "Østre", "Ås",
    ]  # fmt: skip


def test_a_text_falls_back_to_bokmaal_and_then_to_any_language(app: Flask) -> None:
    with app.test_request_context("/"):
        assert localisation.localised({"nb": "hei", "en": "hi"}, "nn") == "hei"
        assert localisation.localised({"en": "hi"}, "nn") == "hi"
        assert localisation.localised({}, "nn") == ""
