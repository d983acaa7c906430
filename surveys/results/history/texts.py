"""Imported figures in plain words: a difference gets a word only where it can be tested."""

from surveys.platform.localisation import number, percent
from surveys.platform.texts import _
from surveys.release.measures import MeasureKind
from surveys.results.history.queries import PastColumn, PastFigure, PastLine
from surveys.results.texts import change_numbers, change_word


def figure_text(figure: PastFigure, kind: MeasureKind) -> str:
    """«3,8», «62 %» for a share, and with its own scale where that is another: «72 (0–100)»."""
    if not figure.scale.same:
        low, high = (
            f"{end:g}".replace(".", ",") for end in (figure.scale.from_minimum, figure.scale.from_maximum)
        )
        return f"{number(figure.mean)} ({low}–{high})"
    return percent(figure.mean) if kind == MeasureKind.SHARE else number(figure.mean)


def change_text(line: PastLine) -> str:
    """A word only where both spreads are known; else the bare difference, and why no more can be said."""
    if line.change is None:
        return _("Ikke sammenlignet")
    if line.tested:
        return f"{change_word(line.change)}: {change_numbers(line.change)}"
    return _(
        "%(difference)s siden %(year)s. Spredningen mangler, så vi vet ikke om forskjellen er sikker.",
        difference=change_numbers(line.change),
        year=line.change.year,
    )


def source_text(column: PastColumn) -> str:
    """«2019: Importert fra KS, 10-faktor.»"""
    return _(
        "%(year)s: Importert fra %(source)s, %(instrument)s.",
        year=column.year,
        source=column.source,
        instrument=column.instrument,
    )
