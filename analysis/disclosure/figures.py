"""Any figures over the same people (linked tables, moved units, earlier releases), protected together."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.attacker import Breach, attack
from analysis.disclosure.bounds import Answers, MeanRange, Witnesses, narrow_groups
from analysis.disclosure.cutting import Cut, Hiding
from analysis.disclosure.nested import attack_nested, nesting
from analysis.disclosure.structure import sums_of_others
from analysis.disclosure.tree import CellStatus
from analysis.suppression import PRIMARY, SECONDARY, SuppressionReason

Members = frozenset[int]
Leak = Breach | MeanRange
_EFFORT = 10_000_000  # people-in-figures looked at, about half a minute


@dataclass(frozen=True)
class FigureProtection:
    """Which figures are shown, and why the others are not.

    shown, status, reason: per figure, as in `Protection`.
    n: (figures,) or (figures, measures) respondents, as `sizes`.
    given_away: what the earlier releases reveal by themselves, which no hiding now can mend.
    """

    shown: NDArray[np.bool_]
    status: tuple[CellStatus, ...]
    reason: tuple[SuppressionReason | None, ...]
    n: NDArray[np.int64]
    given_away: tuple[Leak, ...]

    @property
    def secondary(self) -> NDArray[np.bool_]:
        """(figures,) True for figures hidden only to protect others: the cost of the protection."""
        return np.array([reason == SECONDARY for reason in self.reason], dtype=np.bool_)

    def limited_to(self, allowed: NDArray[np.bool_], given_away: tuple[Leak, ...]) -> "FigureProtection":
        """Without the shown figures that are not allowed, (figures,): these are hidden to protect others."""
        hidden = (self.shown & ~allowed).tolist()
        status = tuple("hidden" if now else before for now, before in zip(hidden, self.status, strict=True))
        reason = tuple(SECONDARY if now else before for now, before in zip(hidden, self.reason, strict=True))
        return FigureProtection(self.shown & allowed, status, reason, self.n, given_away)


def protect_figures(
    figures: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    minimum_group: int,
    *,
    released: Sequence[Collection[int]] = (),
    one_person: NDArray[np.bool_] | None = None,
    keep: NDArray[np.bool_] | None = None,
    always: NDArray[np.bool_] | None = None,
    answers: Answers | None = None,
    sensitive: Sequence[Collection[int]] = (),
    released_minimum: int | None = None,
) -> FigureProtection:
    """The figures that may be shown beside everything released before, hiding as little as possible.

    Objective as `protect_tree`: fewest respondents summed over the figures hidden for protection, then fewest
    figures, then fewest of `keep`. Exact while some hundred cuts suffice (see `cutting`), then within 1 %;
    for very large linked tables the best found within a fixed effort, always safe.

    figures: each as the atoms it sums over; two with the same people are shown or hidden together.
    sizes: (atoms,) people, or (atoms, measures) when item non-response makes them differ; then one mask is
        safe for every measure.
    minimum_group: k.
    released: figures the reader already has, over the same atoms; they cannot be hidden any more.
    one_person: (atoms,) True where the atom is a unit of one respondent (see `attack`).
    keep: (figures,) True for figures shown last time; decides between equally good solutions.
    always: (figures,) True for figures to be hidden only where nothing else helps.
    answers: when given, no hidden figure of fewer than k people, and none of `sensitive`, may have its mean
        bounded too closely (`Answers.is_narrow`).
    sensitive: further groups of atoms whose mean must not be bounded too closely.
    released_minimum: k of the released figures, where it was lower. What they give away of groups between the two is
        out for good; then the figures keep k among themselves, and the lower one together with the released.

    >>> found = protect_figures([{0, 1, 2}, {0}, {1}, {2}], np.array([9, 3, 8]), 5)
    >>> found.status
    ('shown', 'shown', 'hidden', 'hidden')
    >>> found.reason
    (None, None, 'small', 'protecting')
    """
    protected = partial(
        _protected,
        figures,
        sizes,
        one_person=one_person,
        keep=keep,
        always=always,
        answers=answers,
        sensitive=sensitive,
    )
    found = protected(released, minimum_group)
    if not found.given_away or released_minimum is None or released_minimum >= minimum_group:
        return found
    alone, together = protected((), minimum_group), protected(released, released_minimum)
    # Fewer figures never tell more: what all three show is as safe as each of them.
    return found.limited_to(alone.shown & together.shown, together.given_away)


def _protected(
    figures: Sequence[Collection[int]],
    sizes: NDArray[np.int64],
    released: Sequence[Collection[int]],
    minimum_group: int,
    *,
    one_person: NDArray[np.bool_] | None,
    keep: NDArray[np.bool_] | None,
    always: NDArray[np.bool_] | None,
    answers: Answers | None,
    sensitive: Sequence[Collection[int]],
) -> FigureProtection:
    table = sizes[:, None] if sizes.ndim == 1 else sizes
    people = np.array(
        [table[np.fromiter(figure, np.int64, len(figure))].sum(axis=0) for figure in figures]
    ).reshape(len(figures), -1)
    present = frozenset(np.flatnonzero(table.max(axis=1) > 0).tolist())
    members = [present.intersection(figure) for figure in figures]
    earlier = {present.intersection(figure) for figure in released} - {frozenset()}
    small = people.min(axis=1) < minimum_group
    choice = _Choice.of(members, people.max(axis=1), ~small, earlier, keep, always)
    groups = {m for m, is_small in zip(members, small, strict=True) if m and is_small and m not in earlier}
    groups |= {present.intersection(group) for group in sensitive} - {frozenset()}
    threat = _Threat(table, minimum_group, one_person, answers, tuple(sorted(groups, key=sorted)))
    shown_sets, given_away = _attack_and_cut(choice, threat)
    shown = np.array(
        [m in shown_sets or (m in earlier and not s) for m, s in zip(members, small, strict=True)]
    )
    return _described(shown, people, small, given_away, flat=sizes.ndim == 1)


@dataclass(frozen=True)
class _Choice:
    """What may be hidden: the distinct sets of people, their price, and which of them go last."""

    sets: tuple[Members, ...]
    price: NDArray[np.float64]
    always: frozenset[int]
    released: tuple[Members, ...]
    effort: int

    @classmethod
    def of(
        cls,
        members: Sequence[Members],
        people: NDArray[np.int64],
        showable: NDArray[np.bool_],
        earlier: set[Members],
        keep: NDArray[np.bool_] | None,
        always: NDArray[np.bool_] | None,
    ) -> "_Choice":
        price: dict[Members, float] = {}
        last: set[Members] = set()
        for i in np.flatnonzero(showable).tolist():
            if members[i] not in earlier:
                kept = keep is not None and keep[i]
                price[members[i]] = price.get(members[i], 0.0) + float(people[i]) + 2**-10 + kept * 2**-14
                last |= {members[i]} if always is not None and always[i] else set()
        sets = tuple(price)
        positions = frozenset(i for i, group in enumerate(sets) if group in last)
        known = tuple(sorted(earlier, key=sorted))
        effort = _EFFORT // (sum(map(len, sets)) + sum(map(len, known)) + 1)
        return cls(sets, np.array(list(price.values())), positions, known, effort)


@dataclass(frozen=True)
class _Threat:
    """What must not be found out, and how to see whether it can be."""

    table: NDArray[np.int64]
    k: int
    one_person: NDArray[np.bool_] | None
    answers: Answers | None
    sensitive: tuple[Members, ...]
    witnesses: Witnesses = field(default_factory=lambda: Witnesses({}))

    def breaches(self, published: Sequence[Members]) -> Sequence[Breach]:
        around = nesting(published, len(self.table))
        if around is not None:
            return attack_nested(published, around, self.table, self.k, self.one_person)
        return self._linked_breaches(published)

    def _linked_breaches(self, published: Sequence[Members]) -> Sequence[Breach]:
        """Breaches of the first measure that has any: what one gives away the others mostly do too."""
        different = {column.tobytes(): column for column in self.table.T}
        for _, column in sorted(different.items(), reverse=True):
            if breaches := attack(published, column, self.k, one_person=self.one_person):
                return breaches
        return ()

    def leaks(self, published: Sequence[Members]) -> Sequence[Leak]:
        """Breaches; where there are none, groups whose mean can be bounded too closely."""
        breaches = self.breaches(published)
        if breaches or self.answers is None:
            return breaches
        return narrow_groups(published, self.table, self.sensitive, self.answers, self.witnesses, exact=False)


def _attack_and_cut(choice: _Choice, threat: _Threat) -> tuple[set[Members], tuple[Leak, ...]]:
    """The sets to show, and what earlier releases give away whatever is hidden now."""
    known = len(choice.released)
    given_away: dict[tuple[int, ...], Leak] = {}

    def beside(hidden: Collection[int]) -> tuple[list[int], list[Members]]:
        shown = [i for i in range(len(choice.sets)) if i not in hidden]
        return shown, [*choice.released, *(choice.sets[i] for i in shown)]

    def attack_all_but(hidden: Collection[int]) -> list[Cut]:
        shown, published = beside(hidden)
        cuts = []
        for leak in threat.leaks(published):
            mine = frozenset(shown[figure - known] for figure in leak.support if figure >= known)
            if mine:
                cuts.append(mine - choice.always or mine)
            else:
                given_away[leak.members] = leak
        return cuts

    def made_up_for(hidden: Collection[int]) -> frozenset[int]:
        shown, published = beside(hidden)
        return frozenset(shown[figure - known] for figure in sums_of_others(published) if figure >= known)

    hiding = Hiding(choice.price, attack_all_but, made_up_for, choice.effort)
    hidden = hiding.solve()
    return {group for i, group in enumerate(choice.sets) if i not in hidden}, tuple(given_away.values())


def _described(
    shown: NDArray[np.bool_],
    people: NDArray[np.int64],
    small: NDArray[np.bool_],
    given_away: tuple[Leak, ...],
    *,
    flat: bool,
) -> FigureProtection:
    status: list[CellStatus] = []
    reason: list[SuppressionReason | None] = []
    for is_shown, n, is_small in zip(shown, people, small, strict=True):
        status.append("shown" if is_shown else "hidden" if n.any() else "no_answers")
        reason.append(None if status[-1] != "hidden" else PRIMARY if is_small else SECONDARY)
    return FigureProtection(shown, tuple(status), tuple(reason), people[:, 0] if flat else people, given_away)
