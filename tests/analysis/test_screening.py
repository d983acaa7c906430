"""The screening of all units: Benjamini–Hochberg as in R, and chance bounded where units share their people."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.change import Wave, change, false_discovery

THEMES = 9
TEAMS, AREAS = 20, 4

# p <- c(0.0001, 0.004, 0.012, 0.012, NA, 0.03, 0.2, 0.6); p.adjust(p, "BH"), R 4.2.2.
P = np.array([0.0001, 0.004, 0.012, 0.012, np.nan, 0.03, 0.2, 0.6])
R_BH = [0.0007, 0.014, 0.021, 0.021, np.nan, 0.042, 0.23333333333333336, 0.6]


def test_adjusted_p_are_those_of_r() -> None:
    assert false_discovery(P).tolist() == pytest.approx(R_BH, nan_ok=True)


def test_units_and_themes_are_one_family_whatever_their_shape() -> None:
    assert false_discovery(P.reshape(2, 4)).ravel().tolist() == pytest.approx(R_BH, nan_ok=True)


def test_a_family_of_nothing_has_no_adjusted_p() -> None:
    assert np.isnan(false_discovery(np.array([np.nan, np.nan]))).all()
    assert false_discovery(np.array([])).size == 0


def nested() -> list[list[int]]:
    """The teams of every unit: each team, each area, and the municipality."""
    areas = [list(range(area, TEAMS, AREAS)) for area in range(AREAS)]
    return [*([team] for team in range(TEAMS)), *areas, list(range(TEAMS))]


def one_year(
    rng: np.random.Generator,
    people: NDArray[np.int64],
    moved: NDArray[np.float64],
    themes: NDArray[np.float64],
) -> Wave:
    """Every unit's scores on themes that go together, two of them the opposite way of the others."""
    teams = [
        rng.normal(size=(n, THEMES)) @ themes.T * 0.65 + 4 + move
        for n, move in zip(people, moved, strict=True)
    ]
    groups = [np.concatenate([teams[team] for team in unit]) for unit in nested()]
    n = np.array([[len(group)] * THEMES for group in groups])
    return Wave(n, np.array([g.mean(0) for g in groups]), np.array([g.std(0, ddof=1) for g in groups]))


@pytest.mark.parametrize("changed", [0, 4, 12])
def test_of_the_changes_found_in_nested_units_under_five_percent_are_chance(changed: int) -> None:
    """Teams, areas and municipality share people, and themes correlate .5. Within the simulation's own error."""
    rng = np.random.default_rng(20)
    related = np.full((THEMES, THEMES), 0.5) + 0.5 * np.eye(THEMES)
    turned = np.where(np.arange(THEMES) < THEMES - 2, 1, -1)
    themes = np.linalg.cholesky(related * np.outer(turned, turned))
    moved = np.zeros((TEAMS, THEMES))
    moved[:changed, :3] = 0.9
    truly = np.array([moved[unit].any(axis=0) for unit in nested()])
    shares, seen = [], 0
    for _round in range(250):
        people = rng.integers(6, 30, TEAMS)
        before = one_year(rng, people, np.zeros_like(moved), themes)
        found = false_discovery(change(before, one_year(rng, people, moved, themes)).p) < 0.05
        shares.append((found & ~truly).sum() / max(found.sum(), 1))
        seen += int((found & truly).sum())
    assert np.mean(shares) - 2 * np.std(shares) / np.sqrt(len(shares)) < 0.05
    assert (seen > 0) == (changed > 0)
