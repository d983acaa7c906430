"""The independent audit: an attack on everything a survey has released, as it stands in the database.

It trusts nothing a release believed. Whom a figure covers is rebuilt from the figure table, the tree kept with the
release and the opened answers, and every release of the survey is attacked together with all the others. Answers to
another survey are other answers. Imported aggregates have no answers here and are left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure import Breach
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.counting.loading import SurveyTree, load_responses
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.release.items.auditing import item_findings
from surveys.release.measures import answer_length, measures_of
from surveys.release.models import Release
from surveys.release.protection.attacking import Attacker
from surveys.release.protection.background_figures import background_findings
from surveys.release.protection.findings import DisclosureFinding, NarrowestRange
from surveys.release.protection.issued_rows import IssuedRows, issued_rows
from surveys.release.protection.left_blank import left_blank
from surveys.release.protection.published import (
    Coverage,
    Covering,
    ReleasedFigures,
    released_figures,
)
from surveys.release.protection.theme_knowledge import ThemeColumn, ThemeKnowledge
from surveys.release.totals import person_measures

if TYPE_CHECKING:
    from analysis.responses import Responses


@dataclass(frozen=True)
class SurveyAudit:
    """What came of attacking one survey. narrowest: None when no hidden mean can be bounded, or it was not asked."""

    survey_key: str
    figures: int
    findings: tuple[DisclosureFinding, ...]
    narrowest: NarrowestRange | None
    # False: the figures came from another installation, and nothing here knows whom they cover.
    is_attacked: bool = True


def audited_surveys(session: Session) -> Sequence[Survey]:
    """Every survey with a release, oldest first."""
    return session.scalars(
        select(Survey).where(Survey.id.in_(select(Release.survey_id))).order_by(Survey.opens_on, Survey.id)
    ).all()


def audit_survey(
    session: Session,
    survey: Survey,
    responses: "Responses | None" = None,
    *,
    thorough: bool = True,
    made_now: int | None = None,
) -> SurveyAudit:
    """Attacks every release of the survey together.

    responses: as `load_responses`, if they are at hand. made_now: the release that is being made. thorough: search in
    integers without merging first, and find the narrowest range; otherwise only whether any range is too narrow, which
    is what a release must know.
    """
    releases = released_figures(session, survey)
    responses = load_responses(session, survey) if responses is None else responses
    shown = [figure for release in releases for figure in release.figures if figure.shown]
    if not len(responses) or not shown:
        return SurveyAudit(survey.key, len(shown), (), None, is_attacked=not survey.answers_elsewhere)
    codes = dict(
        session.execute(
            select(Unit.id, Unit.code)
            .join(SurveyUnit, SurveyUnit.unit_id == Unit.id)
            .where(SurveyUnit.survey_id == survey.id)
        ).all()
    )
    rows = issued_rows(session, survey, responses)
    if made_now is not None:
        before = tuple(number for number in rows.after if number < made_now)
        rows = replace(rows, after=before or (made_now - 1,))
    attackers = list(_attackers(survey, releases, responses, rows, codes, thorough=thorough))
    findings = [finding for attacker in attackers for finding in attacker.findings()]
    findings += background_findings(session, survey, releases)
    findings += item_findings(session, survey, releases, responses, rows, thorough=thorough)
    ranges = [found for attacker in attackers if (found := attacker.narrowest())] if thorough else []
    narrow = min(ranges, key=lambda found: found.width / found.least, default=None)
    return SurveyAudit(survey.key, len(shown), tuple(findings), narrow)


def _attackers(
    survey: Survey,
    releases: Sequence[ReleasedFigures],
    responses: "Responses",
    rows: IssuedRows,
    codes: Mapping[int, str],
    *,
    thorough: bool,
) -> Iterator[Attacker]:
    """One for each theme: an index and the shares of answers are the same people's sums in other words."""
    coverage = Coverage.of(responses, SurveyTree.of(survey), rows.questions)
    cells = tuple(frozenset(coverage.of_person[people].tolist()) for people in rows.cells)
    covering = [Covering(coverage, release, survey.unit_id) for release in releases]
    measures = measures_of(questionnaire_of(survey.instrument))
    scores = person_measures(responses, measures)
    attacks: dict[object, tuple[Breach, ...]] = {}
    for factor in responses.questionnaire.factors:
        places = [place for place, measure in enumerate(measures) if measure.factor.key == factor.key]
        kinds = list(dict.fromkeys(measures[place].code for place in places))
        of_kind = [next(p for p in places if measures[p].code == code) for code in kinds]
        columns = [
            ThemeColumn(
                frozenset(measures[place].key for place in places if measures[place].code == code),
                answer_length(measures[of]),
            )
            for code, of in zip(kinds, of_kind, strict=True)
        ]
        knowledge = ThemeKnowledge(
            factor.key,
            columns,
            coverage,
            covering,
            cells if factor.key in rows.factors else (),
            rows.after,
            scores[:, of_kind],
            left_blank(responses, factor.key),
            codes,
        )
        yield Attacker(knowledge, thorough, attacks)
