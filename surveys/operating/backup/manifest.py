"""What a backup says of itself: the first thing in it."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import Ballot, Draft
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.organisation.models import Installation

NOT_COUNTED = (SurveyStatus.OPEN, SurveyStatus.CLOSED)


@dataclass(frozen=True)
class UncountedSurvey:
    """A survey whose answers are sealed in the backup. has_key: its key was in the key store then."""

    id: int
    key: str
    ballots: int
    drafts: int
    has_key: bool


@dataclass(frozen=True)
class Manifest:
    """revision: the database's newest migration. made_at: when the snapshot was taken."""

    made_at: dt.datetime
    municipality: str
    revision: str
    with_keys: bool
    rows: Mapping[str, int]
    uncounted: Sequence[UncountedSurvey]

    def to_json(self) -> bytes:
        return json.dumps(asdict(self) | {"made_at": self.made_at.isoformat()}, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        values = json.loads(text)
        made_at = dt.datetime.fromisoformat(values.pop("made_at"))
        uncounted = [UncountedSurvey(**survey) for survey in values.pop("uncounted")]
        return cls(made_at=made_at, uncounted=uncounted, **values)

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def municipality_of(session: Session) -> str:
    installation = session.get(Installation, 1)
    return installation.municipality if installation else ""


def uncounted_surveys(session: Session, keys: KeyStore) -> list[UncountedSurvey]:
    """Every survey that has begun and is not counted yet."""
    found = session.execute(
        select(
            Survey.id,
            Survey.key,
            select(func.count()).where(Ballot.survey_id == Survey.id).scalar_subquery(),
            select(func.count()).where(Draft.survey_id == Survey.id).scalar_subquery(),
        )
        .where(Survey.status.in_(NOT_COUNTED), Survey.imported.is_(False))
        .order_by(Survey.key)
    )
    return [
        UncountedSurvey(survey_id, key, ballots, drafts, keys.has(survey_id))
        for survey_id, key, ballots, drafts in found
    ]
