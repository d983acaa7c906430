"""Every table, imported in one place so that migrations and tests see the whole database."""

from surveys.access import models as access
from surveys.campaigns import models as campaigns
from surveys.database import Base
from surveys.organisation import models as organisation
from surveys.respond import models as respond
from surveys.results import models as results
from surveys.results.comments import models as comments
from surveys.results.history import models as imported
from surveys.scorecards import models as scorecards

metadata = Base.metadata

__all__ = [
    "access",
    "campaigns",
    "comments",
    "imported",
    "metadata",
    "organisation",
    "respond",
    "results",
    "scorecards",
]
