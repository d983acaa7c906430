"""One site under load, phase by phase, and what the kernel says that each phase cost."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

from load import processes
from load.crowds import Crowd, Observed, observe, over_and_over, without_files
from load.installations import Site
from load.scripts import Step, learn_minimal, learn_survey
from load.servers import Served


@dataclass(frozen=True)
class Phase:
    """What one crowd met. Times in milliseconds, processor time of the site's whole process tree (and PostgreSQL's)."""

    name: str
    seconds: float
    pages: int
    journeys: int
    requests: int
    failed: int
    median_ms: float
    p99_ms: float
    web_cpu_ms_a_page: float
    database_cpu_ms_a_page: float
    driver_cpu_ms_a_page: float
    journeys_a_core_second: float
    bytes_a_request: float

    @property
    def pages_a_second(self) -> float:
        return self.pages / self.seconds


@dataclass(frozen=True)
class Worker:
    """A web process at the end of the run. Megabytes."""

    resident_mb: float
    share_mb: float
    has_pandas: bool


@dataclass(frozen=True)
class SiteReport:
    """Everything about one site. `wire`: bytes of the first journey's answers by kind of page, head and body."""

    name: str
    durability: str
    phases: list[Phase]
    workers: list[Worker]
    pages_before_memory: int
    wire: dict[str, list[int]]
    delivered: int
    lost_or_doubled: int


@dataclass(frozen=True)
class Plan:
    """How long each part lasts, in seconds."""

    closed: float
    thinking: float
    pages_alone: float
    people_thinking: int = 300


FULL = Plan(closed=10, thinking=60, pages_alone=10)
QUICK = Plan(closed=2, thinking=9, pages_alone=2)
_CROWDS = (1, 8, 32)
_THINKING = (2.0, 4.0)


def measure_survey(site: Site, served: Served, plan: Plan) -> SiteReport:
    """Plays every crowd against the product. The codes must last: about 60 journeys a second are consumed."""
    learner = asyncio.run(learn_survey(served.port, next(site.codes)))
    steps = without_files(learner.steps)
    run = _Run(served, site.postmaster)
    run.phase("warming up", Crowd(8, 1), steps, site.codes)
    crowds = {f"{size} at once": Crowd(size, plan.closed) for size in _CROWDS}
    crowds[f"{plan.people_thinking} thinking 2–4 s"] = Crowd(plan.people_thinking, plan.thinking, _THINKING)
    # A new browser fetches the style sheets and the font as well.
    phases = [run.phase(name, crowd, learner.steps, site.codes) for name, crowd in crowds.items()]
    delivered = run.journeys + 1
    pages = over_and_over(learner.steps)
    phases.append(
        run.phase("pages alone, 8 at once", Crowd(8, plan.pages_alone), pages, _each_its_own(site.codes))
    )
    return SiteReport(
        site.database,
        site.durability,
        phases,
        [_worker(process) for process in served.workers],
        run.pages,
        learner.sizes,
        delivered,
        abs(site.ballots() - delivered),
    )


def measure_minimal(served: Served, plan: Plan) -> Phase:
    """The same driver against the minimal Flask-WTF site."""
    learner = asyncio.run(learn_minimal(served.port))
    run = _Run(served, None)
    run.phase("warming up", Crowd(8, 1), learner.steps, _forever(""))
    return run.phase("minimal Flask-WTF", Crowd(8, plan.closed), over_and_over(learner.steps), _forever(""))


def _forever(code: str) -> Iterator[str]:
    while True:
        yield code


def _each_its_own(codes: Iterator[str], people: int = 8) -> Iterator[str]:
    """Eight drafts, answered over and over."""
    some = [next(codes) for _ in range(people)]
    while True:
        yield from some


class _Run:
    """A site from its start: adds up what has been answered so far."""

    def __init__(self, served: Served, postmaster: int | None) -> None:
        self._served = served
        self._postmaster = postmaster
        self.pages = 0
        self.journeys = 0

    def phase(self, name: str, crowd: Crowd, steps: list[Step], codes: Iterator[str]) -> Phase:
        before, driver = self._cpu(), time.process_time()
        seen = asyncio.run(observe(crowd, self._served.port, steps, codes))
        driver = time.process_time() - driver
        web, database = (after - start for after, start in zip(self._cpu(), before, strict=True))
        self.pages += len(seen.waits)
        self.journeys += seen.journeys
        return _phase(name, seen, web, database, driver)

    def _cpu(self) -> tuple[float, float]:
        database = processes.cpu_seconds(self._postmaster) if self._postmaster else 0.0
        return processes.cpu_seconds(self._served.process), database


def _phase(name: str, seen: Observed, web: float, database: float, driver: float) -> Phase:
    pages = len(seen.waits)
    a_page = 1000 / max(pages, 1)
    return Phase(
        name=name,
        seconds=seen.seconds,
        pages=pages,
        journeys=seen.journeys,
        requests=seen.requests,
        failed=seen.failed,
        median_ms=seen.percentile(0.5) * 1000,
        p99_ms=seen.percentile(0.99) * 1000,
        web_cpu_ms_a_page=web * a_page,
        database_cpu_ms_a_page=database * a_page,
        driver_cpu_ms_a_page=driver * a_page,
        journeys_a_core_second=seen.journeys / (web + database) if web else 0.0,
        bytes_a_request=seen.wire / max(seen.requests, 1),
    )


def _worker(process: int) -> Worker:
    memory = processes.memory(process)
    return Worker(memory.resident, memory.share, processes.has_loaded(process, "pandas"))


def load_of_the_machine() -> str:
    """Cores, and how busy they were before we began: figures from a busy machine are worse than the site."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} before the run"
