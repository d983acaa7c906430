"""The part of the analyst's report about single statements: how they were answered, and what they say of the theme."""

from collections.abc import Iterator

from questionnaires.model import Factor, Questionnaire
from surveys.platform.localisation import localised, number, percent
from surveys.publishing.analysts.parts import ReportSection, ReportTable, Result, two

MAP_TABLE = "Hvor høyt hver påstand skåres, og hvor godt den følger temaet"


def answers_table(factor: Factor) -> str:
    """The title of a factor's table of answers."""
    return f"{localised(factor.title)}: andelen som ga hvert svar"


def items_section(result: Result, questionnaire: Questionnaire) -> ReportSection:
    tables = [_answers(result["items"], factor) for factor in answered_factors(result, questionnaire)]
    words = (
        "Andelene er av dem som svarte på påstanden, slik de svarte. Snudde påstander er merket.",
        "Der høyt er bra, kan det være mest å hente på påstander som ligger lavt og følger temaet sitt godt.",
    )
    return ReportSection("Hva svarte folk på hver påstand?", words, (*tables, _map(result, questionnaire)))


def answered_factors(result: Result, questionnaire: Questionnaire) -> Iterator[Factor]:
    """The factors with a statement that enough have answered."""
    for factor in questionnaire.factors:
        if any(item.key in result["items"] for item in factor.items):
            yield factor


def _answers(items: Result, factor: Factor) -> ReportTable:
    rows = tuple(
        (item_name(factor, item.key), number(found["n"], 0), *map(percent, found["shares"]))
        for item in factor.items
        if (found := items.get(item.key))
    )
    columns = ("Påstand", "Svar", *(localised(point.label) for point in factor.scale.points))
    return ReportTable(answers_table(factor), columns, rows)


def item_name(factor: Factor, key: str) -> str:
    """«LED01 Lederen min lytter.», with a mark when it is reversed."""
    item = next(item for item in factor.items if item.key == key)
    return f"{item.key} {localised(item.text)}{' (snudd)' if item.reversed else ''}"


def _map(result: Result, questionnaire: Questionnaire) -> ReportTable:
    rows = tuple(
        (
            item_name(factor, item.key),
            two(found["mean"]),
            percent(along_the_scale(factor, found["mean"])),
            two(result["scales"][factor.key]["item_rest"].get(item.key)),
        )
        for factor in questionnaire.factors
        for item in factor.items
        if (found := result["items"].get(item.key))
    )
    note = (
        "Plass på skalaen: 0 % er laveste og 100 % høyeste svar, snudde påstander snudd. "
        "r med resten: hvor godt påstanden følger de andre i temaet, bør være minst 0,30."
    )
    return ReportTable(MAP_TABLE, ("Påstand", "Snitt", "Plass på skalaen", "r med resten"), rows, note)


def along_the_scale(factor: Factor, mean: float) -> float:
    """The way from the lowest to the highest answer, 0–1."""
    return (mean - factor.scale.minimum) / (factor.scale.maximum - factor.scale.minimum)
