"""Every statement beside every factor found in the answers: does it belong where it was written for?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from questionnaires.model import Questionnaire
from surveys.hr.quality.heat_maps import Cell, finding_of_all, shade_of
from surveys.hr.quality.limits import CROSS_LOADING, LOADING, Mark
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredExploration, StoredQuality


@dataclass(frozen=True)
class LoadingRow:
    """A statement beside every factor found; `own` marks the cell of the factor it was written for."""

    key: str
    text: str
    cells: tuple[Cell, ...]
    mark: Mark
    meaning: str


@dataclass(frozen=True)
class LoadingsTable:
    """The exploratory loadings. `finding` is the title; columns: key and title of each factor found."""

    finding: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[LoadingRow, ...]


def loadings_of_complete(result: StoredQuality, questionnaire: Questionnaire) -> LoadingsTable | None:
    """Of those who answered everything; None where there is no solution."""
    return _table(result.structure.exploration, questionnaire)


def loadings_of_all(result: StoredQuality, questionnaire: Questionnaire) -> LoadingsTable | None:
    """On all the answers, by EM; None where no answer is missing."""
    whole = result.structure.all_answers if result.validity.whole else None
    found = _table(whole.exploration if whole else None, questionnaire)
    return found and replace(found, finding=finding_of_all(found.finding))


def _table(exploration: StoredExploration | None, questionnaire: Questionnaire) -> LoadingsTable | None:
    if exploration is None:
        return None
    factors, loadings = exploration.factors, exploration.loadings
    rows = []
    for item in questionnaire.items:
        if item.key in loadings:
            own = factors.index(questionnaire.factor_of[item.key].key)
            rows.append(_loading_row(item.key, localised(item.text), loadings[item.key], own, factors))
    if not rows:
        return None
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    return LoadingsTable(_finding(rows), tuple((key, titles[key]) for key in factors), tuple(rows))


def _finding(rows: Sequence[LoadingRow]) -> str:
    good = sum(row.mark is Mark.GOOD for row in rows)
    if good == len(rows):
        return _("Alle påstandene hører til temaet de er skrevet for")
    return _("%(good)s av %(all)s påstander hører til temaet de er skrevet for", good=good, all=len(rows))


def _loading_row(
    key: str, text: str, loadings: Sequence[float | None], own: int, factors: Sequence[str]
) -> LoadingRow:
    values = [value or 0.0 for value in loadings]
    crossed = [
        index
        for index, value in enumerate(values)
        if index != own and CROSS_LOADING.mark(abs(value)) is Mark.WEAK
    ]
    cells = tuple(
        Cell(number(value, 2), shade_of(value), over=index in crossed, own=index == own)
        for index, value in enumerate(values)
    )
    mark, meaning = Mark.GOOD, _("Som tenkt")
    if LOADING.mark(values[own]) is Mark.WEAK:
        mark, meaning = Mark.WEAK, _("Svak på sitt eget tema")
    if crossed:
        mark = Mark.WEAK if mark is Mark.WEAK else Mark.CAREFUL
        others = listed([factors[index] for index in crossed])
        also = _("Måler også %(themes)s", themes=others)
        meaning = also if mark is Mark.CAREFUL else f"{meaning}. {also}"
    return LoadingRow(key, text, cells, mark, meaning)
