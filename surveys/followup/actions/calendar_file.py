"""The plan's due days as a calendar file (iCalendar, RFC 5545)."""

import datetime as dt
from collections.abc import Sequence

from surveys.actions.queries import StandingAction
from surveys.organisation.models import Unit
from surveys.platform.clock import now
from surveys.platform.texts import _


def plan_calendar(unit: Unit, actions: Sequence[StandingAction], address: str, host: str) -> bytes:
    """A day for each open action. The same action keeps its UID, so a calendar that reads the file again moves it."""
    # Only whoever asks for the file pays for the library.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Medvirk//Plan//NO")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Planen til %(unit)s", unit=unit.name))
    for each in actions:
        if not each.version.status.is_open:
            continue
        event = Event()
        event.add("uid", f"tiltak-{each.id}@{host}")
        event.add("dtstamp", now())
        event.add("sequence", each.newest_number)
        event.add("dtstart", each.version.due_on)
        event.add("dtend", each.version.due_on + dt.timedelta(days=1))
        event.add("summary", _("Frist: %(action)s", action=each.version.what))
        event.add("description", _("Hvem: %(who)s", who=each.version.who) + f"\n{address}#tiltak-{each.id}")
        event.add("url", f"{address}#tiltak-{each.id}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
