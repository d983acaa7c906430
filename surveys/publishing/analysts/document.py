"""What `medvirk analyse` says, as headings, sentences and tables: the same on the terminal, in HTML and in PDF.

Made from a result with the keys of `medvirk analyse --json`. Every number is a text here, in Norwegian form.
"""

from collections.abc import Iterator

from questionnaires.model import Questionnaire
from surveys.platform.localisation import localised, number
from surveys.publishing.analysts.comparing_groups import correlations_section, groups_section
from surveys.publishing.analysts.item_section import items_section
from surveys.publishing.analysts.parts import (
    HIDDEN,
    MISSING,
    ReportDocument,
    ReportSection,
    ReportTable,
    Result,
    interval,
    p_value,
    three,
    titles_of,
    two,
)
from surveys.publishing.analysts.trends import trend_section
from surveys.publishing.analysts.verdicts import (
    agreement_verdict,
    consistency_verdict,
    structure_verdict,
    whole_structure,
)
from surveys.publishing.analysts.weighted import weighting_section


def document_of(result: Result, questionnaire: Questionnaire) -> ReportDocument:
    """The report of a result. Each question under a heading of its own."""
    sections = [_consistency(result, questionnaire), _structure(result, questionnaire)]
    if result.get("agreement"):
        sections.append(_agreement(result, questionnaire))
    sections.append(_scores(result, questionnaire))
    if result.get("items"):
        sections.append(items_section(result, questionnaire))
    if result.get("trend"):
        sections.append(trend_section(result, questionnaire))
    if result.get("weighting"):
        sections.append(weighting_section(result, questionnaire))
    if result.get("group_differences"):
        sections.append(groups_section(result["group_differences"], questionnaire))
    if result.get("factor_correlations"):
        sections.append(correlations_section(result["factor_correlations"], questionnaire))
    return ReportDocument(
        title=f"{localised(questionnaire.title)}, versjon {questionnaire.version}",
        facts=f"{number(result['respondents'], 0)} svar",
        sections=tuple(sections),
        warnings=tuple(result["warnings"]),
    )


def _consistency(result: Result, questionnaire: Questionnaire) -> ReportSection:
    titles = titles_of(questionnaire)
    rows = tuple(
        (
            titles[key],
            str(scale["items"]),
            number(scale["n_complete"], 0),
            two(scale["alpha"]),
            interval(scale["alpha_ci"]),
            two(scale["omega"]),
            two(scale["mean_interitem_r"]),
            two(scale["split_half"]),
        )
        for key, scale in result["scales"].items()
    )
    columns = ("Tema", "Antall", "Hele svar", "Alfa", "95 % intervall", "Omega", "Snitt r", "Splitt-halv")
    note = (
        "Antall: påstander i temaet. Alfa over 0,70 godtas gjerne, 0,80 er god (Nunnally 1978). Intervall etter Feldt. "
        "Snitt r: korrelasjonen mellom påstandene. Splitt-halv: oddetall mot partall, Spearman–Brown."
    )
    words = (
        *consistency_verdict(result, titles),
        "Alfa er indre konsistens. Den sier ikke om svarene er stabile over tid, eller om vi måler det riktige.",
    )
    return ReportSection(
        "Måler påstandene det samme?",
        words,
        (ReportTable("Indre konsistens", columns, rows, note), _items(result, questionnaire)),
    )


def _items(result: Result, questionnaire: Questionnaire) -> ReportTable:
    """Every statement in the questionnaire's order, with its wording."""
    loadings = (_cfa(result) or {}).get("loadings") or {}
    ordinal = ((result.get("validity") or {}).get("estimators") or {}).get("wlsmv")
    rows = tuple(
        (
            f"{item.key} {localised(item.text)}",
            two(result["scales"][factor.key]["item_rest"].get(item.key)),
            two(result["scales"][factor.key]["alpha_if_deleted"].get(item.key)),
            two(loadings.get(item.key)),
            *([two(ordinal["loadings"].get(item.key))] if ordinal else []),
        )
        for factor in questionnaire.factors
        if factor.key in result["scales"]
        for item in factor.items
    )
    columns: tuple[str, ...] = ("Påstand", "r med resten", "Alfa uten påstanden", "Ladning")
    if ordinal:
        columns = (*columns, "Ladning, WLSMV")
    note = "r med resten bør være minst 0,30. Ladning: standardisert, fra den bekreftende faktoranalysen."
    return ReportTable("Hver påstand", columns, rows, note)


def _structure(result: Result, questionnaire: Questionnaire) -> ReportSection:
    validity = result.get("validity")
    if not validity:
        return ReportSection("Er det ulike temaer?", structure_verdict(result), ())
    whole = whole_structure(result)
    complete = _fit_column(validity, validity.get("cfa") or {}, validity["n_complete"])
    columns: tuple[str, ...] = ("Mål", "Hele svar", "Grense")
    rows: list[tuple[str, ...]] = [
        (name, value, limit) for (name, limit), value in zip(_FIT_ROWS, complete, strict=True)
    ]
    note = ""
    if whole:
        of_all = _fit_column(whole, whole["cfa"], whole["n"])
        columns = ("Mål", "Alle svar", "Hele svar", "Grense")
        rows = [(name, value, *rest) for (name, *rest), value in zip(rows, of_all, strict=True)]
        note = (
            "Alle svar: FIML, og KMO og parallellanalyse på korrelasjonene fra EM. Hele svar: bare de som svarte "
            "på alle påstandene."
        )
    tables = [ReportTable("Passer strukturen?", columns, tuple(rows), note)]
    tables += _other_estimators(validity)
    tables += _apart(validity, whole or validity, questionnaire)
    return ReportSection("Er det ulike temaer?", structure_verdict(result), tuple(tables))


_MLR = (
    "MLR: for skjeve svar. Ladningene er de samme som for hele svar, men χ², CFI, TLI og RMSEA er rettet for at "
    "svarene ikke er normalfordelte (Yuan og Bentler 2000)."
)
_WLSMV = (
    "WLSMV: for svar på få trinn. Hvert svar regnes som et trinn, ikke som et tall, og ladningene blir andre. CFI og "
    "TLI blir ofte høyere enn med de andre måtene, og grensene er ikke laget for WLSMV (Xia og Yang 2019)."
)
_ESTIMATORS = {"mlr": ("MLR", _MLR), "wlsmv": ("WLSMV", _WLSMV)}

_FIT_ROWS = (
    ("Svar", ""),
    ("KMO", "minst 0,60 (Kaiser 1974)"),
    ("Bartletts test, p", "under 0,05"),
    ("Faktorer, parallellanalyse", "Horn 1965"),
    ("χ² (frihetsgrader)", "vokser med antall svar"),
    ("CFI", "minst 0,95 (Hu og Bentler 1999)"),
    ("TLI", "minst 0,95 (Hu og Bentler 1999)"),
    ("RMSEA (90 % intervall)", "høyst 0,06 (Hu og Bentler 1999)"),
    ("SRMR", "høyst 0,08 (Hu og Bentler 1999)"),
)


def _other_estimators(validity: Result) -> Iterator[ReportTable]:
    """The labelled choices that were asked for, side by side."""
    chosen = validity.get("estimators") or {}
    if not chosen:
        return
    fits = [_fit_rows(fit) for fit in chosen.values()]
    yield ReportTable(
        "Passer strukturen når vi regner på andre måter?",
        ("Mål", *(_ESTIMATORS[key][0] for key in chosen), "Grense"),
        tuple(
            (name, *values, limit)
            for (name, limit), *values in zip(_FIT_ROWS[-len(fits[0]) :], *fits, strict=True)
        ),
        " ".join(["Hele svar.", *(_ESTIMATORS[key][1] for key in chosen)]),
    )


def _fit_column(found: Result, fit: Result, n: int) -> tuple[str, ...]:
    """The figures of `_FIT_ROWS` for one basis."""
    return (
        number(n, 0),
        two(found["kmo"]),
        p_value((found.get("bartlett") or {}).get("p")),
        str(found["factors_suggested"] or MISSING),
        *_fit_rows(fit),
    )


def _fit_rows(fit: Result) -> tuple[str, ...]:
    """The model's rows of `_FIT_ROWS`: the last ones."""
    return (
        f"{two(fit['chi2'])} ({fit['df']})" if fit.get("chi2") is not None else MISSING,
        three(fit.get("cfi")),
        three(fit.get("tli")),
        f"{three(fit.get('rmsea'))} ({interval(fit.get('rmsea_ci'), 3)})",
        three(fit.get("srmr")),
    )


def _apart(validity: Result, basis: Result, questionnaire: Questionnaire) -> Iterator[ReportTable]:
    """How the factors hold apart: one row per factor, and a triangle of pairs."""
    keys = [factor.key for factor in questionnaire.factors if basis["ave"].get(factor.key) is not None]
    if not keys:
        return
    titles = titles_of(questionnaire)
    yield ReportTable(
        "Samler hvert tema påstandene sine?",
        ("Tema", "AVE", "Sammensatt reliabilitet"),
        tuple(
            (titles[key], two(basis["ave"][key]), two(basis["composite_reliability"].get(key)))
            for key in keys
        ),
        "AVE bør være minst 0,50, sammensatt reliabilitet minst 0,70 (Fornell og Larcker 1981).",
    )
    if len(keys) > 1:
        yield ReportTable(
            "Hvor like er temaene?",
            ("Tema", *keys),
            tuple(
                (
                    f"{key} {titles[key]}",
                    *(
                        _pair(validity, basis.get("cfa") or {}, key, other, i, j)
                        for j, other in enumerate(keys)
                    ),
                )
                for i, key in enumerate(keys)
            ),
            "Under diagonalen: HTMT, som bør være under 0,85 (Henseler 2015). Over: korrelasjonen mellom faktorene.",
        )


def _pair(validity: Result, fit: Result, a: str, b: str, i: int, j: int) -> str:
    """Below the diagonal HTMT, above it the correlation of the factors."""
    if i == j:
        return "·"
    first, second = (a, b) if i < j else (b, a)
    source = (fit.get("factor_correlations") or {}) if i < j else validity["htmt"]
    return two(source.get(f"{first}~{second}"))


def _agreement(result: Result, questionnaire: Questionnaire) -> ReportSection:
    titles = titles_of(questionnaire)
    rows = tuple(
        (
            titles[key],
            two(found["icc1"]),
            two(found["icc2"]),
            two(found["rwgj_mean"]),
            two(found["rwgj_median"]),
            str(found["groups"]),
        )
        for key, found in result["agreement"].items()
    )
    table = ReportTable(
        "Enighet i enhetene",
        ("Tema", "ICC(1)", "ICC(2)", "rwg(j) snitt", "rwg(j) median", "Enheter"),
        rows,
        "ICC(1): 0,05 er liten, 0,10 middels. ICC(2) og rwg(j) bør være minst 0,70 (LeBreton og Senter 2008).",
    )
    return ReportSection("Kan vi snakke om et enhetsresultat?", agreement_verdict(result, titles), (table,))


def _scores(result: Result, questionnaire: Questionnaire) -> ReportSection:
    titles = titles_of(questionnaire)
    rows = tuple(
        (titles[key], number(scale["n"], 0), two(scale["mean"]), two(scale["sd"]))
        for key, scale in result["scales"].items()
    )
    tables = [ReportTable("Alle samlet", ("Tema", "Svar", "Snitt", "Spredning"), rows)]
    if result.get("units"):
        tables.append(_units(result["units"], questionnaire))
    return ReportSection("Hva svarte folk?", (), tuple(tables))


def _units(units: Result, questionnaire: Questionnaire) -> ReportTable:
    """Mean and n per unit, in the file's order: never sorted by result."""
    rows = tuple(
        (unit, *(_unit_cell(measures[factor.key]) for factor in questionnaire.factors))
        for unit, measures in units.items()
    )
    columns = ("Enhet", *(factor.key for factor in questionnaire.factors))
    return ReportTable(
        "Enhetene: snitt (antall svar)", columns, rows, "Skjult: for få svar, eller verner noen få."
    )


def _unit_cell(found: Result) -> str:
    return HIDDEN if found["hidden"] else f"{two(found['mean'])} ({found['n']})"


def _cfa(result: Result) -> Result | None:
    """The model shown by default."""
    return (whole_structure(result) or result.get("validity") or {}).get("cfa")
