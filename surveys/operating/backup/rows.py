"""A database's rows as lines of JSON that say the same on SQLite and PostgreSQL."""

import datetime as dt
import json
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import JSON, Column, Engine, Table, Uuid, select
from sqlalchemy.engine import Connection

AT_A_TIME: Final = 2000


def snapshot(engine: Engine) -> Connection:
    """A connection that sees the database as it is now, however long it reads and whatever is written meanwhile."""
    if engine.dialect.name == "sqlite":
        # A reading transaction in WAL mode is a snapshot from its first query on.
        return engine.connect()
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return engine.connect().execution_options(**options)


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row as a line, in the order of the primary key: the order of arrival must not be kept."""
    json_columns = {column.name for column in table.columns if isinstance(column.type, JSON)}
    query = select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=AT_A_TIME).execute(query)
    for row in rows.mappings():
        values = {name: _plain(value, is_json=name in json_columns) for name, value in row.items()}
        yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(line: bytes, columns: Mapping[str, "Column[Any]"]) -> dict[str, Any]:
    """The row in a line, as the columns of a database want it. Raises ValueError when it has other columns."""
    values = json.loads(line)
    if values.keys() != columns.keys():
        raise ValueError("the row has other columns than the table")
    return {name: _fitting(_value(value), columns[name]) for name, value in values.items()}


def _plain(value: Any, *, is_json: bool) -> Any:
    """What JSON cannot say, as an object of one key that names its kind."""
    if is_json and value is not None:
        return {"json": value}
    match value:
        case bytes():
            return {"bytes": b64encode(value).decode()}
        case uuid.UUID():
            return {"uuid": value.hex}
        case dt.datetime():
            return {"moment": value.isoformat()}
        case dt.date():
            return {"day": value.isoformat()}
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(f"a backup cannot hold {type(value).__name__}")


_KINDS: Final = {
    "json": lambda value: value,
    "bytes": b64decode,
    "uuid": uuid.UUID,
    "moment": dt.datetime.fromisoformat,
    "day": dt.date.fromisoformat,
}


def _value(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    [(kind, value)] = stored.items()
    return _KINDS[kind](value)


def _fitting(value: Any, column: "Column[Any]") -> Any:
    """The value as a column that was read from a database takes it: there a moment has no zone, and SQLite no UUID."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, uuid.UUID) and not isinstance(column.type, Uuid):
        return value.hex
    return value
