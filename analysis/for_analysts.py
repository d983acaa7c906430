"""Everything `medvirk analyse --json` writes: the analysis, and what an analyst with the whole file also asks.

Counting stores the analysis without the rest: figures of background groups leave the system through the release only,
where masks protect them together with everything else.
"""

from typing import Any

from analysis.as_json import to_json
from analysis.factor_correlations import correlation_cautions, correlations_json, factor_correlations
from analysis.group_differences import difference_cautions, differences_json, group_differences
from analysis.item_answers import item_answers_json
from analysis.one_core import one_core
from analysis.responses import Responses
from analysis.results import Analysis


@one_core()
def analyst_json(
    analysis: Analysis, responses: Responses, minimum_group: int | None = None
) -> dict[str, Any]:
    """`to_json` with «group_differences», «factor_correlations» and «items», and their reasons among the warnings.

    minimum_group: the smallest group that is compared; the questionnaire's own when None.

    >>> from analysis.example import GROUPED
    >>> from analysis.report import analyse
    >>> found = analyst_json(analyse(GROUPED.questionnaire, GROUPED, 3), GROUPED, 3)
    >>> list(found["group_differences"]), found["factor_correlations"]
    (['rolle'], {})
    """
    smallest = analysis.questionnaire.reporting.smallest_group(minimum_group)
    differences = group_differences(responses, smallest)
    correlations = factor_correlations(responses, smallest)
    found = to_json(analysis)
    warnings = [
        *found.pop("warnings"),
        *difference_cautions(responses, differences),
        *correlation_cautions(correlations),
    ]
    return {
        **found,
        "group_differences": differences_json(differences),
        "factor_correlations": correlations_json(correlations),
        "items": item_answers_json(responses, smallest),
        "warnings": warnings,
    }
