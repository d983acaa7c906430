"""What a card shows for the years before a new version's: approving the version must leave it as it was."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.platform.texts import _
from surveys.scorecards.card_plans import SetupError
from surveys.scorecards.models import Indicator, Scorecard, ScorecardLine


class OlderFact(StrEnum):
    LAYER = "layer"
    ROW = "row"
    LEVEL = "level"
    INTERIM_TARGET = "interim_target"


OlderFacts = Mapping[tuple[object, ...], object]
"""(fact, indicator's id, whose or which) → what the older cards show."""


def older_facts(session: Session, card: Scorecard, year: int) -> OlderFacts:
    """Rows, ambition levels and delmål of years before `year`, and whether rows of the card above come too."""
    rows: dict[tuple[object, ...], object] = {}
    lines = session.scalars(select(ScorecardLine).where(ScorecardLine.scorecard_id == card.id)).all()
    for line in lines:
        if line.from_year is None or line.from_year < year:
            last = min(line.until_year or year, year - 1)
            rows[OlderFact.ROW, line.indicator_id, line.unit_type] = (line.from_year, last)
    if not rows:
        return {}
    rows[OlderFact.LAYER, 0] = card.extends
    for indicator in {line.indicator for line in lines}:
        rows |= _of_indicator(indicator, year)
    return rows


def _of_indicator(indicator: Indicator, year: int) -> OlderFacts:
    levels: dict[tuple[object, ...], object] = {
        (OlderFact.LEVEL, indicator.id, each.unit_id, each.from_year): (
            indicator.kind,
            indicator.direction,
            each.green,
            each.yellow,
            each.green_to,
            each.yellow_to,
        )
        for each in indicator.targets
        if each.from_year < year
    }
    interim: dict[tuple[object, ...], object] = {
        (OlderFact.INTERIM_TARGET, indicator.id, each.unit_id, each.year): each.value
        for each in indicator.interim_targets
        if each.year < year
    }
    return levels | interim


def refuse_changed_past(session: Session, before: OlderFacts, card: Scorecard, year: int) -> None:
    """Raises SetupError when an older card would show something else than `before`."""
    after = older_facts(session, card, year)
    changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    if changed:
        raise SetupError("\n".join(dict.fromkeys(_words(session, changed, year))))


def _words(session: Session, changed: set[tuple[object, ...]], year: int) -> Iterator[str]:
    for fact, indicator_id, *_whose in sorted(changed, key=str):
        indicator = session.get(Indicator, indicator_id)
        code = indicator.code if indicator else ""
        match fact:
            case OlderFact.LAYER:
                yield _(
                    "Kortet er brukt før %(year)s. Da kan du ikke endre om radene kommer i tillegg til kortet over.",
                    year=year,
                )
            case OlderFact.ROW:
                yield _(
                    "%(code)s var ikke på kortet året før %(year)s, og kan ikke komme tilbake. Gi den en ny kode.",
                    code=code,
                    year=year,
                )
            case OlderFact.LEVEL:
                yield _(
                    "%(code)s: Grensene før %(year)s ville blitt endret. La dem stå, eller gi indikatoren en ny kode.",
                    code=code,
                    year=year,
                )
            case _:
                yield _("%(code)s: Delmål for år før %(year)s kan ikke endres.", code=code, year=year)
