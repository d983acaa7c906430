"""An attack on one theme: everything released about it, taken together, against every group of few people.

It trusts nothing a release believed: figures as they are in the table, people as the opened answers have them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import inf

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure import Answers, Breach, narrow_groups
from analysis.disclosure.auditing import breaches, narrowest
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.disclosure.spread import NarrowedRange, People, PublishedDetail, narrowed_ranges
from analysis.disclosure.told_bounds import LEAST_OPEN, NarrowedBound, ToldFigure, narrowed_bounds
from analysis.precision import EXACT_FROM
from analysis.scale_ends import Bound
from surveys.platform.texts import _
from surveys.release.models import FigureKind, bound_of
from surveys.release.protection.bounded_figures import figure_as_told
from surveys.release.protection.left_blank import level_of_every_answer
from surveys.release.protection.published import Coverage, Covering, PublishedFigure, ReleasedFigures

RespondentGroup = frozenset[int]
ToldKey = tuple[RespondentGroup, Bound, float]

_TOLERANCE = 1e-6
_JUST_BEFORE = 0.5
"""A release's number less this is after the one before it, and rows for analysts come that much after one."""
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


@dataclass(frozen=True)
class ThemeColumn:
    """A mean (with its index) or the share of one answer. length: of the scale people answered on, 1 for a share."""

    measures: frozenset[str]
    length: float


@dataclass(frozen=True, eq=False)
class Attacker:
    """Everything known of one theme.

    columns: of the scores, each with the keys its figures go by. rows: those alike in rows for analysts, whose sum is
    known. rows_after: the last release that was out when these were made, or those it may have been. scores:
    (N, columns) shares of the scale. blank: (N,) as `left_blank`. codes: unit id → code. known: earlier attacks, for
    themes with the same figures over the same people.
    """

    theme: str
    columns: Sequence[ThemeColumn]
    coverage: Coverage
    covering: Sequence[Covering]
    rows: tuple[RespondentGroup, ...]
    rows_after: tuple[int, ...]
    scores: NDArray[np.float64]
    blank: NDArray[np.bool_]
    thorough: bool
    codes: Mapping[int, str]
    known: dict[object, tuple[Breach, ...]] = field(default_factory=dict)

    @cached_property
    def measures(self) -> frozenset[str]:
        return frozenset(key for column in self.columns for key in column.measures)

    @property
    def length(self) -> float:
        return self.columns[0].length

    @property
    def is_of_shares(self) -> bool:
        return len(self.columns) > 1

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(cells,) people with a score."""
        return self.coverage.summed(self._scored.astype(np.float64))[:, 0].astype(np.int64)

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """(cells,) the only one with a score in the unit."""
        return self._alone(self.sizes)

    def _alone(self, sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
        _, unit = np.unique(self.coverage.unit, return_inverse=True)
        return np.asarray(np.bincount(unit, sizes)[unit] == 1)

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
        yield from self._few_in_detail()
        yield from self._left_blank()
        yield from self._bounds()
        yield from self._ranges()

    def _ranges(self) -> Iterator[DisclosureFinding]:
        """Hidden groups whose mean can be bounded closely, unless it was before anybody was told of them."""
        groups, people = self._hidden, self._people
        for found in narrow_groups(self._out(1), self._table, groups, self._answers, exact=self.thorough):
            group = frozenset(found.members)
            out = self._out(1, before=self._hidden_since[group])
            known = narrow_groups(out, self._table, [group], self._answers)
            if not any(old.measure == found.measure and _as_close(old.width, found.width) for old in known):
                yield DisclosureFinding(self.theme, self._range_text(found.members, found.width))
        for detail in narrowed_ranges(self._told(), groups, people, _LEAST_WIDTH):
            group = groups[detail.group]
            before = self._told(before=self._hidden_since[group])
            known_by_detail = narrowed_ranges(before, [group], people, _LEAST_WIDTH)
            if not any(
                old.measure == detail.measure and _as_close(old.width, detail.width)
                for old in known_by_detail
            ):
                yield DisclosureFinding(self.theme, self._range_text(sorted(group), detail.width, detail))

    def _few_in_detail(self) -> Iterator[DisclosureFinding]:
        """Exact spreads of ten, told or subtracted, and shares of answers too, in releases by the rule of precision."""
        ruled = [one for one in self._figures if one[0].by_precision and one[1].shown]
        spreads = {cells for _, figure, cells in ruled if figure.exact_spread}
        yield from self._given_away(_ordered(spreads), EXACT_FROM, _("Spredning"))
        if self.is_of_shares:
            yield from self._given_away(_ordered({cells for *_, cells in ruled}), EXACT_FROM, _("Andeler"))

    def _left_blank(self) -> Iterator[DisclosureFinding]:
        """What few answered who left some blank, by means and every answer; but not what older releases give away."""
        newest = max(covering.release.number for covering in self.covering)
        level = level_of_every_answer(self.length)
        before = [self._out(level, one.release) for one in self.covering if one.release.number < newest]
        known = {breach.members for breach in self._few_blank(_ordered(set(chain.from_iterable(before))))}
        for breach in self._few_blank(self._out(level)):
            if breach.members not in known:
                yield DisclosureFinding(
                    self.theme,
                    _(
                        "Svarene fra %(people)s av dem som hoppet over en påstand (%(units)s) kan regnes ut av "
                        "%(figures)s tall.",
                        people=breach.n,
                        units=self._named(breach.members),
                        figures=len(breach.figures),
                    ),
                )

    def _few_blank(self, out: Sequence[RespondentGroup]) -> tuple[Breach, ...]:
        sizes = self.coverage.summed(self.blank[:, np.newaxis].astype(np.float64))[:, 0].astype(np.int64)
        least = min(covering.release.minimum_group for covering in self.covering)
        return breaches(out, sizes, least, self._alone(sizes), shorten=not self.thorough)

    def _bounds(self) -> Iterator[DisclosureFinding]:
        """Figures told as bounds that a release narrows: the first that tells them so, or a later one."""
        for index, column in enumerate(self.columns):
            n, sums = self._table[:, index], self._answers.sums[:, index]
            # First to those who never have the rows, then by when the others may have had them.
            orders = [self._told_of(column, after) for after in (inf, *self.rows_after)]
            told = [self._told_as(index, column.length, *key) for key in orders[0]]
            first = list(orders[0].values())
            wanted = [place for place, number in enumerate(first) if number and told[place].bound != "exact"]
            if not wanted:
                continue
            for found in narrowed_bounds(told, n, sums, wanted):
                by_readers, *by_analysts = (
                    self._is_narrowed_by_a_release(told, list(since.values()), found.figure, n, sums)
                    for since in orders
                )
                if by_readers or all(by_analysts):
                    yield DisclosureFinding(
                        self.theme, self._bound_text(told[found.figure].cells, found, column.length)
                    )
            yield from self._bounds_by_squares(
                index, column, told, [(place, first[place]) for place in wanted]
            )

    def _is_narrowed_by_a_release(
        self,
        told: Sequence[ToldFigure],
        first: Sequence[float],
        bound: int,
        n: NDArray[np.int64],
        sums: NDArray[np.float64],
    ) -> bool:
        """Whether a release that tells the bound, or comes later, told more of it than what was out before."""

        def known(until: float) -> list[NarrowedBound]:
            out = [told[place] for place, since in enumerate(first) if place != bound and since <= until]
            return narrowed_bounds([*out, told[bound]], n, sums, [len(out)])

        for number in sorted({int(since) for since in first if first[bound] <= since < inf}):
            before = known(number - _JUST_BEFORE)
            if any(not any(old.is_as_close_as(now) for old in before) for now in known(number)):
                return True
        return False

    def _told_of(self, column: ThemeColumn, rows_after: float) -> dict[ToldKey, float]:
        """Every figure as told, and the first release that told it: 0 before the rule.

        Rows for analysts are exact, and stand between two releases. rows_after: one of `self.rows_after`, or infinite
        for whoever never has them.
        """
        found: dict[ToldKey, float] = {}
        for release, figure, cells in self._figures:
            if figure.shown and figure.measure in column.measures:
                key = cells, bound_of(figure.coded), figure.step
                number = release.number if release.by_precision else 0
                found[key] = min(found.get(key, number), number)
        for cells in self.rows:
            row: ToldKey = cells, "exact", 0.0
            found[row] = min(found.get(row, inf), rows_after + _JUST_BEFORE)
        return found

    def _told_as(
        self, index: int, length: float, cells: RespondentGroup, bound: Bound, step: float
    ) -> ToldFigure:
        inside = sorted(cells)
        n, total = int(self.sizes[inside].sum()), float(self._answers.sums[inside, index].sum())
        return figure_as_told(cells, max(n, 1), total, length, step, bound)

    def _bounds_by_squares(
        self,
        index: int,
        column: ThemeColumn,
        told: Sequence[ToldFigure],
        wanted: Sequence[tuple[int, float]],
    ) -> Iterator[DisclosureFinding]:
        """wanted: places of bounds in `told`, with the release that first told them."""
        exact = {figure.cells for figure in told if figure.bound == "exact" and figure.step == 0}
        zones = np.array([told[place].zone for place, _ in wanted]).reshape(-1, 2)
        least = LEAST_OPEN * (zones[:, 1] - zones[:, 0])
        groups = [told[place].cells for place, _ in wanted]
        people = People(self.coverage.of_person, self.scores[:, [index]], len(self.coverage.unit))
        for detail in narrowed_ranges(self._detail(column.measures, exact), groups, people, least, zones):
            one = slice(detail.group, detail.group + 1)
            before = self._detail(column.measures, exact, before=wanted[detail.group][1])
            if not any(
                old.width <= detail.width + _TOLERANCE
                for old in narrowed_ranges(before, groups[one], people, least[one], zones[one])
            ):
                yield DisclosureFinding(
                    self.theme, self._text_of_squares(groups[detail.group], detail.width, column.length)
                )

    def _text_of_squares(self, cells: RespondentGroup, width: float, length: float) -> str:
        return _(
            "Snittet for %(units)s er vist som en grense, men kan regnes ut til innenfor %(width)s på en skala som er "
            "%(length)s lang, når en også kjenner spredning og fordelinger.",
            **self._facts(cells, width, length),
        )

    def _detail(
        self, measures: frozenset[str], exact: Set[RespondentGroup], *, before: float | None = None
    ) -> PublishedDetail:
        """The figures told exactly with what is told beside them.

        before: only of releases before this number, and of those before the rule.
        """
        shown = [
            one
            for one in self._figures
            if one[1].shown
            and one[1].measure in measures
            and one[2] in exact
            and (before is None or not one[0].by_precision or one[0].number < before)
        ]
        return self._as_published(shown, 1, exact_only=True)

    def _bound_text(self, cells: RespondentGroup, found: NarrowedBound, length: float) -> str:
        return _(
            "Snittet for %(units)s er vist som en grense, men kan regnes ut til innenfor %(width)s på en skala som er "
            "%(length)s lang.",
            **self._facts(cells, found.high - found.low, length),
        )

    def _facts(self, cells: Iterable[int], width: float, length: float) -> dict[str, str]:
        """Of a text: whose mean, and how closely it is known. width: a share of the scale."""
        return {
            "units": self._named(sorted(cells)),
            "width": f"{width * length:.2f}",
            "length": f"{length:g}",
        }

    def narrowest(self) -> NarrowestRange | None:
        found = narrowest(self._out(1), self._table, self._unknown_before, self._answers)
        if found is None:
            return None
        least = self._answers.least_width * self.length
        return NarrowestRange(self.theme, self._named(found.members), found.width * self.length, least)

    @property
    def _unknown_before(self) -> list[RespondentGroup]:
        """The hidden groups whose mean was not known closely before anybody was told of them."""
        since = self._hidden_since
        known: set[RespondentGroup] = set()
        for number in sorted(set(since.values())):
            groups = [group for group in since if since[group] == number]
            out = self._out(1, before=number)
            known |= {
                frozenset(one.members) for one in narrow_groups(out, self._table, groups, self._answers)
            }
        return [group for group in since if group not in known]

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

    def _out(
        self, level: int, release: ReleasedFigures | None = None, *, before: float = inf
    ) -> list[RespondentGroup]:
        """What is told: means at level 1, three classes at 2, every answer at 3; of one release, or of all.

        before: only of releases before this number.
        """
        told = {
            cells
            for of, figure, cells in self._figures
            if figure.shown and (level == 1 or (figure.points if level == 3 else figure.classes))
            if (release is None or of is release) and of.number < before
        }
        return _ordered(told)

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
        sums = self.coverage.summed(np.nan_to_num(self.scores))
        return Answers(sums, 0.0, 1.0, of_shares=self.is_of_shares)

    @property
    def _hidden(self) -> list[RespondentGroup]:
        """Groups of fewer than k people whose mean nobody may come close to: hidden figures, and units' own people."""
        return list(self._hidden_since)

    @cached_property
    def _hidden_since(self) -> dict[RespondentGroup, float]:
        """Each group, and the first release that hid it; 0 for units' own people."""
        least = min(covering.release.minimum_group for covering in self.covering)
        by_unit: dict[int, set[int]] = {}
        for cell, unit in enumerate(self.coverage.unit.tolist()):
            by_unit.setdefault(unit, set()).add(cell)
        since: list[tuple[Iterable[int], float]] = [(cells, 0) for cells in by_unit.values()]
        since += [(cells, release.number) for release, figure, cells in self._figures if not figure.shown]
        found: dict[RespondentGroup, float] = {}
        for cells, number in since:
            some = frozenset(cell for cell in cells if self.sizes[cell])
            if 0 < self.sizes[list(some)].sum() < least:
                found[some] = min(found.get(some, number), number)
        return dict(sorted(found.items(), key=lambda each: sorted(each[0])))

    @property
    def _people(self) -> People:
        return People(self.coverage.of_person, self.scores, len(self.coverage.unit))

    def _told(self, *, before: float = inf) -> PublishedDetail:
        """Every shown figure with what is told beside its mean; before: only of releases before this number."""
        shown = [one for one in self._figures if one[1].shown and one[0].number < before]
        return self._as_published(shown, self.scores.shape[1])

    def _as_published(
        self,
        shown: Sequence[tuple[ReleasedFigures, PublishedFigure, RespondentGroup]],
        columns: int,
        *,
        exact_only: bool = False,
    ) -> PublishedDetail:
        """A breakdown is a table, and the top is in all of them. exact_only: a spread told as a class is left out."""
        names = sorted({figure.place.breakdown for _, figure, _ in shown} | {""})
        whole = {(covering.release.number, covering.top) for covering in self.covering}

        def table(release: ReleasedFigures, figure: PublishedFigure) -> int:
            is_top = (release.number, figure.place.unit_id) in whole and figure.place.kind == FigureKind.UNIT
            return -1 if is_top else names.index(figure.place.breakdown)

        spread = [figure.exact_spread if exact_only else figure.spread for _, figure, _ in shown]
        return PublishedDetail(
            [cells for _, _, cells in shown],
            np.array([table(release, figure) for release, figure, _ in shown], dtype=np.int64),
            np.array([[each] * columns for each in spread], dtype=np.bool_).reshape(-1, columns),
            np.array([[f.classes] * columns for _, f, _ in shown], dtype=np.bool_).reshape(-1, columns),
            np.ones(len(shown), dtype=np.bool_),
            np.zeros(len(shown), dtype=np.bool_),
        )

    def _breach_text(self, breach: Breach, what: str) -> str:
        # NOTE: «what» is «Snitt», «Fordeling i tre», «Fordeling», «Spredning» or «Andeler»; «units» is «enhet A, B».
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
        facts = self._facts(members, width, self.length)
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


def _as_close(before: float, now: float) -> bool:
    return before <= now + _TOLERANCE


def _ordered(groups: Iterable[RespondentGroup]) -> list[RespondentGroup]:
    return sorted(groups, key=lambda cells: (-len(cells), sorted(cells)))
