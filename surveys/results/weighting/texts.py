"""Weighted means in plain words."""

from analysis.weighted_mean import WeightedMean
from questionnaires.model import Text
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.release.weighting.texts import cost_text, moved_text
from surveys.results.queries import Line
from surveys.results.texts import shown_value
from surveys.results.weighting.queries import KnownPopulation, WeightedLine, WeightedTable


def interval_text(line: Line, weighted: WeightedMean) -> str:
    """«3,6 – 3,9», cut off at the ends of the scale."""
    low, high = max(weighted.low, line.minimum), min(weighted.high, line.maximum)
    return f"{shown_value(line, low)} – {shown_value(line, high)}"


def lead_text(table: WeightedTable) -> str:
    """What the answers are weighted by, and what is not."""
    unweighted = _("Alle andre tall på siden er uvektet, og det er styringskortet også.")
    if not table.populations:
        column = table.about.names[0] if table.about else ""
        weighted = _(
            "Her er svarene vektet etter kolonnen «%(column)s» i filen de ble lest fra.", column=column
        )
    else:
        weighted = _(
            "Her er svarene vektet, så de fordeler seg som befolkningen på %(questions)s.",
            questions=_quoted(tuple(population.question for population in table.populations)),
        )
    return f"{weighted} {unweighted}"


def cost_texts(table: WeightedTable) -> list[str]:
    """What the weights cost, and how many answers have another weight than their own; nothing without such weights."""
    about = table.about
    if about is None:
        return []
    cost = cost_text(about.smallest, about.largest, about.n, about.design_effect, about.effective_n)
    return [cost, *([moved_text(about.moved, about.n)] if about.moved else [])]


def made_text(table: WeightedTable) -> str:
    """Where the weighted figures come from."""
    if table.about is None:
        return _(
            "De vektede tallene er regnet ut av de frigitte tallene for gruppene, og av ingenting annet. Der en gruppe "
            "er skjult, finnes det heller ikke noe vektet tall."
        )
    return _(
        "De vektede tallene ble regnet ut da svarene ble talt opp eller lest inn. Vektene er slettet: Ingen kan se "
        "hvilken vekt et svar hadde. Et tema vises bare vektet der det ikke røper hva noen få har svart."
    )


def untold_text(line: WeightedLine) -> str:
    """Why the measure has no weighted mean."""
    if not line.untold:
        return _("Vises ikke, for det kan røpe hva noen få har svart.")
    return _("Vises ikke, for tallet for %(groups)s er skjult eller rundet av.", groups=_quoted(line.untold))


def population_text(population: KnownPopulation) -> str:
    """«16–29 år: 1 200, 30–44 år: 1 500»."""
    return ", ".join(f"{localised(name)}: {number(people, 0)}" for name, people in population.groups)


def left_out_text(table: WeightedTable) -> str:
    """Who is not in the weighted means, or has no weight of her own; empty when that is nobody."""
    if table.about is not None:
        return (
            _("De som ikke svarte på et av spørsmålene, er med. De beholder vekten sin der.")
            if table.populations
            else ""
        )
    left_out = table.populations[0].left_out
    if left_out:
        return _(
            "De som svarte %(groups)s, og de som ikke svarte på spørsmålet, er ikke med i de vektede tallene.",
            groups=_quoted(left_out),
        )
    return _("De som ikke svarte på spørsmålet, er ikke med i de vektede tallene.")


def _quoted(names: tuple[Text, ...]) -> str:
    return listed([f"«{localised(name)}»" for name in names])
