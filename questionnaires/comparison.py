"""Two versions of a questionnaire side by side: what was reworded, added, removed, and which trend lines survive.

A trend line survives only where the later version declares it (`compares_with`): wording alone cannot tell whether
two questions mean the same. Where the scales differ in their values it never survives, whatever is declared: a
1–5 mean and a 1–6 mean are not on the same line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from questionnaires.model import Factor, Question, Questionnaire, Scale, Text

Kept = TypeVar("Kept")


class WordingChange(StrEnum):
    """What became of a text or a part from the earlier version to the later."""

    UNCHANGED = "unchanged"
    REWORDED = "reworded"
    ADDED = "added"
    REMOVED = "removed"


class SeriesContinuity(StrEnum):
    """Whether a factor's line goes on, and why not when it does not."""

    SURVIVES = "survives"
    NOT_DECLARED = "not_declared"  # the later version does not say that the two may be compared
    SCALE_DIFFERS = "scale_differs"  # declared, but the answers have other values
    NEW = "new"  # there is nothing earlier
    ENDED = "ended"  # there is nothing later


@dataclass(frozen=True)
class TextChange:
    """One statement or question then and now. `languages` are those in both versions where the words differ."""

    key: str
    before: Text | None
    after: Text | None
    languages: tuple[str, ...] = ()
    answers_differ: bool = False  # other options or another kind; for a statement, turned the other way

    @property
    def change(self) -> WordingChange:
        if self.before is None:
            return WordingChange.ADDED
        if self.after is None:
            return WordingChange.REMOVED
        return WordingChange.REWORDED if self.languages or self.answers_differ else WordingChange.UNCHANGED


@dataclass(frozen=True)
class FactorChange:
    """One factor then and now, with its statements in the later version's order, the removed ones last."""

    key: str
    title: Text
    items: tuple[TextChange, ...]
    trend: SeriesContinuity
    labels_differ: bool = False  # the points of the scale have the same values but other words

    @property
    def change(self) -> WordingChange:
        if self.trend is SeriesContinuity.NEW:
            return WordingChange.ADDED
        if self.trend is SeriesContinuity.ENDED:
            return WordingChange.REMOVED
        changed = self.labels_differ or any(item.change is not WordingChange.UNCHANGED for item in self.items)
        return (
            WordingChange.REWORDED
            if changed or self.trend is SeriesContinuity.SCALE_DIFFERS
            else WordingChange.UNCHANGED
        )

    @property
    def deserves_a_look(self) -> bool:
        """The line goes on although something changed: someone should be able to say why that is right."""
        return self.trend is SeriesContinuity.SURVIVES and self.change is WordingChange.REWORDED


@dataclass(frozen=True)
class VersionComparison:
    """What differs between two versions. `questions` holds everything asked outside the factors."""

    earlier: Questionnaire
    later: Questionnaire
    factors: tuple[FactorChange, ...]
    questions: tuple[TextChange, ...]
    reason: Text | None = None  # why lines go on or not, in the later version's own words

    @property
    def surviving(self) -> tuple[str, ...]:
        """The factors whose trend lines go on, in the later version's order."""
        return tuple(factor.key for factor in self.factors if factor.trend is SeriesContinuity.SURVIVES)


def compare(earlier: Questionnaire, later: Questionnaire) -> VersionComparison:
    """The two versions side by side; also two different questionnaires, which then share what they declare."""
    before, after = ({factor.key: factor for factor in one.factors} for one in (earlier, later))
    declared = declared_comparable(later, earlier.key, earlier.version)
    languages = [language for language in later.languages if language in earlier.languages]
    return VersionComparison(
        earlier,
        later,
        tuple(
            _factor_change(before.get(key), after.get(key), key in declared, languages)
            for key in _keys(before, after)
        ),
        _question_changes(earlier, later, languages),
        _stated_reason(later, earlier.key, earlier.version),
    )


def declared_comparable(questionnaire: Questionnaire, key: str, version: int) -> frozenset[str]:
    """The factors the questionnaire says may be compared with another version; all of them with itself."""
    own = frozenset(factor.key for factor in questionnaire.factors)
    if (questionnaire.key, questionnaire.version) == (key, version):
        return own
    named = (one.factors for one in questionnaire.compares_with if (one.key, one.version) == (key, version))
    return own.intersection(factor for factors in named for factor in factors)


def _stated_reason(questionnaire: Questionnaire, key: str, version: int) -> Text | None:
    named = (one.reason for one in questionnaire.compares_with if (one.key, one.version) == (key, version))
    return next((reason for reason in named if reason), None)


def _keys(before: Mapping[str, Kept], after: Mapping[str, Kept]) -> list[str]:
    """Every key once: the later version's in its order, then those it no longer has."""
    return list(dict.fromkeys([*after, *before]))


def _factor_change(
    before: Factor | None, after: Factor | None, declared: bool, languages: Sequence[str]
) -> FactorChange:
    shown = after or before
    if shown is None:
        msg = "a factor of neither version"
        raise ValueError(msg)
    then, now = ({item.key: item for item in one.items} if one else {} for one in (before, after))
    items = tuple(
        _text_change(
            key,
            then[key].text if key in then else None,
            now[key].text if key in now else None,
            languages,
            key in then and key in now and then[key].reversed != now[key].reversed,
        )
        for key in _keys(then, now)
    )
    if before is None or after is None:
        return FactorChange(
            shown.key, shown.title, items, SeriesContinuity.NEW if before is None else SeriesContinuity.ENDED
        )
    same_labels = _labels(before.scale, languages) == _labels(after.scale, languages)
    return FactorChange(shown.key, shown.title, items, _trend(before, after, declared), not same_labels)


def _trend(before: Factor, after: Factor, declared: bool) -> SeriesContinuity:
    if not declared:
        return SeriesContinuity.NOT_DECLARED
    return (
        SeriesContinuity.SURVIVES
        if before.scale.values == after.scale.values
        else SeriesContinuity.SCALE_DIFFERS
    )


def _labels(scale: Scale, languages: Sequence[str]) -> list[list[str]]:
    return [[point.label[language] for language in languages] for point in scale.points]


def _question_changes(
    earlier: Questionnaire, later: Questionnaire, languages: Sequence[str]
) -> tuple[TextChange, ...]:
    before, after = (_outside_factors(one) for one in (earlier, later))
    return tuple(
        _text_change(
            key,
            before[key].text if key in before else None,
            after[key].text if key in after else None,
            languages,
            key in before
            and key in after
            and _answers(before[key], languages) != _answers(after[key], languages),
        )
        for key in _keys(before, after)
    )


def _outside_factors(questionnaire: Questionnaire) -> dict[str, Question]:
    return {key: one for key, one in questionnaire.question_of.items() if one.kind != "scale"}


def _answers(question: Question, languages: Sequence[str]) -> tuple[object, ...]:
    """What may be answered, in the shared languages."""
    options = [(one.key, [one.label[language] for language in languages]) for one in question.options]
    return question.kind, options, question.minimum, question.maximum


def _text_change(
    key: str, before: Text | None, after: Text | None, languages: Sequence[str], answers_differ: bool
) -> TextChange:
    differing: tuple[str, ...] = ()
    if before is not None and after is not None:
        differing = tuple(language for language in languages if before[language] != after[language])
    return TextChange(key, before, after, differing, answers_differ)
