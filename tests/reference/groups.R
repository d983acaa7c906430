# Makes values/bfi_groups.json from data/bfi.csv with base R alone: Rscript groups.R > values/bfi_groups.json
# Welch's one-way test and t-tests of each factor by gender and education, Holm within each question, Hedges' g as
# effsize::cohen.d(hedges.correction = TRUE) has it, and cor.test of each pair of factors.
d <- read.csv("data/bfi.csv")
for (item in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) d[[item]] <- 7 - d[[item]]
keys <- c("A", "C", "E", "N", "O")
scores <- sapply(keys, function(key) {
  answers <- d[, paste0(key, 1:5)]
  ifelse(rowSums(!is.na(answers)) < 3, NA, rowMeans(answers, na.rm = TRUE))
})
text <- function(x) formatC(unname(x), digits = 15, format = "g")
object <- function(...) {
  parts <- c(...)
  paste0("{", paste0('"', names(parts), '": ', parts, collapse = ",\n"), "}")
}
interval <- function(x) paste0("[", text(x[1]), ", ", text(x[2]), "]")

correlations <- c()
for (i in 1:4) for (j in (i + 1):5) {
  t <- cor.test(scores[, i], scores[, j])
  correlations[paste0(keys[i], "~", keys[j])] <-
    object(n = sum(complete.cases(scores[, c(i, j)])), r = text(t$estimate), ci = interval(t$conf.int), p = text(t$p.value))
}

hedges <- function(x, y) {
  n <- length(x); m <- length(y)
  pooled <- sqrt(((n - 1) * var(x) + (m - 1) * var(y)) / (n + m - 2))
  g <- (mean(x) - mean(y)) / pooled * (1 - 3 / (4 * (n + m) - 9))
  g + c(0, -1, 1) * qt(0.975, n + m - 2) * sqrt((n + m) / (n * m) + g^2 / (2 * (n + m)))
}
differences <- c()
for (question in c("gender", "education")) {
  chosen <- d[[question]]
  options <- sort(unique(na.omit(chosen)))
  pairs <- t(combn(options, 2))
  of <- function(key, option) { x <- scores[which(chosen == option), key]; x[!is.na(x)] }
  whole <- lapply(keys, function(key) oneway.test(scores[, key] ~ factor(chosen)))
  tests <- lapply(keys, function(key) apply(pairs, 1, function(pair) t.test(of(key, pair[1]), of(key, pair[2]))))
  whole_holm <- p.adjust(sapply(whole, function(t) t$p.value), "holm")
  pair_holm <- matrix(p.adjust(unlist(lapply(tests, sapply, function(t) t$p.value)), "holm"), nrow = nrow(pairs))
  factors <- c()
  for (k in seq_along(keys)) {
    groups <- sapply(as.character(options), function(option) {
      x <- of(keys[k], option)
      object(n = length(x), mean = text(mean(x)), sd = text(sd(x)), hidden = "null")
    })
    rows <- sapply(seq_len(nrow(pairs)), function(place) {
      t <- tests[[k]][[place]]
      x <- of(keys[k], pairs[place, 1]); y <- of(keys[k], pairs[place, 2])
      g <- hedges(x, y)
      object(difference = text(mean(x) - mean(y)), g = text(g[1]), g_ci = interval(g[2:3]), t = text(t$statistic),
             df = text(t$parameter), p = text(t$p.value), p_holm = text(pair_holm[place, k]))
    })
    names(rows) <- paste0(pairs[, 1], "~", pairs[, 2])
    w <- whole[[k]]
    welch <- object(f = text(w$statistic), df1 = text(w$parameter[1]), df2 = text(w$parameter[2]),
                    p = text(w$p.value), p_holm = text(whole_holm[k]))
    factors[keys[k]] <- object(groups = object(groups), welch = welch, pairs = object(rows))
  }
  differences[question] <- object(factors)
}
cat(object(group_differences = object(differences), factor_correlations = object(correlations)), "\n")
