"""Which figures must be hidden so that nobody's answers can be worked out from the rest.

**What is promised.** The attacker has every figure ever released over these answers (for each shown unit, rest
block and category its number of respondents and its sum or mean, exactly), knows the organisation tree, what
was asked of whom, and the number of respondents in every unit and every combination of unit and breakdown,
hidden or not. Then, for every measure:

1. No linear combination of all these figures, with any weights, is about fewer than k people alone. `k` is the
   survey's minimum group.
2. Someone who is the only respondent of a unit cannot find such a combination by using his own answer either.
3. Knowing that answers lie on the scale, he cannot bound the mean of a hidden unit or category of fewer than k
   people, or of fewer than k people placed directly on a unit, to less than a set width: a quarter of the
   scale, 1.0 on 1–5. (By sums alone: all answers on the scale that fit the published sums are considered.)
   Of the share who gave an answer he may learn that it is small, or nothing, but not so closely that it is more.

Promise 1 and 2 hold for `protect_tree`, `protect_figures` and `protect_survey`; promise 3 for the last two when
they are given the answers. If earlier releases break a promise by themselves, the result says so in
`given_away` and the promise holds for everything else.

**How it is kept.** In one tree every group that can be derived is a union of *residual blocks*: a shown node
minus its nearest shown descendants. So `protect_tree` shows a set of nodes where each residual block has no
respondents or at least k (more than k when a unit of one person stands in it), and among all such sets one
that hides fewest respondents, then fewest figures. Each residual block may be published too («små enheter
samlet»). For linked breakdowns and earlier releases `protect_figures` attacks everything together (`attack`,
exact and complete; `bounds` by linear programming), cuts and repeats, with the same objective.
`protect_survey` does this for a whole survey.

**What is not promised.** Several respondents who pool their answers, or someone who already knows a
colleague's answer (in a group of exactly k, each knows the sum of the other k − 1). Inference from correlation
or from outside the survey. Groups of k or more, however alike their answers are: means at the ends
of the scale are told as bounds, and `told_bounds` keeps their neighbours from narrowing these. A figure
hidden to keep promise 3 tells that a range would have been narrow.

Spread and distributions tell more than a mean. Sums of squares follow the means' mask, so promise 1 and 2 hold for
them too. `spread` says where they must be left out for promise 3 to hold beside them, with each table of figures and
each kind of detail by itself; `detail` says how many people a distribution takes.
"""

from analysis.disclosure.attacker import Breach, attack
from analysis.disclosure.bounds import Answers, MeanRange, mean_ranges, narrow_groups
from analysis.disclosure.figures import FigureProtection, protect_figures
from analysis.disclosure.survey import Category, Respondents, SurveyProtection, protect_survey
from analysis.disclosure.tree import (
    Block,
    CellStatus,
    Protection,
    protect_measures,
    protect_tree,
)
from analysis.suppression import SuppressionReason

__all__ = [
    "Answers",
    "Block",
    "Breach",
    "Category",
    "CellStatus",
    "FigureProtection",
    "MeanRange",
    "Protection",
    "Respondents",
    "SuppressionReason",
    "SurveyProtection",
    "attack",
    "mean_ranges",
    "narrow_groups",
    "protect_figures",
    "protect_measures",
    "protect_survey",
    "protect_tree",
]
