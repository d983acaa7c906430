"""Statements that every page of every respondent asks: compiled once, and given to the driver as they are.

SQLAlchemy's own way from a statement to its rows takes an eighth of the processor time of a page that somebody
answers. It still writes the SQL, converts values and columns, owns the connection and tells what went wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from surveys.platform.database import only_reads

Converter = Callable[[Any], Any]
"""Of a value to what the driver takes, or of a column to what Python has."""


@dataclass(frozen=True)
class _DriverForm:
    """A statement in one database's words. `order`: of the values, where the driver wants them by place."""

    sql: str
    order: tuple[str, ...] | None
    values: tuple[tuple[str, Converter], ...]
    columns: tuple[tuple[int, Converter], ...]

    def parameters(self, values: Mapping[str, object]) -> Any:
        converted = dict(values)
        for name, convert in self.values:
            converted[name] = convert(converted[name])
        return converted if self.order is None else [converted[name] for name in self.order]

    def row(self, found: Any) -> list[Any]:
        row = list(found)
        for place, convert in self.columns:
            row[place] = convert(row[place])
        return row


class CompiledStatement:
    """A select or an update with named values (`bindparam`), run on a connection and in its transaction.

    It begins one when there is none, but for a select on a connection that only reads: one look is whole without.

    Raises what SQLAlchemy would: a DBAPIError of the same kind, without the values.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Update) -> None:
        self._statement = statement
        self._only_reads = isinstance(statement, Select)
        self._forms: dict[str, _DriverForm] = {}

    def one_or_none(self, connection: Connection, values: Mapping[str, object]) -> list[Any] | None:
        """The columns of the only row; None when there is none. For a select by something unique."""
        form = self._form(connection.dialect)
        rows = self._run(connection, form, values).fetchall()
        return form.row(rows[0]) if rows else None

    def changed_rows(self, connection: Connection, values: Mapping[str, object]) -> int:
        """How many rows the update changed."""
        return int(self._run(connection, self._form(connection.dialect), values).rowcount)

    def _run(self, connection: Connection, form: _DriverForm, values: Mapping[str, object]) -> Any:
        if not connection.in_transaction() and not (self._only_reads and only_reads(connection)):
            connection.begin()
        driver = connection.connection.dbapi_connection
        try:
            return driver.execute(form.sql, form.parameters(values))  # type: ignore[union-attr]
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, form.sql, error) from error

    def _form(self, dialect: Dialect) -> _DriverForm:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _compiled(self._statement, dialect)
        return form


def _compiled(statement: Select[*tuple[Any, ...]] | Update, dialect: Dialect) -> _DriverForm:
    compiled: Any = statement.compile(dialect=dialect)
    values = {name: _impl(bind, dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    columns = [
        _impl(column, dialect).result_processor(dialect, None)
        for column in (statement.selected_columns if isinstance(statement, Select) else ())
    ]
    return _DriverForm(
        str(compiled),
        tuple(compiled.positiontup) if compiled.positional else None,
        tuple((name, convert) for name, convert in values.items() if convert),
        tuple((place, convert) for place, convert in enumerate(columns) if convert),
    )


def _impl(typed: Any, dialect: Dialect) -> Any:
    """The type of a value or a column, as this database has it."""
    return typed.type.dialect_impl(dialect)


def _told(connection: Connection, sql: str, error: Exception) -> BaseException:
    """The driver's error as SQLAlchemy tells it. When the server is gone, every kept connection to it is."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    if is_gone:
        connection.invalidate(error)
        connection.engine.dispose()
    return DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
