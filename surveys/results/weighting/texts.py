"""Weighted means in plain words."""

from analysis.weighted_mean import WeightedMean
from questionnaires.model import Text
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.results.queries import Line
from surveys.results.texts import shown_value
from surveys.results.weighting.queries import WeightedLine, WeightedTable


def interval_text(line: Line, weighted: WeightedMean) -> str:
    """«3,6 – 3,9», cut off at the ends of the scale."""
    low, high = max(weighted.low, line.minimum), min(weighted.high, line.maximum)
    return f"{shown_value(line, low)} – {shown_value(line, high)}"


def untold_text(line: WeightedLine) -> str:
    """Why the measure has no weighted mean."""
    return _("Vises ikke, for tallet for %(groups)s er skjult eller rundet av.", groups=_quoted(line.untold))


def population_text(table: WeightedTable) -> str:
    """«16–29 år: 1 200, 30–44 år: 1 500»."""
    return ", ".join(f"{localised(name)}: {number(people, 0)}" for name, people in table.groups)


def left_out_text(table: WeightedTable) -> str:
    """Who is not in the weighted means."""
    if table.left_out:
        return _(
            "De som svarte %(groups)s, og de som ikke svarte på spørsmålet, er ikke med i de vektede tallene.",
            groups=_quoted(table.left_out),
        )
    return _("De som ikke svarte på spørsmålet, er ikke med i de vektede tallene.")


def _quoted(names: tuple[Text, ...]) -> str:
    return listed([f"«{localised(name)}»" for name in names])
