"""The population that a citizen survey is weighted by: stated, and taken away. Never for another kind of survey."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.texts import _
from surveys.release.weighting.models import DeclaredMargin, PopulationMargin, SurveyWeighting

CITIZEN: Final = "citizen"
FEWEST_GROUPS: Final = 2
LARGEST_POPULATION: Final = 10_000_000
"""People in one group: more than Norway has."""
LONGEST_SOURCE: Final = 200
_COUNTED: Final = frozenset({SurveyStatus.COUNTED, SurveyStatus.RELEASED})


class WeightingRefusedError(Exception):
    """The survey cannot be weighted so; the argument says why, in the reader's language."""


def may_be_weighted(survey: Survey) -> bool:
    """Where everybody is asked, as employees are, a weight would let one answer count for more than another's."""
    return questionnaire_of(survey.instrument).kind == CITIZEN


def not_for_this_kind() -> str:
    return _(
        "Vekter brukes bare i innbyggerundersøkelser. I andre undersøkelser får alle spørsmålene, og da teller "
        "alle svar like mye."
    )


def margin_of(session: Session, survey: Survey) -> PopulationMargin | None:
    """What the survey is weighted by. None, too, when a draft was given another questionnaire afterwards."""
    found = session.get(PopulationMargin, survey.id)
    asked = {one.key: one for one in questionnaire_of(survey.instrument).background} if found else {}
    if found is None or found.question not in asked or not may_be_weighted(survey):
        return None
    options = {option.key for option in asked[found.question].options}
    return found if set(found.people) <= options else None


def state_margin(
    session: Session, survey: Survey, question: str, people: Mapping[str, int], source: str, today: dt.date
) -> None:
    """From now on the top's released means are shown weighted too, beside the others. Replaces what was stated.

    people: option → how many; an option without a number is left out of the weighted means.
    """
    _check(survey, question, people, source)
    if session.get(SurveyWeighting, survey.id) is not None:
        raise WeightingRefusedError(_("Svarene er vektet allerede, og kan ikke vektes på en måte til."))
    if declared_margins(session, survey):
        raise WeightingRefusedError(
            _("Svarene skal vektes ved opptellingen. Velg «Ikke vekt etter spørsmålet» der først.")
        )
    found = session.get(PopulationMargin, survey.id) or PopulationMargin(survey_id=survey.id)
    found.question, found.people, found.source = question, dict(people), source
    found.stated_on = today
    session.add(found)
    counts = [f"{option}: {number}" for option, number in people.items()]
    audit.record(session, "survey.weighted", survey.key, question=question, population=counts, source=source)


def remove_margin(session: Session, survey: Survey) -> None:
    """Nothing is weighted any more. Doing it twice changes nothing."""
    found = session.get(PopulationMargin, survey.id)
    if found is not None:
        session.delete(found)
        audit.record(session, "survey.unweighted", survey.key)


def margins_may_be_declared(survey: Survey) -> bool:
    """Until the answers are counted: then background is taken from them, and nobody's weight can be found again."""
    return may_be_weighted(survey) and survey.status not in _COUNTED


def declared_margins(session: Session, survey: Survey) -> Sequence[DeclaredMargin]:
    """What the answers are weighted by when they are counted, in the questionnaire's order.

    Those of a question that is no longer there, as when a draft was given another questionnaire, are left out.
    """
    if not may_be_weighted(survey):
        return []
    found = session.scalars(select(DeclaredMargin).where(DeclaredMargin.survey_id == survey.id)).all()
    by_question = {margin.question: margin for margin in found}
    return [
        by_question[asked.key]
        for asked in questionnaire_of(survey.instrument).background
        if asked.key in by_question
        and set(by_question[asked.key].people) <= {option.key for option in asked.options}
    ]


def declare_margin(
    session: Session, survey: Survey, question: str, people: Mapping[str, int], source: str, today: dt.date
) -> None:
    """The answers are weighted by this too when they are counted. Replaces what was declared of the question.

    people: as `state_margin`. What was stated by `state_margin` is taken away: a survey is weighted in one way.
    """
    _require_uncounted(session, survey)
    keep_margin(session, survey, question, people, source, today)
    remove_margin(session, survey)
    counts = [f"{option}: {number}" for option, number in people.items()]
    audit.record(
        session, "survey.margin_declared", survey.key, question=question, population=counts, source=source
    )


def keep_margin(
    session: Session, survey: Survey, question: str, people: Mapping[str, int], source: str, today: dt.date
) -> None:
    """As `declare_margin`, whether or not the answers are counted: for whoever counts them in the same transaction."""
    _check(survey, question, people, source)
    found = session.get(DeclaredMargin, (survey.id, question)) or DeclaredMargin(
        survey_id=survey.id, question=question
    )
    found.people, found.source, found.stated_on = dict(people), source, today
    session.add(found)


def withdraw_margin(session: Session, survey: Survey, question: str) -> None:
    """The answers are not weighted by the question when they are counted. Doing it twice changes nothing."""
    _require_uncounted(session, survey)
    found = session.get(DeclaredMargin, (survey.id, question))
    if found is not None:
        session.delete(found)
        audit.record(session, "survey.margin_withdrawn", survey.key, question=question)


def _require_uncounted(session: Session, survey: Survey) -> None:
    """Nobody counts the answers before this transaction is over."""
    session.execute(select(Survey.id).where(Survey.id == survey.id).with_for_update())
    session.refresh(survey)
    if survey.status in _COUNTED:
        raise WeightingRefusedError(_("Svarene er talt opp, og kan ikke vektes etter flere spørsmål nå."))


def _check(survey: Survey, question: str, people: Mapping[str, int], source: str) -> None:
    if not may_be_weighted(survey):
        raise WeightingRefusedError(not_for_this_kind())
    asked = {one.key: one for one in questionnaire_of(survey.instrument).background}.get(question)
    if asked is None or not set(people) <= {option.key for option in asked.options}:
        raise WeightingRefusedError(_("Spørsmålet finnes ikke i denne undersøkelsen."))
    if len(people) < FEWEST_GROUPS:
        raise WeightingRefusedError(_("Skriv antall personer for minst to av gruppene."))
    if not all(0 < number <= LARGEST_POPULATION for number in people.values()):
        raise WeightingRefusedError(_("Antall personer må være et helt tall over 0."))
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise WeightingRefusedError(_("Skriv hvor tallene kommer fra."))
