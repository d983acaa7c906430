"""Logs that help an operator and betray no respondent: no address, no code, no time finer than the day.

One line of text for each event, or one of JSON (MEDVIRK_LOG_FORMAT=json). Why this is the standard library and not
structlog: docs/decisions/031.
"""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

from flask import Flask

from surveys.platform import code_format
from surveys.platform.config import SettingsError

# Up to the next part of the address: a code may have been typed with spaces.
# The token of a link to a unit's result is a secret too.
_IN_ADDRESS = re.compile(r"(/(?:svar|delt)/)[^/?\[\]\"'\n]+")

# Three groups of four, with whatever people and browsers put between them; the token of a visit follows a full stop.
_BETWEEN = r"(?:[\s\-–—+]|%20)?"
_LIKE_A_CODE = re.compile(
    rf"(?<![0-9A-Za-z])((?:[0-9A-Za-z]{{4}}{_BETWEEN}){{2}}[0-9A-Za-z]{{4}})(?![0-9A-Za-z])(?:\.[\w=-]{{40,}})?"
)

_DAY: Final = "%Y-%m-%d"
_LINE: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_bound: ContextVar[Mapping[str, str]] = ContextVar("log_fields", default=MappingProxyType({}))


@contextmanager
def bound(**fields: str) -> Iterator[None]:
    """Every line that is logged in the block has these fields: an error's number, a job's name. Never anybody's."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def without_codes(text: str) -> str:
    """The text with every code masked: what stands in a respondent's address, and what could be a code elsewhere."""
    return _LIKE_A_CODE.sub(_masked_if_code, _IN_ADDRESS.sub(r"\1…", text))


def _masked_if_code(found: re.Match[str]) -> str:
    typed = found.group(1).replace("+", " ").replace("%20", " ")
    return found.group() if code_format.normalised(typed) is None else "…"


class MaskingFormatter(logging.Formatter):
    """Masks the whole finished text: a traceback too may carry an address. Fields follow the message."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (as the library spells it)
        fields = "".join(f" {name}={value}" for name, value in _bound.get().items())
        return super().formatMessage(record) + fields

    def format(self, record: logging.LogRecord) -> str:
        return without_codes(super().format(record))


class JsonFormatter(logging.Formatter):
    """An object on a line: day, level, logger, message, the fields, and the traceback if there is one."""

    def __init__(self, cleaned: Callable[[str], str] = without_codes) -> None:
        super().__init__(datefmt=_DAY)
        self._cleaned = cleaned

    def format(self, record: logging.LogRecord) -> str:
        event = {
            **_bound.get(),
            "day": self.formatTime(record, _DAY),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            event["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: self._cleaned(value) for name, value in event.items()}, ensure_ascii=False)


def formatter_for(log_format: str) -> logging.Formatter:
    """Raises SettingsError for a format there is none of."""
    match log_format:
        case "text":
            return MaskingFormatter(_LINE, _DAY)
        case "json":
            return JsonFormatter()
    raise SettingsError(f"MEDVIRK_LOG_FORMAT må være text eller json, ikke «{log_format}».")


def adopt(app: Flask, *names: str) -> None:
    """Warnings of these libraries are written as ours are. Left alone, Python writes them as they come."""
    for name in names:
        log = logging.getLogger(name)
        log.handlers[:] = app.logger.handlers
        log.setLevel(logging.WARNING)
        log.propagate = False


def init_app(app: Flask, level: str, log_format: str = "text") -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(formatter_for(log_format))
    app.logger.handlers[:] = [handler]
    app.logger.setLevel(level)
    app.logger.propagate = False
