"""Whether the questionnaires and measures that a card names exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.in_use import every_version
from surveys.platform.texts import _
from surveys.release.items.item_measures import item_key, item_measures, item_of
from surveys.release.measures import measures_of
from surveys.scorecards.card_plans import CardPlan, IndicatorPlan, SetupError
from surveys.scorecards.models import Indicator, Scorecard
from surveys.scorecards.whole_measures import whole_measures


def check_sources(session: Session, plan: CardPlan) -> None:
    """Raises SetupError with every indicator that no release would ever feed."""
    if faults := list(_source_faults(session, plan)):
        raise SetupError("\n".join(faults))


def _source_faults(session: Session, plan: CardPlan) -> Iterator[str]:
    """An unknown questionnaire, or a measure it does not have."""
    wanted = {indicator.questionnaire for indicator in plan.indicators() if indicator.questionnaire}
    measures = _measures(session, wanted)
    yield from _all_of_a_theme(session, plan, measures)
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
            yield _item_fault(indicator, known, factor)
        else:
            yield _(
                "%(code)s: «%(questionnaire)s» måler ikke «%(measure)s». Det måler %(known)s.",
                code=indicator.code,
                questionnaire=indicator.questionnaire,
                measure=indicator.measure,
                known=", ".join(sorted(known.measures)),
            )


def _item_fault(indicator: IndicatorPlan, known: "KnownMeasures", factor: str) -> str:
    """A statement that was written without «:item», or that is never told alone."""
    item = (indicator.measure or "").partition(":")[0]
    if item_key(item) in known.measures:
        return _(
            "%(code)s: «%(item)s» er ett spørsmål i temaet «%(factor)s». Skriv «%(key)s» for spørsmålet alene, eller "
            "bruk temaet.",
            code=indicator.code,
            item=item,
            factor=factor,
            key=item_key(item),
        )
    return _(
        "%(code)s: «%(item)s» vises ikke alene. Bruk temaet «%(factor)s».",
        code=indicator.code,
        item=item,
        factor=factor,
    )


def _all_of_a_theme(session: Session, plan: CardPlan, known: Mapping[str, "KnownMeasures"]) -> Iterator[str]:
    """Themes whose every statement would be told alone, by this card and the others together.

    At a release the one that was asked for last would be left out, and its indicator never measured.
    """
    others = session.execute(
        select(Indicator.questionnaire, Indicator.measure)
        .outerjoin(Scorecard, Scorecard.id == Indicator.card_id)
        .where(Indicator.measure.is_not(None), (Scorecard.key != plan.key) | Indicator.card_id.is_(None))
    )
    own = ((each.questionnaire, each.measure) for each in plan.indicators())
    asked: dict[tuple[str, str], set[str]] = {}
    for questionnaire, measure in [*others, *own]:
        item = item_of(measure or "")
        about = known.get(questionnaire or "")
        if item and about and (factor := about.items.get(item)):
            asked.setdefault((questionnaire or "", factor), set()).add(item)
    for (questionnaire, factor), items in asked.items():
        in_theme = {item for item, of in known[questionnaire].items.items() if of == factor}
        if in_theme <= items:
            yield _(
                "Alle spørsmålene i temaet «%(factor)s» er kilde for hver sin indikator. Minst ett må være igjen, "
                "ellers kan svarene til noen få regnes ut. Bruk temaet for ett av dem.",
                factor=factor,
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
        measures = {
            *(each.key for each in measures_of(questionnaire)),
            *(each.key for each in item_measures(questionnaire)),
            *whole_measures(questionnaire),
        }
        items = {item.key: factor.key for factor in questionnaire.factors for item in factor.items}
        found[key] = KnownMeasures(before.measures | measures, {**before.items, **items})
    return found
