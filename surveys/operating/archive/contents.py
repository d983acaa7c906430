"""Which tables and columns are the municipality's own, and which are left out and why.

Every table is in one of the two lists; `tests/database/test_archive.py` fails for a table that nobody has placed.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Select, Table, and_, or_, select
from sqlalchemy.sql import ColumnElement

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.operating.tables import metadata

ARCHIVED: Final = frozenset(
    {
        # The organisation.
        "installation", "unit", "earlier_unit", "succession",
        # Questionnaires and the surveys that are released, with what was shown of them.
        "instrument", "series", "survey", "survey_unit", "report_group", "scope_unit", "scope_type",
        "visibility_step", "audience_turnout", "release", "figure", "turnout", "change", "uncompared",
        "quality_report", "survey_comparison", "quality_discussion", "tally_root", "tally_leaf",
        "imported_set", "imported_measure", "imported_figure", "population_margin",
        "declared_margin", "survey_weighting", "released_weighted_mean",
        "item_figure",
        # The cards, their values, the replies to them, and what was asked about them.
        "perspective", "scorecard", "goal", "success_factor", "indicator", "target", "interim_target",
        "scorecard_line", "measurement_entry", "measurement", "card_version", "card_version_step",
        "measurement_reply", "line_question", "line_answer", "indicator_aggregation", "indicator_pair",
        "self_assessment", "goal_link", "external_system",
        # What the staff chose after a survey, and what the leader above answered.
        "focus_choice", "result_answer",
        # Frozen reports, whom they are open to, and what politicians would like to see measured.
        "report", "report_version", "report_decision", "indicator_proposal",
        # What was decided about what is asked of whom.
        "year_review",
        # What the units do, and whether it helped.
        "plan_action", "plan_action_version", "plan_action_evaluation", "result_opening",
        "shared_practice",
        # What units say that they do after a survey.
        "unit_telling",
    }
)  # fmt: skip

_ANSWERS: Final = "svar og kommentarer"
_PEOPLE: Final = "ansatte, brukere og tilganger"
_UNDER_WAY: Final = "invitasjoner, nøkler og det som er i gang"
_TRAIL: Final = "hendelsesloggen"
_MACHINERY: Final = "det Medvirk husker for seg selv"

LEFT_OUT: Final[dict[str, str]] = {
    "response": _ANSWERS,
    "ballot": _ANSWERS,
    "room_ballot": _ANSWERS,
    "room_vote": _UNDER_WAY,
    "comment": _ANSWERS,
    "comment_review": _ANSWERS,
    "draft": _ANSWERS,
    "separated_background": _ANSWERS,
    "background_figure": _ANSWERS,
    "counted_weighted_mean": _ANSWERS,
    "microdata_recipe": _ANSWERS,
    "account": _PEOPLE,
    "role_grant": _PEOPLE,
    "one_time_link": _PEOPLE,
    "sign_in_session": _PEOPLE,
    "person": _PEOPLE,
    "key_holder": _PEOPLE,
    "holder_mail": _PEOPLE,
    "card_reminder": _PEOPLE,
    "checklist_tick": _PEOPLE,
    "result_seen": _PEOPLE,
    "plan_tick": _PEOPLE,
    "plan_mail": _UNDER_WAY,
    "invitation": _UNDER_WAY,
    "delivery": _UNDER_WAY,
    "ended_code": _UNDER_WAY,
    "replaced_code": _UNDER_WAY,
    "public_link": _UNDER_WAY,
    "public_place": _UNDER_WAY,
    "long_step": _UNDER_WAY,
    "staff_link": _UNDER_WAY,
    "leader_mail": _PEOPLE,
    "leader_talk_text": _PEOPLE,
    "release_preview": _UNDER_WAY,
    "night_leaf": _UNDER_WAY,
    "tally_night": _UNDER_WAY,
    "audit_entry": _TRAIL,
    "trail_link": _TRAIL,
    "organisation_import": _MACHINERY,
    "answer_source": _MACHINERY,
    "worker_heartbeat": _MACHINERY,
    "limit_count": _MACHINERY,
}
"""Table → what it is, in the words that whoever exports is told with."""

_OWN_TO_AN_INSTALLATION: Final = frozenset(
    {("installation", "keys_fingerprint"), ("survey", "public_key"), ("survey", "answers_elsewhere")}
)
"""Columns about keys and answers, which are one installation's own."""

QUESTIONNAIRE: Final = ("instrument", "source")
"""The column whose content is a file of its own."""


@dataclass(frozen=True)
class ArchivedTable:
    """A table and the columns of it that are written."""

    table: Table
    columns: tuple["Column[Any]", ...]

    def rows(self) -> "Select[Any]":
        """The rows that are written, in the order of their keys."""
        return select(*self.columns).where(_is_written(self.table)).order_by(*self.table.primary_key.columns)


def archived_tables() -> list[ArchivedTable]:
    """Every archived table, those that others refer to first."""
    return [
        ArchivedTable(table, tuple(column for column in table.columns if _is_archived(column)))
        for table in metadata.sorted_tables
        if table.name in ARCHIVED
    ]


def _is_archived(column: "Column[Any]") -> bool:
    """A column that refers to a table that is left out, is left out too: it would refer to nothing."""
    if (column.table.name, column.name) in _OWN_TO_AN_INSTALLATION:
        return False
    return all(key.column.table.name in ARCHIVED for key in column.foreign_keys)


def _is_written(table: Table) -> ColumnElement[bool]:
    """Surveys that are released, and the rows of other tables that refer to no other survey."""
    if table is Survey.__table__:
        return table.c.status == SurveyStatus.RELEASED
    conditions = [
        or_(column.is_(None), column.in_(select(key.column).where(_is_written(key.column.table))))
        for column in table.columns
        for key in column.foreign_keys
        if _depends_on_survey(key.column.table)
    ]
    return and_(True, *conditions)


def _depends_on_survey(table: Table) -> bool:
    if table is Survey.__table__:
        return True
    others = {key.column.table for key in table.foreign_keys} - {table}
    return table.name in ARCHIVED and any(_depends_on_survey(other) for other in others)
