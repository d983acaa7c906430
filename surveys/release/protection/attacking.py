"""An attack on one theme: everything released about it, taken together, against every group of few people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from math import inf
from typing import Final

import numpy as np

from analysis.disclosure import Breach, narrow_groups
from analysis.disclosure.auditing import breaches, narrowest
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.disclosure.spread import NarrowedRange, PublishedDetail, narrowed_ranges
from analysis.precision import EXACT_FROM
from surveys.platform.texts import _
from surveys.release.protection.attacked_bounds import BoundAttacker
from surveys.release.protection.findings import DisclosureFinding, NarrowestRange
from surveys.release.protection.left_blank import level_of_every_answer
from surveys.release.protection.theme_knowledge import RespondentGroup, ThemeKnowledge, ordered

_TOLERANCE: Final = 1e-6
_LEAST_WIDTH: Final = 0.25
"""Of the scale: how much a hidden group's mean must be free to vary by."""


@dataclass(frozen=True, eq=False)
class Attacker:
    """known: what is attacked with. earlier: attacks made, for themes with the same figures over the same people.

    thorough: as in `audit_survey`.
    """

    known: ThemeKnowledge
    thorough: bool
    earlier: dict[object, tuple[Breach, ...]] = field(default_factory=dict)

    def findings(self) -> Iterator[DisclosureFinding]:
        yield from self._wrong_counts()
        # The sums of squares behind spread follow the means: what gives away none of these gives away none of those.
        levels = (
            (1, 0, _("Snitt")),
            (2, CLASSES_FROM, _("Fordeling i tre")),
            (3, POINTS_FROM, _("Fordeling")),
        )
        least = min(covering.release.minimum_group for covering in self.known.covering)
        for level, smallest, word in levels:
            rows = self.known.rows if level == 1 else ()
            yield from self._given_away([*self.known.out(level), *rows], max(least, smallest), word)
            for covering in self.known.covering:
                own = max(covering.release.minimum_group, smallest)
                if own > max(least, smallest):
                    yield from self._given_away(self.known.out(level, covering.release), own, word)
        yield from self._few_in_detail()
        yield from self._left_blank()
        yield from BoundAttacker(self.known).findings()
        yield from self._ranges()

    def _ranges(self) -> Iterator[DisclosureFinding]:
        """Hidden groups whose mean can be bounded closely, unless it was before anybody was told of them."""
        groups, people = self._hidden, self.known.people
        for found in narrow_groups(
            self.known.out(1), self.known.table, groups, self.known.answers, exact=self.thorough
        ):
            group = frozenset(found.members)
            out = self.known.out(1, before=self._hidden_since[group])
            known = narrow_groups(out, self.known.table, [group], self.known.answers)
            if not any(old.measure == found.measure and _as_close(old.width, found.width) for old in known):
                yield DisclosureFinding(self.known.theme, self._range_text(found.members, found.width))
        for detail in narrowed_ranges(self._told(), groups, people, _LEAST_WIDTH):
            group = groups[detail.group]
            told = self._told(before=self._hidden_since[group])
            known_by_detail = narrowed_ranges(told, [group], people, _LEAST_WIDTH)
            if not any(
                old.measure == detail.measure and _as_close(old.width, detail.width)
                for old in known_by_detail
            ):
                yield DisclosureFinding(
                    self.known.theme, self._range_text(sorted(group), detail.width, detail)
                )

    def _few_in_detail(self) -> Iterator[DisclosureFinding]:
        """Exact spreads of ten, told or subtracted, and shares of answers too, in releases by the rule of precision."""
        ruled = [one for one in self.known.figures if one[0].by_precision and one[1].shown]
        spreads = {cells for _, figure, cells in ruled if figure.exact_spread}
        yield from self._given_away(ordered(spreads), EXACT_FROM, _("Spredning"))
        if self.known.is_of_shares:
            yield from self._given_away(ordered({cells for *_, cells in ruled}), EXACT_FROM, _("Andeler"))

    def _left_blank(self) -> Iterator[DisclosureFinding]:
        """What few answered who left some blank, by means and every answer; but not what older releases give away."""
        newest = max(covering.release.number for covering in self.known.covering)
        level = level_of_every_answer(self.known.length)
        before = [
            self.known.out(level, one.release) for one in self.known.covering if one.release.number < newest
        ]
        known = {breach.members for breach in self._few_blank(ordered(set(chain.from_iterable(before))))}
        for breach in self._few_blank(self.known.out(level)):
            if breach.members not in known:
                yield DisclosureFinding(
                    self.known.theme,
                    _(
                        "Svarene fra %(people)s av dem som hoppet over en påstand (%(units)s) kan regnes ut av "
                        "%(figures)s tall.",
                        people=breach.n,
                        units=self.known.named(breach.members),
                        figures=len(breach.figures),
                    ),
                )

    def _few_blank(self, out: Sequence[RespondentGroup]) -> tuple[Breach, ...]:
        sizes = self.known.coverage.summed(self.known.blank[:, np.newaxis].astype(np.float64))[:, 0].astype(
            np.int64
        )
        least = min(covering.release.minimum_group for covering in self.known.covering)
        return breaches(out, sizes, least, self.known.alone_of(sizes), shorten=not self.thorough)

    def narrowest(self) -> NarrowestRange | None:
        found = narrowest(self.known.out(1), self.known.table, self._unknown_before, self.known.answers)
        if found is None:
            return None
        least = self.known.answers.least_width * self.known.length
        return NarrowestRange(
            self.known.theme, self.known.named(found.members), found.width * self.known.length, least
        )

    @property
    def _unknown_before(self) -> list[RespondentGroup]:
        """The hidden groups whose mean was not known closely before anybody was told of them."""
        since = self._hidden_since
        known: set[RespondentGroup] = set()
        for number in sorted(set(since.values())):
            groups = [group for group in since if since[group] == number]
            out = self.known.out(1, before=number)
            known |= {
                frozenset(one.members)
                for one in narrow_groups(out, self.known.table, groups, self.known.answers)
            }
        return [group for group in since if group not in known]

    def _wrong_counts(self) -> Iterator[DisclosureFinding]:
        for release, figure, cells in self.known.figures:
            n = int(self.known.sizes[list(cells)].sum())
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

    def _given_away(
        self, out: Sequence[RespondentGroup], least: int, what: str
    ) -> Iterator[DisclosureFinding]:
        key = tuple(out), self.known.sizes.tobytes(), least, self.thorough
        if key not in self.earlier:
            self.earlier[key] = breaches(
                out, self.known.sizes, least, self.known.alone, shorten=not self.thorough
            )
        for breach in self.earlier[key]:
            yield DisclosureFinding(self.known.theme, self._breach_text(breach, what))

    @property
    def _hidden(self) -> list[RespondentGroup]:
        """Groups of fewer than k people whose mean nobody may come close to: hidden figures, and units' own people."""
        return list(self._hidden_since)

    @cached_property
    def _hidden_since(self) -> dict[RespondentGroup, float]:
        """Each group, and the first release that hid it; 0 for units' own people."""
        least = min(covering.release.minimum_group for covering in self.known.covering)
        by_unit: dict[int, set[int]] = {}
        for cell, unit in enumerate(self.known.coverage.unit.tolist()):
            by_unit.setdefault(unit, set()).add(cell)
        since: list[tuple[Iterable[int], float]] = [(cells, 0) for cells in by_unit.values()]
        since += [
            (cells, release.number) for release, figure, cells in self.known.figures if not figure.shown
        ]
        found: dict[RespondentGroup, float] = {}
        for cells, number in since:
            some = frozenset(cell for cell in cells if self.known.sizes[cell])
            if 0 < self.known.sizes[list(some)].sum() < least:
                found[some] = min(found.get(some, number), number)
        return dict(sorted(found.items(), key=lambda each: sorted(each[0])))

    def _told(self, *, before: float = inf) -> PublishedDetail:
        """Every shown figure with what is told beside its mean; before: only of releases before this number."""
        shown = [one for one in self.known.figures if one[1].shown and one[0].number < before]
        return self.known.as_published(shown, self.known.scores.shape[1])

    def _breach_text(self, breach: Breach, what: str) -> str:
        # NOTE: «what» is «Snitt», «Fordeling i tre», «Fordeling», «Spredning» or «Andeler»; «units» is «enhet A, B».
        facts = {
            "what": what,
            "people": breach.n,
            "units": self.known.named(breach.members),
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
        facts = self.known.facts(members, width, self.known.length)
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


def _as_close(before: float, now: float) -> bool:
    return before <= now + _TOLERANCE
