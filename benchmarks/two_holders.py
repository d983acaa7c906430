"""What it costs that two open the box (Shamir's scheme, a passphrase each) against one key: at opening and at counting.

The same 5,000 ballots each way, SQLite. .venv/bin/python benchmarks/two_holders.py [ballots]
"""

import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from app import create_app  # noqa: E402
from surveys.campaigns import key_holders  # noqa: E402
from surveys.campaigns.keystore import KeyStore  # noqa: E402
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey  # noqa: E402
from surveys.operating import migrating  # noqa: E402
from surveys.platform.config import Settings  # noqa: E402
from surveys.platform.database import Database  # noqa: E402
from surveys.publishing.counting_ballots import count  # noqa: E402
from tests.building import answer_some, build_installation, build_survey, build_units, keys_of, sheet_of  # noqa: E402
from tests.key_holding import KEY, Shared, choose_phrases, key_maker, name_two  # noqa: E402


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, cpu = time.perf_counter(), time.process_time()
    yield
    print(f"{what:<42}{time.process_time() - cpu:8.2f} s of CPU{time.perf_counter() - began:8.2f} s")


def installation(folder: Path) -> tuple[Flask, Database]:
    settings = Settings(
        instance=folder / "instance", secret_key=secrets.token_hex(), base_url="http://localhost"
    )
    settings.instance.mkdir(mode=0o700)
    app = create_app(settings)
    db = app.extensions["medvirk_database"]
    migrating.upgrade(db.engine)
    KeyStore.of(settings.keys, app.config["SECRETS"])
    return app, db


def one_key(folder: Path, ballots: int) -> None:
    app, db = installation(folder)
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session)["K"])
        with timed("one key: making it"):
            open_survey(session, survey, keys_of(app))
    counted("one key", app, db, ballots)


def two_holders(folder: Path, ballots: int) -> None:
    app, db = installation(folder)
    name_two(db)
    with timed("two holders: choosing two passphrases"):
        choose_phrases(app, db)
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        with timed("two holders: making and sharing out the key"):
            words = key_holders.share_out(session, survey, key_maker(session), keys_of(app))
        open_survey(session, survey, keys_of(app))
    counted("two holders", app, db, ballots, Shared(app, db, words))


def counted(what: str, app: Flask, db: Database, ballots: int, shared: Shared | None = None) -> None:
    with db.transaction() as session:
        answer_some(
            app, session, find_survey(session, KEY), "A", [sheet_of(1 + i % 5) for i in range(ballots)]
        )
        close_survey(session, find_survey(session, KEY))
    if shared:
        with timed(f"{what}: two shares given"):
            shared.give("hr")
            assert shared.give("tillitsvalgt")
    with timed(f"{what}: counting {ballots} ballots"):
        count(db, keys_of(app), KEY)


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    # The first run loads what counting needs, and is not told of.
    for run, of in ((one_key, 50), (one_key, many), (two_holders, many)):
        with tempfile.TemporaryDirectory() as temporary:
            run(Path(temporary), of)
