"""What is in the box at counting is checked against every root that was published."""

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from surveys.audit.models import AuditEntry
from surveys.campaigns.models import Survey
from surveys.campaigns.tally.merkle import covered, root_of
from surveys.campaigns.tally.models import NightLeaf, RootKind, TallyLeaf, TallyRoot
from surveys.campaigns.tally.trail_chain import BrokenChainError, check_chain
from surveys.platform.texts import _

RECORDED_IN = ("survey.closed", "survey.box_frozen", "survey.tally_published")
"""The actions of the trail whose entries have a root."""


class BrokenTallyError(Exception):
    """The box, the published roots and the trail do not agree: somebody has written in the database."""


def roots_of(session: Session, survey: Survey) -> Sequence[TallyRoot]:
    """The survey's published roots, the first first."""
    return session.scalars(
        select(TallyRoot).where(TallyRoot.survey_id == survey.id).order_by(TallyRoot.number)
    ).all()


def check_box(session: Session, survey: Survey, leaves: Collection[bytes]) -> None:
    """Raises BrokenTallyError unless these are the ballots of the tree at closing, and of every night's before it.

    leaves: computed now from what is sealed, one for each ballot in the box.
    """
    fault = next(_faults(session, survey, leaves), None)
    if fault is not None:
        raise BrokenTallyError(fault)


def forget_nights(session: Session, survey: Survey) -> None:
    """Deletes which night a leaf was first published, and what each night's root is covered with.

    After counting nothing tells when a ballot came, not even to somebody who tries which leaves a night had.
    """
    session.execute(delete(NightLeaf).where(NightLeaf.survey_id == survey.id))
    session.execute(update(TallyRoot).where(TallyRoot.survey_id == survey.id).values(salt=None))


def _faults(session: Session, survey: Survey, leaves: Collection[bytes]) -> Iterator[str]:
    in_box, roots = set(leaves), roots_of(session, survey)
    closing = [root for root in roots if root.kind == RootKind.CLOSING]
    if len(closing) != 1 or roots[-1] is not closing[0]:
        yield _("Kontrolltallet fra lukkingen mangler, eller det er flere av dem.")
        return
    if len(in_box) != len(leaves):
        yield _("Det samme forseglede svaret ligger flere ganger i urnen.")
    frozen = set(session.scalars(select(TallyLeaf.leaf).where(TallyLeaf.survey_id == survey.id)))
    if root_of(frozen) != closing[0].root or len(frozen) != closing[0].ballots:
        yield _("Avtrykkene fra lukkingen passer ikke til kontrolltallet.")
    if added := len(in_box - frozen):
        yield _("Forseglede svar som ikke var i urnen da undersøkelsen ble lukket: %(count)s.", count=added)
    if missing := len(frozen - in_box):
        yield _(
            "Forseglede svar som er borte eller endret siden undersøkelsen ble lukket: %(count)s.",
            count=missing,
        )
    yield from _faults_of_nights(session, survey, roots, in_box)
    yield from _faults_of_trail(session, survey, roots)


def _faults_of_nights(
    session: Session, survey: Survey, roots: Sequence[TallyRoot], in_box: Collection[bytes]
) -> Iterator[str]:
    published = session.execute(
        select(NightLeaf.leaf, NightLeaf.number).where(NightLeaf.survey_id == survey.id)
    )
    first_in = {row.leaf: row.number for row in published}
    if missing := len(first_in.keys() - set(in_box)):
        yield _(
            "Forseglede svar som er borte eller endret siden kontrolltallet for dem: %(count)s.",
            count=missing,
        )
    for root in roots:
        if root.kind == RootKind.NIGHT:
            then = [leaf for leaf, number in first_in.items() if number <= root.number]
            if covered(root_of(then), root.salt or b"") != root.root:
                yield _("Kontrolltall nummer %(number)s passer ikke til svarene i urnen.", number=root.number)


def _faults_of_trail(session: Session, survey: Survey, roots: Sequence[TallyRoot]) -> Iterator[str]:
    """The trail has every root and no other; it cannot be changed without the rights of the database's owner."""
    details = session.scalars(
        select(AuditEntry.detail)
        .where(AuditEntry.subject == survey.key, AuditEntry.action.in_(RECORDED_IN))
        .order_by(AuditEntry.id)
    )
    recorded = [detail["root"] for detail in details if "root" in detail]
    if sorted(recorded) != sorted(root.root.hex() for root in roots):
        yield _("Kontrolltallene er ikke de samme som i hendelsesloggen.")
    try:
        check_chain(session, survey)
    except BrokenChainError:
        yield _("Hendelsesloggen om undersøkelsen er endret.")
