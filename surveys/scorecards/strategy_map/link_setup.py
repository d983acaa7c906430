"""The links of a card, brought in step with its plan. An older card keeps those it had."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from surveys.platform.texts import _
from surveys.scorecards.card_plans import CardPlan, LinkPlan
from surveys.scorecards.card_setup import CardSetup
from surveys.scorecards.chain_setup import planned_indicators
from surveys.scorecards.models import Goal, Indicator
from surveys.scorecards.strategy_map.links import links_now
from surveys.scorecards.strategy_map.models import GoalLink


def set_links(
    session: Session, setup: CardSetup, plan: CardPlan, indicators: Mapping[str, Indicator]
) -> None:
    """indicators: the plan's, by code. A file without a year leaves the links that it does not have."""
    goals = _goals(setup, plan, indicators)
    standing = {(link.cause_id, link.effect_id): link for link in links_now(session, setup.card.id)}
    for position, planned in enumerate(plan.links):
        ends = goals[planned.cause], goals[planned.effect]
        link = standing.pop((ends[0].id, ends[1].id), None)
        if link is None:
            setup.changes.append(_("Strategikartet: ny lenke, %(name)s", name=planned.name))
            link = _added(session, setup, ends, planned)
        elif dict(link.why) != dict(planned.why):
            setup.changes.append(_("Strategikartet: ny begrunnelse for %(name)s", name=planned.name))
            link = _reasoned(session, setup, link, planned)
        link.position = position
    for link in standing.values():
        if setup.edition is None:
            words = _("Lenken %(name)s i strategikartet står ikke i filen, og blir stående.", name=link.name)
            setup.notes.append(words)
        else:
            setup.changes.append(_("Strategikartet: %(name)s tas ut", name=link.name))
            _end(session, link, setup.edition.year)
    session.flush()


def _goals(setup: CardSetup, plan: CardPlan, indicators: Mapping[str, Indicator]) -> dict[str, Goal]:
    """Goal's code → the goal: the card's own, else that of the card above whose indicators it shares."""
    found: dict[str, Goal] = {}
    for planned in planned_indicators(plan):
        goal = indicators[planned.indicator.code].success_factor.goal
        if planned.goal.code not in found or goal.card_id == setup.card.id:
            found[planned.goal.code] = goal
    return found


def _added(session: Session, setup: CardSetup, ends: tuple[Goal, Goal], planned: LinkPlan) -> GoalLink:
    link = GoalLink(
        scorecard_id=setup.card.id,
        cause=ends[0],
        effect=ends[1],
        why=dict(planned.why),
        from_year=setup.edition.rows_from if setup.edition else None,
    )
    session.add(link)
    session.flush()
    return link


def _reasoned(session: Session, setup: CardSetup, link: GoalLink, planned: LinkPlan) -> GoalLink:
    """With the new reason, from the edition's year when older cards have the old one."""
    year = setup.edition.year if setup.edition else None
    if year is None or (link.from_year is not None and link.from_year >= year):
        link.why = dict(planned.why)
        return link
    _end(session, link, year)
    session.flush()
    return _added(session, setup, (link.cause, link.effect), planned)


def _end(session: Session, link: GoalLink, year: int) -> None:
    """Older cards keep the link: it is removed only when it is on none of them."""
    if link.from_year is not None and link.from_year >= year:
        session.delete(link)
    else:
        link.until_year = year - 1
