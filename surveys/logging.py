"""Logs that help an operator and betray no respondent: no address, no code, no time finer than the day."""

import logging
import re

from flask import Flask

# Up to the next part of the address: a code may have been typed with spaces.
_CODE = re.compile(r"(/svar/)[^/?\[\]\"'\n]+")


def without_codes(text: str) -> str:
    """The text with every code in a respondent's address masked, however it was typed."""
    return _CODE.sub(r"\1…", text)


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
