"""What an action may be about: a theme of a released survey that the writer may see, or a row of the unit's card."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from surveys.access.models import Account
from surveys.actions.models import ActionVersion
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.survey_texts import title_in
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.organisation.subtrees import lineage
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind, measures_of
from surveys.release.models import Release, Turnout
from surveys.release.visibility import accesses
from surveys.scorecards.cards import card_lines
from surveys.scorecards.models import Indicator


@dataclass(frozen=True)
class ThemeChoice:
    """value: as the form sends it, «survey's key:measure». instrument, factor: what ideas are looked up by.

    words: the theme's title with the survey's name: the same theme is in many surveys. survey: the name alone.
    series: of the surveys that measure the same theme.
    """

    value: str
    words: str
    survey_id: int
    measure: str
    instrument: str
    factor: str
    title: str
    survey: str
    series: int


@dataclass(frozen=True)
class IndicatorChoice:
    indicator_id: int
    words: str

    @property
    def value(self) -> str:
        return str(self.indicator_id)


def latest_releases(session: Session, unit_id: int) -> list[Release]:
    """The newest release of each survey that the unit was in, the newest survey first."""
    newest = (
        select(Release.survey_id, func.max(Release.number).label("number"))
        .group_by(Release.survey_id)
        .subquery()
    )
    return list(
        session.scalars(
            select(Release)
            .join(newest, (newest.c.survey_id == Release.survey_id) & (newest.c.number == Release.number))
            .join(Release.survey)
            .join(SurveyUnit, SurveyUnit.survey_id == Survey.id)
            .where(Survey.status == SurveyStatus.RELEASED, SurveyUnit.unit_id == unit_id)
            .options(contains_eager(Release.survey).selectinload(Survey.visibility))
            .order_by(Survey.opens_on.desc(), Survey.key)
        )
    )


@dataclass(frozen=True)
class ActionChoices:
    """What the form offers."""

    themes: tuple[ThemeChoice, ...]
    indicators: tuple[IndicatorChoice, ...]

    def themes_by_survey(self) -> list[tuple[str, list[ThemeChoice]]]:
        """Each survey's name, which has its year, with its themes. The newest survey is first."""
        newest: dict[int, int] = {}
        for each in self.themes:
            newest.setdefault(each.series, each.survey_id)
        return [
            (name if newest[series] == survey_id else _("Eldre: %(survey)s", survey=name), list(themes))
            for (survey_id, series, name), themes in groupby(
                self.themes, attrgetter("survey_id", "series", "survey")
            )
        ]


def action_choices(
    session: Session,
    account: Account,
    unit: Unit,
    today: dt.date,
    before: ActionVersion | None = None,
    asked: str = "",
) -> ActionChoices:
    """before: what is being changed. Its own theme and indicator are offered, also when nothing else of theirs is.

    asked: the theme a link or the form names, as in `ThemeChoice.value`. It is offered also when it is an older one.
    """
    allowed, indicators = theme_choices(session, account, unit, today), indicator_choices(session, unit)
    newest = _newest_of_each(allowed)
    themes = [each for each in allowed if each in newest or each.value == asked]
    if before and before.survey:
        own = [each for each in survey_themes(before.survey) if each.measure == before.measure]
        themes += [each for each in own if each not in themes]
    if before and before.indicator_id and all(e.indicator_id != before.indicator_id for e in indicators):
        row = session.get_one(Indicator, before.indicator_id)
        indicators.append(IndicatorChoice(row.id, indicator_words(row)))
    return ActionChoices(tuple(themes), tuple(indicators))


def _newest_of_each(themes: Sequence[ThemeChoice]) -> set[ThemeChoice]:
    """Without those that a newer survey of the series has measured again. themes: the newest survey first."""
    found: dict[tuple[int, str], ThemeChoice] = {}
    for each in themes:
        found.setdefault((each.series, each.measure), each)
    return set(found.values())


def theme_choices(session: Session, account: Account, unit: Unit, today: dt.date) -> list[ThemeChoice]:
    """The themes of the surveys that the unit took part in and the account may see at it today."""
    releases = _took_part(session, latest_releases(session, unit.id), unit.id)
    opened = accesses(session, account, releases, today, [unit.id])
    return [
        choice
        for release in releases
        if (access := opened.get((release.id, unit.id))) is not None and access.now
        for choice in survey_themes(release.survey)
    ]


def _took_part(session: Session, releases: Sequence[Release], unit_id: int) -> list[Release]:
    found = set(
        session.scalars(
            select(Turnout.release_id).where(
                Turnout.release_id.in_([release.id for release in releases]),
                Turnout.unit_id == unit_id,
                Turnout.took_part(),
            )
        )
    )
    return [release for release in releases if release.id in found]


def survey_themes(survey: Survey) -> list[ThemeChoice]:
    questionnaire = questionnaire_of(survey.instrument)
    year, title = survey.opens_on.year, title_in(survey)
    name = title if str(year) in title else f"{title} {year}"
    return [
        ThemeChoice(
            f"{survey.key}:{measure.key}",
            _("%(theme)s (%(survey)s)", theme=localised(measure.title), survey=name),
            survey.id,
            measure.key,
            questionnaire.key,
            measure.factor.key,
            localised(measure.title),
            name,
            survey.series_id,
        )
        for measure in measures_of(questionnaire)
        if measure.kind is not MeasureKind.INDEX
    ]


def indicator_choices(session: Session, unit: Unit) -> list[IndicatorChoice]:
    """The rows of the unit's card, in its order."""
    lines = card_lines(session, unit, lineage(session, unit.id)).lines
    found = {each.indicator_id: each.indicator for each in lines}
    return [IndicatorChoice(indicator.id, indicator_words(indicator)) for indicator in found.values()]


def indicator_words(indicator: Indicator) -> str:
    """«M1.2 Sykefravær»."""
    return f"{indicator.code} {localised(indicator.title)}"
