"""Those who have an invitation set beside the roster of today: what a sending will do, and doing exactly that.

HR reads it before every sending. Nobody gets two codes. What is settled is the same whether somebody has delivered or
not: else HR, who knows whom it is about, could read who has.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns import outbox
from surveys.campaigns.invitations import Recipient, invite, not_invited, recipient_of, uses_roster
from surveys.campaigns.lifecycle import SurveyError, require_open
from surveys.campaigns.models import Invitation, ReportGroup, Survey, SurveyUnit
from surveys.campaigns.moving_invitations import Moved, large_enough, move_along, undecided_moves
from surveys.campaigns.roster_following import (
    AddressChange,
    PhoneChange,
    address_changes,
    phone_changes,
    plain,
    readdress,
    renumbered,
    rephone,
    take_over_numbers,
    with_invitation,
)
from surveys.campaigns.scope import Scope, lineage_within, units_to_choose
from surveys.campaigns.turnout_protection import in_steps
from surveys.organisation.models import Person, Unit
from surveys.organisation.subtrees import ids_below
from surveys.platform.texts import _


@dataclass(frozen=True)
class ReconcileChoices:
    """What HR wants done; the defaults are what is right most often.

    new: invite those who are new. left_counts: whether whoever has left without answering is one of those invited.
    moved: whether invitations go along to the new unit, of groups that are large enough. shared: one invitation for an
    address that several have, or a code on paper for each. new_units: take in units that were made after the survey.
    address: send the invitation to the new address.
    """

    new: bool = True
    left_counts: bool = False
    moved: Literal["stays", "moves"] = "stays"
    shared: Literal["one", "paper"] = "one"
    new_units: bool = False
    address: bool = True


@dataclass(frozen=True)
class SharedAddress:
    """One address that several in the roster have. `people`: who would be invited; `invited`: has an invitation."""

    email: str
    people: tuple[Person, ...]
    invited: frozenset[str] = frozenset()

    def to_invite(self, how: str) -> tuple[Person, ...]:
        """Whom of them gets a code: one in all, or each who is not the same person as somebody invited."""
        if how == "one":
            return () if self.invited else self.people[:1]
        return tuple(person for person in self.people if plain(person.name) not in self.invited)


@dataclass(frozen=True)
class Left:
    """Somebody with an invitation who is out of the roster. counts: as in `Invitation.counted`."""

    invitation_id: int
    person_id: int
    counts: bool | None


@dataclass(frozen=True)
class Reconciliation:
    """The roster and the invitations side by side. People are named from the roster only."""

    new: tuple[Person, ...] = ()
    shared: tuple[SharedAddress, ...] = ()
    outside: Mapping[Unit, tuple[Person, ...]] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    moved: tuple[Moved, ...] = ()
    # Of `moved`, those in groups so large that turnout does not tell who has delivered.
    movable: tuple[Moved, ...] = ()
    addresses: tuple[AddressChange, ...] = ()
    renumbered: int = 0
    # Invited before, with an address, and not yet put in the outbox.
    unsent: int = 0
    # New numbers of people who get SMS. HR has no choice to make: the SMS goes to the number of today.
    phones: tuple[PhoneChange, ...] = ()
    # Of `unsent`, as SMS.
    unsent_sms: int = 0
    # Invitations without an address until now.
    first_mails: frozenset[int] = frozenset()
    # Of those invited before who have changed in the roster, how many have delivered: in steps, 0 where they are few.
    delivered_at_least: int = 0

    @property
    def to_decide(self) -> bool:
        """Whether HR has something to look at beyond whom to invite."""
        return bool(any(each.counts is None for each in self.left) or self.renumbered or self.addresses)

    def recipients(self, choices: ReconcileChoices) -> list[Recipient]:
        """Whom the choices invite. Of those who share an address, one; or each on paper."""
        chosen: list[Recipient] = []
        if choices.new:
            chosen += [recipient_of(person) for person in self.new]
            for shared in self.shared:
                on_paper = choices.shared == "paper"
                chosen += [recipient_of(each, on_paper=on_paper) for each in shared.to_invite(choices.shared)]
        if choices.new_units:
            chosen += [recipient_of(person) for people in self.outside.values() for person in people]
        return chosen

    def within(self, unit_ids: Collection[int]) -> "Reconciliation":
        """Only whom to invite in these units, and what waits to be sent: for the pilot, which settles nothing else."""
        shared = [
            replace(each, people=tuple(person for person in each.people if person.unit_id in unit_ids))
            for each in self.shared
        ]
        return Reconciliation(
            new=tuple(person for person in self.new if person.unit_id in unit_ids),
            shared=tuple(each for each in shared if each.people),
            unsent=self.unsent,
            unsent_sms=self.unsent_sms,
        )

    def messages(self, choices: ReconcileChoices) -> int:
        """Exactly how many mails and SMS the choices put in the outbox."""
        again = sum(each.sends_again for each in self.addresses)
        new = sum(bool(each.email) for each in self.recipients(choices))
        mails = (
            new + self.unsent - self.unsent_sms + (again + len(self.first_mails) if choices.address else 0)
        )
        return mails + self.sms(choices)

    def sms(self, choices: ReconcileChoices) -> int:
        """How many of `messages` are SMS."""
        return (
            sum(each.gets_sms for each in self.recipients(choices))
            + self.unsent_sms
            + sum(each.sends_again or each.is_first for each in self.phones)
        )

    def with_unused_number(self, choices: ReconcileChoices) -> int:
        """How many of those on paper would get SMS if there were a gateway."""
        return sum(
            not each.email and each.phone is not None and not each.gets_sms
            for each in self.recipients(choices)
        )

    def on_paper(self, choices: ReconcileChoices) -> int:
        return sum(not each.email and not each.gets_sms for each in self.recipients(choices))


def reconciliation(session: Session, survey: Survey) -> Reconciliation:
    """Everything that differs between the survey's invitations and the roster. Changes nothing."""
    unsent = outbox.without_message(session, survey)
    unsent_sms = outbox.without_message(session, survey, sms_only=True)
    if not uses_roster(survey):
        return Reconciliation(unsent=unsent, unsent_sms=unsent_sms)
    pairs = renumbered(session, survey)
    kept, taken_over = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    waiting = [person for person in not_invited(session, survey) if person.id not in taken_over]
    addresses = _invited_addresses(session, survey)
    new, shared = _apart(waiting, addresses)
    changes = address_changes(session, survey)
    leaving = [each for each in _left(session, survey) if each.invitation_id not in kept]
    moved = undecided_moves(session, survey)
    return Reconciliation(
        new=new,
        shared=shared,
        outside=_outside(session, survey, addresses),
        left=tuple(leaving),
        moved=moved,
        movable=large_enough(survey, moved),
        addresses=tuple(changes),
        renumbered=len(kept),
        phones=tuple(phone_changes(session, survey)),
        unsent=unsent + (outbox.without_message(session, survey, kept) if kept else 0),
        unsent_sms=unsent_sms,
        first_mails=_first_mails(session, changes),
        delivered_at_least=_delivered_at_least(session, survey, (*leaving, *moved, *changes)),
    )


def _delivered_at_least(
    session: Session, survey: Survey, changed: Iterable[Left | Moved | AddressChange]
) -> int:
    ids = {each.invitation_id for each in changed}
    if len(ids) < survey.minimum_group:
        return 0
    delivered = select(func.count()).where(Invitation.id.in_(ids), Invitation.delivered)
    return in_steps(session.scalar(delivered) or 0)


def reconcile(
    session: Session,
    survey: Survey,
    choices: ReconcileChoices,
    secret: bytes,
    expected: int | None = None,
    *,
    within: Collection[int] | None = None,
) -> outbox.Queued:
    """Does what the choices say and puts the mails in the outbox. `secret` is `Secrets.codes`.

    within: only people in these units are invited, and nothing else is settled.

    Raises SurveyError when the survey is not open, or when `expected` is not how many mails it would be now.
    """
    require_open(survey, _("Undersøkelsen må være åpen før noen kan inviteres."))
    found = reconciliation(session, survey)
    if within is not None:
        found = found.within(within)
    if expected is not None and expected != found.messages(choices):
        raise SurveyError(
            _("Tallet er endret siden siden ble vist. Se over det som står her, og bekreft på nytt.")
            if found.messages(choices)
            else _("Det er ingenting igjen å sende. Invitasjonene kan allerede være sendt.")
        )
    take_over_numbers(session, survey)
    again = _settle_addresses(session, found, choices)
    texted_again = rephone(session, found.phones)
    _settle_left(session, found.left, counts=choices.left_counts)
    if choices.moved == "moves":
        move_along(session, found.movable)
    if choices.new_units:
        _take_in(session, survey, found.outside)
    invite(session, survey, found.recipients(choices), secret)
    if choices.new and choices.shared == "paper":
        _keep_on_paper(session, survey, found.shared)
    queued = outbox.queue_invitations(session, survey)
    audit.record(
        session,
        "survey.reconciled",
        survey.key,
        new=len(found.recipients(choices)),
        readdressed=again + texted_again,
    )
    return replace(queued, messages=queued.messages + again + texted_again, sms=queued.sms + texted_again)


def _invited_addresses(session: Session, survey: Survey) -> dict[str, frozenset[str]]:
    """Address → names of those invited there. People who were given paper for a shared address count with it."""
    rows = session.execute(
        select(Invitation.email, Invitation.declined_email, Person.email, Person.name)
        .outerjoin(Person, Person.id == Invitation.person_id)
        .where(Invitation.survey_id == survey.id)
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for email, declined, roster, name in rows:
        for address in {plain(each) for each in (email, declined, roster or "") if each}:
            found[address].add(plain(name or ""))
    return {address: frozenset(names) for address, names in found.items()}


def _apart(
    people: Iterable[Person], addresses: Mapping[str, frozenset[str]]
) -> tuple[tuple[Person, ...], tuple[SharedAddress, ...]]:
    """Those with an address of their own or none, and the addresses that several have."""
    by_address: defaultdict[str, list[Person]] = defaultdict(list)
    alone: list[Person] = []
    for person in people:
        if person.email:
            by_address[plain(person.email)].append(person)
        else:
            alone.append(person)
    shared = []
    for address, own in by_address.items():
        if len(own) == 1 and address not in addresses:
            alone += own
        else:
            shared.append(SharedAddress(own[0].email, tuple(own), addresses.get(address, frozenset())))
    alone.sort(key=lambda person: person.id)
    return tuple(alone), tuple(shared)


def _outside(
    session: Session, survey: Survey, addresses: Mapping[str, frozenset[str]]
) -> dict[Unit, tuple[Person, ...]]:
    """People in units below the survey's that it has no picture of, by unit. Whoever is invited already is left out."""
    pictured = select(SurveyUnit.unit_id).where(SurveyUnit.survey_id == survey.id)
    invited = select(Invitation.person_id).where(
        Invitation.survey_id == survey.id, Invitation.person_id.is_not(None)
    )
    people = session.scalars(
        select(Person)
        .join(Unit, Unit.id == Person.unit_id)
        .where(
            Person.unit_id.in_(ids_below([survey.unit_id])),
            Person.unit_id.not_in(pictured),
            Person.unit_id.not_in(select(ReportGroup.unit_id)),
            Person.id.not_in(invited),
            Person.active,
            *([Person.is_leader] if survey.leaders_only else []),
        )
        .order_by(Unit.name, Person.id)
    )
    found: defaultdict[Unit, list[Person]] = defaultdict(list)
    seen: set[str] = set(addresses)
    scope, units = Scope.of(survey), units_to_choose(session, survey)
    for person in people:
        if not scope.is_asked(person.unit, lineage_within(units, person.unit)):
            continue
        if not person.email or plain(person.email) not in seen:
            found[person.unit].append(person)
            seen.add(plain(person.email))
    return {unit: tuple(own) for unit, own in found.items()}


def _left(session: Session, survey: Survey) -> list[Left]:
    rows = session.execute(
        select(Invitation.id, Person.id, Invitation.counted)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.survey_id == survey.id, ~Person.active)
        .order_by(Invitation.id)
    )
    return [Left(*row) for row in rows]


def _first_mails(session: Session, changes: Iterable[AddressChange]) -> frozenset[int]:
    """Invitations that had no address and get one: their first mail is queued with the others."""
    wanted = [each.invitation_id for each in changes if each.email]
    rows = session.scalars(select(Invitation).where(Invitation.id.in_(wanted), Invitation.email == ""))
    # Whoever has an SMS waiting gets that as a mail.
    begun = with_invitation(session, wanted)
    return frozenset(each.id for each in rows if each.id not in begun)


def _settle_addresses(session: Session, found: Reconciliation, choices: ReconcileChoices) -> int:
    if choices.address:
        return readdress(session, found.addresses)
    for change in found.addresses:
        session.execute(
            update(Invitation)
            .where(Invitation.id == change.invitation_id)
            .values(declined_email=change.email)
        )
    return 0


def _settle_left(session: Session, left: Iterable[Left], *, counts: bool) -> None:
    wanted = [each.invitation_id for each in left]
    session.execute(update(Invitation).where(Invitation.id.in_(wanted)).values(counted=counts))


def _take_in(session: Session, survey: Survey, outside: Mapping[Unit, tuple[Person, ...]]) -> None:
    """The units, and those between them and what the survey pictures, get a line in its picture of the tree."""
    pictured = {unit.unit_id for unit in survey.units}
    for unit in outside:
        at: Unit | None = unit
        while at is not None and at.id not in pictured:
            survey.units.append(SurveyUnit(unit_id=at.id, parent_id=at.parent_id, name=at.name, type=at.type))
            pictured.add(at.id)
            at = at.parent
    session.flush()


def _keep_on_paper(session: Session, survey: Survey, shared: Iterable[SharedAddress]) -> None:
    """Their invitations have no address on purpose, so the roster's is declined."""
    for each in shared:
        for person in each.people:
            session.execute(
                update(Invitation)
                .where(
                    Invitation.survey_id == survey.id,
                    Invitation.person_id == person.id,
                    Invitation.email == "",
                )
                .values(declined_email=person.email)
            )


def names_of(session: Session, person_ids: Iterable[int]) -> list[tuple[str, str]]:
    """(name, unit) from the roster, by name."""
    people = session.scalars(select(Person).where(Person.id.in_(list(person_ids)))).all()
    return sorted((person.name, person.unit.name) for person in people)


def by_unit(outside: Mapping[Unit, tuple[Person, ...]]) -> Counter[str]:
    return Counter({unit.name: len(people) for unit, people in outside.items()})
