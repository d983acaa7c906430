"""Whether the questionnaires and measures that a card names exist."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from surveys.instruments.in_use import every_version
from surveys.platform.texts import _
from surveys.release.measures import measures_of
from surveys.scorecards.card_plans import CardPlan, SetupError
from surveys.scorecards.whole_measures import whole_measures


def check_sources(session: Session, plan: CardPlan) -> None:
    """Raises SetupError with every indicator that no release would ever feed."""
    if faults := list(_source_faults(session, plan)):
        raise SetupError("\n".join(faults))


def _source_faults(session: Session, plan: CardPlan) -> Iterator[str]:
    """An unknown questionnaire, or a measure it does not have."""
    wanted = {indicator.questionnaire for indicator in plan.indicators() if indicator.questionnaire}
    measures = _measures(session, wanted)
    for indicator in plan.indicators():
        if not indicator.questionnaire or not indicator.measure:
            continue
        known = measures.get(indicator.questionnaire)
        if known is None:
            yield _(
                "%(code)s: det finnes ikke noe spørreskjema «%(questionnaire)s».",
                code=indicator.code,
                questionnaire=indicator.questionnaire,
            )
        elif indicator.measure not in known:
            yield _(
                "%(code)s: «%(questionnaire)s» måler ikke «%(measure)s». Det måler %(known)s.",
                code=indicator.code,
                questionnaire=indicator.questionnaire,
                measure=indicator.measure,
                known=", ".join(sorted(known)),
            )


def _measures(session: Session, keys: set[str]) -> Mapping[str, frozenset[str]]:
    """The measures of every version, in use or built in."""
    found: dict[str, frozenset[str]] = {}
    for questionnaire in every_version(session):
        key = questionnaire.key
        if key in keys:
            known = {*(measure.key for measure in measures_of(questionnaire)), *whole_measures(questionnaire)}
            found[key] = found.get(key, frozenset()) | known
    return found
