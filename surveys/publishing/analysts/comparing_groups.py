"""The analyst's report on background groups and on how the factors go together."""

from collections.abc import Iterator

from questionnaires.model import Background, Questionnaire
from surveys.platform.localisation import localised, number
from surveys.publishing.analysts.parts import (
    HIDDEN,
    MISSING,
    ReportSection,
    ReportTable,
    Result,
    interval,
    p_value,
    titles_of,
    two,
)
from surveys.publishing.analysts.verdicts import correlations_verdict, groups_verdict, is_clear


def groups_section(differences: Result, questionnaire: Questionnaire) -> ReportSection:
    """A table of means for each background question, and one of the pairs that clearly differ."""
    titles = titles_of(questionnaire)
    asked = [one for one in questionnaire.background if one.key in differences]
    words = tuple(groups_verdict(localised(one.text), differences[one.key], titles) for one in asked)
    tables = [
        table for one in asked for table in _tables_of_question(one, differences[one.key], questionnaire)
    ]
    caution = "En forskjell mellom grupper sier ikke hvorfor den er der."
    return ReportSection("Er det forskjell mellom grupper?", (*words, caution), tuple(tables))


def _tables_of_question(
    question: Background, factors: Result, questionnaire: Questionnaire
) -> Iterator[ReportTable]:
    titles = titles_of(questionnaire)
    options = {option.key: localised(option.label) for option in question.options}
    yield ReportTable(
        f"{localised(question.text)}: snitt (antall svar)",
        ("Tema", *options.values(), "p"),
        tuple(
            (titles[key], *(_mean(found["groups"][option]) for option in options), _p_of(found["welch"]))
            for key, found in factors.items()
        ),
        "p: Welchs test av om gruppene er like, justert for antall temaer (Holm). Under 0,05 er tydelig. "
        "Skjult: for få svar, eller verner noen få.",
    )
    rows = tuple(
        (
            f"{titles[key]}: {' mot '.join(options[option] for option in pair.split('~'))}",
            two(test["difference"]),
            f"{two(test['g'])} ({interval(test['g_ci'])})",
            p_value(test["p_holm"]),
        )
        for key, found in factors.items()
        for pair, test in found["pairs"].items()
        if is_clear(test["p_holm"])
    )
    if rows:
        yield ReportTable(
            f"{localised(question.text)}: tydelige forskjeller",
            ("Grupper", "Forskjell", "Hedges’ g (95 % intervall)", "p"),
            rows,
            "Forskjell: den første gruppen minus den andre, på temaets skala. g: 0,2 er liten, 0,5 middels og 0,8 stor "
            "(Cohen 1988). p: Welchs t-test, justert for alle par og temaer i spørsmålet (Holm).",
        )


def _mean(group: Result) -> str:
    if group["hidden"] == "no_answers":
        return MISSING
    return HIDDEN if group["hidden"] else f"{two(group['mean'])} ({number(group['n'], 0)})"


def _p_of(welch: Result) -> str:
    return p_value(welch["p_holm"])


def correlations_section(correlations: Result, questionnaire: Questionnaire) -> ReportSection:
    """One row for each pair of factors, in the questionnaire's order."""
    titles = titles_of(questionnaire)
    rows = tuple(
        (
            " og ".join(titles[key] for key in pair.split("~")),
            two(found["r"]),
            interval(found["ci"]),
            number(found["n"], 0),
        )
        for pair, found in correlations.items()
    )
    table = ReportTable(
        "Korrelasjon mellom temaene",
        ("Temaer", "r", "95 % intervall", "Svar"),
        rows,
        "Pearsons r mellom folks score, blant dem som har svart på begge temaene. 0,10 er liten, 0,30 middels og 0,50 "
        "stor (Cohen 1988). Korrelasjonene under «Er det ulike temaer?» er renset for målefeil og derfor høyere.",
    )
    return ReportSection(
        "Hvor mye henger temaene sammen?", correlations_verdict(correlations, titles), (table,)
    )
