"""Pairs of factors as heat maps: numbers, shades and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from questionnaires.model import Questionnaire
from surveys.hr.quality.limits import HTMT
from surveys.platform.localisation import localised, number
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredQuality

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


def htmt_matrix(result: StoredQuality, questionnaire: Questionnaire) -> Matrix | None:
    """HTMT of each pair on complete sheets; cells at or over the limit are marked."""
    return _ratios(result.validity.htmt, questionnaire)


def htmt_of_all(result: StoredQuality, questionnaire: Questionnaire) -> Matrix | None:
    """HTMT of each pair on all the answers, by EM; None where no answer is missing."""
    whole = result.validity.whole
    found = _ratios(whole.htmt, questionnaire) if whole else None
    return found and replace(found, finding=finding_of_all(found.finding))


def finding_of_all(finding: str) -> str:
    """The same finding twice would be two regions of one name to whoever hears the page."""
    return _("%(finding)s (alle svarene)", finding=finding)


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
