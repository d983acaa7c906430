"""A release preview in plain words: how much is shown, why the rest is not, and where its answers stand instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from analysis.suppression import PRIMARY
from questionnaires.model import Questionnaire, Text
from surveys.campaigns.models import Survey
from surveys.hr.turnout import UnitTurnout
from surveys.platform.localisation import alphabetical, listed, localised, number
from surveys.platform.texts import _, ngettext
from surveys.release.measures import measures_of
from surveys.release.models import FigureStatus
from surveys.release.protection.release_preview import (
    HiddenCategory,
    HiddenUnit,
    MergeSuggestion,
    ReleasePreview,
)
from surveys.results.texts import status_text

MOST_ROWS: Final = 200
"""Hidden units listed on the page: more than anybody reads, and a page that still opens at once."""

MOST_CHOICES: Final = 20
"""Mergers offered at a time; the next come when these are made."""

_MOST_NAMED: Final = 3


@dataclass(frozen=True)
class HiddenRow:
    """A unit of which something is hidden. `people` as participation shows them; None where it shows nothing."""

    name: str
    above: str
    reason: str
    measures: str
    people: UnitTurnout | None
    instead: str


@dataclass(frozen=True)
class BreakdownLine:
    """A breakdown with hidden categories, each with its reason."""

    name: str
    categories: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MergeChoice:
    """A merger to choose. name: what the group would be called."""

    unit_ids: tuple[int, ...]
    sentence: str
    gain: str
    name: str


@dataclass(frozen=True)
class MergedGroup:
    """A merger that has been made, and whether its result would be shown: None while that is being worked out."""

    unit_id: int
    name: str
    members: tuple[str, ...]
    is_shown: bool | None


def summary(preview: ReleasePreview, survey: Survey) -> list[str]:
    """Two to four sentences: shown, hidden and why, and what it costs."""
    if not preview.people:
        return [_("Ingen har svart, så det er ingen tall å vise.")]
    lines = [
        _shown(preview),
        *_hidden(preview, survey.minimum_group),
        _cost(preview, survey.minimum_group),
    ]
    if preview.empty:
        lines.append(
            ngettext("%(num)s enhet har ingen svar.", "%(num)s enheter har ingen svar.", preview.empty)
        )
    if preview.categories:
        lines.append(_("Noen av inndelingene på toppnivå blir også skjult."))
    return lines


def _shown(preview: ReleasePreview) -> str:
    shown = ngettext(
        "Av %(units)s enhet med svar vises %(shown)s.",
        "Av %(units)s enheter med svar vises %(shown)s.",
        preview.answered,
        units=number(preview.answered, 0),
        shown=number(preview.answered - len(preview.whole) - len(preview.merged), 0),
    )
    if not preview.merged:
        return shown
    together = ngettext(
        "%(num)s vises slått sammen med andre.",
        "%(num)s vises slått sammen med andre.",
        len(preview.merged),
    )
    return f"{shown} {together}"


def _hidden(preview: ReleasePreview, least: int) -> Iterator[str]:
    small = sum(unit.reason == PRIMARY for unit in preview.whole)
    protecting = len(preview.whole) - small
    reasons = []
    if small:
        reasons.append(
            ngettext(
                "%(num)s fordi færre enn %(least)s svarte",
                "%(num)s fordi færre enn %(least)s svarte",
                small,
                least=least,
            )
        )
    if protecting:
        reasons.append(
            ngettext(
                "%(num)s for at ingen skal kunne regne seg fram til en liten gruppe",
                "%(num)s for at ingen skal kunne regne seg fram til en liten gruppe",
                protecting,
            )
        )
    if reasons:
        count = ngettext("%(num)s er skjult", "%(num)s er skjult", len(preview.whole))
        between = _(", og ")
        yield f"{count}: {between.join(reasons)}."
    if preview.partly:
        yield ngettext(
            "%(num)s av dem som vises, er skjult for noen av temaene.",
            "%(num)s av dem som vises, er skjult for noen av temaene.",
            len(preview.partly),
        )


def _cost(preview: ReleasePreview, least: int) -> str:
    if not preview.higher_up:
        return _("Alle som har svart, teller med i sin egen enhet.")
    if preview.higher_up < least:
        return _(
            "Svarene fra færre enn %(least)s personer synes bare i resultatet for enheter over deres egen.",
            least=least,
        )
    return _(
        "Svarene fra %(people)s av %(all)s personer synes bare i resultatet for enheter over deres egen.",
        people=number(preview.higher_up, 0),
        all=number(preview.people, 0),
    )


def hidden_rows(
    preview: ReleasePreview, survey: Survey, questionnaire: Questionnaire, people: Sequence[UnitTurnout]
) -> list[HiddenRow]:
    """At most MOST_ROWS units in the order of the tree; not those that are shown merged with others."""
    place = {row.node.unit_id: index for index, row in enumerate(people)}
    names = {row.node.unit_id: row.node.name for row in people}
    titles = {measure.key: localised(measure.title) for measure in measures_of(questionnaire)}
    listed_units = [*preview.whole, *preview.partly]
    ordered = sorted(listed_units, key=lambda unit: place[unit.unit_id])[:MOST_ROWS]
    return [
        HiddenRow(
            name=names[unit.unit_id],
            above=names.get(people[place[unit.unit_id]].node.parent_id or 0, ""),
            reason=status_text(FigureStatus.HIDDEN, unit.reason, survey.minimum_group),
            measures=_measures(unit, titles),
            people=people[place[unit.unit_id]],
            instead=_instead(unit, names),
        )
        for unit in ordered
    ]


def _measures(unit: HiddenUnit, titles: Mapping[str, str]) -> str:
    """Which themes are hidden, when not all are."""
    if unit.is_whole:
        return ""
    hidden = [titles[key] for key in unit.hidden]
    if len(hidden) <= _MOST_NAMED:
        return _("Gjelder bare %(themes)s.", themes=listed(hidden))
    return _(
        "Gjelder %(some)s av %(all)s temaer.",
        some=number(len(hidden), 0),
        all=number(len(hidden) + unit.shown, 0),
    )


def _instead(unit: HiddenUnit, names: Mapping[int, str]) -> str:
    """Where the answers stand instead."""
    if unit.anchor_id is None:
        return _("Vises ikke noe sted.")
    if unit.in_rest:
        return _("Vises samlet som «Små enheter samlet» under %(unit)s.", unit=names[unit.anchor_id])
    return _("Teller med i %(unit)s.", unit=names[unit.anchor_id])


def breakdown_lines(
    hidden_categories: Sequence[HiddenCategory], questionnaire: Questionnaire, least: int
) -> list[BreakdownLine]:
    """The breakdowns in the order they are given."""
    questions = {question.key: question for question in questionnaire.background}
    found = []
    for key, hidden in groupby(hidden_categories, key=lambda category: category.breakdown):
        options: Mapping[str, Text] = (
            {option.key: option.label for option in questions[key].options} if key in questions else {}
        )
        categories = tuple(
            (
                localised(options[category.category]) if category.category in options else category.category,
                status_text(FigureStatus.HIDDEN, next(iter(category.hidden.values())), least),
            )
            for category in hidden
        )
        name = localised(questions[key].text) if key in questions else _("Enhetstype")
        found.append(BreakdownLine(name, categories))
    return found


def choices(preview: ReleasePreview, survey: Survey) -> list[MergeChoice]:
    """The mergers that would help, those that help most people first; at most MOST_CHOICES."""
    names = {unit.unit_id: unit.name for unit in survey.units}
    instead = {unit.unit_id: unit for unit in preview.units}
    return [_choice(suggestion, names, instead[suggestion.unit_ids[0]]) for suggestion in preview.suggestions]


def _choice(suggestion: MergeSuggestion, names: Mapping[int, str], first: HiddenUnit) -> MergeChoice:
    members = sorted((names[unit_id] for unit_id in suggestion.unit_ids), key=alphabetical)
    return MergeChoice(
        unit_ids=suggestion.unit_ids,
        sentence=_(
            "Slå sammen %(units)s under %(parent)s i rapporten",
            units=listed([f"«{member}»" for member in members]),
            parent=names[suggestion.parent_id],
        ),
        gain=ngettext(
            "%(num)s svar får et eget, samlet resultat som lederne deres kan se. %(now)s",
            "%(num)s svar får et eget, samlet resultat som lederne deres kan se. %(now)s",
            suggestion.people,
            now=_now(first, names),
        ),
        name=", ".join(members) if any(" og " in member for member in members) else listed(members),
    )


def _now(unit: HiddenUnit, names: Mapping[int, str]) -> str:
    if unit.anchor_id is None:
        return _("Nå vises de ikke noe sted.")
    if unit.in_rest:
        return _("Nå vises de bare som «Små enheter samlet» under %(unit)s.", unit=names[unit.anchor_id])
    return _("Nå teller de bare med i %(unit)s.", unit=names[unit.anchor_id])


def merged_groups(survey: Survey, preview: ReleasePreview | None) -> list[MergedGroup]:
    """What has been merged in the survey's report, by name."""
    placed = {unit.unit_id: unit for unit in survey.units}
    hidden = preview.hidden_groups if preview else frozenset()
    groups = [
        MergedGroup(
            group.unit_id,
            placed[group.unit_id].name,
            tuple(
                sorted(
                    (unit.name for unit in survey.units if unit.parent_id == group.unit_id), key=alphabetical
                )
            ),
            None if preview is None else group.unit_id not in hidden,
        )
        for group in survey.report_groups
    ]
    return sorted(groups, key=lambda group: alphabetical(group.name))
