"""Odd inputs against the real application: `python -m tests.fuzzing INSTANCE --inputs 100000 --seed 1`.

INSTANCE: a folder that `medvirk demo --build-only` has filled. It is changed by what is sent: use one that can go.
Each input is a request (address, fields, a file) as one of the demo's accounts, as nobody or as a respondent with a
code that is good; or the bytes of a table, a questionnaire, a card, roles or answers, given to their readers. Told: how
often each status came, and everything that was a fault of ours (status 500, or an exception that no reader should let
out).
"""

import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from tests.fuzzing.contents import OddContents
from tests.fuzzing.odd_values import OddValues
from tests.fuzzing.visits import RespondentVisits, ServerFaultError, StaffVisits

_BETWEEN_NEWS = 1000


class Fuzzer:
    """Sends one odd input after another, and counts what came back."""

    def __init__(self, app: Flask, seed: int, folder: Path) -> None:
        self._odd = OddValues(seed)
        contents = OddContents(app, self._odd, folder)
        kinds: dict[Callable[[], str], int] = {
            StaffVisits(app, self._odd, contents).request: 12,
            RespondentVisits(app, self._odd).request: 6,
            contents.table: 4,
            contents.questionnaire: 1,
            contents.card: 2,
            contents.roles: 2,
            contents.responses: 2,
        }
        self._kinds, self._weights = list(kinds), list(kinds.values())
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def send(self) -> None:
        kind = self._odd.random.choices(self._kinds, weights=self._weights)[0]
        try:
            self.counts[kind()] += 1
        except ServerFaultError as error:
            self.counts[str(error)[:3]] += 1
            self.faults[str(error)] += 1
        except Exception as error:  # noqa: BLE001 – whatever gets out is what is looked for
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.counts["exception"] += 1
            told = f"{kind.__qualname__}: {type(error).__name__} in {last.filename}:{last.lineno}: {error}"
            self.faults[told[:300]] += 1


def fuzzed(app: Flask, inputs: int, seed: int, tell: Callable[[int, Fuzzer], None] | None = None) -> Fuzzer:
    """What so many inputs gave. The same seed on the same database sends the same.

    `tell` hears what has been seen after every thousand: a run that is stopped has shown something too.
    """
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    # The log is the whole program's, and what it is told here is nobody's news.
    app.logger.disabled = True
    try:
        with tempfile.TemporaryDirectory(prefix="medvirk-fuzz-") as folder:
            fuzzer = Fuzzer(app, seed, Path(folder))
            for sent in range(1, inputs + 1):
                fuzzer.send()
                if tell and sent % _BETWEEN_NEWS == 0:
                    tell(sent, fuzzer)
    finally:
        app.logger.disabled = False
    return fuzzer
