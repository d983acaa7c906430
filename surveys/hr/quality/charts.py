"""What `static/js/charts.js` draws with Plotly: the figures of a table that stands beside, and no colours.

A chart is JSON in the attribute `data-chart`. «dots»: rows from top to bottom with one dot for each series, on an axis
with its range and a named limit. «shares»: rows as bars of a hundred per cent.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from questionnaires.model import Factor
from surveys.hr.quality.items import ItemRow
from surveys.hr.quality.limits import ALPHA, ITEM_REST, decimal, interval
from surveys.hr.quality.years import AlphaOfYear
from surveys.platform.localisation import localised, percent
from surveys.platform.texts import _

Chart = dict[str, Any]


def item_rest_chart(rows: Sequence[ItemRow]) -> Chart:
    """Each statement's correlation with the others, beside the limit."""
    lowest = min([row.rest for row in rows if row.rest is not None], default=0.0)
    points = [
        {"value": row.rest, "told": f"{decimal(row.rest)}"} if row.rest is not None else None for row in rows
    ]
    return {
        "kind": "dots",
        "rows": [row.text for row in rows],
        "axis": _("Korrelasjon med resten av temaet"),
        "range": [min(0.0, lowest - 0.05), 1.0],
        "limit": {"value": ITEM_REST.good, "told": _("grense %(limit)s", limit=decimal(ITEM_REST.good))},
        "series": [{"name": "", "points": points}],
    }


def alpha_chart(found: Mapping[str, Sequence[AlphaOfYear]], titles: Mapping[str, str]) -> Chart:
    """Each factor's alpha with its interval, a series for each year."""
    years = sorted({one.year for waves in found.values() for one in waves})
    lows = [one.low for waves in found.values() for one in waves if one.low is not None]
    return {
        "kind": "dots",
        "rows": [titles[key] for key in found],
        "axis": _("Cronbachs alfa med 95 % intervall"),
        "range": [min(0.5, *lows) - 0.02 if lows else 0.0, 1.0],
        "limit": {"value": ALPHA.good, "told": _("grense %(limit)s", limit=decimal(ALPHA.good))},
        "series": [
            {"name": str(year), "points": [_alpha_point(waves, year) for waves in found.values()]}
            for year in years
        ],
    }


def _alpha_point(waves: Sequence[AlphaOfYear], year: int) -> dict[str, Any] | None:
    found = next((one for one in waves if one.year == year and one.alpha is not None), None)
    if found is None:
        return None
    told = f"{year}: {decimal(found.alpha)} ({interval(found.low, found.high)})"
    return {"value": found.alpha, "low": found.low, "high": found.high, "told": told}


def answers_chart(rows: Sequence[ItemRow], factor: Factor) -> Chart:
    """The shares of each answer to each statement, lowest first."""
    return {
        "kind": "shares",
        "rows": [row.text for row in rows],
        "axis": _("Andel av svarene"),
        "series": [
            {
                "name": localised(point.label),
                "points": [
                    {"value": row.answers[index], "told": percent(row.answers[index])} for row in rows
                ],
            }
            for index, point in enumerate(factor.scale.points)
        ],
    }
