# Regner ut tallene i undersøkelsens rapport på nytt fra radene, og sammenligner med det Medvirk viser.
# Kjør i mappen med filene: Rscript figurer.R
# Trenger bare R. Med pakkene psych (omega) og lavaan (faktoranalyse) kontrolleres også de tallene:
# install.packages(c("psych", "lavaan"))
# Skriver kontroll.csv: en linje for hvert tall, med rapportens tall, ditt tall og en dom. LES-MEG.txt forklarer dommene.

les <- function(fil) read.csv(fil, colClasses = "character", fileEncoding = "UTF-8", check.names = FALSE,
                              na.strings = character(0))
svar <- les("svar.csv")
enheter <- les("enheter.csv")
variabler <- les("variabler.csv")
temaer <- les("temaer.csv")
rapport <- les("rapport.csv")
rapport$value <- as.numeric(rapport$value)
for (kolonne in c("minimum", "maximum", "needed", "low_to", "high_from")) {
  temaer[[kolonne]] <- as.numeric(temaer[[kolonne]])
}
rownames(temaer) <- temaer$factor
har <- function(pakke) requireNamespace(pakke, quietly = TRUE)

# --- Svarene slik de skåres: 97, 98 og 99 er ikke svar, og snudde påstander er snudd ---
pastander <- function(tema) variabler$name[variabler$factor == tema]
raatt <- function(tema) {
  navn <- pastander(tema)
  matrix(as.numeric(unlist(svar[navn])), nrow = nrow(svar), dimnames = list(NULL, navn))
}
skaaret <- function(tema) {
  x <- raatt(tema)
  ende <- temaer[tema, ]
  x[!is.na(x) & (x < ende$minimum | x > ende$maximum)] <- NA
  snudd <- variabler$reversed[variabler$factor == tema] == "1"
  x[, snudd] <- ende$minimum + ende$maximum - x[, snudd]
  x
}
svarene <- sapply(temaer$factor, skaaret, simplify = FALSE)
skaarer <- sapply(temaer$factor, function(tema) {
  x <- svarene[[tema]]
  ifelse(rowSums(!is.na(x)) >= temaer[tema, "needed"], rowMeans(x, na.rm = TRUE), NA)
}, simplify = FALSE)

# --- Hva hvert mål er: «LED» snitt, «LED:index» 0-100, «LED:3» andelen som svarte 3, «LED:na» vet ikke ---
verdier <- function(maal) {
  del <- strsplit(maal, ":", fixed = TRUE)[[1]]
  ende <- temaer[del[1], ]
  if (length(del) == 1) return(list(x = skaarer[[maal]], fra = ende$minimum, til = ende$maximum))
  if (del[2] == "index") {
    x <- 100 * (skaarer[[del[1]]] - ende$minimum) / (ende$maximum - ende$minimum)
    return(list(x = x, fra = 0, til = 100))
  }
  x <- svarene[[del[1]]]
  vet_ikke <- ende$not_applicable == "1" & !is.na(raatt(del[1])) & raatt(del[1]) == 98
  antall <- rowSums(!is.na(x)) + rowSums(vet_ikke)
  valgt <- if (del[2] == "na") rowSums(vet_ikke) else rowSums(x == as.numeric(del[2]), na.rm = TRUE)
  list(x = ifelse(antall >= ende$needed, valgt / antall, NA), fra = 0, til = 1)
}

# Wilsons intervall med spredningen som følger snittet (docs/statistics.md).
intervall <- function(n, snitt, avvik, fra, til) {
  m <- (snitt - fra) / (til - fra)
  s <- avvik / (til - fra)
  andel <- if (s > 0 && m > 0 && m < 1) s^2 / (m * (1 - m)) else 0
  phi <- ((n - 1) * andel + 0.5) / (n - 0.5)
  k <- qt(0.975, n - 1)^2 * phi / n
  midt <- (m + k / 2) / (1 + k)
  bredde <- sqrt(k * m * (1 - m) + k^2 / 4) / (1 + k)
  fra + (til - fra) * c(max(0, min(midt - bredde, m)), min(1, max(midt + bredde, m)))
}

tall <- function(med, maal) {
  v <- verdier_av[[maal]]
  x <- v$x[med]
  x <- x[!is.na(x)]
  n <- length(x)
  ut <- c(n = n)
  if (n > 0) ut["mean"] <- mean(x)
  if (n > 1) {
    ut["sd"] <- sd(x)
    ut[c("ci_low", "ci_high")] <- intervall(n, mean(x), sd(x), v$fra, v$til)
  }
  tema <- strsplit(maal, ":", fixed = TRUE)[[1]][1]
  ende <- temaer[tema, ]
  alle <- svarene[[tema]][med, ]
  alle <- alle[!is.na(alle)]
  if (length(alle) > 0) {
    ut["low"] <- mean(alle <= ende$low_to)
    ut["high"] <- mean(alle >= ende$high_from)
    ut["middle"] <- 1 - ut[["low"]] - ut[["high"]]
    for (verdi in ende$minimum:ende$maximum) ut[paste0("answer:", verdi)] <- mean(alle == verdi)
  }
  ut
}

# Få svar har få sifre i rapporten: snittet er avrundet til et steg på skalaen folk svarte på, spredningen er enden av en
# klasse, og intervallet følger av de to. Her kontrolleres de linjene; de andre får ingen dom ennå.
avrundet <- function(linjer, mine) {
  v <- verdier_av[[linjer$measure[1]]]
  lengde <- v$til - v$fra
  ende <- temaer[strsplit(linjer$measure[1], ":", fixed = TRUE)[[1]][1], ]
  punkt <- if (grepl(":index$", linjer$measure[1])) 100 / (ende$maximum - ende$minimum) else 1
  sagt <- setNames(linjer$value, linjer$statistic)
  vapply(seq_len(nrow(linjer)), function(i) {
    navn <- linjer$statistic[i]
    verdi <- linjer$value[i]
    if (startsWith(linjer$coded[i], "rounded_to_")) {
      steg <- punkt * as.numeric(sub("rounded_to_", "", linjer$coded[i], fixed = TRUE))
      # Et snitt som ville blitt avrundet inn i det som vises som en grense, er avrundet den andre veien.
      kant <- max(0.05 * lengde, punkt / sagt[["n"]])
      ved_enden <- verdi + steg > v$til - kant || verdi - steg < v$fra + kant
      stemmer <- abs(mine[["mean"]] - verdi) <= (if (ved_enden) steg else steg / 2) + 1e-9 * lengde
    } else if (linjer$coded[i] == "class" && navn == "sd") {
      klasser <- c(0.15, 0.25, 0.4) * lengde
      stemmer <- abs(min(klasser[klasser >= min(mine[["sd"]], klasser[3]) - 1e-9 * lengde]) - verdi) < 1e-9 * lengde
    } else if (linjer$coded[i] == "class") {
      ventet <- intervall(sagt[["n"]], sagt[["mean"]], sagt[["sd"]], v$fra, v$til)
      stemmer <- abs(ventet[if (navn == "ci_low") 1 else 2] - verdi) < 1e-6 * lengde
    } else {
      return("")
    }
    if (stemmer) "avrundet" else "avvik"
  }, "")
}

# --- Hvem som er med i hver gruppe ---
barn <- split(enheter$code, enheter$parent)
under <- function(kode) c(kode, unlist(lapply(barn[[kode]], under), use.names = FALSE))
radene <- split(seq_len(nrow(svar)), svar$enhet)
i_enhet <- function(kode) unlist(radene[under(kode)], use.names = FALSE)
vist <- unique(rapport[rapport$kind == "unit", c("unit", "measure")])
gruppe <- function(linje) {
  alle <- i_enhet(linje$unit)
  if (linje$kind == "unit") return(alle)
  if (linje$kind == "rest") {
    nedenfor <- intersect(setdiff(under(linje$unit), linje$unit), vist$unit[vist$measure == linje$measure])
    return(setdiff(alle, unlist(lapply(nedenfor, i_enhet))))
  }
  if (linje$breakdown == "unit_type") {
    return(alle[svar$enhet[alle] %in% enheter$code[enheter$type == linje$category]])
  }
  if (!linje$breakdown %in% names(svar)) return(NULL)
  kode <- variabler$codes[variabler$name == linje$breakdown]
  par <- strsplit(strsplit(kode, " ", fixed = TRUE)[[1]], "=", fixed = TRUE)
  nummer <- vapply(par, `[`, "", 1)[vapply(par, `[`, "", 2) == linje$category]
  alle[svar[[linje$breakdown]][alle] %in% nummer]
}

rapport$computed <- NA_real_
rapport$verdict <- ""
i_filen <- function(maal) strsplit(maal, ":", fixed = TRUE)[[1]][1] %in% temaer$factor
av_grupper <- rapport$kind != "quality"
maalene <- Filter(i_filen, unique(rapport$measure[av_grupper]))
verdier_av <- sapply(maalene, verdier, simplify = FALSE)
nokkel <- c("unit", "kind", "breakdown", "category", "measure")
gruppene <- split(which(av_grupper), do.call(paste, c(rapport[av_grupper, nokkel], sep = "\r")))
for (linjer in gruppene) {
  linje <- rapport[linjer[1], ]
  if (!i_filen(linje$measure)) {
    rapport$verdict[linjer] <- "temaet er ikke i filen"
    next
  }
  med <- gruppe(linje)
  if (is.null(med)) {
    rapport$verdict[linjer] <- "gruppen er ikke i filen"
    next
  }
  mine <- tall(med, linje$measure)
  rapport$computed[linjer] <- mine[rapport$statistic[linjer]]
  # Radene i en enhet er alltid noen av rapportens personer. Like mange er derfor de samme.
  antall <- rapport$value[linjer][rapport$statistic[linjer] == "n"]
  rapport$verdict[linjer] <- if (mine[["n"]] != antall) "noen rader står som enheten over" else avrundet(rapport[linjer, ], mine)
}

# --- Hele undersøkelsen: påstandene og strukturen ---
sett <- function(maal, navn, verdi) {
  her <- rapport$kind == "quality" & rapport$measure == maal & rapport$statistic %in% navn
  rapport$computed[her] <<- unname(verdi[match(rapport$statistic[her], navn)])
}
alfa_av <- function(k) {
  p <- ncol(k)
  p / (p - 1) * (1 - sum(diag(k)) / sum(k))
}
for (tema in temaer$factor) {
  s <- skaarer[[tema]][!is.na(skaarer[[tema]])]
  x <- na.omit(svarene[[tema]])
  n <- nrow(x)
  p <- ncol(x)
  sett(tema, c("n", "mean", "sd", "n_complete"), c(length(s), mean(s), sd(s), n))
  if (p < 2 || n < 3) next
  k <- cov(x)
  r <- cor(x)
  alfa <- alfa_av(k)
  grenser <- 1 - (1 - alfa) * qf(c(0.975, 0.025), n - 1, (n - 1) * (p - 1))
  sett(tema, c("alpha", "alpha_low", "alpha_high", "mean_interitem_r"), c(alfa, grenser, mean(r[lower.tri(r)])))
  halv <- cor(rowSums(x[, seq(1, p, 2), drop = FALSE]), rowSums(x[, seq(2, p, 2), drop = FALSE]))
  sett(tema, "split_half", 2 * halv / (1 + halv))
  rest <- vapply(seq_len(p), function(i) cor(x[, i], rowSums(x[, -i, drop = FALSE])), 0)
  sett(tema, paste0("item_rest:", colnames(x)), rest)
  if (p > 2) {
    sett(tema, paste0("alpha_if_deleted:", colnames(x)), vapply(seq_len(p), function(i) alfa_av(k[-i, -i]), 0))
    if (har("psych")) {
      en <- suppressWarnings(suppressMessages(psych::omega(x, nfactors = 1, fm = "minres", plot = FALSE)))
      sett(tema, "omega", en$omega.tot)
    }
  }
}
alt <- do.call(cbind, unname(svarene))
hele <- na.omit(alt)
n <- nrow(hele)
p <- ncol(hele)
sett("", "n_complete", n)
r <- cor(hele)
if (n > p && is.finite(determinant(r)$modulus)) {
  motsatt <- solve(r)
  delvis <- -motsatt / sqrt(outer(diag(motsatt), diag(motsatt)))
  diag(delvis) <- 0
  utenfor <- r
  diag(utenfor) <- 0
  sett("", "kmo", sum(utenfor^2) / (sum(utenfor^2) + sum(delvis^2)))
  sett("", paste0("kmo:", colnames(r)), rowSums(utenfor^2) / (rowSums(utenfor^2) + rowSums(delvis^2)))
  chi2 <- -(n - 1 - (2 * p + 5) / 6) * as.numeric(determinant(r)$modulus)
  frihet <- p * (p - 1) / 2
  sett("", c("bartlett_chi2", "bartlett_df", "bartlett_p"), c(chi2, frihet, pchisq(chi2, frihet, lower.tail = FALSE)))
}
store <- Filter(function(tema) length(pastander(tema)) > 1, temaer$factor)
inni <- sapply(store, function(tema) {
  d <- abs(r[pastander(tema), pastander(tema)])
  mean(d[lower.tri(d)])
})
for (a in seq_along(store)) for (b in seq_along(store)) if (a < b) {
  mellom <- mean(abs(r[pastander(store[a]), pastander(store[b])]))
  sett("", paste0("htmt:", store[a], "~", store[b]), mellom / sqrt(inni[[a]] * inni[[b]]))
}
if (har("lavaan") && length(store) > 0 && any(grepl("^(cfa|fiml)_", rapport$statistic))) {
  modell <- paste(vapply(store, function(t) paste(t, "=~", paste(pastander(t), collapse = " + ")), ""), collapse = "\n")
  mal <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "rmsea.ci.lower", "rmsea.ci.upper", "ntotal")
  navn <- c("chi2", "df", "p", "cfi", "tli", "rmsea", "srmr", "rmsea_low", "rmsea_high", "n")
  for (slag in c("cfa", "fiml")) {
    if (!any(startsWith(rapport$statistic, paste0(slag, "_")))) next
    data <- as.data.frame(if (slag == "cfa") hele else alt[rowSums(!is.na(alt)) > 0, ])
    fit <- suppressWarnings(tryCatch(
      lavaan::cfa(modell, data = data, estimator = "ML", missing = if (slag == "cfa") "listwise" else "fiml"),
      error = function(feil) NULL))
    if (is.null(fit) || !lavaan::lavInspect(fit, "converged")) next
    sett("", paste0(slag, "_", navn), lavaan::fitMeasures(fit, mal))
    losning <- lavaan::standardizedSolution(fit, se = FALSE)
    lad <- losning[losning$op == "=~", ]
    sett("", paste0(slag, "_loading:", lad$rhs), lad$est.std)
    sam <- losning[losning$op == "~~" & losning$lhs != losning$rhs & losning$lhs %in% store, ]
    sett("", paste0(slag, "_correlation:", sam$lhs, "~", sam$rhs), sam$est.std)
    for (tema in store) {
      l <- lad$est.std[lad$lhs == tema]
      sett("", paste0(slag, c("_ave:", "_cr:"), tema), c(mean(l^2), sum(l)^2 / (sum(l)^2 + sum(1 - l^2))))
    }
  }
}
kvalitet <- rapport$kind == "quality"
rapport$verdict[kvalitet & !rapport$measure %in% c("", temaer$factor)] <- "temaet er ikke i filen"
borte <- function(navn) {
  deler <- strsplit(sub("^[^:]*:?", "", navn), "~", fixed = TRUE)[[1]]
  any(!deler %in% c(variabler$name, temaer$factor))
}
rapport$verdict[kvalitet & rapport$measure == "" & vapply(rapport$statistic, borte, NA)] <- "temaet er ikke i filen"
trenger <- ifelse(rapport$statistic == "omega", "psych", ifelse(grepl("^(cfa|fiml)_", rapport$statistic), "lavaan", ""))
uten <- rapport$verdict == "" & trenger != "" & !vapply(trenger, function(x) x == "" || har(x), NA)
rapport$verdict[uten] <- paste("trenger pakken", trenger[uten])

# --- Dommen ---
# Der det finnes en formel: 0,000001 av skalaens enhet. Tema med flere enn tolv påstander er lagret avrundet til 0,00001.
# Der R leter seg fram til en løsning: 0,0001 (omega, ladninger), 0,001 av verdien (mål for tilpasning).
lange <- temaer$factor[vapply(temaer$factor, function(tema) length(pastander(tema)) > 12, NA)]
slingring <- ifelse(sub(":.*", "", rapport$measure) %in% lange, 1e-5, 1e-6)
slingring[grepl(":index$", rapport$measure)] <- 100 * slingring[grepl(":index$", rapport$measure)]
slingring[trenger != ""] <- 1e-4
tilpasning <- trenger == "lavaan" & !grepl(":", rapport$statistic)
slingring[tilpasning] <- 1e-3 * pmax(1, abs(rapport$value[tilpasning]))
avstand <- abs(rapport$computed - rapport$value)
igjen <- rapport$verdict == ""
grense <- igjen & rapport$coded != "exact"
rapport$verdict[grense] <- ifelse(
  ifelse(rapport$coded[grense] == "at_least", rapport$computed[grense] >= rapport$value[grense] - 1e-9,
         rapport$computed[grense] <= rapport$value[grense] + 1e-9), "innenfor grensen", "avvik")
igjen <- rapport$verdict == ""
rapport$verdict[igjen & is.na(rapport$computed)] <- "R fant ingen løsning"
igjen <- rapport$verdict == ""
rapport$verdict[igjen] <- ifelse(avstand[igjen] <= slingring[igjen], "samme", "avvik")
# Små enheter samlet og enhetstyper: rader som står som enheten over, kan være byttet mot like mange andre.
blandet <- rapport$verdict == "avvik" & (rapport$kind == "rest" | rapport$breakdown == "unit_type")
rapport$verdict[blandet] <- "noen rader står som enheten over"

write.csv(rapport, "kontroll.csv", row.names = FALSE, fileEncoding = "UTF-8")
talt <- table(rapport$verdict)
for (dom in names(talt)) cat(sprintf("%6d %s\n", talt[[dom]], dom))
like <- rapport$verdict == "samme"
cat(sprintf("Største forskjell blant de like: %.2g (der det finnes en formel), %.2g (der R leter).\n",
            max(0, avstand[like & trenger == ""]), max(0, avstand[like & trenger != "" & !tilpasning])))
avvik <- rapport[rapport$verdict == "avvik", ]
if (nrow(avvik) > 0) {
  cat("Disse tallene er av de samme svarene, men er ikke like:\n")
  print(utils::head(avvik, 20))
  quit(status = 1)
}
