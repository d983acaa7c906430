"""The links out of a unit, and what is wrong with an address."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from surveys.organisation.subtrees import lineage
from surveys.platform.free_texts import text_fault
from surveys.platform.texts import _
from surveys.scorecards.external_systems.models import ExternalSystem

MOST_NAME: Final = 80
MOST_ADDRESS: Final = 500


def systems_of(session: Session, unit_id: int) -> Sequence[ExternalSystem]:
    """Those of the unit and of the units above it, by name."""
    wanted = (
        select(ExternalSystem)
        .where(ExternalSystem.unit_id.in_(lineage(session, unit_id)), ExternalSystem.removed.is_(False))
        .options(joinedload(ExternalSystem.indicator))
        .order_by(ExternalSystem.name, ExternalSystem.id)
    )
    return session.scalars(wanted).all()


def name_fault(name: str) -> str:
    return text_fault(_("Navnet"), name, MOST_NAME) if name else _("Skriv hva systemet heter.")


def address_fault(address: str) -> str:
    """«» for a web address that is encrypted and names a host, and nobody's password."""
    words = _("Skriv hele adressen, og la den begynne med https://.")
    if len(address) > MOST_ADDRESS or any(not each.isprintable() or each.isspace() for each in address):
        return words
    try:
        parts = urlsplit(address)
        is_known = parts.scheme == "https" and bool(parts.hostname) and not (parts.username or parts.password)
        _port = parts.port
    except ValueError:
        return words
    return "" if is_known else words
