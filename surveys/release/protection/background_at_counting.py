"""Background taken from the answers while they are counted: figures at the top, and what each row may keep.

A row with unit, answers and background would point at one person for whoever has the roster, and answers join two
tables as well as a number would. So a category is kept as the figures a release may show, and a row keeps background
only where every combination of unit and background is a group that is large enough (decision 039).

The figures are safe together with the sum of every unit's own answers, and add up to no figure of units. So they are
safe whatever units a release shows, and however units are moved or merged afterwards.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.disclosure.background import kept_background, tells_units_apart
from analysis.disclosure.detail import CLASSES_FROM, POINTS_FROM
from analysis.disclosure.survey import Cells, Respondents, protect_cells
from analysis.responses import Responses
from questionnaires.coding import LARGEST_VALUE
from surveys.release.figuring import breakdown_rows, figure_rows, in_spread_class
from surveys.release.models import FigureKind, FigureStatus
from surveys.release.protection.background_figures import limited
from surveys.release.protection.breakdowns import Breakdown, background_of
from surveys.release.protection.composing import told_before
from surveys.release.protection.issued_rows import IssuedRows
from surveys.release.protection.prior_knowledge import PriorKnowledge, RespondentIndices
from surveys.release.protection.published import FigureSubject, PublishedFigure, ReleasedFigures
from surveys.release.protection.suppression import Gathered, Mask, Protected, protect

Levels = Mapping[tuple[str, int], int]
_EXACT_SPREAD: Final = 2
"""The level of groups of ten."""


def background_at_counting(
    plain: Gathered, minimum_group: int, keep: NDArray[np.bool_] | None
) -> list[dict[str, Any]]:
    """Rows for `BackgroundFigure`, each with the level that it is safe at.

    plain: the answers that are being counted, with their background. keep: as `protect`.
    """
    questions = background_of(plain.responses, plain.tree, plain.top)
    if not questions or not len(plain.responses):
        return []
    units = protect(plain, minimum_group, keep=keep)
    whole = plain.with_background()
    known = told_before(whole, [as_released(units)], whole.tree.unit_ids[whole.top], IssuedRows())
    protected = protect(whole, minimum_group, known=known, keep=keep)
    levels = {id(mask): levels_with_every_unit(mask, whole, minimum_group) for mask in protected.masks}
    rows = [row for question in questions for row in category_rows(protected, question, levels)]
    return _beside_units(rows, questions, plain, known)


def background_of_rows(
    responses: Responses,
    scores: NDArray[np.float64],
    minimum_group: int,
    told: Sequence[RespondentIndices] = (),
) -> NDArray[np.bool_]:
    """(N, questions) where a stored row may keep what was answered. scores: (N, M), NaN for none.

    told: other people whose sums may be told.
    """
    questions = responses.questionnaire.background
    if not questions:
        return np.zeros((len(responses), 0), dtype=np.bool_)
    codes = np.column_stack([responses.background[question.key] for question in questions]).astype(np.int64)
    large = [people for place in range(len(questions)) for people in _large(codes[:, place], minimum_group)]
    return kept_background(responses.unit, codes, ~np.isnan(scores), minimum_group, [*large, *told])


def _large(codes: NDArray[np.int64], minimum_group: int) -> list[NDArray[np.int64]]:
    """The people of each answer that enough have given."""
    chosen = (np.flatnonzero(codes == option) for option in np.unique(codes[codes <= LARGEST_VALUE]))
    return [people for people in chosen if len(people) >= minimum_group]


def _beside_units(
    rows: list[dict[str, Any]],
    questions: Sequence[Breakdown],
    plain: Gathered,
    known: Mapping[str, PriorKnowledge],
) -> list[dict[str, Any]]:
    """The rows, without the questions whose figures add up to people of units that no figure of units tells of.

    Questions in their order: what is told of the first ones counts when the next is tried.
    """
    apart: set[tuple[str, str]] = set()
    for places in plain.same_people():
        keys = {plain.measures[place].key for place in places}
        told = told_of_all([known.get(key, PriorKnowledge()) for key in keys])
        answered = ~np.isnan(plain.scores[:, places[:1]])
        safe: list[RespondentIndices] = []
        for question in questions:
            own = [*safe, *_shown_people(rows, question, keys)]
            if tells_units_apart(plain.responses.unit, answered, own, told=told):
                apart |= {(question.key, key) for key in keys}
            else:
                safe = own
    return [limited(row, 0) if (row["breakdown"], row["measure"]) in apart else row for row in rows]


def told_of_all(known: Sequence[PriorKnowledge]) -> list[RespondentIndices]:
    """The people whose figure is told in every measure."""
    found = [{people.tobytes(): people for people in of.means} for of in known]
    everywhere = set.intersection(*(set(each) for each in found))
    return [people for name, people in found[0].items() if name in everywhere]


def _shown_people(
    rows: Sequence[Mapping[str, Any]], question: Breakdown, measures: Collection[str]
) -> list[RespondentIndices]:
    shown = {
        row["category"]
        for row in rows
        if row["breakdown"] == question.key
        and row["measure"] in measures
        and row["status"] == FigureStatus.SHOWN
    }
    return [
        np.flatnonzero(question.label == code)
        for code, name in enumerate(question.categories)
        if name in shown
    ]


def as_released(protected: Protected) -> ReleasedFigures:
    """What a release of units and unit types alone would tell."""
    figures = tuple(
        PublishedFigure(
            FigureSubject(FigureKind(row["kind"]), row["unit_id"], row["breakdown"], row["category"]),
            row["measure"],
            row["status"] == FigureStatus.SHOWN,
            row["n"],
            row["sd"] is not None,
            row["distribution"] is not None,
            row["points"] is not None,
            row["sd"] is not None and not row["spread_class"],
            row["coded"],
            row["step"] or 0.0,
        )
        for row in figure_rows(protected)
        if row["status"] in {FigureStatus.SHOWN, FigureStatus.HIDDEN}
    )
    return ReleasedFigures(1, protected.minimum_group, protected.gathered.tree, figures)


def levels_with_every_unit(
    mask: Mask, gathered: Gathered, minimum_group: int, told: Sequence[RespondentIndices] = ()
) -> Levels:
    """The highest level each category is safe at for somebody who knows the sum of every unit's own answers.

    told: other sums that she knows.
    """
    unit = gathered.responses.unit
    direct = [np.flatnonzero(unit == node) for node in np.unique(unit)]
    cells = Cells.of(gathered.tree.parents, unit, gathered.labels, [*direct, *told])
    people = Respondents(unit, ~np.isnan(gathered.scores[:, list(mask.places[:1])]))
    found: dict[tuple[str, int], int] = {}
    for level, least in ((1, minimum_group), (2, CLASSES_FROM), (3, POINTS_FROM)):
        for category in protect_cells(cells, people, max(least, minimum_group)).categories:
            name = category.breakdown, category.category
            if category.status == "shown" and found.get(name, 0) == level - 1:
                found[name] = level
    return found


def category_rows(
    protected: Protected, question: Breakdown, levels: Mapping[int, Levels]
) -> Iterator[dict[str, Any]]:
    """Each category's rows with no more than its level allows. levels: by the id of the mask."""
    code_of = {category: code for code, category in enumerate(question.categories)}
    mask_of = {
        measure.key: (place, measure, mask)
        for place, (measure, mask) in enumerate(
            zip(protected.gathered.measures, protected.mask_of, strict=True)
        )
    }
    for row in breakdown_rows(protected, question):
        name, (place, measure, mask) = (question.key, code_of[row["category"]]), mask_of[row["measure"]]
        own = mask.categories[name][1] if name in mask.categories else 0
        level = min(own, levels[id(mask)].get(name, 0))
        # Whoever knows the units' own people may subtract them: nobody in the group may have left any blank.
        if blank := mask.blank.get(place):
            level = blank.limited(level, blank.is_without(name))
        # Exact spread waits for ten, told or subtracted, as every three-class distribution does.
        is_too_exact = level < _EXACT_SPREAD and row["sd"] is not None and not row["spread_class"]
        told = in_spread_class(measure, row, row["sd"]) if is_too_exact else row
        yield limited(told, level) | {"level": level}
