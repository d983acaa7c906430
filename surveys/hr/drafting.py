"""Making a draft survey from HR's form: the choices on offer, and a key people can read."""

import re
import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires import loading
from surveys.access.models import HR_ROLES, Account
from surveys.access.permissions import granted_units
from surveys.campaigns.lifecycle import Plan, create_survey
from surveys.campaigns.models import Survey
from surveys.hr.forms import NewSurveyForm
from surveys.instruments.in_use import questionnaire_of
from surveys.instruments.models import Instrument
from surveys.organisation.models import Unit
from surveys.organisation.tree import in_order
from surveys.platform.localisation import localised
from surveys.platform.texts import _

_INDENT = "\N{EM SPACE}"
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})


def fill_choices(form: NewSurveyForm, session: Session, account: Account) -> None:
    """The newest version of every questionnaire, and the units the account is HR for, as a tree."""
    newest = {path.parent.name: path for path in loading.available()}
    questionnaires = [loading.builtin(key, int(path.stem[1:])) for key, path in newest.items()]
    # Nobody may get the first in the list by not looking at it.
    form.questionnaire.choices = [("", _("Velg et spørreskjema"))] + [
        (f"{each.key}:{each.version}", localised(each.title)) for each in questionnaires
    ]
    granted = granted_units(session, account, *HR_ROLES)
    units = session.scalars(select(Unit).where(Unit.id.in_(granted), Unit.valid_to.is_(None)))
    form.unit.choices = [
        (str(node.unit_id), _INDENT * node.depth + node.name)
        for node in in_order((unit.id, unit.parent_id, unit.name, unit.type) for unit in units)
    ]


def draft_from(form: NewSurveyForm, session: Session) -> Survey:
    """The draft survey of a valid form. Raises SurveyError or InstrumentChangedError when it cannot be made."""
    return create_survey(session, plan_from(form, session, free_key(session, form.titles()["nb"])))


def plan_from(form: NewSurveyForm, session: Session, survey_key: str, own: Instrument | None = None) -> Plan:
    """What a valid form says. `own`: what a draft uses already, with or without a file that comes with Medvirk."""
    key, _colon, version = form.questionnaire.data.partition(":")
    if own and (own.key, own.version) == (key, int(version)):
        questionnaire, source = questionnaire_of(own), own.source
    else:
        questionnaire = loading.builtin(key, int(version))
        source = loading.definition_path(key, int(version)).read_bytes()
    return Plan(
        key=survey_key,
        title=form.titles(),
        questionnaire=questionnaire,
        source=source,
        unit=session.get_one(Unit, int(form.unit.data)),
        opens_on=form.opens_on.data,
        closes_on=form.closes_on.data,
        purpose=form.purposes(),
        minimum_group=form.minimum_group.data,
        comment_minimum=form.comment_minimum.data or 10,
        visibility=form.visibility(),
        closes_automatically=form.closes_automatically.data,
        opens_automatically=form.opens_automatically.data,
    )


def free_key(session: Session, title: str) -> str:
    """«Medarbeiderundersøkelsen 2026» → «medarbeiderundersokelsen-2026», with a number when that is taken."""
    plain = (
        unicodedata.normalize("NFKD", title.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    )
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "undersokelse"
    taken = set(session.scalars(select(Survey.key).where(Survey.key.startswith(key))))
    free = (f"{key}-{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(each for each in free if each not in taken)
