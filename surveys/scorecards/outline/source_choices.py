"""What an indicator can be fed by: every measure and statement of the newest version of every questionnaire."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from questionnaires import loading
from questionnaires.files import available
from questionnaires.model import Questionnaire
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
class SourceGroup:
    """The choices of one questionnaire."""

    title: str
    choices: Sequence[SourceChoice]


def source_groups() -> list[SourceGroup]:
    groups = [group for each in _newest() for group in (_group(each), _items(each)) if group.choices]
    return sorted(groups, key=lambda group: group.title)


@cache
def _newest() -> tuple[Questionnaire, ...]:
    """Read once: the files are part of the product."""
    versions: dict[str, int] = {}
    for path in available():
        versions[path.parent.name] = max(int(path.stem[1:]), versions.get(path.parent.name, 0))
    return tuple(loading.builtin(key, version) for key, version in versions.items())


def _group(questionnaire: Questionnaire) -> SourceGroup:
    choices = [
        SourceChoice(f"{questionnaire.key} {key}", str(words))
        for key, words in whole_measures(questionnaire).items()
    ]
    choices += [
        SourceChoice(f"{questionnaire.key} {each.key}", localised(each.title))
        for each in measures_of(questionnaire)
    ]
    return SourceGroup(localised(questionnaire.title), choices)


def _items(questionnaire: Questionnaire) -> SourceGroup:
    """One statement each, after its theme; none in themes of one statement."""
    choices = [
        SourceChoice(
            f"{questionnaire.key} {each.key}",
            f"{localised(each.factor.title)}: «{localised(each.item.text)}»",
        )
        for each in item_measures(questionnaire)
    ]
    return SourceGroup(
        _("%(questionnaire)s: ett spørsmål", questionnaire=localised(questionnaire.title)), choices
    )
