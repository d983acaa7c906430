"""A self-assessment as it is typed, and stored as a new version."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.organisation.models import Unit
from surveys.platform.clock import now
from surveys.platform.free_texts import text_fault, written
from surveys.platform.texts import _
from surveys.scorecards.diagnosis.criteria import criteria
from surveys.scorecards.diagnosis.models import LEVELS, MOST_CHARACTERS, SelfAssessment
from surveys.scorecards.diagnosis.queries import AssessedYear, CriterionScore


class AssessedMeanwhileError(Exception):
    """Somebody else has stored an assessment since the page was opened. The transaction is rolled back."""


@dataclass(frozen=True)
class TypedAssessment:
    """fields: name of the field → what is in it. faults: id of the field → what is wrong there."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    scores: Mapping[str, CriterionScore]


def read_assessment(form: Mapping[str, str]) -> TypedAssessment:
    """A criterion without a level is left out; a text needs one."""
    fields: dict[str, str] = {}
    faults: dict[str, str] = {}
    scores: dict[str, CriterionScore] = {}
    for criterion in criteria():
        level, strengths, improvement = names = field_names(criterion.key)
        fields |= {name: written(form.get(name, "")) for name in names}
        faults |= {
            name: fault
            for name in (strengths, improvement)
            if (fault := text_fault(_("Teksten"), fields[name], MOST_CHARACTERS))
        }
        if fields[level] in map(str, LEVELS):
            scores[criterion.key] = CriterionScore(int(fields[level]), fields[strengths], fields[improvement])
        elif fields[strengths] or fields[improvement] or fields[level]:
            faults[f"{level}-0"] = _(
                "%(criterion)s: velg hvor langt dere er kommet.", criterion=criterion.title
            )
    if not scores and not faults:
        faults[f"{criteria()[0].key}-niva-0"] = _("Velg hvor langt dere er kommet på minst ett område.")
    return TypedAssessment(fields, faults, scores)


def field_names(criterion: str) -> tuple[str, str, str]:
    """The level, what is good and what can be better."""
    return f"{criterion}-niva", f"{criterion}-bra", f"{criterion}-bedre"


def offered_assessment(before: AssessedYear | None) -> TypedAssessment:
    """The form as it begins: with what was stored."""
    fields: dict[str, str] = {}
    for criterion in criteria():
        score = before.scores.get(criterion.key) if before else None
        found = (str(score.level), score.strengths, score.improvement) if score else ("", "", "")
        fields |= dict(zip(field_names(criterion.key), found, strict=True))
    return TypedAssessment(fields, {}, {})


def store_assessment(
    session: Session,
    unit: Unit,
    year: int,
    scores: Mapping[str, CriterionScore],
    account: Account,
    number: int,
) -> None:
    """number: the one after the newest that the account's page knew of. Raises AssessedMeanwhileError."""
    session.add_all(
        SelfAssessment(
            unit_id=unit.id,
            year=year,
            number=number,
            criterion=criterion,
            level=score.level,
            strengths=score.strengths,
            improvement=score.improvement,
            at=now(),
            account_id=account.id,
            author=account.name,
        )
        for criterion, score in scores.items()
    )
    audit.record(session, "assessment.stored", unit.code, year=year, number=number)
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        raise AssessedMeanwhileError from None
