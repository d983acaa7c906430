"""When somebody may see a result, in words."""

from surveys.hr.who_sees.answers import AskedSurvey
from surveys.platform.localisation import long_date
from surveys.platform.texts import _
from surveys.release.visibility import Access


def when_words(asked: AskedSurvey, access: Access) -> str:
    """«nå», «fra 10. april 2026», «når resultatet er frigitt» or that no day has been decided."""
    if access.from_day is None:
        return _("ingen dag er bestemt")
    day = long_date(access.from_day)
    if asked.is_released:
        return _("nå (siden %(day)s)", day=day) if access.now else _("fra %(day)s", day=day)
    if access.now:
        return _("når resultatet er frigitt")
    return _("fra %(day)s, hvis resultatet er frigitt da", day=day)
