"""CHECK constraints compared by name and by text, as part of Alembic's comparison of models and database.

A database may write a CHECK in its own words (PostgreSQL does: `IN` becomes `= ANY`), so texts are not compared with
the models' own. The models' tables are made in a scratch place of the same kind of database (`scratch_tables`), and
what that database says of the two is compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CheckConstraint, MetaData, Table, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.schema import conv

from surveys.operating.scratch_tables import models_tables

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps
    from alembic.util import PriorityDispatchResult

_PLUGIN: Final = "medvirk.checks"

Checks = Mapping[str, Mapping[str, str]]
"""Table → constraint → text, in the database's own words."""

_IN_SCHEMA: Final = text(
    "SELECT tables.relname, checks.conname, pg_get_constraintdef(checks.oid) FROM pg_constraint AS checks"
    " JOIN pg_class AS tables ON tables.oid = checks.conrelid"
    " WHERE checks.contype = 'c' AND tables.relnamespace ="
    " CASE WHEN :temporary THEN pg_my_temp_schema() ELSE current_schema()::regnamespace END"
)


@dataclass(frozen=True)
class CheckComparison:
    """The CHECK constraints in a database, and those its kind of database makes of the models'. Read when asked for."""

    connection: Connection
    metadata: MetaData

    @cached_property
    def found(self) -> Checks:
        if self.connection.dialect.name == "sqlite":
            return _sqlite_checks(self.connection)
        return _postgresql_checks(self.connection, temporary=False)

    @cached_property
    def wanted(self) -> Checks:
        with models_tables(self.connection, self.metadata) as scratch:
            if scratch.dialect.name == "sqlite":
                return _sqlite_checks(scratch)
            return _postgresql_checks(scratch, temporary=True)


def comparison_options(connection: Connection, metadata: MetaData) -> dict[str, Any]:
    """What `configure` must be told for CHECK constraints to be compared like everything else."""
    _register()
    return {
        "autogenerate_plugins": ["alembic.autogenerate.*", _PLUGIN],
        _PLUGIN: CheckComparison(connection, metadata),
    }


@cache
def _register() -> None:
    """Makes the comparison known to Alembic, which refuses to hear of it twice."""
    from alembic.runtime.plugins import Plugin

    Plugin(_PLUGIN).add_autogenerate_comparator(_compare, "table", "checks")


def _sqlite_checks(connection: Connection) -> Checks:
    inspector = inspect(connection)
    return {
        table: {
            str(check["name"]): " ".join(check["sqltext"].split())
            for check in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
    }


def _postgresql_checks(connection: Connection, *, temporary: bool) -> Checks:
    found: dict[str, dict[str, str]] = {}
    for table, name, definition in connection.execute(_IN_SCHEMA, {"temporary": temporary}):
        found.setdefault(table, {})[name] = definition
    return found


def _compare(
    context: "AutogenContext",
    changes: "ModifyTableOps",
    _schema: str | None,
    name: str,
    found_table: Table | None,
    model: Table | None,
) -> "PriorityDispatchResult":
    """Adds the CHECKs to drop and to make to `changes`. Alembic calls it once for each table."""
    from alembic.operations import ops
    from alembic.util import PriorityDispatchResult

    if found_table is not None and model is not None:
        checks: CheckComparison = context.opts[_PLUGIN]
        found, wanted = checks.found.get(name, {}), checks.wanted.get(name, {})
        for check in sorted(found):
            if found[check] != wanted.get(check):
                dropped = CheckConstraint(text(found[check]), name=conv(check), table=found_table)
                changes.ops.append(ops.DropConstraintOp.from_constraint(dropped))
        for check in sorted(wanted):
            if wanted[check] != found.get(check):
                changes.ops.append(ops.CreateCheckConstraintOp(conv(check), name, text(wanted[check])))
    return PriorityDispatchResult.CONTINUE
