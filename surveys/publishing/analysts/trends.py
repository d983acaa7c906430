"""The part of the analyst's report about several years: each theme's means, and whether they have a direction."""

from analysis.trend import FEWEST_WAVES, TrendVerdict
from questionnaires.model import Questionnaire
from surveys.platform.localisation import number
from surveys.publishing.analysts.parts import MISSING, ReportSection, ReportTable, Result, titles_of, two
from surveys.results.trends.queries import largest_step
from surveys.results.trends.texts import direction_text

TREND_TABLE = "Snittet for hvert tema over årene"


def trend_section(result: Result, questionnaire: Questionnaire) -> ReportSection:
    found = result["trend"]
    titles = titles_of(questionnaire)
    rows = tuple(
        (
            titles[key],
            *(_mean(mean, n) for mean, n in zip(theme["means"], theme["n"], strict=True)),
            _slope(theme),
            direction(found, key),
        )
        for key, theme in found["factors"].items()
    )
    columns = ("Tema", *map(str, found["years"]), "Endring per år (usikkerhet)", "Retning")
    note = (
        "Antall svar i parentes. Retningen er prøvd med en kontrast uten lik spredning (Welch, Satterthwaite), justert "
        "etter Holm over temaene. «Ujevnt»: årene ligger ikke langs en linje."
    )
    words = (
        *([] if len(found["years"]) >= FEWEST_WAVES else ["En retning krever minst tre år."]),
        "Svarene er anonyme, så vi kan bare følge gruppen.",
        "Tallene forutsetter at alle filene er svar på det samme skjemaet, med de samme ordene.",
    )
    table = ReportTable(TREND_TABLE, columns, rows, note)
    return ReportSection("Har temaene en retning over årene?", words, (table,))


def direction(found: Result, key: str) -> str:
    """What may be said of a theme; «–» with fewer than three years that can be used."""
    theme = found["factors"][key]
    verdict = TrendVerdict(theme["verdict"])
    if verdict == TrendVerdict.TOO_FEW:
        return MISSING
    return direction_text(verdict, largest_step(found["years"], theme["means"]))


def _mean(mean: float | None, n: int | None) -> str:
    return MISSING if mean is None or n is None else f"{two(mean)} ({number(n, 0)})"


def _slope(theme: Result) -> str:
    if theme["slope"] is None or theme["slope_ci"] is None:
        return MISSING
    slope, low, high = (number(value, 2, sign=True) for value in (theme["slope"], *theme["slope_ci"]))
    return f"{slope} ({low} til {high})"
