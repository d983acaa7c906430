"""A new survey like an earlier one: what its form is filled in with, and whom it asks."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from questionnaires import loading
from questionnaires.comparison import compare
from surveys.campaigns.models import Survey
from surveys.campaigns.planning import is_unusually_long
from surveys.campaigns.scope import Scope, units_to_choose
from surveys.instruments.in_use import questionnaire_of
from surveys.platform.localisation import LANGUAGES

_YEAR: Final = dt.timedelta(weeks=52)


def form_values(survey: Survey) -> dict[str, Any]:
    """Field → value of the survey form, for the survey as it is."""
    texts = {
        f"{name}_{code}": wording.get(code, "")
        for name, wording in (("title", survey.title), ("purpose", survey.purpose))
        for code in LANGUAGES
    }
    days = {f"visible_{step.readers.value}": step.visible_on for step in survey.visibility}
    return {
        **texts,
        **days,
        "questionnaire": f"{survey.instrument.key}:{survey.instrument.version}",
        "unit": str(survey.unit_id),
        "opens_on": survey.opens_on,
        "closes_on": survey.closes_on,
        "sure_of_days": is_unusually_long(survey.opens_on, survey.closes_on),
        "opens_automatically": survey.opens_automatically,
        "closes_automatically": survey.closes_automatically,
        "minimum_group": survey.minimum_group,
        "comment_minimum": survey.comment_minimum,
    }


def copy_of(survey: Survey, today: dt.date) -> dict[str, Any]:
    """The same, moved on by as many times 52 weeks as it takes to open today or later: weekdays stay.

    The year in a title follows, and the questionnaire is its newest version.
    """
    years = max(0, -((survey.opens_on - today) // _YEAR))
    moved: dict[str, Any] = {
        name: value + years * _YEAR if isinstance(value, dt.date) else value
        for name, value in form_values(survey).items()
    }
    before, after = survey.opens_on.year, moved["opens_on"].year
    for code in LANGUAGES:
        title = str(moved[f"title_{code}"])
        moved[f"title_{code}"] = re.sub(rf"\b{before}\b", str(after), title)
    return moved | {"questionnaire": _newest(survey), "opens_automatically": False}


@dataclass(frozen=True)
class NewerVersion:
    """A copy asks by a newer version than the survey it is like: how many of the trend lines then go on."""

    key: str
    before: int
    after: int
    lines: int
    surviving: int


def newer_version(survey: Survey) -> NewerVersion | None:
    """None when the earlier survey has the newest version already."""
    used = questionnaire_of(survey.instrument)
    key, _colon, newest = _newest(survey).partition(":")
    if int(newest) == used.version:
        return None
    comparison = compare(used, loading.builtin(key, int(newest)))
    return NewerVersion(key, used.version, int(newest), len(used.factors), len(comparison.surviving))


def scope_for_copy(session: Session, survey: Survey, copied_to: Survey) -> Scope:
    """Whom the earlier one asked, without units that the new one does not have.

    A survey of units that are all gone asks nobody until HR chooses others: it must not ask everybody instead.
    """
    scope = Scope.of(survey)
    units = units_to_choose(session, copied_to)
    return Scope(
        only=scope.only & units.keys() or scope.only,
        excluded=scope.excluded & units.keys(),
        types=scope.types & {unit.type for unit in units.values()} or scope.types,
        leaders_only=scope.leaders_only,
        pilot=scope.pilot & units.keys(),
    )


def _newest(survey: Survey) -> str:
    key = survey.instrument.key
    versions = [int(path.stem[1:]) for path in loading.available() if path.parent.name == key]
    return f"{key}:{max(versions, default=survey.instrument.version)}"
