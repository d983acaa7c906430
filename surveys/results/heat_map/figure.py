"""Plotly's figure of the heat map: the same cells as the table, with the whole sentence on each."""

from typing import Final

from surveys.platform.localisation import localised
from surveys.platform.texts import _, ngettext
from surveys.release.comparisons.positions import ReferencePosition
from surveys.release.models import Release
from surveys.results.exploring import SEPARATORS, new_figure, title_of
from surveys.results.heat_map.queries import HeatCell, HeatMap, HeatRow
from surveys.results.texts import mean_text, status_text, status_word

_ROW: Final = 30
_COLUMN: Final = 74
_NAMES: Final = 220
_HEADINGS: Final = 190
"""Pixels for a row, a column, the names of units and the headings."""


def figure_json(found: HeatMap, release: Release) -> str:
    """Plotly's own JSON: data and layout. A cell is 1 when clearly over the rest, -1 when clearly under, else 0.

    A cell without a figure has its word and no colour. A colour by the mean alone would show chance.
    """
    figure = new_figure()
    places = list(range(len(found.rows)))
    figure.add_heatmap(
        x=list(range(len(found.themes))),
        y=places,
        z=[[_shade(cell) for cell in row.cells] for row in found.rows],
        text=[[_text(cell) for cell in row.cells] for row in found.rows],
        hovertext=[_told(found, row, release) for row in found.rows],
        texttemplate="%{text}",
        hoverinfo="text",
        zmin=-1,
        zmax=1,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    figure.update_yaxes(
        autorange="reversed",
        automargin=True,
        fixedrange=True,
        showgrid=False,
        zeroline=False,
        ticks="",
        tickvals=places,
        ticktext=[row.name for row in found.rows],
    )
    figure.update_xaxes(
        side="top",
        fixedrange=True,
        showgrid=False,
        zeroline=False,
        ticks="",
        tickangle=-60,
        tickvals=list(range(len(found.themes))),
        ticktext=[localised(theme.title) for theme in found.themes],
    )
    figure.update_layout(
        title=title_of(_("Snitt for hver enhet og hvert tema")),
        height=len(found.rows) * _ROW + _HEADINGS,
        margin={"l": _NAMES, "r": 60, "t": _HEADINGS - 12, "b": 12},
        meta={"narrowest": len(found.themes) * _COLUMN + _NAMES, "diverging": True},
        separators=SEPARATORS,
    )
    return str(figure.to_json())


def _shade(cell: HeatCell | None) -> int | None:
    if cell is None or not cell.line.shown:
        return None
    return {ReferencePosition.OVER: 1, ReferencePosition.UNDER: -1}.get(cell.position, 0)


def _text(cell: HeatCell | None) -> str:
    """As in the table."""
    if cell is None:
        return ""
    if not cell.line.shown:
        return status_word(cell.line.status, cell.line.reason).lower()
    word = {ReferencePosition.OVER: _("over"), ReferencePosition.UNDER: _("under")}.get(cell.position, "")
    return f"{mean_text(cell.line)} {word}".strip()


def _told(found: HeatMap, row: HeatRow, release: Release) -> list[str]:
    return [
        f"{row.name}<br>{localised(theme.title)}: {_sentence(cell, release)}" if cell else ""
        for theme, cell in zip(found.themes, row.cells, strict=True)
    ]


def _sentence(cell: HeatCell, release: Release) -> str:
    line = cell.line
    if not line.shown or line.n is None:
        return status_text(line.status, line.reason, release.minimum_group)
    answers = ngettext("%(num)s svar", "%(num)s svar", line.n)
    return f"{_text(cell)}, {answers}"
