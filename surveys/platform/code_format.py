"""How an invitation code is written and recognised: 12 characters that a person can read off a letter."""

import re
from typing import Final

from surveys.platform.pasted_codes import pasted_code

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 12

_LIKENESS: Final = str.maketrans("OIL", "011")
_SEPARATORS: Final = re.compile(r"[\s\-–—]")
_VALUE_OF: Final = {letter: value for value, letter in enumerate(ALPHABET)}


def grouped(code: str) -> str:
    """«ABCD-EFGH-JKMN»: as it stands in letters and links."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def normalised(typed: str) -> str | None:
    """The code that was typed, forgiving case, spaces, dashes and O/0, I/1, L/1; None when it cannot be one."""
    code = without_separators(typed)
    is_code = len(code) == LENGTH and _VALUE_OF.keys() >= set(code)
    return code if is_code and check_character(code[:-1]) == code[-1] else None


def found_in(pasted: str) -> str | None:
    """The code in a pasted link, address or text; None when there is none."""
    return normalised(pasted) or pasted_code(pasted, LENGTH, normalised)


def without_separators(typed: str) -> str:
    """In capitals, without spaces and dashes, and with the digits that O, I and L are taken for."""
    return _SEPARATORS.sub("", typed).upper().translate(_LIKENESS)


def check_character(body: str) -> str:
    """Weighted sum modulo 31: finds a wrong character and a swap of neighbours, but for 0 against Z."""
    total = sum(index * _VALUE_OF[letter] for index, letter in enumerate(body, start=1))
    return ALPHABET[total % 31]
