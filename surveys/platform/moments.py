"""A day with its time, as pages and mails say it."""

import datetime as dt

from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.localisation import short_date
from surveys.platform.texts import _


def date_and_time(moment: dt.datetime) -> str:
    """«05.06.2026 kl. 13.00», in Norway."""
    here = moment.astimezone(MUNICIPAL_TIME)
    return _("%(day)s kl. %(time)s", day=short_date(here.date()), time=f"{here:%H.%M}")
