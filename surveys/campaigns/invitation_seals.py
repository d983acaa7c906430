"""The seal of an invitation: whoever can write in the database cannot make it somebody else's, or another unit's.

It is a keyed hash over what decides whose answer a delivered sheet is taken for. The key is the server's secret, which
the database does not hold. It is made when the invitation is made, remade by every lawful change, and checked when her
mail is sent, at delivery and at counting.
"""

import hmac
import json
from hashlib import sha256
from typing import Final

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import SurveyError
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.platform.texts import _

SEAL_BYTES: Final = 16
_UNCOUNTED: Final = (SurveyStatus.DRAFT, SurveyStatus.OPEN, SurveyStatus.CLOSED)


class BrokenSealError(SurveyError):
    """Somebody has changed the invitation outside Medvirk."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "En invitasjon er endret utenom Medvirk. Ingenting er gjort. "
                "Be dem som drifter Medvirk, finne ut hvem som har skrevet i databasen."
            )
        )


def seal_of(invitation: Invitation, secret: bytes) -> bytes:
    """The seal that fits the invitation as it is now, 16 bytes. `secret` is `Secrets.codes`."""
    sealed = (
        invitation.survey_id,
        invitation.unit_id,
        invitation.audience,
        invitation.nonce.hex(),
        invitation.person_id,
        invitation.email,
        invitation.phone,
        bool(invitation.loose),
        bool(invitation.self_started),
    )
    return hmac.digest(secret, b"seal" + json.dumps(sealed).encode(), sha256)[:SEAL_BYTES]


def is_intact(invitation: Invitation, secret: bytes) -> bool:
    """Whether the seal fits. An invitation without a seal is not intact."""
    return hmac.compare_digest(invitation.seal or b"", seal_of(invitation, secret))


def check_seal(invitation: Invitation, secret: bytes) -> None:
    """Raises BrokenSealError when the seal does not fit."""
    if not is_intact(invitation, secret):
        raise BrokenSealError


def change_sealed(invitation: Invitation, **values: object) -> None:
    """A lawful change of what is sealed, in the caller's transaction. Raises BrokenSealError.

    The old seal is checked first: otherwise a change behind our back would be sealed along with ours.
    """
    secret = current_app.config["SECRETS"].codes
    check_seal(invitation, secret)
    for name, value in values.items():
        setattr(invitation, name, value)
    invitation.seal = seal_of(invitation, secret)


def seal_the_unsealed(session: Session, secret: bytes) -> int:
    """Seals invitations from before there were seals, once, when the database is brought up to date; how many."""
    unsealed = select(Invitation).join(Survey).where(Invitation.seal.is_(None), Survey.status.in_(_UNCOUNTED))
    found = session.scalars(unsealed).all()
    for invitation in found:
        invitation.seal = seal_of(invitation, secret)
    return len(found)
