"""A site whose disk is full: no file may grow beyond what the database is, so that it works without being root.

The limit is RLIMIT_FSIZE: a write beyond it fails as on a full disk, and Python ignores the signal that comes with it.
"""

import resource
import subprocess
import time

from load import processes

from faults.delivering import Browser
from faults.installations import MEDVIRK, installed
from faults.killed import kill, started
from faults.trials import Trial, delivered_and_ballots
from tests.mail_server import free_port

_ROOM = 100_000
"""Bytes that are free when the disk is said to be full: a few still deliver."""


def disks(people: int) -> list[Trial]:
    return [full(people)]


def full(people: int) -> Trial:
    """Half of them deliver; then the disk is full and most are refused; then it is not, and those deliver."""
    with installed("SQLite", people) as site:
        codes = list(site.codes)
        port = free_port()
        process = started([MEDVIRK, "serve", "--port", str(port), "--workers", "1"], site.environment)
        try:
            browser = Browser(port, 1)
            _wait(process, browser)
            seen = _delivered(browser, codes[: people // 2])
            database = site.settings.instance / "medvirk.sqlite3"
            _let_files_grow_to(process, database.stat().st_size + _ROOM)
            tried = codes[people // 2 :]
            in_time = _delivered(browser, tried)
            refused = [code for code in tried if code not in set(in_time)]
            assert refused, "the disk was never full"
            _let_files_grow_to(process, resource.RLIM_INFINITY)
            afterwards = _delivered(browser, refused)
        finally:
            kill(process)
        marked, ballots = delivered_and_ballots(site)
        seen += in_time + afterwards
        lost = len(set(seen) - marked)
        note = f"refused while full: {len(refused)}; of them delivered afterwards: {len(afterwards)}"
        return Trial("disk full", "SQLite", 0, len(seen), ballots, lost, abs(ballots - len(marked)), note)


def _delivered(browser: Browser, codes: list[str]) -> list[str]:
    return [code for code in codes if browser.delivers_at_once(code)]


def _let_files_grow_to(process: "subprocess.Popen[bytes]", size: int) -> None:
    """In the server and in the workers it has."""
    for each in processes.tree(process.pid):
        _, most = resource.prlimit(each, resource.RLIMIT_FSIZE)
        resource.prlimit(each, resource.RLIMIT_FSIZE, (size, most))


def _wait(process: "subprocess.Popen[bytes]", browser: Browser) -> None:
    while not browser.is_answered():
        assert process.poll() is None
        time.sleep(0.1)
