"""Who may see what, and from which day: the one rule behind result pages, cards, lists and files for readers.

A survey's value at a unit: `accesses`. A unit's card as a page: `readable_cards`. Those without a role: `staff_access`
with `staff_page_access`, and `public_units`. docs/decisions/021 and 063 give the reasons.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from surveys.access.models import HR_ROLES, Account, Role
from surveys.access.permissions import roles_on
from surveys.campaigns.models import ReaderGroup, ReportGroup, Survey, SurveyUnit
from surveys.campaigns.reader_groups import STEP_OF, kept_step
from surveys.organisation.models import Unit
from surveys.platform.database import asked_once
from surveys.release.models import Release

FROM_RELEASE: Final = (*HR_ROLES, Role.CONTROLLER)
"""They carry the release out and answer for it: they see it from the day it is made."""

_READ_THE_TOP: Final = frozenset({ReaderGroup.POLITICIANS, ReaderGroup.PUBLIC})

ReleasedUnit = tuple[int, int]
"""A release's id and a unit's id."""


@dataclass(frozen=True)
class Access:
    """`now`: may see it today. Otherwise from `from_day`; None means that no day has been decided."""

    now: bool
    from_day: dt.date | None = None


@dataclass(frozen=True)
class Audience:
    """Readers who are nobody in particular: whoever reads by the day of this group. They hold no other role."""

    group: ReaderGroup


def accesses(
    session: Session,
    reader: Account | Audience,
    releases: Iterable[Release],
    today: dt.date,
    units: Collection[int] | None = None,
) -> dict[ReleasedUnit, Access]:
    """The reader's access to units of released surveys; nothing for a unit that it will never have access to.

    units: None for every unit in the surveys' pictures. The roles are those of today's organisation. Politicians see
    the top of a survey and the areas right below it, as the survey pictures them, not single workplaces. Units that
    are merged in the report are read by whoever may read one of them: it is their result. Two queries, however many
    units and surveys there are, and one for the steps of each survey that has not loaded them.
    """
    by_survey: dict[int, list[Release]] = defaultdict(list)
    for release in releases:
        by_survey[release.survey_id].append(release)
    tops = {survey_id: of_survey[0].survey.unit_id for survey_id, of_survey in by_survey.items()}
    placed = _placed_units(session, tops, units)
    everywhere = select(SurveyUnit.unit_id).where(SurveyUnit.survey_id.in_(tops))
    asked = everywhere if units is None else {unit for each in placed for unit in each.people}
    roles = {} if isinstance(reader, Audience) else roles_on(session, reader, asked)
    found: dict[ReleasedUnit, Access] = {}
    for each in placed:
        held = {role for unit in each.people for role in roles.get(unit, ())}
        if not each.is_high:
            held -= {Role.POLITICIAN}
        for release in by_survey[each.survey_id]:
            if isinstance(reader, Audience):
                access = _access_of_group(reader.group, release, today, is_high=each.is_high)
            else:
                access = _access(held, release, today)
            if access is not None:
                found[release.id, each.unit_id] = access
    return found


def access_to(
    session: Session, account: Account, release: Release, unit_id: int, today: dt.date
) -> Access | None:
    """`accesses` to one unit of a released survey; None when the account will never have any."""
    return accesses(session, account, [release], today, [unit_id]).get((release.id, unit_id))


def _access(roles: Set[Role], release: Release, today: dt.date) -> Access | None:
    if not roles:
        return None
    first = _first_day(roles, release.survey, release.released_on)
    return Access(now=first is not None and first <= today, from_day=first)


def _access_of_group(group: ReaderGroup, release: Release, today: dt.date, *, is_high: bool) -> Access | None:
    """Politicians and the public read no single workplaces. As an account with the group's role, when there is one."""
    if group in _READ_THE_TOP and not is_high:
        return None
    found = group_access(group, release, today)
    if found is None and group in STEP_OF.values():
        return Access(now=False)
    return found


def _first_day(roles: Set[Role], survey: Survey, released_on: dt.date) -> dt.date | None:
    """The first day any of the roles may see the survey; None when no day has been decided."""
    if roles & set(FROM_RELEASE):
        return released_on
    steps = {step.readers: step.visible_on for step in survey.visibility}
    days = [steps[STEP_OF[role]] for role in roles if STEP_OF[role] in steps]
    return max(min(days), released_on) if days else None


def group_access(readers: ReaderGroup, release: Release, today: dt.date) -> Access | None:
    """From when the group reads the survey by its own step; None when it never will."""
    step = kept_step(release.survey, readers)
    if step is None:
        return None
    first = max(step.visible_on, release.released_on)
    return Access(now=first <= today, from_day=first)


def staff_access(release: Release, today: dt.date) -> Access | None:
    """From when staff read their own unit's result, with the link to it; None when they never will."""
    return group_access(ReaderGroup.STAFF, release, today)


def staff_page_access(
    session: Session, account: Account, release: Release, unit_id: int, today: dt.date
) -> Access | None:
    """From when an account reads the page for a unit's staff.

    Whoever may read the result page may read this one, which shows less. Others with a role there read it from the
    day of the staff. A politician is no member of the staff.
    """
    own = access_to(session, account, release, unit_id, today)
    if own is not None and own.now:
        return own
    staff = staff_access(release, today)
    if staff is not None and held_roles(session, account, release, unit_id) - {Role.POLITICIAN}:
        return staff
    return own


def held_roles(session: Session, account: Account, release: Release, unit_id: int) -> frozenset[Role]:
    """The roles the account has today on a unit of the survey, or on one merged into it."""
    placed = _placed_units(session, {release.survey_id: release.survey.unit_id}, [unit_id])
    people = {unit for each in placed for unit in each.people}
    return frozenset().union(*roles_on(session, account, people).values())


def public_units(session: Session, release: Release, today: dt.date) -> frozenset[int]:
    """The units of the survey that everybody may read today: as high as those politicians read. None before the day."""
    access = group_access(ReaderGroup.PUBLIC, release, today)
    if access is None or not access.now:
        return frozenset()
    placed = _placed_units(session, {release.survey_id: release.survey.unit_id}, None)
    return frozenset(each.unit_id for each in placed if each.is_high)


def group_reads(session: Session, readers: ReaderGroup, release: Release, unit_id: int, day: dt.date) -> bool:
    """Whether the group reads the unit in that release on that day."""
    if readers == ReaderGroup.PUBLIC:
        return unit_id in public_units(session, release, day)
    access = group_access(readers, release, day)
    return access is not None and access.now


@dataclass(frozen=True)
class _PlacedUnit:
    """A unit in a survey's picture.

    is_high: the top, or right below it. people: the unit itself and those merged into it in the report.
    """

    survey_id: int
    unit_id: int
    is_high: bool
    people: frozenset[int]


def _placed_units(
    session: Session, tops: Mapping[int, int], units: Collection[int] | None
) -> list[_PlacedUnit]:
    """tops: survey → its top unit. A merger is no storey of its own: its members are as high as the merged unit."""
    some = None if units is None else frozenset(units)
    question = "placed", tuple(tops.items()), some
    return list(asked_once(session, question, lambda: _ask_where_placed(session, tops, some)))


def _ask_where_placed(session: Session, tops: Mapping[int, int], units: Set[int] | None) -> list[_PlacedUnit]:
    rows = session.execute(
        _placing(only_some=units is not None), {"surveys": list(tops), "units": list(units or ())}
    ).all()
    members: dict[tuple[int, int], set[int]] = defaultdict(set)
    for row in rows:
        if row.group_id is not None:
            members[row.survey_id, row.group_id].add(row.unit_id)
    return [
        _PlacedUnit(
            row.survey_id,
            row.unit_id,
            tops[row.survey_id] in {row.unit_id, row.parent_id if row.group_id is None else row.above_group},
            frozenset({row.unit_id} | members[row.survey_id, row.unit_id]),
        )
        for row in rows
        if units is None or row.unit_id in units
    ]


@cache
def _placing(*, only_some: bool) -> Select[int, int, int | None, int | None, int | None]:
    """A query for every unit of `surveys`; only_some: for `units`, and those merged into them.

    Made once: making it takes longer than asking it.
    """
    group = aliased(SurveyUnit)
    query = (
        select(
            SurveyUnit.survey_id,
            SurveyUnit.unit_id,
            SurveyUnit.parent_id,
            ReportGroup.unit_id.label("group_id"),
            group.parent_id.label("above_group"),
        )
        .outerjoin(
            ReportGroup,
            (ReportGroup.survey_id == SurveyUnit.survey_id) & (ReportGroup.unit_id == SurveyUnit.parent_id),
        )
        .outerjoin(group, (group.survey_id == ReportGroup.survey_id) & (group.unit_id == ReportGroup.unit_id))
        .where(SurveyUnit.survey_id.in_(bindparam("surveys", expanding=True)))
    )
    if not only_some:
        return query
    units: BindParameter[int] = bindparam("units", expanding=True)
    return query.where(or_(SurveyUnit.unit_id.in_(units), ReportGroup.unit_id.in_(units)))


def readable_cards(
    session: Session, account: Account, units: Collection[int] | Select[int]
) -> frozenset[int]:
    """Those of the units whose card the account may open, by today's organisation. Three queries.

    Politicians open the cards of the municipality and its areas. The card of units merged in a report is opened by
    whoever may open the card of one of them. What a survey says on a card is a matter for `accesses`.
    """
    roles = dict(roles_on(session, account, units))
    for group_id, held in _roles_on_members(session, account, units).items():
        roles[group_id] = roles.get(group_id, frozenset()) | held
    politicians = any(held == {Role.POLITICIAN} for held in roles.values())
    high = units_of_politicians(session, units) if politicians else frozenset()
    return frozenset(
        unit for unit, held in roles.items() if held - {Role.POLITICIAN} or (held and unit in high)
    )


def units_of_politicians(session: Session, units: Collection[int] | Select[int]) -> frozenset[int]:
    """Those of the units that politicians read about: the municipality and its areas, by today's organisation."""
    above = aliased(Unit)
    return frozenset(
        session.scalars(
            select(Unit.id)
            .outerjoin(above, above.id == Unit.parent_id)
            .where(Unit.id.in_(units), above.parent_id.is_(None))
        )
    )


def _roles_on_members(
    session: Session, account: Account, units: Collection[int] | Select[int]
) -> dict[int, frozenset[Role]]:
    """Merged unit → the roles on any of those it was ever merged from."""
    merged = session.execute(
        select(ReportGroup.unit_id, SurveyUnit.unit_id)
        .join(
            SurveyUnit,
            (SurveyUnit.survey_id == ReportGroup.survey_id) & (SurveyUnit.parent_id == ReportGroup.unit_id),
        )
        .where(ReportGroup.unit_id.in_(units))
        .distinct()
    ).all()
    roles = roles_on(session, account, {member for _group, member in merged}) if merged else {}
    found: dict[int, frozenset[Role]] = {}
    for group_id, member in merged:
        found[group_id] = found.get(group_id, frozenset()) | roles.get(member, frozenset())
    return found
