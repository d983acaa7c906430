"""Whether the questionnaires and measures that a card names exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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
        elif indicator.measure in known.measures:
            continue
        elif factor := known.items.get(indicator.measure.partition(":")[0]):
            yield _(
                "%(code)s: «%(item)s» er én påstand, og det er temaene som frigis. Bruk temaet «%(factor)s», eller "
                "lag et tema med bare den påstanden.",
                code=indicator.code,
                item=indicator.measure,
                factor=factor,
            )
        else:
            yield _(
                "%(code)s: «%(questionnaire)s» måler ikke «%(measure)s». Det måler %(known)s.",
                code=indicator.code,
                questionnaire=indicator.questionnaire,
                measure=indicator.measure,
                known=", ".join(sorted(known.measures)),
            )


@dataclass(frozen=True)
class KnownMeasures:
    """What a questionnaire is measured by, in any version. items: its statements, each with its factor."""

    measures: frozenset[str] = frozenset()
    items: Mapping[str, str] = field(default_factory=dict)


def _measures(session: Session, keys: set[str]) -> Mapping[str, KnownMeasures]:
    """The measures of every version, in use or built in."""
    found: dict[str, KnownMeasures] = {}
    for questionnaire in every_version(session):
        key = questionnaire.key
        if key not in keys:
            continue
        before = found.get(key, KnownMeasures())
        measures = {*(each.key for each in measures_of(questionnaire)), *whole_measures(questionnaire)}
        items = {item.key: factor.key for factor in questionnaire.factors for item in factor.items}
        found[key] = KnownMeasures(before.measures | measures, {**before.items, **items})
    return found
