"""Which tests a worker runs together, and which begin first: both cores busy to the end, and nothing built twice."""

from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

# What is dear to set up: a demo with Chromium, a small site for respondents with Chromium, the demo's rows, a server
# that has been visited, a database that has been seized.
SET_UP_ONCE: Final = (
    "tests/browser/test_respond",
    "tests/browser/",
    "tests/database/",
    "tests/anonymity/test_access_logs.py",
    "tests/anonymity/test_database_administrator.py",
)
# Browser tests with a site of their own: each may go to whoever is free.
APART: Final = (
    "tests/browser/test_monday.py",
    "tests/browser/test_behind_tls.py",
    "tests/browser/test_mailing_with_sms.py",
    "tests/browser/test_error_pages_accessibility.py",
)
# What takes a minute or more begins first, and small files fill up what is left of each worker's time.
LONG: Final = (
    "tests/browser/",
    "tests/database/",
    "tests/browser/test_respond",
    *APART[:2],
    "tests/web/test_permissions.py",
    "tests/web/test_visibility.py",
    "tests/anonymity/test_brute_force.py",
    "tests/anonymity/test_every_respondent_page.py",
    "tests/web/test_pages.py",
    "tests/web/test_translations.py",
)


def _together(nodeid: str) -> str:
    """What a test shares its worker with: the tests of a dear set-up, else those of its file."""
    file = nodeid.partition("::")[0]
    return file if file in APART else next((place for place in SET_UP_ONCE if file.startswith(place)), file)


def turn_of(item: pytest.Item) -> int:
    """Its place in the queue, among tests that keep the random order."""
    place = _together(item.nodeid)
    return LONG.index(place) if place in LONG else len(LONG)


class SetUpOnce(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Tests that share what they begin with are run by one worker, in the order they were collected in."""

    def _split_scope(self, nodeid: str) -> str:
        return _together(nodeid)
