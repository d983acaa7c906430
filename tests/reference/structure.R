# Makes values/structure.json: Rscript structure.R > values/structure.json
# Needs lavaan, psych and semTools. The ML, MLR, FIML and WLSMV solutions that analysis/ is compared with; EM moments of bfi.
suppressMessages({library(lavaan); library(psych)})
number <- function(x) ifelse(is.na(x), "null", formatC(unname(x), digits = 12, format = "g"))
object <- function(x) paste0("{", paste0('"', names(x), '": ', x, collapse = ",\n"), "}")
numbers <- function(x) object(setNames(number(x), names(x)))
MEASURES <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "ntotal")
SCALED <- c("chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.robust", "tli.robust",
            "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust", "cfi.scaled", "tli.scaled", "rmsea.scaled",
            "rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled", "baseline.chisq.scaled", "baseline.chisq.scaling.factor",
            "baseline.chisq", "baseline.df")
told <- function(fit) {
  all <- suppressWarnings(fitMeasures(fit))
  solution <- standardizedSolution(fit)
  loads <- solution[solution$op == "=~", ]
  pairs <- solution[solution$op == "~~" & solution$lhs != solution$rhs, ]
  object(c(
    fit = numbers(all[intersect(c(MEASURES, SCALED), names(all))]),
    loadings = numbers(setNames(loads$est.std, loads$rhs)),
    loading_errors = numbers(setNames(loads$se, loads$rhs)),
    factor_correlations = numbers(setNames(pairs$est.std, paste0(pairs$lhs, "~", pairs$rhs)))
  ))
}
model_of <- function(factors) paste(sapply(names(factors), function(k) paste(k, "=~", paste(factors[[k]], collapse = " + "))), collapse = "\n")

bfi <- read.csv("data/bfi.csv")
for (item in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) bfi[[item]] <- 7 - bfi[[item]]
five <- sapply(c("A", "C", "E", "N", "O"), function(k) paste0(k, 1:5), simplify = FALSE)
bfi <- bfi[, unlist(five)]
v <- read.csv("data/verbagg.csv")
two <- list(WANT = grep("^S[12]Want", names(v), value = TRUE), DO = grep("^S[12]Do", names(v), value = TRUE))
four <- c(two, list(W34 = grep("^S[34]Want", names(v), value = TRUE), D34 = grep("^S[34]Do", names(v), value = TRUE)))
lq <- read.csv("data/lq2002.csv")
climate <- list(L = grep("^LEAD[0-9]", names(lq), value = TRUE), T = grep("^TSIG[0-9]", names(lq), value = TRUE))

fiml <- cfa(model_of(five), bfi, missing = "fiml", estimator = "ML")
em <- lavInspect(fiml, "sampstat")
r <- cov2cor(em$cov)
omegas <- sapply(names(five), function(k) suppressWarnings(suppressMessages(
  omega(r[five[[k]], five[[k]]], nfactors = 1, plot = FALSE)$omega.tot)))
kmo <- KMO(r)
set.seed(1)
invisible(capture.output(parallel <- fa.parallel(r, n.obs = nrow(bfi), fm = "minres", fa = "both", quant = .95, plot = FALSE, n.iter = 50)))
mlr <- function(factors, data, ...) told(suppressWarnings(cfa(model_of(factors), data, estimator = "MLR", ...)))
wlsmv <- function(factors, data) told(suppressWarnings(cfa(model_of(factors), data, estimator = "WLSMV", ordered = TRUE)))
# The same on EM's correlations, as all the answers are explored
pattern <- unclass(fa(r, nfactors = 5, n.obs = nrow(bfi), rotate = "oblimin", fm = "minres")$loadings)
pairs <- combn(names(five), 2)
ratios <- semTools::htmt(model_of(five), sample.cov = r, htmt2 = FALSE)
# Two categories and few people: tables with an empty cell
few <- as.data.frame(lapply(v[1:30, unlist(two)], function(x) as.integer(x > 1)))
three <- list(WANT = two$WANT[c(1, 2, 4, 5)], DO = two$DO[c(1, 2, 4)])
cat(object(c(
  fiml_bfi = told(fiml),
  em_bfi = object(c(mean = numbers(em$mean), sd = numbers(sqrt(diag(em$cov))), log_likelihood = number(unname(fitMeasures(fiml)["unrestricted.logl"])),
                    kmo = number(kmo$MSA), factors = parallel$nfact, omega = numbers(omegas),
                    htmt = numbers(setNames(apply(pairs, 2, function(p) ratios[p[2], p[1]]), apply(pairs, 2, paste, collapse = "~"))),
                    pattern = object(sapply(rownames(pattern), function(i) numbers(pattern[i, ]))))),
  ml_verbagg = told(suppressWarnings(cfa(model_of(four), v))),
  mlr_verbagg_two = mlr(two, v),
  mlr_bfi = mlr(five, na.omit(bfi)),
  mlr_lq2002 = mlr(climate, lq),
  wlsmv_verbagg_two = wlsmv(two, v),
  wlsmv_bfi = wlsmv(five, na.omit(bfi)),
  wlsmv_lq2002 = wlsmv(climate, lq),
  wlsmv_binary = suppressWarnings(wlsmv(three, few[, unlist(three)]))
)), "\n")
