"""`medvirk analyse` on the terminal: reliability first, then what else there is, in Norwegian."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from questionnaires.model import Questionnaire
from surveys.localisation import localised, number

HIDDEN = "skjult"

Result = Mapping[str, Any]


def print_report(result: Result, questionnaire: Questionnaire, console: Console | None = None) -> None:
    """Prints a result with the keys of `medvirk analyse --json`."""
    out = console or Console()
    title = localised(questionnaire.title)
    out.print(f"{title}, versjon {questionnaire.version}. {result['respondents']} svar.", markup=False)
    for factor in questionnaire.factors:
        out.print(f"  {factor.key}: {localised(factor.title)}", markup=False)
    out.print(_reliability(result))
    out.print(_scores(result))
    for key, scale in result["scales"].items():
        out.print(_items(key, scale))
    if result.get("validity"):
        out.print(_validity(result["validity"]))
    if result.get("agreement"):
        out.print(_agreement(result["agreement"]))
    if result.get("units"):
        out.print(_units(result["units"], questionnaire))
    for warning in result["warnings"]:
        out.print(f"Merk: {warning}", markup=False)


def _table(title: str, first: str, *numbers: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column(first)
    for heading in numbers:
        table.add_column(heading, justify="right")
    return table


def _reliability(result: Result) -> Table:
    table = _table(
        "Måler påstandene det samme? (alfa over ,70 godtas gjerne, Nunnally 1978)",
        "Tema",
        "Påstander",
        "Hele svar",
        "Alfa",
        "95 % intervall",
        "Omega",
        "Splitt-halv",
    )
    for key, scale in result["scales"].items():
        table.add_row(
            key,
            str(scale["items"]),
            str(scale["n_complete"]),
            _three(scale["alpha"]),
            _interval(scale["alpha_ci"]),
            _three(scale["omega"]),
            _three(scale["split_half"]),
        )
    return table


def _scores(result: Result) -> Table:
    table = _table("Hva svarte folk?", "Tema", "Svar", "Snitt", "Spredning", "r mellom påstander")
    for key, scale in result["scales"].items():
        table.add_row(
            key, str(scale["n"]), _two(scale["mean"]), _two(scale["sd"]), _three(scale["mean_interitem_r"])
        )
    return table


def _items(key: str, scale: Result) -> Table:
    table = _table(f"{key}: hver påstand", "Påstand", "r med resten", "Alfa uten påstanden")
    for item, correlation in scale["item_rest"].items():
        table.add_row(item, _three(correlation), _three(scale["alpha_if_deleted"][item]))
    return table


def _validity(validity: Result) -> Table:
    """The single numbers; what there is one of for each item or pair is in the JSON."""
    fit = validity.get("cfa") or {}
    table = _table(f"Er det ulike temaer? ({validity['n_complete']} hele svar)", "Mål", "Verdi", "Grense")
    table.add_row("KMO", _three(validity["kmo"]), "over ,60 (Kaiser)")
    table.add_row("Foreslåtte faktorer (parallellanalyse)", str(validity["factors_suggested"] or "–"))
    table.add_row("CFI", _three(fit.get("cfi")), "minst ,95 (Hu og Bentler 1999)")
    table.add_row("TLI", _three(fit.get("tli")), "minst ,95")
    table.add_row("RMSEA", _three(fit.get("rmsea")), "høyst ,06")
    table.add_row("SRMR", _three(fit.get("srmr")), "høyst ,08")
    return table


def _agreement(agreement: Result) -> Table:
    table = _table(
        "Kan vi snakke om et enhetsresultat?", "Tema", "ICC(1)", "ICC(2)", "rwg(j), snitt", "Enheter"
    )
    for key, found in agreement.items():
        table.add_row(
            key,
            _three(found["icc1"]),
            _three(found["icc2"]),
            _three(found["rwgj_mean"]),
            str(found["groups"]),
        )
    return table


def _units(units: Result, questionnaire: Questionnaire) -> Table:
    """Mean and n per unit, in the file's order: never sorted by result."""
    table = _table("Enhetene: snitt (antall svar)", "Enhet", *(f.key for f in questionnaire.factors))
    for unit, measures in units.items():
        cells = (
            HIDDEN if found["hidden"] else f"{_two(found['mean'])} ({found['n']})"
            for found in measures.values()
        )
        table.add_row(unit, *cells)
    return table


def _three(value: float | None) -> str:
    return "–" if value is None else number(value, 3)


def _two(value: float | None) -> str:
    return "–" if value is None else number(value, 2)


def _interval(bounds: tuple[float, float] | None) -> str:
    return "–" if bounds is None else f"{number(bounds[0], 3)}–{number(bounds[1], 3)}"
