"""Our figures recomputed in R: the answers as they were scored, and a script that anybody can run.

The script uses the packages the field trusts (psych, lavaan, semTools, multilevel), with the options that give our
definitions: complete cases, one-factor minres for omega, maximum likelihood, and beside it full information, MLR and
WLSMV; arithmetic means in HTMT.
"""

import csv
import io
import json
from typing import Final

import numpy as np

from analysis.responses import Responses
from analysis.results import NO_UNIT
from analysis.scoring import factor_scorings, scored
from analysis.validity import asked_of_all

DATA_FILE: Final = "svar.csv"
SCRIPT_FILE: Final = "kontroll.R"
UNIT_COLUMN: Final = "enhet_nummer"


def lavaan_files(responses: Responses) -> dict[str, str]:
    """File name → content: the scored answers as CSV, and the R script that reads it.

    The data has one row per respondent and one column per item: reversed items are turned, blank and «not
    applicable» are NA. Units are numbers, so their names stay here. No background is written.

    >>> from analysis.example import RESPONSES
    >>> files = lavaan_files(RESPONSES)
    >>> sorted(files), files["svar.csv"].splitlines()[0]
    (['kontroll.R', 'svar.csv'], 'enhet_nummer,M1,M2,M3')
    """
    return {DATA_FILE: _data(responses), SCRIPT_FILE: _script(responses)}


def _data(responses: Responses) -> str:
    scorings = factor_scorings(responses.questionnaire)
    values = np.hstack([scored(responses.items[:, s.columns], s) for s in scorings])
    keys = [item.key for item in responses.questionnaire.items]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([UNIT_COLUMN, *keys])
    for unit, row in zip(responses.unit.tolist(), values.tolist(), strict=True):
        number = "NA" if responses.units[unit] == NO_UNIT else unit + 1
        writer.writerow([number, *("NA" if np.isnan(value) else int(value) for value in row)])
    return out.getvalue()


def _script(responses: Responses) -> str:
    questionnaire = responses.questionnaire
    factors = {factor.key: [item.key for item in factor.items] for factor in questionnaire.factors}
    structure = asked_of_all(responses)
    in_model = [key for key in structure.factors if len(factors[key]) > 1]
    model = "\n".join(f"  {key} =~ {' + '.join(factors[key])}" for key in in_model)
    lists = ",\n".join(f"  {key} = {_vector(items)}" for key, items in factors.items())
    points = {factor.key: factor.scale.maximum - factor.scale.minimum + 1 for factor in questionnaire.factors}
    return _SCRIPT.format(
        questionnaire=f"{questionnaire.key} v{questionnaire.version}",
        data=DATA_FILE,
        unit=UNIT_COLUMN,
        factors=lists,
        points=_vector_of_numbers(points),
        structure=_vector(list(structure.items)),
        model=model,
        share=questionnaire.minimum_answered,
    )


def _vector(keys: list[str]) -> str:
    return f"c({', '.join(json.dumps(key) for key in keys)})"


def _vector_of_numbers(values: dict[str, int]) -> str:
    return f"c({', '.join(f'{key} = {value}' for key, value in values.items())})"


_SCRIPT: Final = """\
# Medvirk's figures for {questionnaire}, recomputed in R. Run: Rscript kontroll.R
# Needs: install.packages(c("psych", "lavaan", "semTools", "multilevel"))
data <- read.csv("{data}")
factors <- list(
{factors}
)
points <- {points}
has <- function(package) requireNamespace(package, quietly = TRUE)

cat("\\n== Consistency: complete cases of each factor ==\\n")
for (name in names(factors)) {{
  x <- na.omit(data[, factors[[name]], drop = FALSE])
  if (ncol(x) < 2 || nrow(x) < 3) next
  a <- suppressWarnings(psych::alpha(x, warnings = FALSE, check.keys = FALSE))
  feldt <- psych::alpha.ci(a$total$raw_alpha, n.obs = nrow(x), n.var = ncol(x))
  cat(sprintf("%s n=%d alpha=%.6f [%.6f, %.6f] standardised=%.6f mean_r=%.6f\\n", name, nrow(x), a$total$raw_alpha,
              feldt$lower.ci, feldt$upper.ci, a$total$std.alpha, a$total$average_r))
  if (ncol(x) > 2) {{
    one <- suppressWarnings(suppressMessages(psych::omega(x, nfactors = 1, fm = "minres", plot = FALSE)))
    cat(sprintf("  omega=%.6f\\n", one$omega.tot))
    print(data.frame(item_rest = a$item.stats$r.drop, alpha_if_deleted = a$alpha.drop$raw_alpha,
                     row.names = colnames(x)), digits = 7)
  }}
}}

cat("\\n== Structure: rows complete in every item that everybody was asked ==\\n")
complete <- na.omit(data[, {structure}, drop = FALSE])
cat(sprintf("n=%d\\n", nrow(complete)))
kmo <- psych::KMO(complete)
cat(sprintf("KMO=%.6f\\n", kmo$MSA))
bartlett <- psych::cortest.bartlett(cor(complete), n = nrow(complete))
cat(sprintf("Bartlett chi2=%.4f df=%d p=%.6g\\n", bartlett$chisq, as.integer(bartlett$df), bartlett$p.value))

model <- '
{model}
'
told <- function(heading, fitted, measures) {{
  cat(sprintf("\\n== %s ==\\n", heading))
  tryCatch({{
    fit <- fitted()
    cat(sprintf("n=%d\\n", as.integer(lavaan::lavInspect(fit, "ntotal"))))
    print(lavaan::fitMeasures(fit, measures), nd = 6)
    solution <- lavaan::standardizedSolution(fit)
    print(solution[solution$op == "=~", c("lhs", "rhs", "est.std", "se")], digits = 7)
    print(solution[solution$op == "~~" & solution$lhs != solution$rhs, c("lhs", "rhs", "est.std")], digits = 7)
  }}, error = function(problem) cat("lavaan did not fit it:", conditionMessage(problem), "\\n"))
}}
usual <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
told("Maximum likelihood", function() lavaan::cfa(model, data = complete, estimator = "ML"), usual)
everybody <- data[rowSums(!is.na(data[, {structure}, drop = FALSE])) > 0, {structure}, drop = FALSE]
if (anyNA(everybody)) {{
  told("Full information: everybody who answered something",
       function() lavaan::cfa(model, data = everybody, estimator = "ML", missing = "fiml"), usual)
}}
told("Robust maximum likelihood (MLR), as --estimator mlr",
     function() lavaan::cfa(model, data = complete, estimator = "MLR"),
     c("chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.robust", "tli.robust",
       "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust", "srmr"))
told("Ordinal, WLSMV, as --estimator wlsmv",
     function() lavaan::cfa(model, data = complete, estimator = "WLSMV", ordered = TRUE),
     c("chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.scaled", "tli.scaled",
       "rmsea.scaled", "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "srmr"))
if (has("semTools")) {{
  cat("\\n== HTMT, arithmetic means (Henseler 2015) ==\\n")
  print(semTools::htmt(model, data = complete, htmt2 = FALSE))
}}

units <- data[!is.na(data${unit}), ]
if (has("multilevel") && length(unique(units${unit})) > 1) {{
  cat("\\n== Agreement in units ==\\n")
  for (name in names(factors)) {{
    items <- units[, factors[[name]], drop = FALSE]
    answered <- rowSums(!is.na(items))
    score <- ifelse(answered >= max(1, ceiling(ncol(items) * {share} - 1e-9)), rowMeans(items, na.rm = TRUE), NA)
    used <- data.frame(score = score, unit = factor(units${unit}))[!is.na(score), ]
    model_of_units <- aov(score ~ unit, data = used)
    cat(sprintf("%s ICC(1)=%.6f ICC(2)=%.6f\\n", name, multilevel::ICC1(model_of_units),
                multilevel::ICC2(model_of_units)))
    if (ncol(items) > 1) {{
      whole <- complete.cases(items)
      agreed <- multilevel::rwg.j(items[whole, ], units${unit}[whole], ranvar = (points[[name]]^2 - 1) / 12)
      cat(sprintf("  rwg(j) mean=%.6f\\n", mean(agreed$rwg.j[agreed$gsize > 1])))
    }}
  }}
}}
"""
