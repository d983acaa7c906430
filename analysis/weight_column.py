"""A file's column of weights: how much each respondent counts."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.messages import N_, Message
from analysis.response_faults import ResponseFaults
from analysis.tables import FileFault, ResponseTable

_REFUSED: Final = Message(N_("En vekt må være et tall over 0."))


def row_weights(table: ResponseTable, name: str, faults: ResponseFaults) -> NDArray[np.float64]:
    """(rows,) the weights; a fault for a column that is not there and for each row whose weight is not above 0.

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
    found = np.array([_weight(text) for text in column.texts], dtype=np.float64)
    faults.rows(column, np.isnan(found), [_REFUSED] * len(found))
    weights: NDArray[np.float64] = found[column.index]
    return weights


def _weight(text: str) -> float:
    """The number, with point or comma; NaN for what is no weight.

    >>> _weight("1,25"), _weight("0.8"), _weight("0"), _weight("tung")
    (1.25, 0.8, nan, nan)
    """
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and value > 0 else math.nan
