"""What a survey promises the people who answer it, in words that are true for them.

An employee has a manager and HR, a pupil has teachers and parents: each reads who is not shown her answers. An
instrument in easy language promises in easy words. No sentence says more than docs/threat-model.md does.
"""

from questionnaires.model import Questionnaire, Respondents
from surveys.campaigns.models import Survey
from surveys.campaigns.visibility_texts import who_sees_what
from surveys.platform.texts import _


def promises(survey: Survey, questionnaire: Questionnaire, minimum_group: int | None = None) -> list[str]:
    """Who sees what and when, how many must have answered, and who never sees one person's answers.

    minimum_group: what will hold, where that is not the survey's of today. `questionnaire`: the survey's own. A
    preview has a survey that is in no database, with none frozen to it.
    """
    easy = questionnaire.reading == "easy"
    steps = who_sees_what(survey, easy=easy) or [_("Det er ikke bestemt ennå når resultatet blir vist.")]
    return [*steps, _group(minimum_group or survey.minimum_group, easy=easy), who_is_not_shown(questionnaire)]


def who_is_not_shown(questionnaire: Questionnaire) -> str:
    """The one sentence that mails have too."""
    texts: dict[Respondents, str] = {
        "employees": _("Ingen får se hva akkurat du har svart: ikke lederen din, ikke HR, ikke politikerne."),
        "pupils": _("Lærerne og foreldrene dine får ikke se hva du har svart. Det får heller ingen andre."),
        "parents": _(
            "De som jobber med barnet ditt, får ikke se hva akkurat du har svart. "
            "Det får heller ingen andre i kommunen."
        ),
        "relatives": _(
            "De som gir hjelpen, får ikke se hva akkurat du har svart. Det får heller ingen andre i kommunen."
        ),
        "care_recipients": _(
            "De ansatte får ikke se hva du har svart. Hjelper noen deg med å svare, ser den personen svarene dine."
        ),
        "users": _("Ingen i kommunen får se hva akkurat du har svart."),
        "citizens": _("Ingen i kommunen får se hva akkurat du har svart."),
    }
    return texts[questionnaire.respondents]


def _group(minimum_group: int, *, easy: bool) -> str:
    if easy:
        return _("Vi viser bare resultater når minst %(number)s har svart.", number=minimum_group)
    return _("Resultatet vises bare for grupper der minst %(number)s har svart.", number=minimum_group)
