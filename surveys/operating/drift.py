"""Which tables of a database at the newest migration are not as the models describe them, at a glance.

The models' tables are made in a scratch place of the same kind of database (`scratch_tables`), and what the database
says of columns, constraints and indexes there is compared with what it says of its own. Nothing is interpreted: equal
texts are a proof, different ones a suspicion that `migrating.differences` looks into. `medvirk doctor` thereby imports
Alembic only when something seems to be wrong.
"""

import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Engine, MetaData, text
from sqlalchemy.engine import Connection

from surveys.operating.scratch_tables import models_tables

SchemaFact = tuple[str, str]
"""A table's name, and something the database says of it."""

_OF_ALEMBIC: Final = "alembic_version"

_SQLITE_COLUMNS: Final = text(
    'SELECT tables.name, columns.name, columns.type, columns."notnull" FROM sqlite_master AS tables'
    " JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'"
)
_SQLITE_STATEMENTS: Final = text(
    "SELECT tbl_name, type, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
)
# Up to a comma outside brackets and quotes; brackets are looked into three deep, more than any constraint has.
_ITEM: Final = re.compile(r"(?:[^,()']|'[^']*'|\((?:[^()']|'[^']*'|\((?:[^()']|'[^']*'|\([^()]*\))*\))*\))+")

# Relations' names instead of their numbers, and no schema: the scratch place is another one.
_POSTGRESQL: Final = text(
    "WITH ours AS (SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace ="
    " CASE WHEN :temporary THEN pg_my_temp_schema() ELSE current_schema()::regnamespace END)"
    " SELECT relname, attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull"
    " FROM ours JOIN pg_attribute ON attrelid = oid WHERE attnum > 0 AND NOT attisdropped"
    " UNION ALL SELECT relname, conname || ' ' || pg_get_constraintdef(pg_constraint.oid)"
    " FROM ours JOIN pg_constraint ON conrelid = ours.oid WHERE contype IN ('c', 'f', 'p', 'u')"
    " UNION ALL SELECT relname, regexp_replace(pg_get_indexdef(indexrelid), ' ON \\S+\\.', ' ON ')"
    " FROM ours JOIN pg_index ON indrelid = ours.oid"
)


def differing_tables(engine: Engine, metadata: MetaData) -> list[str]:
    """The tables that only the database or only the models have, or that the two describe in other words."""
    with engine.connect() as connection:
        found = set(_facts(connection, temporary=False))
        with models_tables(connection, metadata) as scratch:
            wanted = set(_facts(scratch, temporary=True))
    return sorted({table for table, _ in found ^ wanted})


def _facts(connection: Connection, *, temporary: bool) -> Iterator[SchemaFact]:
    if connection.dialect.name == "sqlite":
        facts = _sqlite_facts(connection)
    else:
        facts = ((row[0], row[1]) for row in connection.execute(_POSTGRESQL, {"temporary": temporary}))
    return (fact for fact in facts if fact[0] != _OF_ALEMBIC)


def _sqlite_facts(connection: Connection) -> Iterator[SchemaFact]:
    for table, *column in connection.execute(_SQLITE_COLUMNS):
        yield table, str(column)
    for table, kind, statement in connection.execute(_SQLITE_STATEMENTS):
        if kind == "index":
            yield table, " ".join(statement.split())
            continue
        items = _ITEM.findall(statement.partition("(")[2].rpartition(")")[0])
        yield from (
            (table, one) for item in items if (one := " ".join(item.split())).startswith("CONSTRAINT")
        )
