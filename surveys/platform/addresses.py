"""What an e-mail address looks like, wherever one is typed or read from a file."""

import re
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from surveys.platform.request_cleaning import has_control_characters

EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""An address that mail servers everywhere take: plain letters, and a domain with a full stop in it."""


def is_own_page(address: str) -> bool:
    """Whether it leads to a page of this site, and to nothing else: no other host, and no line break.

    >>> is_own_page("/undersokelser?side=2"), is_own_page("//ond.no"), is_own_page("/a\\r\\nSet-Cookie: b")
    (True, False, False)
    """
    if not address.startswith("/") or address.startswith(("//", "/\\")) or has_control_characters(address):
        return False
    with suppress(ValueError):  # such as a host's number that is none
        return not urlsplit(address).netloc
    return False
