"""Respondents over HTTP, who deliver to a site that keeps dying and count the receipts they see."""

import http.client
import random
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final
from urllib.parse import urlencode

_RADIO: Final = re.compile(r'<input[^>]*type="radio"[^>]*>')
_ATTRIBUTE: Final = re.compile(r'(name|value)="([^"]*)"')
_PATIENCE: Final = 300  # seconds for one respondent
_GIVE_UP_IN_HUNDRED: Final = 3


class Browser:
    """One respondent after another, each with a code, on one connection as long as it holds."""

    def __init__(self, port: int, seed: int) -> None:
        self._port, self._random = port, random.Random(seed)  # noqa: S311 – repeatable, not secret
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def delivers(self, code: str) -> bool:
        """True when she has seen her receipt. She begins again when the site fails, and a few give up instead."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                if self._tries(f"/svar/{code}/nb"):
                    return True
            except ConnectionRefusedError:
                # The site is not up yet: she waits.
                time.sleep(0.1)
                continue
            except (OSError, http.client.HTTPException):
                self._connection.close()
            if self._random.randrange(100) < _GIVE_UP_IN_HUNDRED:
                return False
            time.sleep(0.1)
        return False

    def delivers_at_once(self, code: str) -> bool:
        """The same without a second try."""
        with suppress(OSError, http.client.HTTPException):
            return self._tries(f"/svar/{code}/nb")
        self._connection.close()
        return False

    def is_answered(self) -> bool:
        """Whether the site is up."""
        with suppress(OSError, http.client.HTTPException):
            return self._asks("GET", "/svar")[0] == 200
        self._connection.close()
        return False

    def _tries(self, way: str) -> bool:
        address = f"{way}/side/1"
        while "/side/" in address:
            status, page = self._asks("GET", address)
            if status != 200:
                # Delivered before the site died: the start page says so, and the receipt is there to see.
                return self._asks("GET", f"{way}/kvittering")[0] == 200
            status, address = self._asks("POST", address, _answers(page))
            if status != 303:
                return False
        status, target = self._asks("POST", f"{way}/lever", {})
        return status == 303 and target.endswith("/kvittering") and self._asks("GET", target)[0] == 200

    def _asks(self, method: str, address: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """The status, and where it leads or what it says."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        self._connection.request(method, address, urlencode(form) if form is not None else None, headers)
        answer = self._connection.getresponse()
        body = answer.read().decode()
        return answer.status, answer.getheader("Location") or body


def deliver_all(port: int, codes: Sequence[str], seed: int, at_once: int = 4) -> list[str]:
    """The codes whose receipt was seen, with so many respondents at once."""

    def one_lane(number: int) -> list[str]:
        browser = Browser(port, seed * at_once + number)
        return [code for code in codes[number::at_once] if browser.delivers(code)]

    with ThreadPoolExecutor(at_once) as pool:
        return [code for lane in pool.map(one_lane, range(at_once)) for code in lane]


def _answers(page: str) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for button in _RADIO.findall(page):
        found = dict(_ATTRIBUTE.findall(button))
        chosen.setdefault(found["name"], found.get("value", ""))
    return chosen
