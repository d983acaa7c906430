"""What a test process need make only once, though every test has an application and a database of its own.

Making an application compiles 130 addresses, and its first page compiles the page's templates: a third of what a test
of a page cost. The same addresses and templates give the same code, so it is kept. Nothing a test can see is shared.
"""

from collections.abc import Callable
from typing import Final

from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from surveys.access import passwords

OUR_HASHER: Final = passwords._hasher
"""As installations use it: tests do not, but one looks at it."""


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


def keep_compiled_templates() -> None:
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": TemplateCode()}


def hash_passwords_quickly() -> None:
    """A seventh of a second each otherwise, on purpose: nobody guesses a test's passwords."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
