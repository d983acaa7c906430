"""The audit of single statements: every theme that some release told a statement of, attacked as one system."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.counting.loading import SurveyTree
from surveys.release.items.attacking import ItemAttack
from surveys.release.items.guarding import ThemeFigures
from surveys.release.items.system import ItemSystem
from surveys.release.items.told import covered, told_items
from surveys.release.protection.findings import DisclosureFinding
from surveys.release.protection.issued_rows import IssuedRows
from surveys.release.protection.published import Coverage, Covering, ReleasedFigures

if TYPE_CHECKING:
    from analysis.responses import Responses


def item_findings(
    session: Session,
    survey: Survey,
    releases: Sequence[ReleasedFigures],
    responses: "Responses",
    issued: IssuedRows,
    *,
    thorough: bool,
) -> Iterator[DisclosureFinding]:
    """As `audit_survey`; nothing is looked at where no statement is told."""
    told = told_items(session, survey)
    if not told:
        return
    coverage = Coverage.of(responses, SurveyTree.of(survey), issued.questions)
    covering = [Covering(coverage, each, survey.unit_id) for each in releases]
    rows = tuple(frozenset(coverage.of_person[people].tolist()) for people in issued.cells)
    for factor in responses.questionnaire.factors:
        keys = {item.key for item in factor.items}
        own = [each for each in told if each.item in keys]
        if own:
            items = list(dict.fromkeys(each.item for each in own))
            system = ItemSystem.of(responses, factor, items, coverage)
            figures = ThemeFigures(system, covering, rows if factor.key in issued.factors else ())
            yield from ItemAttack(figures, covered(own, covering), thorough).findings()
