"""A file's column of weights: how much each respondent counts."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.messages import N_, Message
from analysis.response_faults import ResponseFaults
from analysis.tables import FileFault, ResponseColumn, ResponseTable

LARGEST_RATIO: Final = 50.0
"""A weight that is more times the mean is taken for a mistake: one respondent would count as fifty."""
_LARGEST: Final = 1e12

_MISSING: Final = Message(N_("Raden mangler vekt."))
_NOT_POSITIVE: Final = Message(N_("Vekten må være over 0."))
_TOO_LARGE: Final = Message(N_("Vekten er for stor."))
_NO_NUMBER: Final = Message(N_("Vekten er ikke et tall."))


def row_weights(table: ResponseTable, name: str, faults: ResponseFaults) -> NDArray[np.float64]:
    """(rows,) the weights; a fault for a column that is not there, and for each row whose weight cannot be used.

    A row has no weight, a weight that is no number, not above 0, or more than `LARGEST_RATIO` times the mean.

    >>> from analysis.tables import ResponseColumn
    >>> column = ResponseColumn("vekt", ("1,5", "0"), np.array([0, 1]))
    >>> table = ResponseTable((column,), np.array([2, 3]))
    >>> faults = ResponseFaults(table)
    >>> row_weights(table, "vekt", faults).tolist(), faults.total
    ([1.5, nan], 1)
    """
    column = next((column for column in table.columns if column.name == name), None)
    if column is None:
        faults.add(FileFault(None, name, Message(N_("Vektkolonnen mangler i filen."))))
        return np.ones(len(table.lines))
    texts = ["" if text in column.missing else text for text in column.texts]
    found = np.array([_number(text) for text in texts], dtype=np.float64)
    refusals = [_refusal(text, value) for text, value in zip(texts, found.tolist(), strict=True)]
    bad = np.array([refusal is not None for refusal in refusals], dtype=np.bool_)
    faults.rows(column, bad, refusals)
    weights: NDArray[np.float64] = np.where(bad, np.nan, found)[column.index]
    _refuse_too_large(column, weights, np.where(bad, np.nan, found), faults)
    return weights


def _refuse_too_large(
    column: ResponseColumn, weights: NDArray[np.float64], of_text: NDArray[np.float64], faults: ResponseFaults
) -> None:
    used = weights[faults.kept & ~np.isnan(weights)]
    if not len(used):
        return
    limit = LARGEST_RATIO * float(used.mean())
    message = Message(
        N_("Vekten er over %(times)s ganger snittet av vektene. Rett den, eller kutt den før filen leses."),
        {"times": int(LARGEST_RATIO)},
    )
    faults.rows(column, np.asarray(of_text > limit), [message] * len(of_text))


def _refusal(text: str, value: float) -> Message | None:
    if not text.strip():
        return _MISSING
    if not math.isfinite(value):
        return _NO_NUMBER
    if value > _LARGEST:
        return _TOO_LARGE
    return None if value > 0 else _NOT_POSITIVE


def _number(text: str) -> float:
    """The number, with point or comma; NaN for what is none.

    >>> _number("1,25"), _number("0.8"), _number("-1"), _number("tung")
    (1.25, 0.8, -1.0, nan)
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan
