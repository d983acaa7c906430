"""The job worker: how often it tries, when it is late, and why it gave up, in the reader's words."""

import datetime as dt
from typing import Final

from surveys.platform.texts import _

MOST_ATTEMPTS: Final = 3
"""A worker that is killed as often by one job is not helped by a fourth try."""

_PATIENCE: Final = dt.timedelta(minutes=2)

# Stored in place of a reason where there was none to give.
STOPPED: Final = "stopped"
FAILED: Final = "failed"


def is_late(attempts: int, asked_at: dt.datetime) -> bool:
    """Whether nobody has begun, long after it was asked for."""
    return not attempts and dt.datetime.now(dt.UTC) - asked_at > _PATIENCE


def problem_text(problem: str) -> str:
    """A problem of our own in the reader's language; a refusal is stored in the language of the one who asked."""
    if problem == STOPPED:
        return _(
            "Bakgrunnsjobben stanset %(times)s ganger uten å bli ferdig. Ingenting er lagret halvveis. Si fra til IT.",
            times=MOST_ATTEMPTS,
        )
    if problem == FAILED:
        return _(
            "Noe gikk galt i Medvirk. Ingenting er lagret halvveis. Si fra til IT: feilen står i loggen."
        )
    return problem
