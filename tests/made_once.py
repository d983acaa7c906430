"""What a test process need make only once, though every test has an application and a database of its own.

Making an application compiles 130 addresses, and its first page compiles the page's templates: a third of what a test
of a page cost. The same addresses and templates give the same code, so it is kept. Nothing a test can see is shared.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from nacl import pwhash
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

from surveys.access import passwords
from surveys.operating.backup import sealed_file

OUR_HASHER: Final = passwords._hasher
OUR_STRETCHING: Final = (sealed_file._OPERATIONS, sealed_file._MEMORY)
"""As installations use them: tests do not, but look at them."""


class TemplateCode(BytecodeCache):
    """Compiled templates in memory, by their text."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def keep_compiled_addresses() -> None:
    """What builds a rule's addresses is made of its text, its parts and its defaults, and is handed the rule."""
    compile_builder = Rule._compile_builder
    made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def kept(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, tuple(rule._trace), defaults, append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    Rule._compile_builder = kept  # type: ignore[method-assign, assignment]


def keep_parsed_addresses() -> None:
    """A rule's parts, and what it notes of them in the rule, are made of its text."""
    parse = Rule._parse_rule
    parsed: dict[
        str, tuple[tuple[RulePart, ...], tuple[tuple[bool, str], ...], dict[str, BaseConverter]]
    ] = {}

    def kept(rule: Rule, text: str) -> Iterable[RulePart]:
        if text in parsed:
            parts, trace, converters = parsed[text]
            rule._trace.extend(trace)
        else:
            before, known = len(rule._trace), set(rule._converters)
            parts = tuple(parse(rule, text))
            converters = {name: made for name, made in rule._converters.items() if name not in known}
            parsed[text] = parts, tuple(rule._trace[before:]), converters
        rule._converters.update(converters)
        rule.arguments.update(converters)
        return parts

    Rule._parse_rule = kept  # type: ignore[method-assign, assignment]


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


def hash_passwords_quickly() -> None:
    """A seventh of a second each otherwise, on purpose: nobody guesses a test's passwords."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def stretch_passphrases_quickly() -> None:
    """A second each otherwise, on purpose too. A copy made like this opens in this process only."""
    sealed_file._OPERATIONS = pwhash.argon2id.OPSLIMIT_MIN  # type: ignore[misc]
    sealed_file._MEMORY = pwhash.argon2id.MEMLIMIT_MIN  # type: ignore[misc]
