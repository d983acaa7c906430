"""The largest deviation from R for each statistic and data set, as the table in docs/statistics.md.

Run: .venv/bin/python -m tests.analysis.deviations
R's values are those in tests/reference/values (its README says how they were made).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from analysis.cfa import confirmatory
from analysis.ordinal import ordinal
from analysis.report import analyse, to_json
from analysis.robust import robust
from tests.analysis.example_surveys import reference_responses, reference_values, structure_reference

DATA: Final = ("bfi", "lq2002", "verbagg")
ROBUST: Final = {"chi2": "chisq.scaled", "cfi": "cfi.robust", "tli": "tli.robust", "rmsea": "rmsea.robust"}
SCALED: Final = {key: name.replace("robust", "scaled") for key, name in ROBUST.items()}
PLAIN: Final = {key: key.replace("chi2", "chisq") for key in ROBUST}
COUNTS: Final = {"items", "n", "n_complete", "df", "groups"}
Deviations = dict[str, dict[str, float]]


def main() -> None:
    found: Deviations = defaultdict(dict)
    for name in DATA:
        answers = reference_responses(name)
        ours = to_json(analyse(answers.questionnaire, answers))
        told = (
            [*of_all_answers(ours["validity"]), *estimators(name)] if name == "bfi" else [*estimators(name)]
        )
        if name != "verbagg":  # R's other figures were not made for it
            told = [*compared(ours, reference_values(name)), *told]
        for statistic, deviation in told:
            found[statistic][name] = max(deviation, found[statistic].get(name, 0.0))
    print(f"| statistic | {' | '.join(DATA)} |\n|---|{'---|' * len(DATA)}")
    for statistic, by_data in found.items():
        cells = (f"{by_data[name]:.0e}" if name in by_data else "–" for name in DATA)
        print(f"| {statistic} | {' | '.join(cells)} |")


def compared(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Of every number that R's file has, with the keys of `medvirk analyse --json`."""
    for key, scale in theirs.get("scales", {}).items():
        for statistic, value in scale.items():
            yield from apart(statistic, ours["scales"][key].get(statistic), value)
    for statistic, value in theirs.get("validity", {}).items():
        inner = value.items() if statistic in {"cfa", "bartlett"} else [("", value)]
        for part, expected in inner:
            known = ours["validity"].get(statistic)
            mine = known.get(part) if part and known else known
            yield from apart(f"{statistic} {part}".strip(), mine, expected)
    for key, agreement in theirs.get("agreement", {}).items():
        for statistic, value in agreement.items():
            yield from apart(statistic, ours["agreement"][key].get(statistic), value)


def of_all_answers(validity: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Full information and EM, of bfi, against lavaan, psych and semTools."""
    values = reference_values("structure")
    whole, lavaan = validity["all_answers"], values["fiml_bfi"]
    yield from apart("FIML loadings", whole["cfa"]["loadings"], lavaan["loadings"])
    for mine, theirs in PLAIN.items():
        yield from apart(f"FIML {mine}", whole["cfa"][mine], lavaan["fit"][theirs])
    for statistic in ("kmo", "omega", "htmt"):
        yield from apart(f"EM {statistic}", whole[statistic], values["em_bfi"][statistic])


def estimators(name: str) -> Iterator[tuple[str, float]]:
    """The labelled estimators against lavaan; for verbagg also the impossible solution by maximum likelihood."""
    fits = [("MLR", "mlr", robust, ROBUST), ("WLSMV", "wlsmv", ordinal, SCALED)]
    if name == "verbagg":
        fits.insert(0, ("ML, impossible,", "ml", confirmatory, PLAIN))
    for label, method, fitted, measures in fits:
        rows, factor_of, lavaan = structure_reference(name, method)
        cfa = fitted(rows, factor_of)
        yield from apart(f"{label} loadings", cfa.loadings.tolist(), [*lavaan["loadings"].values()])
        yield from apart(
            f"{label} standard errors", cfa.loading_errors.tolist(), [*lavaan["loading_errors"].values()]
        )
        for mine, theirs in measures.items():
            yield from apart(f"{label} {mine}", getattr(cfa.fit, mine), lavaan["fit"][theirs])


def apart(statistic: str, ours: Any, theirs: Any) -> Iterator[tuple[str, float]]:
    """The largest difference in a number, a list or a mapping; nothing where either has no number."""
    if isinstance(theirs, Mapping):
        pairs = [((ours or {}).get(key), value) for key, value in theirs.items()]
    elif isinstance(theirs, list):
        pairs = list(zip(ours or [], theirs, strict=False))
    else:
        pairs = [(ours, theirs)]
    if statistic.rsplit(maxsplit=1)[-1] in COUNTS:
        return
    known = [abs(a - b) for a, b in pairs if isinstance(a, int | float) and isinstance(b, int | float)]
    if known:
        yield statistic, max(known)


if __name__ == "__main__":
    main()
