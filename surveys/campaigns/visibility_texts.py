"""Who sees what, and when, in the words respondents read."""

import datetime as dt

from surveys.campaigns.models import ReaderGroup, Survey, VisibilityStep
from surveys.campaigns.reader_groups import kept_steps
from surveys.platform.localisation import long_date
from surveys.platform.texts import _


def who_sees_what(survey: Survey, *, easy: bool = False) -> list[str]:
    """The survey's visibility policy, one sentence or two a step that can be kept, in the order of the days."""
    words = _easy_step_text if easy else _step_text
    return [
        " ".join(filter(None, (words(step.readers, step.visible_on, survey), _details(step, easy=easy))))
        for step in kept_steps(survey)
    ]


def _easy_step_text(readers: ReaderGroup, day: dt.date, survey: Survey) -> str:
    when = _("når det er klart") if day <= survey.closes_on else _("fra %(day)s", day=long_date(day))
    texts: dict[ReaderGroup, str] = {
        ReaderGroup.LEADERS: _("Lederne ser resultatet %(when)s.", when=when),
        ReaderGroup.STAFF: _("De som jobber der, ser det %(when)s.", when=when),
        ReaderGroup.REPRESENTATIVES: _("Tillitsvalgte og utvalg ser det %(when)s.", when=when),
        ReaderGroup.POLITICIANS: _("Politikerne ser det %(when)s.", when=when),
        ReaderGroup.PUBLIC: _("Alle kan se hovedtallene %(when)s.", when=when),
    }
    return texts[readers]


def _step_text(readers: ReaderGroup, day: dt.date, survey: Survey) -> str:
    """A day before the survey ends is no promise of a day: then it is as soon as the results are released."""
    when = _("så snart det er frigitt") if day <= survey.closes_on else _("fra %(day)s", day=long_date(day))
    texts: dict[ReaderGroup, str] = {
        ReaderGroup.LEADERS: _("Ledere ser resultatet for sin egen enhet %(when)s.", when=when),
        ReaderGroup.STAFF: _(
            "De ansatte ser resultatet for sin egen enhet %(when)s. De kan få en lenke av lederen, og alle som har "
            "lenken, kan lese det.",
            when=when,
        ),
        ReaderGroup.REPRESENTATIVES: _("Tillitsvalgte, verneombud og utvalg ser det %(when)s.", when=when),
        ReaderGroup.POLITICIANS: _("Politikerne ser det %(when)s.", when=when),
        ReaderGroup.PUBLIC: _(
            "Alle kan se resultatet for %(unit)s og nivået rett under %(when)s, på en åpen nettside.",
            unit=survey.unit.name,
            when=when,
        ),
    }
    return texts[readers]


def _details(step: VisibilityStep, *, easy: bool) -> str:
    """Who is responsible, and who decided that the result is public. Easy language has the name only."""
    said = [_("Ansvarlig: %(who)s.", who=step.responsible)] if step.responsible else []
    if step.readers == ReaderGroup.PUBLIC and step.decided_on and not easy:
        said.append(_("%(who)s bestemte det %(day)s.", who=step.decided_by, day=long_date(step.decided_on)))
        if step.withheld:
            said.append(_("Unntatt fra offentlighet: %(what)s.", what=step.withheld.rstrip(".")))
    return " ".join(said)
