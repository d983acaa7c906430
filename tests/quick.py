"""Which tests `pytest --quick` runs: pure functions, rules and some pages, on SQLite, without a browser."""

from typing import Final

import pytest

# Whole systems: servers, killed processes, seized databases, browsers. Then what takes long among pure functions.
LEFT_OUT: Final = (
    "tests/anonymity/",
    "tests/architecture/test_commands.py",
    "tests/architecture/test_house.py",
    "tests/architecture/test_upgrading.py",
    "tests/architecture/test_walls.py",
    "tests/architecture/test_wheel.py",
    "tests/browser/",
    "tests/database/",
    "tests/faults/",
    "tests/files/test_fetching.py",
    "tests/analysis/test_change.py",
    "tests/analysis/test_disclosure_attack.py",
    "tests/analysis/test_disclosure_bounds.py",
    "tests/analysis/test_disclosure_figures.py",
    "tests/analysis/test_disclosure_spread.py",
    "tests/analysis/test_disclosure_told_bounds.py",
    "tests/analysis/test_screening.py",
    "tests/questionnaires/test_routing.py",
)

PAGES: Final = "tests/web/"
# Of the tests of pages only these, where one takes an eighth of a second or less. A new file of page tests is not quick
# until it stands here: a thousand of these tests are half of the quick run's time.
QUICK_PAGES: Final = (
    "tests/web/material/test_unit_files.py",
    "tests/web/test_accounts.py",
    "tests/web/test_card_drafts_together.py",
    "tests/web/test_card_year.py",
    "tests/web/test_closing.py",
    "tests/web/test_codes.py",
    "tests/web/test_computed_values.py",
    "tests/web/test_config.py",
    "tests/web/test_cross_view.py",
    "tests/web/test_days.py",
    "tests/web/test_demo_links.py",
    "tests/web/test_encoded_twice.py",
    "tests/web/test_erasing_people.py",
    "tests/web/test_escaped_cells.py",
    "tests/web/test_external_systems.py",
    "tests/web/test_forecast.py",
    "tests/web/test_forms_and_proxies.py",
    "tests/web/test_heat_map.py",
    "tests/web/test_imports_left_out.py",
    "tests/web/test_imports_organisation.py",
    "tests/web/test_imports_people.py",
    "tests/web/test_imports_reading.py",
    "tests/web/test_intervals.py",
    "tests/web/test_jobs_page.py",
    "tests/web/test_kept_figures.py",
    "tests/web/test_localisation.py",
    "tests/web/test_mail_faults.py",
    "tests/web/test_mail_headers.py",
    "tests/web/test_oidc_claims.py",
    "tests/web/test_organisation_files.py",
    "tests/web/test_organisation_tree.py",
    "tests/web/test_personal_data.py",
    "tests/web/test_plan_reminders.py",
    "tests/web/test_plans_follow_units.py",
    "tests/web/test_promises.py",
    "tests/web/test_recipients_import.py",
    "tests/web/test_respond_entrance.py",
    "tests/web/test_respond_faults.py",
    "tests/web/test_results_import.py",
    "tests/web/test_retention.py",
    "tests/web/test_rounded_means.py",
    "tests/web/test_scorecards_changed_by_file.py",
    "tests/web/test_scorecards_doubtful_values.py",
    "tests/web/test_scorecards_frequencies.py",
    "tests/web/test_scorecards_sparkline.py",
    "tests/web/test_self_assessment.py",
    "tests/web/test_succession_steps.py",
    "tests/web/test_typed_data.py",
    "tests/web/test_unescaped_output.py",
    "tests/web/test_unit_histories.py",
    "tests/web/test_values_from_files_pages.py",
    "tests/web/test_versions_page.py",
    "tests/web/test_year_minutes.py",
    "tests/web/test_year_wheel.py",
)


def is_quick_file(path: str) -> bool:
    """Whether the quick run opens the file at all. path: from the project's folder, with «/»."""
    return path in QUICK_PAGES if path.startswith(PAGES) else not path.startswith(LEFT_OUT)


def is_quick(item: pytest.Item) -> bool:
    parameters = getattr(item, "callspec", None)
    return is_quick_file(item.nodeid.partition("::")[0]) and not (
        "postgresql_server" in getattr(item, "fixturenames", ())
        or (parameters is not None and "postgresql" in parameters.params.values())
    )
