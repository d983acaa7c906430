"""An indicator's rows on a card, brought in step with the plan: for which units and from which year."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from surveys.platform.texts import _
from surveys.scorecards.card_plans import IndicatorPlan
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.models import Indicator, ScorecardLine


def show_on_card(
    session: Session, setup: CardSetup, indicator: Indicator, plan: IndicatorPlan, position: int
) -> None:
    """The indicator's lines on the card: one for each type of unit it is for."""
    wanted = set(plan.unit_types or ("",))
    standing = {line.unit_type: line for line in setup.card.lines if line.indicator_id == indicator.id}
    for unit_type in sorted(wanted - set(standing)):
        if standing:
            whom = unit_type or _("alle enheter")
            setup.changes.append(_("%(code)s: vises for %(whom)s", code=plan.code, whom=whom))
        setup.card.lines.append(
            ScorecardLine(
                indicator=indicator,
                position=position,
                unit_type=unit_type,
                from_year=setup.edition.rows_from if setup.edition else None,
                reported=plan.reported,
            )
        )
    for unit_type in sorted(set(standing) - wanted):
        whom = unit_type or _("alle enheter")
        if _end(setup, standing[unit_type]):
            setup.changes.append(_("%(code)s: vises ikke lenger for %(whom)s", code=plan.code, whom=whom))
    for unit_type in set(standing) & wanted:
        _go_on(setup, standing[unit_type], plan, position)
    session.flush()


def _go_on(setup: CardSetup, line: ScorecardLine, plan: IndicatorPlan, position: int) -> None:
    line.position = position
    if line.until_year is not None:
        setup.changes.append(_("%(code)s: kommer tilbake på kortet", code=plan.code))
        line.until_year = None
    setup.set(plan.code, line, reported=plan.reported)


def end_other_lines(setup: CardSetup, codes: Collection[str]) -> None:
    """Rows that the plan does not have: they end before an edition's year, and are left by a file that has no year."""
    others = [line for line in setup.card.lines if line.indicator.code not in codes]
    for line in others:
        code = line.indicator.code
        if setup.edition is None:
            setup.notes.append(_("%(code)s står ikke i filen, og blir stående på kortet.", code=code))
        elif _end(setup, line):
            setup.changes.append(_("%(code)s: tas ut fra %(year)s", code=code, year=setup.edition.year))


def _end(setup: CardSetup, line: ScorecardLine) -> bool:
    """False when it had ended. Older cards keep the row: it is removed only when it is on none of them."""
    if setup.edition is None or (line.from_year is not None and line.from_year >= setup.edition.year):
        setup.card.lines.remove(line)
        return True
    last = setup.edition.year - 1
    if line.until_year is not None and line.until_year <= last:
        return False
    line.until_year = last
    return True
