"""Plotly's figure of the directions over the years: the same means as the table."""

from typing import TYPE_CHECKING, Final

from surveys.platform.localisation import localised
from surveys.platform.texts import _
from surveys.results.exploring import SEPARATORS, new_figure, title_of
from surveys.results.trends.queries import TrendLine, TrendTable
from surveys.results.trends.texts import mean_text, verdict_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_SYMBOLS: Final = (
    "circle", "diamond", "square", "triangle-up", "x", "star", "cross", "pentagon", "triangle-down", "hexagon",
)  # fmt: skip
_DASHES: Final = ("solid", "dash", "dot", "dashdot")
_COLOURS: Final = (
    "#3b7ddd", "#c2571a", "#2f8f5b", "#a259b5", "#8a7a1f", "#c24d6b", "#2e8c98", "#7a7f87", "#6d6ad0", "#9a6a4a",
)  # fmt: skip
"""Each at least 3 : 1 on the page's light and dark paper. Symbols and dashes tell the lines apart without them."""


def figure_json(table: TrendTable) -> str:
    """Plotly's own JSON: data and layout. A line for each theme on the scale that most of them have."""
    figure = new_figure()
    lines = _on_one_scale(table)
    for place, line in enumerate(lines):
        _add(figure, table.years, line, place)
    low, high = lines[0].minimum, lines[0].maximum
    means = [mean for line in lines for mean in line.means if mean is not None]
    margin = (high - low) * 0.03
    figure.update_xaxes(
        range=[table.years[0] - 0.4, table.years[-1] + 0.4],
        tickvals=list(table.years),
        ticktext=[str(year) for year in table.years],
        fixedrange=True,
    )
    figure.update_yaxes(range=[low - margin, high + margin], fixedrange=True, title_text=_("Snitt"))
    figure.update_layout(
        title=title_of(_("Retning over flere år")),
        height=480,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        margin={"l": 56, "r": 16, "t": 40, "b": 40},
        separators=SEPARATORS,
        meta={"axis": "yaxis", "near": [min(means) - margin, max(means) + margin]},
    )
    return str(figure.to_json())


def _on_one_scale(table: TrendTable) -> list[TrendLine]:
    scales = [(line.minimum, line.maximum) for line in table.lines]
    usual = max(scales, key=scales.count)
    return [line for line in table.lines if (line.minimum, line.maximum) == usual]


def _add(figure: "Figure", years: tuple[int, ...], line: TrendLine, place: int) -> None:
    """Where a year has no mean the line is broken."""
    name, colour = localised(line.title), _COLOURS[place % len(_COLOURS)]
    figure.add_scatter(
        name=name,
        mode="lines+markers",
        x=list(years),
        y=list(line.means),
        connectgaps=False,
        hovertext=[
            f"{name} {year}: {mean_text(line, mean)}<br>{verdict_text(line)}"
            for year, mean in zip(years, line.means, strict=True)
        ],
        hoverinfo="text",
        line={"dash": _DASHES[place % len(_DASHES)], "width": 2, "color": colour},
        marker={"size": 10, "symbol": _SYMBOLS[place % len(_SYMBOLS)], "color": colour},
        meta="line",
    )
