"""The population that a citizen survey is weighted by: stated, and taken away. Never for another kind of survey."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.texts import _
from surveys.release.weighting.models import PopulationMargin

CITIZEN: Final = "citizen"
FEWEST_GROUPS: Final = 2
LARGEST_POPULATION: Final = 10_000_000
"""People in one group: more than Norway has."""
LONGEST_SOURCE: Final = 200


class WeightingRefusedError(Exception):
    """The survey cannot be weighted so; the argument says why, in the reader's language."""


def may_be_weighted(survey: Survey) -> bool:
    """Where everybody is asked, as employees are, a weight would let one answer count for more than another's."""
    return questionnaire_of(survey.instrument).kind == CITIZEN


def margin_of(session: Session, survey: Survey) -> PopulationMargin | None:
    return session.get(PopulationMargin, survey.id)


def state_margin(
    session: Session, survey: Survey, question: str, people: Mapping[str, int], source: str, today: dt.date
) -> None:
    """From now on the top's released means are shown weighted too, beside the others. Replaces what was stated.

    people: option → how many; an option without a number is left out of the weighted means.
    """
    _check(survey, question, people, source)
    found = margin_of(session, survey) or PopulationMargin(survey_id=survey.id)
    found.question, found.people, found.source = question, dict(people), source
    found.stated_on = today
    session.add(found)
    counts = [f"{option}: {number}" for option, number in people.items()]
    audit.record(session, "survey.weighted", survey.key, question=question, population=counts, source=source)


def remove_margin(session: Session, survey: Survey) -> None:
    """Nothing is weighted any more. Doing it twice changes nothing."""
    found = margin_of(session, survey)
    if found is not None:
        session.delete(found)
        audit.record(session, "survey.unweighted", survey.key)


def _check(survey: Survey, question: str, people: Mapping[str, int], source: str) -> None:
    if not may_be_weighted(survey):
        raise WeightingRefusedError(
            _(
                "Vekter brukes bare i innbyggerundersøkelser. I andre undersøkelser får alle spørsmålene, og da teller "
                "alle svar like mye."
            )
        )
    asked = {one.key: one for one in questionnaire_of(survey.instrument).background}.get(question)
    if asked is None or not set(people) <= {option.key for option in asked.options}:
        raise WeightingRefusedError(_("Spørsmålet finnes ikke i denne undersøkelsen."))
    if len(people) < FEWEST_GROUPS:
        raise WeightingRefusedError(_("Skriv antall personer for minst to av gruppene."))
    if not all(0 < number <= LARGEST_POPULATION for number in people.values()):
        raise WeightingRefusedError(_("Antall personer må være et helt tall over 0."))
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise WeightingRefusedError(_("Skriv hvor tallene kommer fra."))
