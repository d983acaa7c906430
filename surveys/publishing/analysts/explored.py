"""Plotly's figures of the analyst's HTML report: the same numbers as the table below each of them."""

import math
from typing import TYPE_CHECKING, Any, Final

from questionnaires.model import Factor, Questionnaire
from surveys.platform.localisation import localised, percent
from surveys.publishing.analysts.item_section import (
    MAP_TABLE,
    along_the_scale,
    answered_factors,
    answers_table,
    item_name,
)
from surveys.publishing.analysts.parts import Result, two
from surveys.publishing.analysts.trend_figure import SYMBOLS, figure_title, trend_figure
from surveys.publishing.analysts.trends import TREND_TABLE
from surveys.publishing.analysts.verdicts import ITEM_REST_LOWEST

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_ROW: Final = 64
_ROOM_FOR_TEXT: Final = 0.09
_BELOW: Final = ("#8c510a", "#bf812d", "#dfc27d", "#f6e8c3")
"""From the end of the scale towards the middle: ColorBrewer's BrBG, told apart by the colour-blind too."""
_ABOVE: Final = ("#01665e", "#35978f", "#80cdc1", "#c7eae5")
_MIDDLE: Final = "#d9d9d9"
_DARK: Final = frozenset({"#8c510a", "#01665e"})


def figures_of(result: Result, questionnaire: Questionnaire) -> dict[str, str]:
    """Title of a table → the figure above it, as Plotly's own JSON."""
    # Plotly takes a second to load: only a report written as HTML pays for it.
    import plotly.io

    plotly.io.templates.default = None
    items = result["items"]
    found = {
        answers_table(factor): str(_diverging(items, factor).to_json())
        for factor in answered_factors(result, questionnaire)
    }
    if items:
        found[MAP_TABLE] = str(_map(result, questionnaire).to_json())
    if result.get("trend"):
        found[TREND_TABLE] = str(trend_figure(result, questionnaire).to_json())
    return found


def _diverging(items: Result, factor: Factor) -> "Figure":
    """Answers below the middle to the left of zero, those above it to the right, the middle one on both sides."""
    from plotly.graph_objects import Figure

    keys = [item.key for item in factor.items if item.key in items]
    shares = [items[key]["shares"] for key in keys]
    points = len(factor.scale.points)
    colours = _colours(points)
    figure = Figure()
    for point, label in enumerate(localised(each.label) for each in factor.scale.points):
        figure.add_bar(
            orientation="h",
            name=label,
            y=list(range(len(keys))),
            x=[row[point] for row in shares],
            base=[sum(row[:point]) - _left(row) for row in shares],
            text=[percent(row[point]) if row[point] >= _ROOM_FOR_TEXT else "" for row in shares],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            insidetextfont={"color": "#fff" if colours[point] in _DARK else "#1b1b1b", "size": 13},
            hovertext=[f"{label}: {percent(row[point])}" for row in shares],
            hoverinfo="text",
            width=0.4,
            marker={"color": colours[point], "line": {"color": "#555", "width": 0.5}},
        )
    for row, key in enumerate(keys):
        figure.add_annotation(name="row", text=item_name(factor, key), **_above(row))
    figure.update_layout(barmode="overlay", title=figure_title(_finding(items, factor, keys)))
    reach = max(max(_left(row), sum(row) - _left(row)) for row in shares)
    end = min(1.0, math.ceil(reach * 4) / 4)
    quarters = round(end * 4)
    step = 2 if quarters == 4 else 1
    ticks = [tick / 4 for tick in range(-quarters, quarters + 1, step)]
    figure.update_xaxes(
        range=[-end - 0.05, end + 0.05],
        tickvals=ticks,
        ticktext=[percent(abs(tick)) for tick in ticks],
        title_text="← under midten, over midten →",
        zeroline=True,
        fixedrange=True,
    )
    figure.update_yaxes(range=[len(keys) - 0.5, -0.9], visible=False, fixedrange=True)
    return figure.update_layout(
        height=len(keys) * _ROW + 150,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        margin={"l": 8, "r": 8, "t": 90, "b": 48},
    )


def _above(row: int) -> dict[str, Any]:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "y": row - 0.24, "yanchor": "bottom"}
    return {**place, "showarrow": False, "align": "left"}


def _left(shares: list[float]) -> float:
    """How much of a bar is to the left of zero."""
    half, odd = divmod(len(shares), 2)
    return sum(shares[:half]) + (shares[half] / 2 if odd else 0.0)


def _right(shares: list[float]) -> float:
    """The share over the middle."""
    return sum(shares[(len(shares) + 1) // 2 :])


def _sides(place: float, every: list[float]) -> str:
    """Names of neighbours are placed above and below their points by turns."""
    return "top center" if every.index(place) % 2 else "bottom center"


def _colours(points: int) -> list[str]:
    """Strong at the ends, pale at the middle; long scales repeat the palest."""
    half = points // 2
    below = [_BELOW[min(i * len(_BELOW) // half, len(_BELOW) - 1)] for i in range(half)]
    above = [_ABOVE[min(i * len(_ABOVE) // half, len(_ABOVE) - 1)] for i in range(half)]
    return [*below, *([_MIDDLE] if points % 2 else []), *reversed(above)]


def _finding(items: Result, factor: Factor, keys: list[str]) -> str:
    over = {key: _right(items[key]["shares"]) for key in keys}
    most, least = max(keys, key=lambda key: over[key]), min(keys, key=lambda key: over[key])
    told = f"{localised(factor.title)}: {percent(over[most])} svarte over midten på {most}"
    return told if most == least else f"{told}, {percent(over[least])} på {least}"


def _map(result: Result, questionnaire: Questionnaire) -> "Figure":
    """Each statement's place on the scale against how well it follows its theme."""
    from plotly.graph_objects import Figure

    items, figure, low = result["items"], Figure(), 0
    every = sorted(
        along_the_scale(factor, items[item.key]["mean"])
        for factor in questionnaire.factors
        for item in factor.items
        if item.key in items
    )
    for index, factor in enumerate(questionnaire.factors):
        rests = result["scales"].get(factor.key, {}).get("item_rest", {})
        known = [item.key for item in factor.items if item.key in items and rests.get(item.key) is not None]
        places = [along_the_scale(factor, items[key]["mean"]) for key in known]
        low += sum(
            place < 0.5 and rests[key] >= ITEM_REST_LOWEST for key, place in zip(known, places, strict=True)
        )
        figure.add_scatter(
            name=localised(factor.title),
            mode="markers+text",
            x=places,
            y=[rests[key] for key in known],
            text=known,
            textposition=[_sides(place, every) for place in places],
            hovertext=[
                f"{item_name(factor, key)}<br>{percent(place)} av skalaen, r {two(rests[key])}"
                for key, place in zip(known, places, strict=True)
            ],
            hoverinfo="text",
            cliponaxis=False,
            marker={"size": 10, "symbol": SYMBOLS[index % len(SYMBOLS)]},
        )
    figure.add_hline(ITEM_REST_LOWEST, line={"dash": "dash", "width": 1.5})
    figure.add_vline(0.5, line={"dash": "dot", "width": 1.5})
    ticks = [tick / 4 for tick in range(5)]
    figure.update_xaxes(
        range=[0, 1],
        tickvals=ticks,
        ticktext=[percent(tick) for tick in ticks],
        title_text="Plass på skalaen",
    )
    figure.update_yaxes(title_text="r med resten av temaet", rangemode="tozero")
    told = {0: "Ingen påstander ligger", 1: "Én påstand ligger"}.get(low, f"{low} påstander ligger")
    figure.update_layout(title=figure_title(f"{told} under midten av skalaen og følger temaet sitt godt"))
    return figure.update_layout(
        height=520,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        margin={"l": 56, "r": 16, "t": 110, "b": 56},
    )
