"""«Hva betyr dette?» of the rows that a survey gives their values: the help of the result pages, of the same survey."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.instruments.models import Instrument
from surveys.release.models import Release
from surveys.results.meanings import NumberMeaning, theme_meanings
from surveys.scorecards.rows import IndicatorRow


def row_meanings(session: Session, rows: Iterable[IndicatorRow]) -> dict[int, NumberMeaning]:
    """Indicator id → the help of its value, as the questionnaire of that value asked. One query.

    No figures: the row has its own, with how many answered and how sure it is.
    """
    by_release: dict[int, list[IndicatorRow]] = defaultdict(list)
    for row in rows:
        if row.release_id is not None:
            by_release[row.release_id].append(row)
    found: dict[int, NumberMeaning] = {}
    for release_id, instrument in _instruments(session, by_release):
        questionnaire = questionnaire_of(instrument)
        helps = theme_meanings(questionnaire, {row.measure for row in by_release[release_id]})
        found |= {
            row.indicator_id: helps[row.measure] for row in by_release[release_id] if row.measure in helps
        }
    return found


def _instruments(session: Session, release_ids: Iterable[int]) -> list[tuple[int, Instrument]]:
    asked = (
        select(Release.id, Instrument)
        .join(Survey, Survey.id == Release.survey_id)
        .join(Instrument, Instrument.id == Survey.instrument_id)
        .where(Release.id.in_(release_ids))
    )
    return [(release_id, instrument) for release_id, instrument in session.execute(asked)]
