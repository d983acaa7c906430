"""What Plotly's figures share that a reader explores on a page; `static/js/explore.js` colours them."""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SEPARATORS: Final = ",\u00a0"
"""The decimal point and what is between thousands."""


def new_figure() -> "Figure":
    """An empty figure without Plotly's own look."""
    # Plotly takes a second to load and 35 MB to keep: only a process that somebody explores in pays for it. Without its
    # default look, which the page replaces, it is 25 MB less.
    import plotly.io
    from plotly.graph_objects import Figure

    plotly.io.templates.default = None
    return Figure()


def title_of(finding: str) -> dict[str, Any]:
    """At the top left; on the page it is above the figure, in a file in it."""
    place = {"x": 0, "xanchor": "left", "xref": "paper", "y": 1, "yanchor": "top", "yref": "container"}
    return {"text": finding, "pad": {"t": 20}, **place}
