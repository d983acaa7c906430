"""Measures of a whole survey, beside those of its factors: the response rate, and the mean of all factors' means.

Both follow from released figures alone. The mean is hidden wherever one of the means is: it would tell it.
"""

from collections.abc import Mapping
from typing import Any, Final

from surveys.platform.texts import _l

RESPONSE_RATE: Final = "hele:svarprosent"
OVERALL_MEAN: Final = "hele:snitt"


def whole_measures(has_means: bool) -> Mapping[str, Any]:
    """Key → words. A questionnaire that reports shares only has no overall mean."""
    found = {RESPONSE_RATE: _l("Svarprosenten")}
    return found | ({OVERALL_MEAN: _l("Hele resultatet (snittet av alle temaene)")} if has_means else {})
