"""What follows from released figures alone is kept in each process for the units read last: a release never changes.

Nothing that depends on who reads, on the day or on the page's language may be kept here.
"""

from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from surveys.release.models import Release

Value = TypeVar("Value")


class KeptOfUnits(Generic[Value]):
    """A value for each unit of a release, for `most` units in each database; the oldest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: WeakKeyDictionary[Engine, dict[tuple[int, int], Value]] = WeakKeyDictionary()
        self._lock = Lock()

    def of(
        self,
        session: Session,
        release: Release,
        units: Collection[int],
        make: Callable[[Collection[int]], Mapping[int, Value]],
    ) -> dict[int, Value]:
        """Unit → its value. `make` is asked once, for those that are not kept; it may leave units out."""
        kept = self._found.setdefault(session.get_bind().engine, {})
        with self._lock:
            found = {unit: kept[release.id, unit] for unit in units if (release.id, unit) in kept}
        missing = [unit for unit in units if unit not in found]
        if missing:
            made = make(missing)
            found.update(made)
            with self._lock:
                kept.update({(release.id, unit): value for unit, value in made.items()})
                for oldest in list(kept)[: max(len(kept) - self._most, 0)]:
                    del kept[oldest]
        return found

    def forget(self) -> None:
        """For whoever has changed a released figure by hand, as a test does."""
        with self._lock:
            self._found.clear()
