"""Which clear changes also stand out when every comparison of a release is looked at as one family.

What a clear change is, is `analysis.change.change`'s verdict, here as on every page: `q` takes none away and adds none.

Done once, at the release, so that every reader is told the same however much of the organisation she may see.
"""

import math
from collections.abc import Sequence
from typing import Any

from surveys.release.models import ChangeBasis, Verdict


def screened(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows for `Change` with `q`: the share of false ones among all changes that are as clear as this one.

    The family is every comparison that may be called a change: two surveys that measure the same, enough people in
    both, the unit's own earlier figure or that of the units it was merged from, and a p. The others have no q.
    Pages mark those of the clear changes that also have a q below 5 %.

    Benjamini–Hochberg, though nested units share people and themes go together: a unit and the unit above it can only
    err the same way, and in simulated organisations with correlated themes the share of false ones stayed under 5 %
    (`tests/analysis/test_screening.py`). Benjamini–Yekutieli holds for any dependence whatever, at the price of
    six times smaller p in a municipality of 40 units: it would find hardly any single unit.
    """
    import numpy as np

    from analysis.change import false_discovery

    tested = [
        row["comparable"] and row["verdict"] != Verdict.TOO_FEW and row["basis"] != ChangeBasis.SPLIT
        for row in rows
    ]
    p = np.array(
        [
            row["p"] if inside and row["p"] is not None else np.nan
            for row, inside in zip(rows, tested, strict=True)
        ]
    )
    return [
        {**row, "q": None if math.isnan(q) else q}
        for row, q in zip(rows, false_discovery(p).tolist(), strict=True)
    ]
