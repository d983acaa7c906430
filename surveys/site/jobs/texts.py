"""What the page of jobs says of the worker."""

import datetime as dt

from surveys.platform.queue import QueueName
from surveys.platform.texts import _, ngettext


def kind_of_job(queue: QueueName) -> str:
    match queue:
        case "dates":
            return _("Det som skjer til faste tider: åpning, lukking og påminnelser")
        case "steps":
            return _("Opptelling og frigivelse av store undersøkelser")
        case "mail":
            return _("E-post")


def last_seen(age: dt.timedelta | None) -> str:
    """«Sist sett for 2 minutter siden»."""
    if age is None:
        return _("Aldri sett")
    minutes = int(age.total_seconds()) // 60
    if minutes < 1:
        return _("Sist sett for under ett minutt siden")
    if minutes < 60:
        return str(
            ngettext("Sist sett for %(num)s minutt siden", "Sist sett for %(num)s minutter siden", minutes)
        )
    if minutes < 48 * 60:
        return str(
            ngettext("Sist sett for %(num)s time siden", "Sist sett for %(num)s timer siden", minutes // 60)
        )
    return str(
        ngettext("Sist sett for %(num)s døgn siden", "Sist sett for %(num)s døgn siden", minutes // (24 * 60))
    )
