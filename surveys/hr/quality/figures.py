"""Plotly's figures of the pictures of quality, for the reader who explores. `static/js/explore.js` gives them colours.

A trace says in `meta` what it is: «now» or «before», or a shade 0–1. Row names are annotations called «row».
"""

from typing import TYPE_CHECKING, Any, Final

from surveys.hr.quality.charts import DotChart, ShareChart
from surveys.hr.quality.heat_maps import Matrix
from surveys.platform.localisation import percent
from surveys.results.exploring import SEPARATORS, new_figure, title_of

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_ROW: Final = 76
"""Pixels for a row: a line of text and its dots, or its bar."""
_SYMBOLS: Final = ("circle", "diamond-open", "square-open", "triangle-up-open")


def figure_json(chart: DotChart | ShareChart | Matrix) -> str:
    """The figure as Plotly's own JSON: data and layout."""
    if isinstance(chart, DotChart):
        figure = _dots(chart)
    elif isinstance(chart, ShareChart):
        figure = _shares(chart)
    else:
        figure = _heat_map(chart)
    return str(figure.to_json())


def _dots(chart: DotChart) -> "Figure":
    figure = new_figure()
    for place, series in enumerate(chart.series):
        is_last = place == len(chart.series) - 1
        offset = (place - (len(chart.series) - 1) / 2) * 0.15 + 0.06
        known = [(row, dot) for row, dot in enumerate(series.dots) if dot]
        figure.add_scatter(
            name=series.name,
            mode="markers",
            x=[dot.value for _row, dot in known],
            y=[row + offset for row, _dot in known],
            hovertext=[dot.told for _row, dot in known],
            hoverinfo="text",
            marker={"size": 11, "symbol": "circle" if is_last else _SYMBOLS[1 + place % 3]},
            error_x={
                "type": "data",
                "symmetric": False,
                "thickness": 2,
                "width": 0,
                "array": [0 if dot.high is None else dot.high - dot.value for _row, dot in known],
                "arrayminus": [0 if dot.low is None else dot.value - dot.low for _row, dot in known],
            },
            meta="now" if is_last else "before",
        )
    note = {
        "text": chart.limit_text,
        "y": 0,
        "yref": "paper",
        "yanchor": "bottom",
        "xanchor": "left",
        "xshift": 4,
    }
    figure.add_vline(chart.limit, line={"dash": "dash", "width": 1.5}, annotation=note)
    figure.update_xaxes(
        range=[chart.low, chart.high], title_text=chart.axis, tickformat=".1f", zeroline=False
    )
    dots = [dot for series in chart.series for dot in series.dots if dot]
    ends = [end for dot in dots for end in (dot.low, dot.value, dot.high) if end is not None]
    near = [min([*ends, chart.limit]) - 0.02, max([*ends, chart.limit]) + 0.02]
    return _framed(figure, chart.finding, chart.rows, {"whole": [chart.low, chart.high], "near": near})


def _shares(chart: ShareChart) -> "Figure":
    figure = new_figure()
    widths = [chart.widths(row) for row in range(len(chart.rows))]
    for part, name in enumerate(chart.parts):
        shares = [row[part] for row in chart.shares]
        figure.add_bar(
            orientation="h",
            name=name,
            width=0.34,
            x=[row[part] for row in widths],
            y=[row + 0.1 for row in range(len(shares))],
            text=[percent(share) if share >= 0.07 else "" for share in shares],
            hovertext=[f"{name}: {percent(share)}" for share in shares],
            hoverinfo="text",
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            meta=chart.shade(part),
        )
    figure.update_layout(barmode="stack")
    ticks = [0.2 * step for step in range(6)]
    figure.update_xaxes(
        range=[0, 1.001], tickvals=ticks, ticktext=[percent(tick) for tick in ticks], title_text=chart.axis
    )
    return _framed(figure, chart.finding, chart.rows, {})


def _framed(figure: "Figure", finding: str, rows: tuple[str, ...], meta: dict[str, Any]) -> "Figure":
    """With the name of each row above it, since a statement is a whole sentence; the first row at the top."""
    for place, text in enumerate(rows):
        figure.add_annotation(
            name="row",
            text=text,
            xref="paper",
            x=0,
            xshift=-18,
            xanchor="left",
            y=place - 0.26,
            yanchor="bottom",
            showarrow=False,
            align="left",
            borderpad=2,
        )
    several = len(figure.data) > 1
    return figure.update_layout(
        title=title_of(finding),
        height=len(rows) * _ROW + 90,
        margin={"l": 20, "r": 20, "t": 44 if several else 12, "b": 48},
        showlegend=several,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        yaxis={"range": [len(rows) - 0.4, -0.85], "visible": False, "fixedrange": True},
        xaxis={"fixedrange": True},
        separators=SEPARATORS,
        meta=meta,
    )


def _heat_map(matrix: Matrix) -> "Figure":
    names = {key: title for key, title, _cells in matrix.rows}
    figure = new_figure()
    figure.add_heatmap(
        x=list(matrix.keys),
        y=[key for key, _title, _cells in matrix.rows],
        z=[
            [None if cell.value is None else abs(cell.value) for cell in cells]
            for _key, _title, cells in matrix.rows
        ],
        text=[[cell.text for cell in cells] for _key, _title, cells in matrix.rows],
        texttemplate="%{text}",
        hovertext=[
            [f"{title} – {names[key]}: {cell.text}" for key, cell in zip(matrix.keys, cells, strict=True)]
            for _key, title, cells in matrix.rows
        ],
        hoverinfo="text",
        zmin=0,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True, showgrid=False, ticks="")
    figure.update_xaxes(side="top", fixedrange=True, showgrid=False, ticks="")
    return figure.update_layout(
        title=title_of(matrix.finding),
        height=len(matrix.rows) * 44 + 60,
        margin={"l": 48, "r": 12, "t": 36, "b": 12},
        meta={"narrowest": len(matrix.keys) * 44 + 60},
        separators=SEPARATORS,
    )
