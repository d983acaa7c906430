"""A unit's intervals read as statements on those who were invited alone: a reading that a reader asks for.

It changes no verdict (decision 013). Everything follows from released figures and turnout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.difference import InvitedScore, invited_change, invited_share, pooled_score
from surveys.release.models import Change, Coding, Figure, FigureKind, Release, Turnout
from surveys.results.queries import Line, UnitResult

Interval = tuple[float, float]


@dataclass(frozen=True)
class InvitedLine:
    """A shown measure with its intervals for those who were invited; None where they cannot be computed."""

    line: Line
    interval: Interval | None
    change: Interval | None


def invited_reading(
    session: Session, release: Release, unit_id: int, result: UnitResult
) -> list[InvitedLine]:
    """Every shown, exact measure; nothing where nobody knows how many were invited. Three queries."""
    if not result.invited:
        return []
    before = _before(session, release, unit_id)
    return [
        InvitedLine(
            line, _interval(line, result.invited), _change(line, result.invited, before.get(line.key, ()))
        )
        for line in result.lines
        if line.shown and line.coded == Coding.EXACT
    ]


def _interval(line: Line, invited: int) -> Interval | None:
    """The mean's t interval with every margin narrowed by √(1 − n/N)."""
    if line.mean is None or line.n is None or line.ci_low is None or line.ci_high is None:
        return None
    factor = invited_share(line.n, invited)
    return line.mean - (line.mean - line.ci_low) * factor, line.mean + (line.ci_high - line.mean) * factor


def _change(line: Line, invited: int, before: Sequence[InvitedScore]) -> Interval | None:
    """Welch's interval of the change, each round narrowed by its own share of answers."""
    if not before or line.change is None or not line.change.comparable:
        return None
    if line.n is None or line.mean is None or line.sd is None:
        return None
    return invited_change(pooled_score(before), InvitedScore(line.n, line.mean, line.sd, invited))


def _before(session: Session, release: Release, unit_id: int) -> Mapping[str, Sequence[InvitedScore]]:
    """Measure → the earlier figures its change is counted from; left out where one of them lacks something."""
    changes = session.scalars(
        select(Change).where(Change.release_id == release.id, Change.unit_id == unit_id)
    ).all()
    sources = {
        change.measure: [
            (change.previous_release_id, unit)
            for unit in [one["id"] for one in change.basis_units] or [unit_id]
        ]
        for change in changes
    }
    wanted = {place for places in sources.values() for place in places}
    releases, units = {release for release, _ in wanted}, {unit for _, unit in wanted}
    rows = session.execute(
        select(Figure, Turnout.invited)
        .join(Turnout, (Turnout.release_id == Figure.release_id) & (Turnout.unit_id == Figure.unit_id))
        .where(Figure.release_id.in_(releases), Figure.unit_id.in_(units), Figure.kind == FigureKind.UNIT)
    )
    known = {
        (figure.release_id, figure.unit_id, figure.measure): InvitedScore(
            figure.n, figure.mean, figure.sd, invited
        )
        for figure, invited in rows
        if figure.n is not None and figure.mean is not None and figure.sd is not None and invited
    }
    found = {
        measure: [known[*place, measure] for place in places if (*place, measure) in known]
        for measure, places in sources.items()
    }
    return {measure: scores for measure, scores in found.items() if len(scores) == len(sources[measure])}
