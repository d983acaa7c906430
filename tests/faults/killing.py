"""Processes that are killed in the middle of their work: forked from one that has loaded what they need.

A process of its own for each would spend two seconds on that and a tenth of one on what is tested.
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any, Final

from app import create_app
from surveys.platform.config import Settings

_FORKING: Final = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.faults.forked"])


@contextmanager
def at_work(work: Callable[..., None], settings: Settings, *arguments: Any) -> Iterator[BaseProcess]:
    """A process of the installation that does the work. If it is not done at the end, it is told to stop."""
    process = _FORKING.Process(target=_within, args=(work, settings, arguments))
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join()


def kill_in(work: Callable[..., None], settings: Settings, *arguments: Any) -> None:
    """Has a process of the installation do the work, which must end by being killed."""
    with at_work(work, settings, *arguments) as process:
        process.join()
    assert process.exitcode == -signal.SIGKILL


def _within(work: Callable[..., None], settings: Settings, arguments: tuple[Any, ...]) -> None:
    with create_app(settings).app_context():
        work(*arguments)
