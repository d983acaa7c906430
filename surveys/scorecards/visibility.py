"""Who may read a card, and from which day a survey's value may stand on it: the same promise as the result pages."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from surveys.access.models import Account, Role
from surveys.campaigns.models import Survey
from surveys.release.visibility import FROM_RELEASE, STEP_OF

POLITICIANS_DEPTH: Final = 1
"""Politicians read the cards of the municipality (0) and its areas (1), not of single workplaces."""


@dataclass(frozen=True)
class Reader:
    """What the reader is to a unit. `line`: the ids of the unit and of everything above it, the unit first."""

    roles: frozenset[Role]
    line: tuple[int, ...]

    @property
    def may_read_card(self) -> bool:
        if self.roles == {Role.POLITICIAN}:
            return len(self.line) - 1 <= POLITICIANS_DEPTH
        return bool(self.roles)

    def first_day(self, survey: Survey, released_on: dt.date) -> dt.date | None:
        """The day from which the survey's values may stand on the card; None when none has been decided."""
        if self.roles & frozenset(FROM_RELEASE):
            return released_on
        steps = {step.readers: step.visible_on for step in survey.visibility}
        days = [
            steps[STEP_OF[role]]
            for role in self.roles & frozenset(STEP_OF)
            if STEP_OF[role] in steps and (role != Role.POLITICIAN or self._is_for_politicians(survey))
        ]
        return max(min(days), released_on) if days else None

    def _is_for_politicians(self, survey: Survey) -> bool:
        """The top of the survey and the areas right below it."""
        return survey.unit_id in self.line[:2]


def reader_of(account: Account, line: Sequence[int]) -> Reader:
    return Reader(roles_on(account, line), tuple(line))


def roles_on(account: Account, line: Iterable[int]) -> frozenset[Role]:
    """The account's roles on a unit, given the ids of the unit and everything above it."""
    above = frozenset(line)
    return frozenset(grant.role for grant in account.grants if grant.unit_id in above)
