"""An attack on one theme: everything released about it, taken together, against every group of few people.

It trusts nothing a release believed: figures as they stand in the table, people as the opened answers have them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Answers, Breach, narrow_groups
from analysis.disclosure.auditing import breaches, narrowest
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.disclosure.spread import NarrowedRange, People, PublishedDetail, narrowed_ranges
from surveys.platform.texts import _
from surveys.release.models import FigureKind
from surveys.release.protection.published import Coverage, Covering, PublishedFigure, ReleasedFigures

RespondentGroup = frozenset[int]

_LEAST_WIDTH = 0.25
"""Of the scale: how much a hidden group's mean must be free to vary by."""


@dataclass(frozen=True)
class DisclosureFinding:
    """Something that everything released gives away, or a figure that is not what it says."""

    measure: str
    text: str


@dataclass(frozen=True)
class NarrowestRange:
    """The hidden group whose mean can be bounded most closely. width, least: on the measure's own scale."""

    measure: str
    group: str
    width: float
    least: float


@dataclass(frozen=True, eq=False)
class Attacker:
    """Everything known of one theme.

    length: of the theme's scale. measures: the keys its figures go by. rows: those alike in rows for analysts, whose
    sum is known. scores: (N, columns) shares of the scale. codes: unit id → code.
    known: earlier attacks, for themes with the same figures over the same people.
    """

    theme: str
    length: float
    measures: frozenset[str]
    coverage: Coverage
    covering: Sequence[Covering]
    rows: tuple[RespondentGroup, ...]
    scores: NDArray[np.float64]
    thorough: bool
    codes: Mapping[int, str]
    known: dict[object, tuple[Breach, ...]] = field(default_factory=dict)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(cells,) people with a score."""
        return self.coverage.summed(self._scored.astype(np.float64))[:, 0].astype(np.int64)

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """(cells,) the only one with a score in the unit."""
        _, unit = np.unique(self.coverage.unit, return_inverse=True)
        return np.asarray(np.bincount(unit, self.sizes)[unit] == 1)

    @property
    def _scored(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.scores[:, :1])

    @cached_property
    def _figures(self) -> list[tuple[ReleasedFigures, PublishedFigure, RespondentGroup]]:
        return [
            (covering.release, figure, frozenset(covering.cells(figure.place, figure.measure).tolist()))
            for covering in self.covering
            for figure in covering.release.figures
            if figure.measure in self.measures and not figure.place.is_of_background
        ]

    def findings(self) -> Iterator[DisclosureFinding]:
        yield from self._wrong_counts()
        # The sums of squares behind spread follow the means: what gives away none of these gives away none of those.
        levels = (
            (1, 0, _("Snitt")),
            (2, CLASSES_FROM, _("Fordeling i tre")),
            (3, POINTS_FROM, _("Fordeling")),
        )
        least = min(covering.release.minimum_group for covering in self.covering)
        for level, smallest, word in levels:
            rows = self.rows if level == 1 else ()
            yield from self._given_away([*self._out(level), *rows], max(least, smallest), word)
            for covering in self.covering:
                own = max(covering.release.minimum_group, smallest)
                if own > max(least, smallest):
                    yield from self._given_away(self._out(level, covering.release), own, word)
        for found in narrow_groups(
            self._out(1), self._table, self._hidden, self._answers, exact=self.thorough
        ):
            yield DisclosureFinding(self.theme, self._range_text(found.members, found.width))
        for detail in narrowed_ranges(self._told, self._hidden, self._people, _LEAST_WIDTH):
            members = sorted(self._hidden[detail.group])
            yield DisclosureFinding(self.theme, self._range_text(members, detail.width, detail))

    def narrowest(self) -> NarrowestRange | None:
        found = narrowest(self._out(1), self._table, self._hidden, self._answers)
        if found is None:
            return None
        least = self._answers.least_width * self.length
        return NarrowestRange(self.theme, self._named(found.members), found.width * self.length, least)

    def _wrong_counts(self) -> Iterator[DisclosureFinding]:
        for release, figure, cells in self._figures:
            n = int(self.sizes[list(cells)].sum())
            if figure.shown and figure.n != n:
                yield DisclosureFinding(
                    figure.measure,
                    _(
                        "Et tall i frigivelse %(release)s (%(kind)s) sier %(said)s svar, men dekker %(n)s.",
                        release=release.number,
                        kind=figure.place.kind.value,
                        said=figure.n,
                        n=n,
                    ),
                )

    def _out(self, level: int, release: ReleasedFigures | None = None) -> list[RespondentGroup]:
        """What is told: means at level 1, three classes at 2, every answer at 3; of one release, or of all."""
        told = {
            cells
            for of, figure, cells in self._figures
            if figure.shown and (level == 1 or (figure.points if level == 3 else figure.classes))
            if release is None or of is release
        }
        return sorted(told, key=lambda cells: (-len(cells), sorted(cells)))

    def _given_away(
        self, out: Sequence[RespondentGroup], least: int, what: str
    ) -> Iterator[DisclosureFinding]:
        key = tuple(out), self.sizes.tobytes(), least, self.thorough
        if key not in self.known:
            self.known[key] = breaches(out, self.sizes, least, self.alone, shorten=not self.thorough)
        for breach in self.known[key]:
            yield DisclosureFinding(self.theme, self._breach_text(breach, what))

    @property
    def _table(self) -> NDArray[np.int64]:
        return np.repeat(self.sizes[:, np.newaxis], self.scores.shape[1], axis=1)

    @cached_property
    def _answers(self) -> Answers:
        return Answers(self.coverage.summed(np.nan_to_num(self.scores)), 0.0, 1.0)

    @cached_property
    def _hidden(self) -> list[RespondentGroup]:
        """Groups of fewer than k people whose mean nobody may come close to: hidden figures, and units' own people."""
        least = min(covering.release.minimum_group for covering in self.covering)
        hidden = {cells for _, figure, cells in self._figures if not figure.shown}
        by_unit: dict[int, set[int]] = {}
        for cell, unit in enumerate(self.coverage.unit.tolist()):
            by_unit.setdefault(unit, set()).add(cell)
        hidden |= set(map(frozenset, by_unit.values()))
        some = {frozenset(cell for cell in cells if self.sizes[cell]) for cells in hidden}
        small = (cells for cells in some if 0 < self.sizes[list(cells)].sum() < least)
        return sorted(small, key=sorted)

    @property
    def _people(self) -> People:
        return People(self.coverage.of_person, self.scores, len(self.coverage.unit))

    @property
    def _told(self) -> PublishedDetail:
        """Every shown figure with what stands beside its mean; a breakdown is a table, the top is in all of them."""
        shown = [(release, figure, cells) for release, figure, cells in self._figures if figure.shown]
        names = sorted({figure.place.breakdown for _, figure, _ in shown} | {""})
        whole = {(covering.release.number, covering.top) for covering in self.covering}

        def table(release: ReleasedFigures, figure: PublishedFigure) -> int:
            is_top = (release.number, figure.place.unit_id) in whole and figure.place.kind == FigureKind.UNIT
            return -1 if is_top else names.index(figure.place.breakdown)

        columns = self.scores.shape[1]
        return PublishedDetail(
            [cells for _, _, cells in shown],
            np.array([table(release, figure) for release, figure, _ in shown], dtype=np.int64),
            np.array([[figure.spread] * columns for _, figure, _ in shown], dtype=np.bool_),
            np.array([[figure.classes] * columns for _, figure, _ in shown], dtype=np.bool_),
            np.ones(len(shown), dtype=np.bool_),
            np.zeros(len(shown), dtype=np.bool_),
        )

    def _breach_text(self, breach: Breach, what: str) -> str:
        # NOTE: «what» is one of «Snitt», «Fordeling i tre» and «Fordeling»; «units» is «enhet A, B».
        facts = {
            "what": what,
            "people": breach.n,
            "units": self._named(breach.members),
            "figures": len(breach.figures),
        }
        if breach.insider is None:
            return _(
                "%(what)s for %(people)s personer (%(units)s) kan regnes ut av %(figures)s tall.", **facts
            )
        return _(
            "%(what)s for %(people)s personer (%(units)s) kan regnes ut av %(figures)s tall, for en som er alene i "
            "enheten sin.",
            **facts,
        )

    def _range_text(self, members: Sequence[int], width: float, detail: NarrowedRange | None = None) -> str:
        facts = {
            "units": self._named(members),
            "width": f"{width * self.length:.2f}",
            "length": f"{self.length:g}",
        }
        if detail is None:
            return _(
                "Snittet for en skjult gruppe (%(units)s) kan regnes ut til innenfor %(width)s på en skala som er "
                "%(length)s lang.",
                **facts,
            )
        if detail.distribution:
            return _(
                "Snittet for en skjult gruppe (%(units)s) kan regnes ut til innenfor %(width)s på en skala som er "
                "%(length)s lang, når en også kjenner fordelingene.",
                **facts,
            )
        return _(
            "Snittet for en skjult gruppe (%(units)s) kan regnes ut til innenfor %(width)s på en skala som er "
            "%(length)s lang, når en også kjenner spredningen.",
            **facts,
        )

    def _named(self, cells: Sequence[int]) -> str:
        """The codes of the units the cells are in; only for those who run the audit."""
        codes = sorted({self.codes[int(self.coverage.unit[cell])] for cell in cells})
        return _("enhet %(codes)s", codes=", ".join(codes[:5]) + (" …" if len(codes) > 5 else ""))
