"""The tree at closing: what is in the box then is what must be counted, no more, no less and nothing else."""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.tally.merkle import root_of
from surveys.campaigns.tally.models import RootKind, TallyLeaf, TallyRoot
from surveys.campaigns.tally.nightly import next_number
from surveys.platform.clock import municipal_day

_AT_A_TIME = 5_000


def freeze_box(session: Session, survey: Survey) -> TallyRoot:
    """Publishes the leaves in the box and their root, in the transaction that closes the survey.

    The caller has made the survey closed: a delivery that had begun is waited for, and none begins.
    """
    session.flush()
    leaves = sorted(set(session.scalars(select(Ballot.leaf).where(Ballot.survey_id == survey.id))))
    for start in range(0, len(leaves), _AT_A_TIME):
        session.execute(
            insert(TallyLeaf),
            [{"survey_id": survey.id, "leaf": leaf} for leaf in leaves[start : start + _AT_A_TIME]],
        )
    root = TallyRoot(
        survey_id=survey.id,
        number=next_number(session, survey),
        kind=RootKind.CLOSING,
        published_on=municipal_day(),
        root=root_of(leaves),
        ballots=len(leaves),
    )
    session.add(root)
    session.flush()
    return root


def freeze_boxes_closed_before(session: Session) -> int:
    """The same for surveys that were closed before there were trees, once, when the schema is brought up to date."""
    frozen = select(TallyRoot.survey_id).where(TallyRoot.kind == RootKind.CLOSING)
    waiting = session.scalars(
        select(Survey).where(Survey.status == SurveyStatus.CLOSED, Survey.id.not_in(frozen))
    ).all()
    for survey in waiting:
        found = freeze_box(session, survey)
        audit.record(session, "survey.box_frozen", survey.key, root=found.root.hex(), ballots=found.ballots)
    return len(waiting)
