"""Logs that help an operator and betray no respondent: no address, no code, no time finer than the day."""

import logging
import re

from flask import Flask

_CODE = re.compile(r"(/svar/)[0-9A-Za-z-]+")


def without_codes(text: str) -> str:
    """The text with every code in a respondent's address masked."""
    return _CODE.sub(r"\1…", text)


class _MaskCodes(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_codes(record.getMessage()), None
        return True


def init_app(app: Flask, level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d"))
    handler.addFilter(_MaskCodes())
    app.logger.handlers[:] = [handler]
    app.logger.setLevel(level)
    app.logger.propagate = False
