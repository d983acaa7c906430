"""Norwegian personal numbers (fødselsnummer and D-nummer): found so that a file with one can be refused."""

import re
from typing import Final

_ELEVEN: Final = re.compile(r"(?<!\d)(?<!\d[.,])(\d{6})[ .\u00a0-]?(\d{5})(?!\d)(?![.,]\d)")
_FIRST_WEIGHTS: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def has_personal_number(text: str) -> bool:
    """True when the text holds eleven digits with the date and the two control digits of a person.

    A cell of exactly ten digits counts too when a leading zero, which spreadsheets drop, makes it a personal number.
    A running number of eleven digits has no date in it, or other control digits.

    >>> has_personal_number("01010750160"), has_personal_number("fnr 010107 50160"), has_personal_number("1010750160")
    (True, True, True)
    >>> has_personal_number("01010750161"), has_personal_number("3.36363636363")
    (False, False)
    """
    if any(_is_dated(first + last) for first, last in _ELEVEN.findall(text)):
        return True
    digits = text.strip()
    return len(digits) == 10 and digits.isascii() and digits.isdigit() and _is_dated(f"0{digits}")


def _controls_fit(digits: str) -> bool:
    """Modulo 11 with the two fixed sets of weights; a control digit of ten does not exist."""
    numbers = [int(digit) for digit in digits]
    return (
        _control(numbers, _FIRST_WEIGHTS) == numbers[9] and _control(numbers, _SECOND_WEIGHTS) == numbers[10]
    )


def _control(numbers: list[int], weights: tuple[int, ...]) -> int:
    total = sum(weight * number for weight, number in zip(weights, numbers, strict=False))
    return (11 - total % 11) % 11


def _is_dated(digits: str) -> bool:
    """A D-nummer adds 40 to the day; numbers made for tests add 40 or 80 to the month."""
    day, month = int(digits[:2]), int(digits[2:4])
    day, month = (day - 40 if day > 40 else day), month % 40
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and _controls_fit(digits)
