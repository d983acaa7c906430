"""Pairs of factors as heat maps, and every statement beside every factor found: numbers, shades and what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from questionnaires.model import Questionnaire
from surveys.hr.quality.limits import CROSS_LOADING, HTMT, LOADING, Mark
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredExploration, StoredQuality

STEPS: Final = 5
"""Shades in a heat map, 0 the lightest."""


@dataclass(frozen=True)
class Cell:
    """A cell of a heat map: its number, a shade 0–4, and whether it is past its limit or on the diagonal.

    value: the number itself, None where there is none.
    """

    text: str
    shade: int = 0
    over: bool = False
    own: bool = False
    value: float | None = None


@dataclass(frozen=True)
class Matrix:
    """A square heat map. `finding` is its title; rows are (key, title, cells)."""

    finding: str
    keys: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class LoadingRow:
    """A statement beside every factor found; `own` marks the cell of the factor it was written for."""

    key: str
    text: str
    cells: tuple[Cell, ...]
    mark: Mark
    meaning: str


def htmt_matrix(result: StoredQuality, questionnaire: Questionnaire) -> Matrix | None:
    """HTMT of each pair on complete sheets; cells at or over the limit are marked."""
    return _ratios(result.validity.htmt, questionnaire)


def htmt_of_all(result: StoredQuality, questionnaire: Questionnaire) -> Matrix | None:
    """HTMT of each pair on all the answers, by EM; None where no answer is missing."""
    whole = result.validity.whole
    found = _ratios(whole.htmt, questionnaire) if whole else None
    # The same finding twice would be two places of one name to whoever hears the page.
    return found and replace(found, finding=_("%(finding)s (alle svarene)", finding=found.finding))


def _ratios(ratios: Mapping[str, float | None], questionnaire: Questionnaire) -> Matrix | None:
    over = sum(ratio is not None and ratio >= HTMT.good for ratio in ratios.values())
    finding = (
        _("Temaene er ulike nok: ingen par når grensen på %(limit)s", limit=number(HTMT.good, 2))
        if not over
        else _("Like temaer: %(over)s par når grensen på %(limit)s", over=over, limit=number(HTMT.good, 2))
    )
    return _matrix(ratios, questionnaire, finding, HTMT.good)


def correlation_matrix(result: StoredQuality, questionnaire: Questionnaire) -> Matrix | None:
    """Correlations between the factors of the CFA, free of measurement error."""
    related = result.validity.shown.factor_correlations
    known = {pair: r for pair, r in related.items() if r is not None}
    if not known:
        return None
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    strongest = max(known, key=lambda pair: abs(known[pair]))
    one, _between, other = strongest.partition("~")
    finding = _(
        "Sterkest sammenheng: %(one)s og %(other)s (%(r)s)",
        one=titles[one],
        other=titles[other],
        r=number(known[strongest], 2),
    )
    return _matrix(related, questionnaire, finding, HTMT.good)


def _matrix(
    values: Mapping[str, float | None], questionnaire: Questionnaire, finding: str, limit: float
) -> Matrix | None:
    if not any(value is not None for value in values.values()):
        return None
    keys = tuple(factor.key for factor in questionnaire.factors)
    both = dict(values) | {"~".join(reversed(pair.split("~"))): value for pair, value in values.items()}
    rows = tuple(
        (
            factor.key,
            localised(factor.title),
            tuple(
                Cell("", own=True) if key == factor.key else _cell(both.get(f"{factor.key}~{key}"), limit)
                for key in keys
            ),
        )
        for factor in questionnaire.factors
    )
    return Matrix(finding, keys, rows)


def _cell(value: float | None, limit: float) -> Cell:
    if value is None:
        return Cell("–")
    return Cell(number(value, 2), shade_of(value), over=abs(value) >= limit, value=value)


def shade_of(value: float) -> int:
    """0–4 by the size of a figure between −1 and 1."""
    return min(int(abs(value) * STEPS), STEPS - 1)


def loading_rows(
    found: StoredExploration | None, questionnaire: Questionnaire
) -> tuple[tuple[str, ...], list[LoadingRow]]:
    """The exploratory loadings: columns' factor keys, and a row for each statement."""
    exploration = found or StoredExploration()
    factors, loadings = exploration.factors, exploration.loadings
    rows = []
    for item in questionnaire.items:
        if item.key in loadings:
            own = factors.index(questionnaire.factor_of[item.key].key)
            rows.append(_loading_row(item.key, localised(item.text), loadings[item.key], own, factors))
    return factors, rows


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


def loadings_finding(rows: Sequence[LoadingRow]) -> str:
    """The title of the table of loadings."""
    good = sum(row.mark is Mark.GOOD for row in rows)
    if good == len(rows):
        return _("Alle påstandene hører til temaet de er skrevet for")
    return _("%(good)s av %(all)s påstander hører til temaet de er skrevet for", good=good, all=len(rows))
