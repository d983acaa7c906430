"""The production server: gunicorn, with logs that never hold a respondent's code, address or time of day."""

import gc
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from babel import Locale
from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from sqlalchemy.orm import configure_mappers

from surveys.platform.config import read_settings
from surveys.platform.localisation import LANGUAGES
from surveys.platform.logs import JsonFormatter, MaskingFormatter, without_codes
from surveys.platform.request_counts import counts_of

_FIRST_PAGES = ("respond/", "layout/", "components/")

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 – gunicorn makes an unnamed file in it

_ADDRESS = re.compile(r"\bip=\S+")
# gunicorn quotes the line it could not read: it may be what is left of a broken form, with the answers in it.
_QUOTED = re.compile(r"(Invalid request from ip=\S+).*", re.DOTALL)


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("ip=…", _QUOTED.sub(r"\1 …", without_codes(text)))


class _DiscreetFormatter(MaskingFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return _without_addresses(super().format(record))


class DiscreetLogger(Logger):
    """gunicorn's log of starts, stops and errors; no line per request, no time finer than the day."""

    datefmt = "%Y-%m-%d"

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        is_json = read_settings().log_format == "json"
        for handler in self.error_log.handlers:
            handler.setFormatter(
                JsonFormatter(_without_addresses)
                if is_json
                else _DiscreetFormatter(self.error_fmt, self.datefmt)
            )

    def access(self, resp: object, req: object, environ: object, request_time: object) -> None:
        """A respondent's address carries the code, so requests are never logged, whatever is set."""


def keep_shared() -> None:
    """The garbage collector writes in every object it looks at, which would copy the shared memory to each process.

    What staff pages load afterwards is large too: looking through all of it stops both threads for 100 ms, and with
    Python's own thresholds that met one page of a card in twelve.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def warm(app: Flask) -> None:
    """Loads what each process would load with its first page, so that they share it and nobody waits for it."""
    configure_mappers()
    for code in LANGUAGES:
        Locale.parse(code).character_order  # noqa: B018 (the language's data are read when something is asked of them)
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(_FIRST_PAGES)):
        app.jinja_env.get_template(name)


def _before_fork(_arbiter: object, _worker: object) -> None:
    keep_shared()


def _count_apart(_arbiter: object, worker: Any) -> None:
    """`age` numbers the web processes in the order they were made."""
    if counts := counts_of(worker.app.wsgi()):
        counts.use_slot(worker.age)


def _folder_in_memory() -> str | None:
    """Where there is one. Each process writes a sign of life at every request, and on a disk it waits for that with all
    its requests, while answers are written there.
    """
    return str(_MEMORY) if os.access(_MEMORY, os.W_OK | os.X_OK) else None


class Server(BaseApplication):
    """The site in `workers` processes of two threads each. With four, the slowest page in a hundred took twice as long:
    they wait for one another.

    The application is made once, before the processes part, and they share its memory. It has no connection to the
    database then: each process opens its own.
    """

    def __init__(self, make_app: Callable[[], Flask], host: str, port: int, workers: int) -> None:
        self._make_app = make_app
        self._options = {
            "bind": f"{host}:{port}",
            "workers": workers,
            "threads": 2,
            "worker_class": "gthread",
            "preload_app": True,
            "pre_fork": _before_fork,
            "post_fork": _count_apart,
            # People think for some seconds over a page: their connection, and the proxy's, waits for the next one.
            "keepalive": 20,
            # What a proxy says of a request is read by `surveys.platform.proxies` alone.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "secure_scheme_headers": {},
            "logger_class": DiscreetLogger,
            "accesslog": None,
            "worker_tmp_dir": _folder_in_memory(),
            "graceful_timeout": 20,
            # Counting and releasing a large survey is one long request.
            "timeout": 600,
            "control_socket_disable": True,
            "proc_name": "medvirk",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = self._make_app()
        warm(app)
        return app
