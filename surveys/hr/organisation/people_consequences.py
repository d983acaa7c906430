"""What moving people to another unit means, in sentences, before it is saved."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.moving_invitations import InvitedPeople, MovedGroup, is_whole, survey_of
from surveys.organisation.models import Person, Unit
from surveys.organisation.moving_people import GroupAlong
from surveys.platform.localisation import listed, localised
from surveys.platform.texts import _, ngettext


def of_moving_people(
    session: Session,
    people: Sequence[Person],
    unit: Unit,
    to: Unit,
    invited: Iterable[InvitedPeople],
    *,
    along: bool,
) -> list[str]:
    """along: whether invitations are to go with them."""
    return [
        _moved(people, unit, to),
        *(said for each in invited for said in _invited(session, each, to, along=along)),
        *_always(session, people, to),
    ]


def of_moving_back(
    session: Session, people: Sequence[Person], unit: Unit, to: Unit, groups: Iterable[GroupAlong]
) -> list[str]:
    """unit: where they are now. groups: those whose invitations went along there."""
    said = (_back(session, group, people) for group in groups)
    return [_moved(people, unit, to), *filter(None, said), *_always(session, people, to)]


def _moved(people: Sequence[Person], unit: Unit, to: Unit) -> str:
    return ngettext(
        "%(num)s ansatt flyttes fra %(unit)s til %(to)s: %(names)s.",
        "%(num)s ansatte flyttes fra %(unit)s til %(to)s: %(names)s.",
        len(people),
        unit=unit.name,
        to=to.name,
        names=listed([person.name for person in people]),
    )


def _always(session: Session, people: Sequence[Person], to: Unit) -> list[str]:
    return [
        *_leaders(session, people, {person.id for person in people}, to),
        _("Svar som er levert, blir der de er. Ferdige resultater endres ikke."),
        _("Når du leser inn en ny liste over ansatte, bestemmer den hvor de hører til."),
    ]


def _invited(session: Session, invited: InvitedPeople, to: Unit, *, along: bool) -> Iterator[str]:
    """What an open survey does. The same whether they have answered or not."""
    name = localised(invited.survey.title)
    if not along:
        yield _("«%(survey)s» er åpen: invitasjonene blir der de er.", survey=name)
        return
    for group in invited.groups:
        yield _group(group, name, session.get_one(Unit, group.was_id), to)
    if invited.asked_before:
        yield ngettext(
            "«%(survey)s»: %(num)s ansatt har vært med i en slik flytting før. Invitasjonen blir der den er. Ellers "
            "kunne svarprosenten vist hvem som har svart.",
            "«%(survey)s»: %(num)s ansatte har vært med i en slik flytting før. Invitasjonene blir der de er. Ellers "
            "kunne svarprosenten vist hvem som har svart.",
            invited.asked_before,
            survey=name,
        )


def _group(group: MovedGroup, survey: str, was: Unit, to: Unit) -> str:
    if not group.is_asked:
        return _(
            "«%(survey)s» spør ikke i %(to)s: invitasjonene blir i %(unit)s.",
            survey=survey,
            to=to.name,
            unit=was.name,
        )
    if not group.may_move:
        return _(
            "«%(survey)s»: invitasjonene blir i %(unit)s. Med færre enn %(group)s inviterte ville "
            "svarprosenten vist hvem som har svart.",
            survey=survey,
            unit=was.name,
            group=group.survey.minimum_group,
        )
    return _(
        "«%(survey)s»: de som er invitert i %(unit)s og ikke har svart, svarer for %(to)s. Lenken er den samme.",
        survey=survey,
        unit=was.name,
        to=to.name,
    )


def _back(session: Session, group: GroupAlong, people: Sequence[Person]) -> str:
    """«» for a survey that nobody can answer any more."""
    survey = survey_of(session, group)
    if survey is None:
        return ""
    name = localised(survey.title)
    if is_whole(group, people):
        was = session.scalars(select(Unit).where(Unit.code == group["unit"])).one()
        return _(
            "«%(survey)s»: de som ikke har svart, svarer for %(unit)s igjen.", survey=name, unit=was.name
        )
    return _(
        "«%(survey)s»: invitasjonene blir der de er. Noen som ble flyttet, er ikke lenger med, og da ville "
        "svarprosenten vist hvem som har svart.",
        survey=name,
    )


def _leaders(session: Session, people: Sequence[Person], ids: Collection[int], to: Unit) -> Iterator[str]:
    """Leaders' accounts from the roster follow them."""
    known = set(session.scalars(select(Account.person_id).where(Account.person_id.in_(ids))))
    names = [person.name for person in people if person.is_leader and person.id in known]
    if names:
        yield _("Tilgangen som leder følger med til %(to)s: %(names)s.", to=to.name, names=listed(names))
