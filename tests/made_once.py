"""What a test process need make only once, though every test has an application and a database of its own.

Making an application makes 280 addresses, and its first page compiles the page's templates: a third of what a test of a
page cost. The same addresses and templates give the same code, so it is kept. Nothing a test can see is shared.
"""

from collections.abc import Callable
from types import CodeType
from typing import Any, Final
from weakref import WeakSet

from alembic.config import Config
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from nacl import pwhash
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map

from surveys.access import passwords
from surveys.operating import health, migrating
from surveys.operating.backup import sealed_file
from surveys.respond import words
from surveys.site import application

OUR_HASHER: Final = passwords._hasher
OUR_STRETCHING: Final = (sealed_file._OPERATIONS, sealed_file._MEMORY)
OUR_STRETCHING_OF_WORDS: Final = (words._OPERATIONS, words._MEMORY)
"""As installations use them: tests do not, but look at them."""


class TemplateCode(BytecodeCache):
    """Compiled templates in memory, by their text."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._code[bucket.key, bucket.checksum] = bucket.code


def keep_addresses() -> None:
    """The first application of a process makes the pages' addresses, and the others take them from it.

    An application that a test gives one more has a map of its own from then on.
    """
    add_pages, add_health, add = application.add_pages, health.add_health, Flask.add_url_rule
    made: list[Map] = []
    taking: WeakSet[Flask] = WeakSet()

    def with_pages(app: Flask) -> Flask:
        if made:
            app.url_map = made[0]
            taking.add(app)
        return add_pages(app)

    def with_health(app: Flask) -> Flask:
        add_health(app)
        if app in taking:
            taking.remove(app)
        else:
            made[:] = [app.url_map]
        return app

    def with_address(
        app: Flask,
        rule: str,
        endpoint: str | None = None,
        view_func: Callable[..., Any] | None = None,
        provide_automatic_options: bool | None = None,
        **options: Any,
    ) -> None:
        if app in taking and endpoint and view_func:
            app.view_functions[endpoint] = view_func
            return
        if app.url_map in made:
            app.url_map = _own(app.url_map)
        add(app, rule, endpoint, view_func, provide_automatic_options, **options)

    application.add_pages, health.add_health = with_pages, with_health
    Flask.add_url_rule = with_address  # type: ignore[method-assign, assignment]


def _own(shared: Map) -> Map:
    own = Map(host_matching=shared.host_matching)
    own.converters = {**shared.converters}
    for known in shared.iter_rules():
        rule = known.empty()
        rule.provide_automatic_options = known.provide_automatic_options  # type: ignore[attr-defined]
        own.add(rule)
    return own


def keep_compiled_statements() -> None:
    """Engines of one kind of database compile a statement alike, so they may use each other's."""
    statements: dict[type[Dialect], LRUCache[Any, Any]] = {}
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        statements[kind] = LRUCache(5000)
        kind.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[method-assign, assignment]
        kind.__eq__ = lambda dialect, other: type(dialect) is type(other)  # type: ignore[method-assign]
    shared = property(lambda engine: statements[type(engine.dialect)], lambda _engine, _own: None)
    Engine._compiled_cache = shared  # type: ignore[assignment]


def keep_compiled_templates() -> None:
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": TemplateCode()}


def keep_migrations() -> None:
    """The migrations of this version are read from their files once; those of a test's own folder each time."""
    read = ScriptDirectory.from_config
    ours: list[ScriptDirectory] = []

    def from_config(config: Config) -> ScriptDirectory:
        if config.get_main_option("script_location") != str(migrating.FOLDER):
            return read(config)
        if not ours:
            ours.append(read(config))
        return ours[0]

    ScriptDirectory.from_config = from_config  # type: ignore[method-assign]


def hash_passwords_quickly() -> None:
    """A seventh of a second each otherwise, on purpose: nobody guesses a test's passwords."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def stretch_passphrases_quickly() -> None:
    """A second each otherwise, on purpose too. A copy made like this opens in this process only."""
    sealed_file._OPERATIONS = pwhash.argon2id.OPSLIMIT_MIN  # type: ignore[misc]
    sealed_file._MEMORY = pwhash.argon2id.MEMLIMIT_MIN  # type: ignore[misc]


def stretch_words_quickly() -> None:
    """Those a respondent chooses."""
    words._OPERATIONS = pwhash.argon2id.OPSLIMIT_MIN  # type: ignore[misc]
    words._MEMORY = pwhash.argon2id.MEMLIMIT_MIN  # type: ignore[misc]
