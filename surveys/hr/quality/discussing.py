"""The reviewer's drøfting of a survey's quality: figures alone never say whether a result can be used."""

import datetime as dt
from typing import Final

from flask_wtf import FlaskForm
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from surveys.access.models import Account
from surveys.audit import trail as audit
from surveys.campaigns.models import Survey
from surveys.platform.texts import _l
from surveys.release.models import QualityDiscussion

LONGEST: Final = 4_000
"""Characters: about a page and a half."""


class NotTheAuthorError(Exception):
    """Only whoever wrote a drøfting may withdraw it."""


class DiscussionForm(FlaskForm):
    """One drøfting. `said` is what its author has written."""

    said = TextAreaField(
        _l("Hva kom dere fram til?"),
        validators=[
            DataRequired(_l("Skriv hva dere kom fram til.")),
            Length(max=LONGEST, message=_l("Kort ned teksten. Den kan være på høyst %(max)d tegn.")),
        ],
    )


def discussions(session: Session, survey: Survey) -> list[QualityDiscussion]:
    """Every drøfting of the survey's quality that stands or was withdrawn, newest first."""
    found = select(QualityDiscussion).where(QualityDiscussion.survey_id == survey.id)
    return list(session.scalars(found.order_by(QualityDiscussion.id.desc())))


def is_discussed(session: Session, survey: Survey) -> bool:
    """Whether at least one drøfting stands: without it the report is not complete."""
    standing = select(func.count()).where(
        QualityDiscussion.survey_id == survey.id, QualityDiscussion.withdrawn_on.is_(None)
    )
    return bool(session.scalar(standing))


def discuss(
    session: Session, survey: Survey, author: Account, text: str, today: dt.date
) -> QualityDiscussion:
    """A new drøfting in the author's name."""
    written = QualityDiscussion(
        survey_id=survey.id,
        account_id=author.id,
        author=author.name,
        written_on=today,
        text=text.replace("\r\n", "\n").strip(),
    )
    session.add(written)
    session.flush()
    audit.record(session, "quality.discussed", survey.key, discussion=written.id)
    return written


def withdraw(session: Session, survey: Survey, number: int, author: Account, today: dt.date) -> None:
    """Marks a drøfting as withdrawn; its text stays. Doing it twice changes nothing.

    Raises KeyError when the survey has no such drøfting, NotTheAuthorError when somebody else wrote it.
    """
    written = session.get(QualityDiscussion, number)
    if written is None or written.survey_id != survey.id:
        raise KeyError(number)
    if written.account_id != author.id:
        raise NotTheAuthorError
    if written.withdrawn_on is None:
        written.withdrawn_on = today
        audit.record(session, "quality.discussion_withdrawn", survey.key, discussion=number)
