"""What HR is asked before a minimum group is raised after a release: it can never be lowered again."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.platform.texts import _, several
from surveys.release.models import Figure, FigureKind, FigureStatus, Release


@dataclass(frozen=True)
class RaisedMinimum:
    """What a higher minimum group hides of a release, for certain: more may go to protect what is hidden.

    hidden: names of the units that fewer have answered in, alphabetically. shown: how many units are shown now.
    most: answers in the unit with most of them.
    """

    least: int
    hidden: tuple[str, ...]
    shown: int
    most: int

    @property
    def hides_all(self) -> bool:
        return len(self.hidden) == self.shown

    def question(self) -> str:
        """To HR, who ticks a box if it is right, or why it cannot be."""
        if self.hides_all:
            return _("Da ville ingen tall vært vist. Minste gruppe kan være høyst %(most)s.", most=self.most)
        return _(
            "Med minste gruppe %(least)s blir minst %(hidden)s av de %(shown)s enhetene som vises nå, skjult: "
            "%(names)s. Tallet kan ikke senkes igjen. Rett det, eller kryss av for at det er riktig.",
            least=self.least,
            hidden=len(self.hidden),
            shown=self.shown,
            names=several(self.hidden),
        )


def raised_minimum(
    session: Session, survey: Survey, release: Release, least: int | None
) -> RaisedMinimum | None:
    """None when the minimum stays, or hides no unit that the release shows."""
    if least is None or least <= release.minimum_group:
        return None
    shown = session.execute(
        select(Figure.unit_id, func.max(Figure.n))
        .where(
            Figure.release_id == release.id,
            Figure.kind == FigureKind.UNIT,
            Figure.status == FigureStatus.SHOWN,
        )
        .group_by(Figure.unit_id)
    )
    answers = {unit_id: n for unit_id, n in shown if n is not None}
    hidden = [unit.name for unit in survey.units if answers.get(unit.unit_id, least) < least]
    if not hidden:
        return None
    return RaisedMinimum(least, tuple(sorted(hidden)), len(answers), max(answers.values()))
