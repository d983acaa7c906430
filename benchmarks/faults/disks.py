"""A site whose disk is full: its files may not grow beyond what they are, so that it works without being root.

The limit is RLIMIT_FSIZE: a write beyond it fails as on a full disk, and Python ignores the signal that comes with it.
"""

import resource
import subprocess
import time
from pathlib import Path

from faults.delivering import Browser
from faults.installations import MEDVIRK, FaultSite, installed
from faults.killed import kill, started
from faults.trials import Trial, delivered_and_ballots
from tests.mail_server import free_port


def disks(people: int) -> list[Trial]:
    return [full(people)]


def full(people: int) -> Trial:
    """Half of them deliver before the limit is met, more or less; then it is lifted, and the rest deliver."""
    with installed("SQLite", people) as site:
        database = site.settings.instance / "medvirk.sqlite3"
        limit = max(database.stat().st_size, _wal(database)) + people * 20_000
        port = free_port()
        seen = _served(site, port, limit)
        marked, ballots = delivered_and_ballots(site)
        lost = len(set(seen) - marked)
        after = _served(site, port, resource.RLIM_INFINITY)
        note = f"refused while full: {people - len(seen)}; delivered afterwards: {len(after) - len(seen)}"
        return Trial("disk full", "SQLite", 0, len(seen), ballots, lost, abs(ballots - len(marked)), note)


def _served(site: FaultSite, port: int, limit: int) -> list[str]:
    command = [
        "prlimit", f"--fsize={limit if limit >= 0 else 'unlimited'}",
        str(MEDVIRK), "serve", "--port", str(port), "--workers", "1",
    ]  # fmt: skip
    process = started(command, site.environment)
    try:
        browser = Browser(port, 1)
        _wait(process, browser)
        return [code for code in site.codes if browser.delivers_at_once(code)]
    finally:
        kill(process)


def _wait(process: "subprocess.Popen[bytes]", browser: Browser) -> None:
    while not browser.is_answered():
        assert process.poll() is None
        time.sleep(0.1)


def _wal(database: Path) -> int:
    file = database.with_name(f"{database.name}-wal")
    return file.stat().st_size if file.exists() else 0
