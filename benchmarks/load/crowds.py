"""Many respondents at once: how many journeys they finish, how long each answered page takes, what goes wrong."""

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from load.connections import Answer, BrokenAnswerError, Connection
from load.scripts import START, Step, visit_in

# Nobody waits longer than this for a page.
_PATIENCE = 30.0


@dataclass(frozen=True)
class Crowd:
    """`size` respondents that go on with a new code as soon as one is delivered, for `seconds`.

    `thinking`: seconds between pages, from–to; (0, 0) presses the next button at once. Those who think come one by
    one during the first third of the time; the others all at once.
    """

    size: int
    seconds: float
    thinking: tuple[float, float] = (0.0, 0.0)


@dataclass
class Observed:
    """`waits`: seconds from sending a page's answers until the next page was there whole."""

    seconds: float = 0.0
    requests: int = 0
    journeys: int = 0
    failed: int = 0
    wire: int = 0
    waits: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Seconds; NaN when no page was answered. `share` in 0–1."""
        ordered = sorted(self.waits)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


class _Respondent:
    def __init__(self, crowd: Crowd, port: int, until: float, observed: Observed) -> None:
        self._crowd = crowd
        self._until = until
        self._observed = observed
        self._connection = Connection(port)
        # Code → code with its visit's token, as the pages' addresses carry it.
        self._visits: dict[str, str] = {}

    async def plays(self, steps: list[Step], codes: Iterator[str]) -> None:
        """Journey after journey until the time is out; the last one may be half done, as people are."""
        if self._crowd.thinking[1]:
            # People do not begin at the same moment.
            await asyncio.sleep(random.uniform(0, self._crowd.seconds / 3))  # noqa: S311
        for code in codes:
            if not await self._one(steps, code):
                break
        self._connection.close()

    async def _one(self, steps: list[Step], code: str) -> bool:
        started = 0.0
        for step in steps:
            if step.name == START and code in self._visits:
                continue
            if step.name in {"answer", "delivery"}:
                if not await self._thinks():
                    return False
                started = time.perf_counter()
            if not await self._asks(step, code):
                return time.perf_counter() < self._until
            if step.name == "page" and started:
                self._observed.waits.append(time.perf_counter() - started)
                started = 0.0
        self._observed.journeys += 1
        return time.perf_counter() < self._until

    async def _thinks(self) -> bool:
        """False when the time is out."""
        low, high = self._crowd.thinking
        if high:
            await asyncio.sleep(random.uniform(low, high))  # noqa: S311
        return time.perf_counter() < self._until

    async def _asks(self, step: Step, code: str) -> bool:
        """True when what must come came."""
        self._observed.requests += 1
        in_address = self._visits.get(code, code)
        try:
            answer = await asyncio.wait_for(self._connection.ask(step.sent(in_address)), _PATIENCE)
        except (BrokenAnswerError, OSError, TimeoutError):
            self._observed.failed += 1
            self._connection.close()
            return False
        self._observed.wire += answer.wire
        if not self._is_right(step, answer, code):
            self._observed.failed += 1
            return False
        if step.name == START:
            self._visits[code] = visit_in(answer, code)
        return True

    def _is_right(self, step: Step, answer: Answer, code: str) -> bool:
        """The receipt's address has the code alone: the visit is over."""
        return any(step.is_met_by(answer, each) for each in (self._visits.get(code, code), code))


async def observe(crowd: Crowd, port: int, steps: list[Step], codes: Iterator[str]) -> Observed:
    """Lets the crowd answer, and returns what was seen."""
    observed = Observed()
    start = time.perf_counter()
    people = [_Respondent(crowd, port, start + crowd.seconds, observed) for _ in range(crowd.size)]
    await asyncio.gather(*(person.plays(steps, codes) for person in people))
    observed.seconds = time.perf_counter() - start
    return observed


def without_files(steps: list[Step]) -> list[Step]:
    """The journey of a browser that has the style sheets and the font already."""
    return [step for step in steps if step.name != "file"]


def over_and_over(steps: list[Step]) -> list[Step]:
    """The pages alone, each answered again and again: what one answered page costs, and nothing else.

    Whoever has a code opens its start page once, for the visit that the pages' addresses carry.
    """
    first = next(index for index, step in enumerate(steps) if step.name == "answer")
    last = max(index for index, step in enumerate(steps) if step.name == "answer")
    # The pages between the first answer and the page before the review; delivered never.
    return [*(step for step in steps if step.name == START), *steps[first:last]]
