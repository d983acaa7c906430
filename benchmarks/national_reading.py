"""A national survey in the database: reading its answers, analysing them, and the pages that show its release.

500,000 answers to 36 items in 10,000 units, on SQLite. The answers are read and every node's scores, intervals, alpha
and distributions are worked out; then the survey is released and 400 result pages are asked for, one after the other.
"""

import random
import secrets
import tempfile
import time
from pathlib import Path

from flask import Flask
from release import national
from sqlalchemy import select

from analysis.moments import moments, up_the_tree
from analysis.reliability import unit_alpha
from analysis.scores import unit_scores
from app import create_app
from surveys.access.models import Account, Grant, Role
from surveys.access.sessions import start_session
from surveys.campaigns.lifecycle import find_survey
from surveys.counting.loading import SurveyTree, load_responses
from surveys.operating import migrating
from surveys.organisation.models import Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.publishing.releasing import release

PAGES = 400


def analyse_everything(db: Database, key: str) -> tuple[float, float]:
    """Seconds of reading the answers, and of all figures for all nodes."""
    start = time.perf_counter()
    with db.reading() as session:
        survey = find_survey(session, key)
        responses = load_responses(session, survey)
        tree = SurveyTree.of(survey)
    read = time.perf_counter()
    nodes = up_the_tree(moments(responses), tree.parents)
    unit_scores(nodes)
    unit_alpha(nodes)
    return read - start, time.perf_counter() - read


def page_times(app: Flask, db: Database, key: str) -> list[float]:
    """Seconds of each of many units' pages in random order, as somebody who may read all of them gets them."""
    with db.transaction() as session:
        codes = list(session.scalars(select(Unit.code)))
        top = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        account = Account(username="hr", name="HR", password_hash="-", all_grants=[])  # noqa: S106
        account.all_grants.append(Grant(role=Role.HR, unit_id=top.id))
        session.add(account)
        session.flush()
        token = start_session(session, account)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    took = []
    for code in ["0", *random.Random(1).sample(codes, PAGES)]:  # noqa: S311
        start = time.perf_counter()
        answer = client.get(f"/resultater/{key}/{code}")
        took.append(time.perf_counter() - start)
        assert answer.status_code == 200, (code, answer.status_code)
    return sorted(took[1:])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(instance=Path(folder), secret_key=secrets.token_hex(), base_url="http://localhost")
        )
        db = app.extensions["medvirk_database"]
        migrating.upgrade(db.engine)
        with app.app_context():
            key, keys = national(app, db)
            read, worked = analyse_everything(db, key)
            print(f"500,000 answers read from the database in {read:.2f} s, analysed in {worked:.2f} s")
            release(db, keys, key)
            took = page_times(app, db, key)
        print(f"result page of 10,000 units: median {took[PAGES // 2] * 1000:.1f} ms, ", end="")
        print(f"p95 {took[PAGES * 95 // 100] * 1000:.1f} ms, slowest {took[-1] * 1000:.1f} ms")


if __name__ == "__main__":
    main()
