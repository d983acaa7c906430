"""What moving people to another unit means, in sentences, before it is saved."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.access.models import Account
from surveys.campaigns.moving_invitations import InvitedGroup, invited_groups
from surveys.organisation.models import Person, Unit
from surveys.platform.localisation import listed, localised
from surveys.platform.texts import _, ngettext


def of_moving_people(
    session: Session, people: Sequence[Person], unit: Unit, to: Unit, *, along: bool
) -> list[str]:
    """along: whether invitations are to go with them."""
    said = [
        ngettext(
            "%(num)s ansatt flyttes fra %(unit)s til %(to)s: %(names)s.",
            "%(num)s ansatte flyttes fra %(unit)s til %(to)s: %(names)s.",
            len(people),
            unit=unit.name,
            to=to.name,
            names=listed([person.name for person in people]),
        )
    ]
    ids = {person.id for person in people}
    said += [_invited(group, unit, to, along=along) for group in invited_groups(session, ids, to.id)]
    return [
        *said,
        *_leaders(session, people, ids, to),
        _("Svar som er levert, blir der de er. Ferdige resultater endres ikke."),
        _("Når du leser inn en ny liste over ansatte, bestemmer den hvor de hører til."),
    ]


def _invited(group: InvitedGroup, unit: Unit, to: Unit, *, along: bool) -> str:
    """What an open survey does. The same whether they have answered or not."""
    name = localised(group.survey.title)
    if not along:
        return _("«%(survey)s» er åpen: invitasjonene blir i %(unit)s.", survey=name, unit=unit.name)
    if not group.is_asked:
        return _(
            "«%(survey)s» spør ikke i %(to)s: invitasjonene blir i %(unit)s.",
            survey=name,
            to=to.name,
            unit=unit.name,
        )
    if not group.may_move:
        return _(
            "«%(survey)s»: invitasjonene blir i %(unit)s. Med færre enn %(group)s inviterte ville "
            "svarprosenten vist hvem som har svart.",
            survey=name,
            unit=unit.name,
            group=group.survey.minimum_group,
        )
    return _(
        "«%(survey)s»: de som ikke har svart, svarer for %(to)s. Lenken er den samme.",
        survey=name,
        to=to.name,
    )


def _leaders(session: Session, people: Sequence[Person], ids: Collection[int], to: Unit) -> Iterator[str]:
    """Leaders' accounts from the roster follow them."""
    known = set(session.scalars(select(Account.person_id).where(Account.person_id.in_(ids))))
    names = [person.name for person in people if person.is_leader and person.id in known]
    if names:
        yield _("Tilgangen som leder følger med til %(to)s: %(names)s.", to=to.name, names=listed(names))
