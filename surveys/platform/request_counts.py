"""How many requests this machine has answered and how fast, in memory that all its web processes share.

Kept only when somebody may ask for it (MEDVIRK_METRICS_TOKEN). A request costs two additions: nothing is written to a
file or a database, and what is counted is gone when the service stops. Nobody's page, code or address is in it; a page
of a respondent is one of all their pages, whatever she does there.
"""

import mmap
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, current_app

from surveys.platform.config import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class RequestClass(StrEnum):
    """Whose requests: respondents' of every kind, those that sign in, and everybody else's."""

    RESPONDENT = "respondent"
    SIGN_IN = "sign_in"
    STAFF = "staff"


STATUSES: Final = ("2xx", "3xx", "4xx", "5xx")

LIMITS: Final = (0.1, 0.5, 2.5, 10.0)
"""Seconds. No page of a respondent takes as much as the first: finer ones would tell a delivery from a saved page."""

_NOT_COUNTED: Final = ("/static/", "/helse/")

_OF_A_CLASS: Final = len(STATUSES) + len(LIMITS) + 2  # …, slower than all limits, microseconds altogether
_FAILED_SIGN_INS: Final = _OF_A_CLASS * len(RequestClass)
_NUMBERS: Final = _FAILED_SIGN_INS + 1
# A process that takes the place of a dead one counts in the next slot. Live ones meet after 256 deaths.
_SLOTS: Final = 256

_FEWEST_CHARACTERS: Final = 20


@dataclass(frozen=True)
class ClassCounts:
    """Of one class of requests, since the service started. `by_limit`: so many within each of LIMITS, and slower."""

    by_status: dict[str, int]
    by_limit: list[int]
    seconds: float


class RequestCounts:
    """A slot of numbers for each process, so that none waits for another: the sum over all slots is what is told."""

    def __init__(self) -> None:
        self._all = memoryview(mmap.mmap(-1, _SLOTS * _NUMBERS * 8)).cast("Q")
        self._lock = Lock()
        self.use_slot(0)

    def use_slot(self, number: int) -> None:
        """Called once in each process after it has parted from the first."""
        first = number % _SLOTS * _NUMBERS
        self._own = self._all[first : first + _NUMBERS]

    def answered(self, kind: RequestClass, status: int, seconds: float) -> None:
        first = _FIRST_OF[kind]
        slower = bisect_left(LIMITS, seconds)
        with self._lock:
            self._own[first + min(max(status // 100, 2), 5) - 2] += 1
            self._own[first + len(STATUSES) + slower] += 1
            self._own[first + _OF_A_CLASS - 1] += int(seconds * 1e6)

    def sign_in_failed(self) -> None:
        with self._lock:
            self._own[_FAILED_SIGN_INS] += 1

    @property
    def errors(self) -> int:
        """Requests that ended in a fault of ours, of every class."""
        return sum(found.by_status["5xx"] for _kind, found in self.by_class())

    @property
    def failed_sign_ins(self) -> int:
        return self._total(_FAILED_SIGN_INS)

    def by_class(self) -> Iterator[tuple[RequestClass, ClassCounts]]:
        for kind, first in _FIRST_OF.items():
            found = [self._total(first + index) for index in range(_OF_A_CLASS)]
            statuses = dict(zip(STATUSES, found[: len(STATUSES)], strict=True))
            yield kind, ClassCounts(statuses, found[len(STATUSES) : -1], found[-1] / 1e6)

    def _total(self, index: int) -> int:
        return sum(self._all[index::_NUMBERS])


_FIRST_OF: Final = {kind: index * _OF_A_CLASS for index, kind in enumerate(RequestClass)}


class _Counted:
    """Counts every answer but files and what watchers ask for. Outside Flask: its own hooks cost five times as much."""

    def __init__(self, wrapped: "WSGIApplication", counts: RequestCounts) -> None:
        self._wrapped = wrapped
        self._counts = counts

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        began = time.perf_counter()
        kind = class_of(environ["PATH_INFO"])
        if kind is None:
            return self._wrapped(environ, start_response)
        statuses: list[str] = []

        def started(status: str, *others: Any) -> Any:
            statuses.append(status)
            return start_response(status, *others)

        answer = self._wrapped(environ, started)
        if statuses:
            self._counts.answered(kind, int(statuses[-1][:3]), time.perf_counter() - began)
        return answer


def class_of(path: str) -> RequestClass | None:
    """None for what is not counted."""
    if path.startswith("/svar"):
        return RequestClass.RESPONDENT
    if path.startswith(_NOT_COUNTED):
        return None
    return RequestClass.SIGN_IN if path.startswith("/logg-inn") else RequestClass.STAFF


def counts_of(app: Flask) -> RequestCounts | None:
    """None when nothing is counted."""
    found: RequestCounts | None = app.extensions.get("medvirk_request_counts")
    return found


def count_failed_sign_in() -> None:
    if counts := counts_of(current_app):
        counts.sign_in_failed()


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    if not settings.metrics_token:
        return
    if len(settings.metrics_token) < _FEWEST_CHARACTERS:
        raise SettingsError(
            f"MEDVIRK_METRICS_TOKEN må ha minst {_FEWEST_CHARACTERS} tegn. Lag den med «openssl rand -hex 32»."
        )
    counts = app.extensions["medvirk_request_counts"] = RequestCounts()
    app.wsgi_app = _Counted(app.wsgi_app, counts)  # type: ignore[method-assign]
