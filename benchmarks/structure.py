"""Seconds and memory of factor models: modification indices by the number of items, and full information beside lavaan.

Run: .venv/bin/python -m benchmarks.structure [ITEMS …]
     .venv/bin/python -m benchmarks.structure --full [--r]   5,000 × 36 with 10 % missing; --r: lavaan on the same rows
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from analysis.cfa import group_moments, simple_structure, starting_values
from analysis.fiml import full_information
from analysis.maximum_likelihood import fit
from analysis.missing import incomplete_rows
from analysis.modification import modifications

ROWS, FULL_ROWS, FULL_ITEMS = 600, 5_000, 36
ITEMS_PER_FACTOR = 20
MISSING = 0.1
MEGABYTE = 1024

LAVAAN = """
d <- read.csv("{data}")
line <- function(f) paste0("f", f, " =~ ", paste0("x", f * 6 + 0:5, collapse = " + "))
m <- paste(sapply(0:5, line), collapse = "\\n")
t <- system.time(fit <- lavaan::cfa(m, d, missing = "fiml"))
chisq <- lavaan::lavTech(fit, "test")[[1]]$stat
cat(sprintf("lavaan: %.1f s elapsed, %.1f s of processor, chisq %.4f\\n", t[3], t[1], chisq))
"""


def main() -> None:
    words = sys.argv[1:]
    if "--full" in words:
        full(with_r="--r" in words)
        return
    for items in [int(word) for word in words] or [50, 100, 200]:
        indices(items)


def answers_of(rows: int, items: int, factors: int) -> tuple[NDArray[np.float64], NDArray[np.int_]]:
    rng = np.random.default_rng(1)
    factor_of = np.arange(items) * factors // items
    traits = rng.normal(size=(rows, factors)) + rng.normal(size=(rows, 1))
    return 0.6 * traits[:, factor_of] + rng.normal(size=(rows, items)), factor_of


def indices(items: int) -> None:
    answers, factor_of = answers_of(ROWS, items, max(items // ITEMS_PER_FACTOR, 1))
    begun = process_time()
    moments, model = group_moments(answers), simple_structure(factor_of)
    estimate = fit(model, [moments], starting_values(moments.covariance, factor_of))
    fitted = process_time()
    found = modifications(model, moments, estimate)
    done = process_time()
    print(
        f"{items} items, {factor_of.max() + 1} factors, {ROWS} rows: fit {fitted - begun:.2f} s, "
        f"{len(found)} indices {done - fitted:.2f} s, peak {peak():.0f} MB"
    )


def full(*, with_r: bool) -> None:
    answers, factor_of = answers_of(FULL_ROWS, FULL_ITEMS, 6)
    answers[np.random.default_rng(2).random(answers.shape) < MISSING] = np.nan
    begun, processor = perf_counter(), process_time()
    found = full_information(answers, factor_of)
    took, used = perf_counter() - begun, process_time() - processor
    patterns, chi2 = incomplete_rows(answers).patterns, found.cfa.fit.chi2
    print(
        f"{FULL_ROWS} × {FULL_ITEMS}, {patterns} patterns: {took:.1f} s, {used:.1f} s of processor, "
        f"χ² {chi2:.4f}, peak {peak():.0f} MB"
    )
    if with_r:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "rows.csv"
            names = ",".join(f"x{item}" for item in range(FULL_ITEMS))
            text = [",".join("NA" if np.isnan(x) else repr(x) for x in row) for row in answers.tolist()]
            data.write_text("\n".join([names, *text]), encoding="utf-8")
            script = Path(folder) / "lavaan.R"
            script.write_text(LAVAAN.format(data=data), encoding="utf-8")
            subprocess.run(["Rscript", script], check=True)  # noqa: S607


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


if __name__ == "__main__":
    main()
