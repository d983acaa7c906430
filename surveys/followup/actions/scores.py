"""The score that an action names, before and after: released figures, and the one verdict that result pages show.

Nothing is computed here. What the reader may not see today on the result page, she does not see here.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.actions.models import ActionVersion
from surveys.campaigns.models import Survey
from surveys.followup.actions.themes import latest_releases
from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.release.models import Change, Release, Uncompared
from surveys.release.visibility import Access, accesses
from surveys.results.comparisons.succession_texts import gap_word
from surveys.results.queries import Line, measured_lines
from surveys.results.texts import change_word, mean_text, status_text


@dataclass(frozen=True)
class ScorePoint:
    """One survey's score in words: «3,7», or why there is none."""

    year: int
    words: str


@dataclass(frozen=True)
class ActionScore:
    """after: None before the theme has been measured again. verdict: «» when nothing may be said yet."""

    before: ScorePoint
    after: ScorePoint | None = None
    verdict: str = ""


NOTHING: Final[Mapping[int, ActionScore]] = {}


def action_scores(
    session: Session, account: Account, unit_id: int, versions: Iterable[ActionVersion], today: dt.date
) -> Mapping[int, ActionScore]:
    """Version id → its score, for those that name a theme that the account may ever see."""
    about = [each for each in versions if each.survey_id is not None]
    if not about:
        return NOTHING
    releases = {release.survey_id: release for release in latest_releases(session, unit_id)}
    opened = accesses(session, account, releases.values(), today, [unit_id])
    reading = _Reading(session, unit_id, releases, opened)
    found = {}
    for version in about:
        if (score := reading.score(version)) is not None:
            found[version.id] = score
    return found


class _Reading:
    """What one reader sees of one unit, each release read once."""

    def __init__(
        self,
        session: Session,
        unit_id: int,
        releases: Mapping[int, Release],
        opened: Mapping[tuple[int, int], Access],
    ) -> None:
        self._session = session
        self._unit_id = unit_id
        self._releases = releases
        self._opened = opened
        self._lines: dict[int, dict[str, Line]] = {}

    def score(self, version: ActionVersion) -> ActionScore | None:
        first = self._releases.get(version.survey_id or 0)
        if first is None or (first.id, self._unit_id) not in self._opened:
            return None
        before = self._point(first, version.measure)
        later = self._compared_with(first.survey, version.measure)
        if later is None:
            return ActionScore(before)
        after = self._point(later, version.measure)
        return ActionScore(before, after, self._verdict(first, later, version.measure))

    def _point(self, release: Release, measure: str) -> ScorePoint:
        return ScorePoint(release.survey.opens_on.year, self._words(release, measure))

    def _words(self, release: Release, measure: str) -> str:
        access = self._opened.get((release.id, self._unit_id))
        if access is None:
            return _("Ikke åpent for deg")
        if not access.now:
            if access.from_day is None:
                return _("Ikke åpent ennå")
            return _("Vises fra %(day)s", day=long_date(access.from_day))
        line = self._of(release).get(measure)
        if line is None:
            return _("Ikke spurt")
        if not line.shown:
            return status_text(line.status, line.reason, release.minimum_group)
        return mean_text(line)

    def _verdict(self, first: Release, later: Release, measure: str) -> str:
        """Only for whoever sees both scores today."""
        if not all(self._sees(each) for each in (first, later)):
            return ""
        line = self._of(later).get(measure)
        before = self._of(first).get(measure)
        if line is None or before is None or not line.shown or not before.shown:
            return ""
        if line.change is not None:
            return change_word(line.change)
        return gap_word(line) if line.not_compared is not None else ""

    def _sees(self, release: Release) -> bool:
        access = self._opened.get((release.id, self._unit_id))
        return access is not None and access.now

    def _of(self, release: Release) -> dict[str, Line]:
        if release.id not in self._lines:
            self._lines[release.id] = measured_lines(self._session, release, self._unit_id)
        return self._lines[release.id]

    def _compared_with(self, survey: Survey, measure: str) -> Release | None:
        """The newest release of the survey whose verdict is about this one."""
        of_survey = select(Release.id).where(Release.survey_id == survey.id)
        judged = union(
            *(
                select(table.release_id).where(
                    table.unit_id == self._unit_id,
                    table.measure == measure,
                    table.previous_release_id.in_(of_survey),
                )
                for table in (Change, Uncompared)
            )
        )
        ids = set(self._session.scalars(judged))
        return next((each for each in self._releases.values() if each.id in ids), None)
