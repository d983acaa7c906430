"""How alike the people of one unit have scored, from the released spread alone. Imports nothing: pages call it."""


def score_agreement(sd: float, points: int) -> float:
    """rwg of people's scores on one factor, 0–1: 1 − s²/σ², σ² = (A² − 1)/12 that of answers spread evenly.

    sd: sample standard deviation of the scores; points: A, how many answers the scale has. Needs no more than what
    is released. Negative counts as 0 (James, Demaree & Wolf 1984). Scores are means of several answers and spread
    less than each of them, so this is not `rwgj` and usually higher than the rwg of single answers.
    R: `multilevel::rwg(score, unit, ranvar = (A^2 - 1)/12)`.

    >>> round(score_agreement(0.6, 5), 2), score_agreement(2.0, 5)
    (0.82, 0.0)
    """
    return max(0.0, 1 - sd**2 / ((points**2 - 1) / 12))
