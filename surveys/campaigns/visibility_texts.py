"""Who sees what, and when, in the words respondents read."""

import datetime as dt

from surveys.campaigns.models import ReaderGroup, Survey
from surveys.campaigns.reader_groups import kept_steps
from surveys.platform.localisation import long_date
from surveys.platform.texts import _


def who_sees_what(survey: Survey, *, easy: bool = False) -> list[str]:
    """The survey's visibility policy, one sentence a step that can be kept, in the order of the days."""
    words = _easy_step_text if easy else _step_text
    return [words(step.readers, step.visible_on, survey.closes_on) for step in kept_steps(survey)]


def _easy_step_text(readers: ReaderGroup, day: dt.date, closes_on: dt.date) -> str:
    when = _("når det er klart") if day <= closes_on else _("fra %(day)s", day=long_date(day))
    texts: dict[ReaderGroup, str] = {
        ReaderGroup.LEADERS: _("Lederne ser resultatet %(when)s.", when=when),
        ReaderGroup.REPRESENTATIVES: _("Tillitsvalgte og utvalg ser det %(when)s.", when=when),
        ReaderGroup.POLITICIANS: _("Politikerne ser det %(when)s.", when=when),
    }
    return texts[readers]


def _step_text(readers: ReaderGroup, day: dt.date, closes_on: dt.date) -> str:
    """A day before the survey ends is no promise of a day: then it is as soon as the results are released."""
    when = _("så snart det er frigitt") if day <= closes_on else _("fra %(day)s", day=long_date(day))
    texts: dict[ReaderGroup, str] = {
        ReaderGroup.LEADERS: _("Ledere ser resultatet for sin egen enhet %(when)s.", when=when),
        ReaderGroup.REPRESENTATIVES: _("Tillitsvalgte, verneombud og utvalg ser det %(when)s.", when=when),
        ReaderGroup.POLITICIANS: _("Politikerne ser det %(when)s.", when=when),
    }
    return texts[readers]
