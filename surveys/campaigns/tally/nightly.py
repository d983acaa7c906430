"""Each night the root of the tree over the ballots in the box is published, when enough have come since the last.

A number of every night would tell how many delivered each day: one person who is known to have been late could be seen.
So a root is published only when at least the minimum group of ballots is new, its number is rounded down, and the root
itself is covered.
"""

import datetime as dt
import logging
import secrets
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.tally.merkle import HASH_BYTES, covered, root_of
from surveys.campaigns.tally.models import NightLeaf, RootKind, TallyNight, TallyRoot
from surveys.campaigns.tally.trail_chain import chain_new_entries, has_new_entries
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database

ROUNDED_TO: Final = 10

_log = logging.getLogger("medvirk.tally")


def publish_tonight(db: Database, today: dt.date | None = None) -> list[str]:
    """Does every survey's work of the night, once a day; the keys of those with a new root.

    A worker that was down looks when it is back. Each survey is a transaction of its own.
    """
    day = today or municipal_day()
    with db.reading() as session:
        seen = select(TallyNight.survey_id).where(TallyNight.looked_on >= day)
        waiting = session.scalars(
            select(Survey.id)
            .where(Survey.status != SurveyStatus.DRAFT, Survey.id.not_in(seen))
            .order_by(Survey.id)
        ).all()
    published = [key for survey_id in waiting if (key := _publish(db, survey_id, day))]
    for key in published:
        _log.info("Kontrolltall for «%s» er publisert.", key)
    return published


def rounded_down(ballots: int) -> int:
    """What is told of how many ballots a nightly tree has."""
    return ballots - ballots % ROUNDED_TO


def _publish(db: Database, survey_id: int, day: dt.date) -> str | None:
    """The survey's key when it got a new root; None when not, or when another worker has been here."""
    with db.transaction() as session:
        survey = session.scalars(select(Survey).where(Survey.id == survey_id).with_for_update()).one()
        night = session.get(TallyNight, survey_id)
        if night is not None and night.looked_on >= day:
            return None
        if night is None:
            session.add(TallyNight(survey_id=survey_id, looked_on=day))
        else:
            night.looked_on = day
        is_new = survey.status == SurveyStatus.OPEN and _publish_root(session, survey, day)
        if has_new_entries(session, survey):
            chain_new_entries(session, survey)
        return survey.key if is_new else None


def _publish_root(session: Session, survey: Survey, day: dt.date) -> bool:
    in_box = set(session.scalars(select(Ballot.leaf).where(Ballot.survey_id == survey.id)))
    known = set(session.scalars(select(NightLeaf.leaf).where(NightLeaf.survey_id == survey.id)))
    new = in_box - known
    if len(new) < survey.minimum_group:
        return False
    number = next_number(session, survey)
    session.execute(
        insert(NightLeaf),
        [{"survey_id": survey.id, "leaf": leaf, "number": number} for leaf in sorted(new)],
    )
    # What was published before stays in the tree: were it gone from the box, counting would miss it and stop.
    salt = secrets.token_bytes(HASH_BYTES)
    root, ballots = covered(root_of(in_box | known), salt), rounded_down(len(in_box | known))
    session.add(
        TallyRoot(
            survey_id=survey.id,
            number=number,
            kind=RootKind.NIGHT,
            published_on=day,
            root=root,
            salt=salt,
            ballots=ballots,
        )
    )
    audit.record(
        session, "survey.tally_published", survey.key, number=number, root=root.hex(), at_least=ballots
    )
    session.flush()
    return True


def next_number(session: Session, survey: Survey) -> int:
    last = session.scalar(select(func.max(TallyRoot.number)).where(TallyRoot.survey_id == survey.id))
    return (last or 0) + 1
