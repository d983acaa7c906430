"""A spreadsheet's cell as the reader of the spreadsheet sees it: 00001 with its zeros, 0.074 as 7,4 %.

Only formats that change what a value is are followed. A number's thousands and decimals are left to the value, so that
nothing is lost by a column that shows too few.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final

_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)')
_NOT_SHOWN: Final = re.compile(r"\[[^\]]*\]|_.|\*.")
_PERCENT_DECIMALS: Final = 9
"""More are noise of binary fractions: 0.07 + 0.004 is 7.400000000000001 %."""
_DIGITS_AND_MARKS: Final = re.compile(r"[^0#?]*0[^#?.,%E@]*")


class FormulaText(str):
    """What a cell calculates, instead of a value."""

    __slots__ = ()


def shown_text(value: object, number_format: str) -> str:
    """The value as text.

    >>> shown_text(1, "00000"), shown_text(0.074, "0.0%"), shown_text(12345678, "000 00 000"), shown_text(3.0, "0")
    ('00001', '7,4 %', '123 45 678', '3')
    >>> shown_text(True, "General"), shown_text(dt.datetime(2026, 10, 1), "dd.mm.yyyy"), shown_text(4.25, "0.0")
    ('ja', '2026-10-01', '4.25')
    """
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if not isinstance(value, int | float):
        return str(value)
    layout = _first_section(number_format)
    if "%" in layout:
        return _percent(value, layout)
    is_whole = isinstance(value, int) or value.is_integer()
    if not is_whole:
        return str(value)
    if value >= 0 and layout.count("0") > 1 and _DIGITS_AND_MARKS.fullmatch(layout):
        return _filled(int(value), layout)
    return str(int(value))


@cache
def _first_section(number_format: str) -> str:
    """The part for positive numbers. Literal text has its digits and marks moved out of the way."""
    plain = _LITERAL.sub(lambda found: _kept(found[1] or found[2] or ""), number_format)
    return _NOT_SHOWN.sub("", plain.split(";")[0]).strip()


def _kept(literal: str) -> str:
    """Literal text without characters that mean something in a format."""
    return re.sub(r"[0#?.,%;E@]", "", literal)


def _percent(value: float, layout: str) -> str:
    """With every decimal the value has, as other numbers, or as many as the layout shows."""
    decimals = len(layout.partition(".")[2].rstrip("% "))
    hundredfold = (
        (Decimal(repr(value)) * 100)
        .quantize(Decimal(1).scaleb(-_PERCENT_DECIMALS), ROUND_HALF_UP)
        .normalize()
    )
    if -int(hundredfold.as_tuple().exponent) < decimals or hundredfold == hundredfold.to_integral_value():
        hundredfold = hundredfold.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{hundredfold} %".replace(".", ",")


def _filled(value: int, layout: str) -> str:
    """The digits from the right into the layout's zeros; what is left over stands where the first zero is."""
    zeros = layout.count("0")
    digits = str(value).zfill(zeros)
    first, rest = digits[: len(digits) - zeros + 1], iter(digits[len(digits) - zeros + 1 :])
    before, _, after = layout.partition("0")
    return before + first + "".join(next(rest) if mark == "0" else mark for mark in after)
