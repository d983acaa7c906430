"""What an indicator can be fed by: every measure and statement of the newest version of every questionnaire."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from questionnaires import loading
from questionnaires.files import available
from questionnaires.model import Factor, Questionnaire
from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.release.items.item_measures import item_measures
from surveys.release.measures import measures_of
from surveys.scorecards.whole_measures import whole_measures


@dataclass(frozen=True)
class SourceChoice:
    """value: «medarbeider ML», as the form has it."""

    value: str
    words: str


@dataclass(frozen=True)
class SourceTheme:
    """What can be measured of one theme, or of all of them. statements: none in a theme of one statement."""

    title: str
    measures: Sequence[SourceChoice]
    statements: Sequence[SourceChoice] = ()


@dataclass(frozen=True)
class SourceGroup:
    """The choices of one questionnaire: the whole of it first, then its themes in its order."""

    key: str
    title: str
    themes: Sequence[SourceTheme]

    def names(self) -> dict[str, str]:
        """Value → «Lederklima: Retning» or «Lederklima: Retning: «Lederen min …»»."""
        return {
            choice.value: f"{self.title}: {before}{choice.words}"
            for theme in self.themes
            for before, choices in (("", theme.measures), (f"{theme.title}: ", theme.statements))
            for choice in choices
        }


def source_groups() -> list[SourceGroup]:
    return sorted((_group(each) for each in _newest()), key=lambda group: group.title)


@cache
def _newest() -> tuple[Questionnaire, ...]:
    """Read once: the files are part of the product."""
    versions: dict[str, int] = {}
    for path in available():
        versions[path.parent.name] = max(int(path.stem[1:]), versions.get(path.parent.name, 0))
    return tuple(loading.builtin(key, version) for key, version in versions.items())


def _group(questionnaire: Questionnaire) -> SourceGroup:
    whole = [
        SourceChoice(f"{questionnaire.key} {key}", str(words))
        for key, words in whole_measures(questionnaire).items()
    ]
    themes = [_theme(questionnaire, factor) for factor in questionnaire.factors]
    return SourceGroup(
        questionnaire.key,
        localised(questionnaire.title),
        [SourceTheme(_("Hele undersøkelsen"), whole), *(each for each in themes if each.measures)],
    )


def _theme(questionnaire: Questionnaire, factor: Factor) -> SourceTheme:
    return SourceTheme(
        localised(factor.title),
        [
            SourceChoice(f"{questionnaire.key} {each.key}", localised(each.title))
            for each in measures_of(questionnaire)
            if each.factor.key == factor.key
        ],
        [
            SourceChoice(f"{questionnaire.key} {each.key}", f"«{localised(each.item.text)}»")
            for each in item_measures(questionnaire)
            if each.factor.key == factor.key
        ],
    )
