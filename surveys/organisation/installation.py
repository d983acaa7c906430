"""The municipality that this site serves."""

from flask import g
from sqlalchemy import select

from surveys.organisation.models import Installation
from surveys.platform import database


def installation() -> Installation | None:
    """The municipality this site serves, or None before `medvirk init`."""
    if "installation" not in g:
        g.installation = database.session().scalar(select(Installation))
    found: Installation | None = g.installation
    return found
