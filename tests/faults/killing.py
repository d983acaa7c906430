"""Processes that are killed in the middle of their work: forked from one that has imported what they need.

A process of its own for each would spend two seconds on imports and a tenth of one on what is tested.
"""

import multiprocessing
import signal
from collections.abc import Callable
from typing import Any, Final

from app import create_app
from surveys.platform.config import Settings

_FORKING: Final = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    [
        "app",
        "surveys.publishing.counting_ballots",
        "surveys.publishing.releasing",
        "surveys.release.protection.background_at_counting",
    ]
)


def kill_in(work: Callable[..., None], settings: Settings, *arguments: Any) -> None:
    """Has a process of the installation do the work, which must end by being killed."""
    process = _FORKING.Process(target=_within, args=(work, settings, arguments))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def _within(work: Callable[..., None], settings: Settings, arguments: tuple[Any, ...]) -> None:
    with create_app(settings).app_context():
        work(*arguments)
