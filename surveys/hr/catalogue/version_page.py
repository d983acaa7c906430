"""Two versions of a questionnaire side by side: each text then and now, and which trend lines go on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from questionnaires.comparison import FactorChange, SeriesContinuity, TextChange, compare
from questionnaires.model import Factor, Questionnaire, Text
from surveys.hr.catalogue.version_texts import VersionWords
from surveys.hr.catalogue.wording_changes import Words, changed_words, moved, unchanged
from surveys.platform.texts import _

Pieces = tuple[Words, ...] | None


@dataclass(frozen=True)
class VersionRow:
    """One text then and now, and what became of it. None: it was not there. No notes: nothing was changed."""

    key: str
    before: Pieces
    after: Pieces
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class VersionSection:
    """One theme: what becomes of its trend line, its statements, and its answers when those were changed."""

    title: str
    verdict: str
    goes_on: bool
    rows: tuple[VersionRow, ...]
    answers: tuple[VersionRow, ...]
    is_moved: bool

    @property
    def is_changed(self) -> bool:
        return bool(self.answers) or self.is_moved or any(row.notes for row in self.rows)


@dataclass(frozen=True)
class VersionPage:
    """The page in one language. `earlier` and `later` name the two columns."""

    earlier: str
    later: str
    summary: tuple[str, ...]
    sections: tuple[VersionSection, ...]
    questions: tuple[VersionRow, ...]
    reason: str = ""


def shared_languages(earlier: Questionnaire, later: Questionnaire) -> tuple[str, ...]:
    """The languages both have, in the later version's order."""
    return tuple(code for code in later.languages if code in earlier.languages)


def side_by_side(earlier: Questionnaire, later: Questionnaire, language: str) -> VersionPage:
    """The comparison of two versions, their texts in the language."""
    comparison = compare(earlier, later)
    words = VersionWords(comparison, language)
    orders = [_order_of_factors(one) for one in (earlier, later)]
    moved_factors = moved(*orders)
    return VersionPage(
        words.name(earlier),
        words.name(later),
        tuple(words.summary()),
        tuple(_section(words, factor, factor.key in moved_factors) for factor in comparison.factors),
        _rows(
            words,
            comparison.questions,
            moved(_order_of_questions(earlier), _order_of_questions(later)),
            _("Svarene man kan velge mellom, er endret."),
        ),
        words.localised(comparison.reason) if comparison.reason else "",
    )


def _section(words: VersionWords, change: FactorChange, is_moved: bool) -> VersionSection:
    before, after = (
        {factor.key: factor for factor in one.factors}.get(change.key)
        for one in (words.comparison.earlier, words.comparison.later)
    )
    moved_items = moved(_item_keys(before), _item_keys(after))
    turned = _("Påstanden er snudd: svarene teller motsatt vei.")
    return VersionSection(
        words.localised(change.title),
        words.verdict(change),
        change.trend is SeriesContinuity.SURVIVES,
        _rows(words, change.items, moved_items, turned),
        _answers(words, before, after) if before and after else (),
        is_moved,
    )


def _rows(
    words: VersionWords, changes: Iterable[TextChange], moved_keys: frozenset[str], answers: str
) -> tuple[VersionRow, ...]:
    return tuple(
        VersionRow(
            change.key,
            *_pieces(words, change.before, change.after),
            notes=tuple(words.notes(change, answers, is_moved=change.key in moved_keys)),
        )
        for change in changes
    )


def _pieces(words: VersionWords, before: Text | None, after: Text | None) -> tuple[Pieces, Pieces]:
    if before is not None and after is not None:
        return changed_words(words.localised(before), words.localised(after))
    return tuple(None if text is None else unchanged(words.localised(text)) for text in (before, after))  # type: ignore[return-value]


def _answers(words: VersionWords, before: Factor, after: Factor) -> tuple[VersionRow, ...]:
    """Every answer then and now; none when both scales have the same answers in the same words."""
    then, now = _labels(before), _labels(after)
    languages = shared_languages(words.comparison.earlier, words.comparison.later)
    changes = [
        TextChange(value, then.get(value), now.get(value), _differing(then, now, value, languages))
        for value in dict.fromkeys([*then, *now])
    ]
    rows = _rows(words, changes, frozenset(), "")
    return rows if any(row.notes for row in rows) else ()


def _labels(factor: Factor) -> dict[str, Text]:
    """Value as text → label; «not applicable» last, under a sign that is no value."""
    labels: dict[str, Text] = {str(point.value): point.label for point in factor.scale.points}
    return labels | ({"–": factor.scale.not_applicable} if factor.scale.not_applicable else {})


def _differing(
    then: Mapping[str, Text], now: Mapping[str, Text], value: str, languages: Sequence[str]
) -> tuple[str, ...]:
    if value not in then or value not in now:
        return ()
    return tuple(code for code in languages if then[value][code] != now[value][code])


def _item_keys(factor: Factor | None) -> list[str]:
    return [item.key for item in factor.items] if factor else []


def _order_of_factors(questionnaire: Questionnaire) -> list[str]:
    """The themes in the order the pages ask them."""
    return list(dict.fromkeys(factor.key for page in questionnaire.pages for factor in page.factors))


def _order_of_questions(questionnaire: Questionnaire) -> list[str]:
    return list(dict.fromkeys(_outside_factors(questionnaire)))


def _outside_factors(questionnaire: Questionnaire) -> Iterator[str]:
    for page in questionnaire.pages:
        yield from (question.key for question in page.asked if question.kind != "scale")
