"""Plotly's figure of the themes over the years, and what all figures of the analyst's report share."""

from typing import TYPE_CHECKING, Any, Final

from questionnaires.model import Factor, Questionnaire
from surveys.platform.localisation import localised, number
from surveys.publishing.analysts.item_section import along_the_scale
from surveys.publishing.analysts.parts import Result, interval, two

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up", "x", "star", "cross", "pentagon")
_DASHES: Final = ("solid", "dash", "dot", "dashdot")


def figure_title(finding: str) -> dict[str, Any]:
    """What the figure shows, in a sentence above it."""
    return {
        "text": finding,
        "x": 0,
        "xanchor": "left",
        "xref": "paper",
        "y": 1,
        "yanchor": "top",
        "pad": {"t": 12},
    }


def trend_figure(result: Result, questionnaire: Questionnaire) -> "Figure":
    """A line for each theme with its 95 % intervals, in per cent of the scale: themes may have scales of their own."""
    from plotly.graph_objects import Figure

    found, figure = result["trend"], Figure()
    years = found["years"]
    for index, factor in enumerate(questionnaire.factors):
        _add_line(figure, factor, found["factors"][factor.key], years, index)
    figure.update_xaxes(
        range=[years[0] - 0.4, years[-1] + 0.4],
        tickvals=years,
        ticktext=[str(year) for year in years],
        title_text="År",
    )
    figure.update_yaxes(ticksuffix="\u00a0%", title_text="Plass på skalaen")
    figure.update_layout(title=figure_title(_finding(found)))
    return figure.update_layout(
        height=520,
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
        margin={"l": 64, "r": 16, "t": 110, "b": 56},
    )


def _add_line(figure: "Figure", factor: Factor, theme: Result, years: list[int], index: int) -> None:
    known = [at for at, mean in enumerate(theme["means"]) if mean is not None]
    places = [_percent_of(factor, theme["means"][at]) for at in known]
    ends = [theme["ci"][at] or [theme["means"][at]] * 2 for at in known]
    name = localised(factor.title)
    figure.add_scatter(
        name=name,
        mode="lines+markers",
        x=[years[at] for at in known],
        y=places,
        error_y={
            "type": "data",
            "symmetric": False,
            "thickness": 1,
            "width": 3,
            "array": [_percent_of(factor, end[1]) - place for end, place in zip(ends, places, strict=True)],
            "arrayminus": [
                place - _percent_of(factor, end[0]) for end, place in zip(ends, places, strict=True)
            ],
        },
        hovertext=[
            f"{name} {years[at]}: {two(theme['means'][at])} ({interval(theme['ci'][at])}), {number(theme['n'][at], 0)} "
            f"svar, {number(place, 0)} % av skalaen"
            for at, place in zip(known, places, strict=True)
        ],
        hoverinfo="text",
        line={"dash": _DASHES[index % len(_DASHES)], "width": 2},
        marker={"size": 9, "symbol": SYMBOLS[index % len(SYMBOLS)]},
    )


def _percent_of(factor: Factor, mean: float) -> float:
    return 100 * along_the_scale(factor, mean)


def _finding(found: Result) -> str:
    verdicts = [theme["verdict"] for theme in found["factors"].values()]
    up, down = verdicts.count("up"), verdicts.count("down")
    if not up and not down:
        return "Ingen av temaene har en sikker retning over årene"
    told = [
        f"{count} {word}" for count, word in ((up, "tydelig oppover"), (down, "tydelig nedover")) if count
    ]
    return f"Av {len(verdicts)} temaer går {' og '.join(told)}"
