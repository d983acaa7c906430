"""When somebody may see a result, in words."""

import datetime as dt

from surveys.hr.who_sees.answers import AskedSurvey
from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.release.visibility import Access


def when_words(asked: AskedSurvey, access: Access, last_day: dt.date | None = None) -> str:
    """«nå», «fra 10. april 2026», «når resultatet er frigitt» or that no day has been decided.

    last_day: of the role, when it ends.
    """
    if last_day is None:
        return _from_when(asked, access)
    end = long_date(last_day)
    if access.from_day is not None and access.from_day > last_day:
        return _("ikke, fordi rollen bare varer til %(end)s", end=end)
    return _("%(when)s, bare til og med %(end)s", when=_from_when(asked, access), end=end)


def _from_when(asked: AskedSurvey, access: Access) -> str:
    if access.from_day is None:
        return _("ingen dag er bestemt")
    day = long_date(access.from_day)
    if asked.is_released:
        return _("nå (siden %(day)s)", day=day) if access.now else _("fra %(day)s", day=day)
    if access.now:
        return _("når resultatet er frigitt")
    return _("fra %(day)s, hvis resultatet er frigitt da", day=day)
