"""Seconds and peak memory of a CFA with its modification indices, by the number of items.

Run: .venv/bin/python -m benchmarks.structure [ITEMS …]
"""

import resource
import sys
from time import perf_counter

import numpy as np

from analysis.cfa import group_moments, simple_structure, starting_values
from analysis.factor_model import fit
from analysis.modification import modifications

ROWS = 600
ITEMS_PER_FACTOR = 20
MEGABYTE = 1024


def main() -> None:
    for items in [int(word) for word in sys.argv[1:]] or [50, 100, 200]:
        rng = np.random.default_rng(1)
        factor_of = np.arange(items) * max(items // ITEMS_PER_FACTOR, 1) // items
        traits = rng.normal(size=(ROWS, int(factor_of.max()) + 1)) + rng.normal(size=(ROWS, 1))
        answers = 0.6 * traits[:, factor_of] + rng.normal(size=(ROWS, items))
        begun = perf_counter()
        moments, model = group_moments(answers), simple_structure(factor_of)
        estimate = fit(model, [moments], starting_values(moments.covariance, factor_of))
        fitted = perf_counter()
        found = modifications(model, moments, estimate)
        done = perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
        print(
            f"{items} items, {factor_of.max() + 1} factors, {ROWS} rows: fit {fitted - begun:.2f} s, "
            f"{len(found)} indices {done - fitted:.2f} s, peak {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()
