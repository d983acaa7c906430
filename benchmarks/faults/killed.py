"""A program that is killed with SIGKILL, whole process groups at a time, and started again."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread


class KilledProgram:
    """Runs in a thread until `stop`: starts the program, kills it after a while, starts it again."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        seconds: tuple[float, float],
        seed: int,
        is_at_work: Callable[[], bool],
        between: Callable[[int], None] = lambda _kills: None,
    ) -> None:
        """seconds: how long it may live, at least and at most, from when it is at work. between: done after each kill.

        A busy machine may need longer to start a program than it was to live.
        """
        self._command, self._environment, self._seconds = command, environment, seconds
        self._random, self._between = random.Random(seed), between  # noqa: S311 – repeatable, not secret
        self._is_at_work = is_at_work
        self._over = Event()
        self._thread = Thread(target=self._run)
        self.kills = 0

    def __enter__(self) -> "KilledProgram":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            process = started(self._command, self._environment)
            while not self._is_at_work() and not self._over.wait(0.05):
                pass
            self._over.wait(self._random.uniform(*self._seconds))
            kill(process)
            if not self._over.is_set():
                self.kills += 1
                self._between(self.kills)


def answers_on(port: int) -> bool:
    """Whether somebody takes connections there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def started(command: Sequence[str | Path], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """The process and all it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kill_until_done(
    command: Sequence[str | Path], environment: Mapping[str, str], shortest: float, longest: float, most: int
) -> tuple[int, int]:
    """Starts the program again and again, killed a little later each time, until it ends by itself.

    Returns how often it was killed, and its exit code when it was not.
    """
    for kills in range(most):
        process = started(command, environment)
        time.sleep(shortest + (longest - shortest) * kills / most)
        if process.poll() is not None:
            return kills, process.returncode
        kill(process)
    process = started(command, environment)
    return most, process.wait()
