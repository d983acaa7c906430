"""The load benchmark plays what a browser does. It once measured requests that all failed, and gave figures."""

import asyncio
import importlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from surveys.campaigns.ballot_box import Ballot
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_a_journey_learnt_with_one_code_is_delivered_with_another(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    scripts, crowds = importlib.import_module("load.scripts"), importlib.import_module("load.crowds")
    with db.transaction() as session:
        first, *others = invite_some(app, session, build_open_survey(app, session), count=4)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        # In a thread: the browser of other tests may have an event loop in this one.
        with ThreadPoolExecutor(1) as pool:
            learner = pool.submit(asyncio.run, scripts.learn_survey(server.port, first)).result()
            steps = crowds.without_files(learner.steps)
            # As long as there are codes: each is one journey.
            journeys = crowds.observe(crowds.Crowd(1, 60), server.port, steps, iter(others))
            seen = pool.submit(asyncio.run, journeys).result()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    with db.reading() as session:
        delivered = session.scalar(select(func.count()).select_from(Ballot))
    assert (seen.failed, seen.journeys, delivered) == (0, 3, 4)
