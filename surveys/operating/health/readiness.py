"""Verdicts that are never late: whoever asks gets an answer within a few seconds, whatever hangs."""

import logging
import threading
import time
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from flask import Flask
from sqlalchemy import Engine

from surveys.operating.health.checks import ALL, engine_for_checks, verdicts

MOST_SECONDS: Final = 3.0
"""What is not known by then is called «slow»."""

_FRESH_SECONDS: Final = 1.0

_log = logging.getLogger("medvirk.health")


class _Round:
    """All checks once, in a thread of their own: a folder on another machine may hang for ever."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        self._began = time.monotonic()
        self._done = threading.Event()
        self._found: dict[str, str] = {}
        threading.Thread(target=self._run, args=(app, engine), name="health", daemon=True).start()

    def _run(self, app: Flask, engine: Engine) -> None:
        try:
            for name, verdict in verdicts(app, engine):
                self._found[name] = verdict
        except Exception:  # noqa: BLE001 (whatever it is, the watcher is told, and the log has it)
            _log.exception("Helsesjekken stanset.")
            self._found.setdefault("database", "no answer")
        finally:
            self._done.set()

    @property
    def is_over(self) -> bool:
        return self._done.is_set() and time.monotonic() - self._began > _FRESH_SECONDS

    def wait(self) -> Mapping[str, str]:
        """Check → verdict for all of them. Whoever comes late to a round that hangs does not wait at all."""
        is_done = self._done.wait(max(0.0, MOST_SECONDS - (time.monotonic() - self._began)))
        return dict.fromkeys(ALL, "unknown" if is_done else "slow") | self._found


class Readiness:
    """The verdicts of this process, at most a second old. There is never more than one round at a time."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._round: _Round | None = None

    @cached_property
    def engine(self) -> Engine:
        """Gives up soon, and takes no connection from the pages. It holds none itself."""
        return engine_for_checks(self._app.config["SETTINGS"], self._app.extensions["medvirk_database"])

    def verdicts(self) -> Mapping[str, str]:
        with self._lock:
            if self._round is None or self._round.is_over:
                self._round = _Round(self._app, self.engine)
            found = self._round
        return found.wait()
