"""Which tests `pytest --quick` runs: pure functions, rules and most pages, on SQLite, without a browser."""

from typing import Final

import pytest

# Whole systems: servers, killed processes, seized databases, browsers. Then files where a test takes half a second or
# more, most because they release a survey or walk through every page.
LEFT_OUT: Final = (
    "tests/anonymity/",
    "tests/architecture/test_commands.py",
    "tests/architecture/test_upgrading.py",
    "tests/architecture/test_wheel.py",
    "tests/browser/",
    "tests/database/",
    "tests/faults/",
    "tests/analysis/test_change.py",
    "tests/analysis/test_disclosure_attack.py",
    "tests/analysis/test_disclosure_bounds.py",
    "tests/web/publication/test_corrections.py",
    "tests/web/publication/test_long_steps.py",
    "tests/web/publication/test_merging.py",
    "tests/web/publication/test_release_preview.py",
    "tests/web/test_access.py",
    "tests/web/test_code_sheets.py",
    "tests/web/test_comment_review.py",
    "tests/web/test_drivers_page.py",
    "tests/web/test_health.py",
    "tests/web/test_instruments_in_use.py",
    "tests/web/test_logs.py",
    "tests/web/test_metrics.py",
    "tests/web/test_microdata.py",
    "tests/web/test_pages.py",
    "tests/web/oidc/test_accounts_and_roles.py",
    "tests/web/oidc/test_forged_answers.py",
    "tests/web/oidc/test_linking.py",
    "tests/web/oidc/test_signing_in.py",
    "tests/web/test_permissions.py",
    "tests/web/test_preview.py",
    "tests/web/test_public_link.py",
    "tests/web/test_quality_pages.py",
    "tests/web/test_references.py",
    "tests/web/test_release.py",
    "tests/web/test_release_audit.py",
    "tests/web/test_released_files.py",
    "tests/web/test_respond_journey.py",
    "tests/web/test_respond_kinds.py",
    "tests/web/test_respond_leaving.py",
    "tests/web/test_respondent_weight.py",
    "tests/web/test_results_pages.py",
    "tests/web/test_scorecards_file.py",
    "tests/web/test_screening.py",
    "tests/web/test_static_files.py",
    "tests/web/test_stating_succession.py",
    "tests/web/test_succession.py",
    "tests/web/test_translations.py",
    "tests/web/test_visibility.py",
)


def is_quick(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return not (
        item.nodeid.startswith(LEFT_OUT)
        or "postgresql_server" in getattr(item, "fixturenames", ())
        or (parameters is not None and "postgresql" in parameters.params.values())
    )
