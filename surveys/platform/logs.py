"""Logs that help an operator and betray no respondent: no address, no code, no time finer than the day."""

import logging
import re

from flask import Flask

from surveys.platform import code_format

# Up to the next part of the address: a code may have been typed with spaces.
_IN_ADDRESS = re.compile(r"(/svar/)[^/?\[\]\"'\n]+")

# Three groups of four, with whatever people and browsers put between them.
_BETWEEN = r"(?:[\s\-–—+]|%20)?"
_LIKE_A_CODE = re.compile(
    rf"(?<![0-9A-Za-z])(?:[0-9A-Za-z]{{4}}{_BETWEEN}){{2}}[0-9A-Za-z]{{4}}(?![0-9A-Za-z])"
)


def without_codes(text: str) -> str:
    """The text with every code masked: what stands in a respondent's address, and what could be a code elsewhere."""
    return _LIKE_A_CODE.sub(_masked_if_code, _IN_ADDRESS.sub(r"\1…", text))


def _masked_if_code(found: re.Match[str]) -> str:
    typed = found.group()
    return typed if code_format.normalised(typed.replace("+", " ").replace("%20", " ")) is None else "…"


class MaskingFormatter(logging.Formatter):
    """Masks the whole finished text: a traceback too may carry an address."""

    def format(self, record: logging.LogRecord) -> str:
        return without_codes(super().format(record))


def init_app(app: Flask, level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d"))
    app.logger.handlers[:] = [handler]
    app.logger.setLevel(level)
    app.logger.propagate = False
