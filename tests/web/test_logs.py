"""A line of the log, as text and as JSON, with its fields and without anybody's code."""

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from flask import Flask

from app import create_app
from surveys.operating.serving import DiscreetLogger
from surveys.platform import logs
from surveys.platform import queue as job_queue
from surveys.platform.config import Settings, SettingsError
from surveys.site import worker

CODE = "ABCD-EFGH-JKMF"


def _logged(formatter: logging.Formatter, message: str, *, failing: str = "") -> str:
    try:
        int(failing or "0")
        exc_info = None
    except ValueError:
        exc_info = sys.exc_info()
    record = logging.LogRecord("medvirk.steps", logging.ERROR, "", 1, message, None, exc_info)
    return formatter.format(record)


class TestJson:
    def test_a_line_is_an_object_with_the_day_and_no_clock(self) -> None:
        line = _logged(logs.formatter_for("json"), "Steget stanset.")
        found = json.loads(line)
        assert found.pop("day").count("-") == 2
        assert found == {"level": "ERROR", "logger": "medvirk.steps", "message": "Steget stanset."}

    def test_a_traceback_is_on_the_same_line_and_masked(self) -> None:
        line = _logged(logs.formatter_for("json"), "Stanset.", failing=f"/svar/{CODE}/nb\nkode {CODE}")
        assert "\n" not in line
        assert "Traceback" in json.loads(line)["traceback"]
        assert "EFGH" not in line

    def test_fields_hold_for_the_block_and_are_masked_too(self) -> None:
        with logs.bound(error_id="ab12"), logs.bound(job=CODE):
            inside = json.loads(_logged(logs.formatter_for("json"), "x"))
        outside = json.loads(_logged(logs.formatter_for("json"), "x"))
        assert (inside["error_id"], inside["job"]) == ("ab12", "…")
        assert "error_id" not in outside

    def test_a_field_cannot_take_the_place_of_what_every_line_has(self) -> None:
        with logs.bound(level="harmless"):
            assert json.loads(_logged(logs.formatter_for("json"), "x"))["level"] == "ERROR"


def test_in_text_the_fields_stand_behind_the_message() -> None:
    with logs.bound(error_id="ab12"):
        first, *rest = _logged(logs.formatter_for("text"), "Stanset.", failing=CODE).splitlines()
    assert first.endswith("ERROR medvirk.steps: Stanset. error_id=ab12")
    assert "Traceback" in rest[0]
    assert "EFGH" not in "".join(rest)


def test_another_format_is_refused_at_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="MEDVIRK_LOG_FORMAT"):
        create_app(replace(settings, log_format="xml"))


def test_gunicorns_lines_are_json_too_and_as_discreet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from gunicorn.config import Config  # type: ignore[import-untyped]

    monkeypatch.setenv("MEDVIRK_LOG_FORMAT", "json")
    DiscreetLogger(Config()).warning("Invalid request from ip=10.0.0.7: TRI01=4 og %s", CODE)
    assert json.loads(capsys.readouterr().err)["message"] == "Invalid request from ip=… …"


def test_what_a_job_stumbles_over_is_masked(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    def stumble() -> None:
        raise ValueError(f"/svar/{CODE}")

    worker.init_app(app)
    job_queue.init_app(app, {**app.extensions["medvirk_work"], "deadlines": stumble})
    logs.init_app(app, "INFO", "json")
    logs.adopt(app, "huey")
    jobs = job_queue.jobs_of(app)
    jobs.every["deadlines"]()
    queue = jobs.queues["dates"]
    queue.execute(queue.dequeue())
    [line] = capsys.readouterr().err.splitlines()
    found = json.loads(line)
    assert (found["logger"], found["level"]) == ("huey", "ERROR")
    assert "ValueError" in found["traceback"]
    assert "EFGH" not in line


def test_a_wrong_format_ends_a_command_in_one_line(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import app; app.main()", "doctor"],
        env=os.environ | environment | {"MEDVIRK_LOG_FORMAT": "xml"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "MEDVIRK_LOG_FORMAT" in done.stderr
