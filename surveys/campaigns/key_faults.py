"""Is the key store the one that the database's codes and ballots were made with, and is it whole?

With two machines the key store is a folder they share. A machine that starts before the folder is there makes keys of
its own, and every respondent it serves would meet an error.
"""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from surveys.campaigns.ballot_box import KeyHolder
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.models import Survey, SurveyStatus
from surveys.organisation.models import Installation
from surveys.platform.config import Secrets

_NEED_KEYS = (SurveyStatus.OPEN, SurveyStatus.CLOSED)


class ForeignKeysError(Exception):
    """The secrets belong to another installation than the database."""


def has_foreign_keys(session: Session, secrets: Secrets) -> bool:
    """True when the database was begun with other secrets than these."""
    found = session.get(Installation, 1)
    return bool(found and found.keys_fingerprint not in {"", secrets.fingerprint.hex()})


def surveys_without_keys(session: Session, keys: KeyStore) -> list[str]:
    """Keys of surveys whose answers can be opened no more, or not here.

    The key store has nothing for them, or no master key that opens it.
    """
    surveys = session.execute(
        select(Survey.id, Survey.key, exists().where(KeyHolder.survey_id == Survey.id))
        .where(Survey.status.in_(_NEED_KEYS), Survey.public_key.is_not(None))
        .order_by(Survey.key)
    )
    # Where two open the box, the private key is not here until they have.
    return [
        key
        for survey_id, key, is_shared in surveys
        if not (keys.seals(survey_id) if is_shared else keys.opens(survey_id))
    ]


def note_fingerprint(
    session: Session, secrets: Secrets, keys: KeyStore, *, accept_lost: bool = False
) -> None:
    """Has the database remember its secrets, unless it does. Raises ForeignKeysError when it knows others.

    An older database knows none. It is given these when every survey that needs a key has one.
    """
    installation = session.get_one(Installation, 1)
    if has_foreign_keys(session, secrets) and not accept_lost:
        raise ForeignKeysError
    if accept_lost or not (installation.keys_fingerprint or surveys_without_keys(session, keys)):
        installation.keys_fingerprint = secrets.fingerprint.hex()
