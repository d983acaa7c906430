"""From closed box to figures: time and memory of a municipal and a national release, protection and audit included.

Municipal: 5,000 sealed ballots of 36 items, 300 units, three earlier years, unit type and three background questions,
and a card of ten indicators that the release fills for each unit: at most a tenth of its time.
National: 500,000 opened answers, 10,000 units, the tree only; the quality report, which is made at counting, is left
out there. Run with `municipal` or `national`; each run is a process of its own, so that its memory is its own.
"""

import datetime as dt
import resource
import secrets
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from flask import Flask
from numpy.typing import NDArray
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).parents[1]))

from app import create_app
from questionnaires import loading
from questionnaires.coding import BLANK, row_length
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.invitation_seals import seal_of
from surveys.campaigns.keystore import KeyStore
from surveys.campaigns.lifecycle import Plan, close_survey, create_survey, open_survey
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.operating import migrating
from surveys.organisation.models import Installation, Unit
from surveys.platform.config import Settings
from surveys.platform.database import Database
from surveys.publishing.counting_ballots import store_responses
from surveys.publishing.releasing import release
from surveys.release.models import Figure, QualityReport, Release
from surveys.respond.ballots import Sheet, seal
from surveys.scorecards import feeding
from surveys.scorecards.card_plans import IndicatorPlan
from surveys.scorecards.setup import build_card
from tests.card_building import JOY, plan_of

SIZES = (4, 4, 4, 4, 4, 4, 3, 3, 3, 3)
TYPES = ("skole", "barnehage", "sykehjem", "hjemmetjeneste", "teknisk", "stab")
BACKGROUND = {
    "kjonn": (0.68, 0.30, 0.02),
    "alder": (0.1, 0.2, 0.3, 0.25, 0.15),
    "stilling": (0.75, 0.15, 0.08, 0.02),
}

_WORTH_SAYING = 0.05
_QUESTIONNAIRE = "maling"
_MOST_FOR_CARDS = 0.1


def definition(*, background: bool) -> bytes:
    """Ten factors, 36 items on 1–5."""
    lines = [
        f"key: {_QUESTIONNAIRE}\nversion: 1\nkind: employee\nlanguages: [nb]\ntitle: {{nb: Måling}}",
        "scales:\n  s:\n    points: {" + ", ".join(f"{v}: {{nb: '{v}'}}" for v in range(1, 6)) + "}",
        "factors:",
    ]
    for place, size in enumerate(SIZES):
        items = ", ".join(f"{{key: F{place}I{i}, text: {{nb: x}}}}" for i in range(size))
        lines.append(f"  F{place}: {{title: {{nb: F{place}}}, scale: s, items: [{items}]}}")
    if background:
        lines.append("background:")
        for key, shares in BACKGROUND.items():
            options = ", ".join(f"v{i}: {{nb: v{i}}}" for i in range(len(shares)))
            lines.append(f"  - {{key: {key}, text: {{nb: x}}, options: {{{options}}}}}")
    return "\n".join(lines).encode()


def build_tree(session: Session, levels: tuple[int, ...], *, types: bool) -> tuple[Unit, list[int]]:
    """A top and so many units on each level below it. Returns the top and the ids of the lowest level."""
    session.add(
        Installation(id=1, municipality="Fjordvik kommune", synthetic=True, contact="x@fjordvik.example")
    )
    top = Unit(code="0", name="Fjordvik", type="")
    above = [top]
    for level, (few, many) in enumerate(pairwise(levels)):
        above = [
            Unit(
                code=f"{level}-{i}",
                name=f"Enhet {level}-{i}",
                type=TYPES[i % len(TYPES)] if types and many == levels[-1] else "",
                parent=above[i * few // many],
            )
            for i in range(many)
        ]
        session.add_all(above)
    session.flush()
    return top, [unit.id for unit in above]


def answers(
    people: int, units: list[int], seed: int, *, background: bool
) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Units of uneven size, people who differ in ten ways that hang together, three per cent of answers missing."""
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0, 0.7, len(units))
    unit = np.array(units)[rng.choice(len(units), people, p=share / share.sum())]
    traits = rng.normal(size=(people, 1), scale=0.5) + rng.normal(size=(people, len(SIZES)), scale=0.6)
    noise = rng.normal(size=(people, sum(SIZES)), scale=0.7)
    codes = np.clip(np.rint(3.7 + np.repeat(traits, SIZES, axis=1) + noise), 1, 5).astype(np.uint8)
    codes[rng.random(codes.shape) < 0.03] = BLANK
    if background:
        asked = [rng.choice(len(shares), people, p=shares).astype(np.uint8) for shares in BACKGROUND.values()]
        for column in asked:
            column[rng.random(people) < 0.04] = BLANK
        codes = np.column_stack([codes, *asked])
    return unit, codes


def build_survey(session: Session, top: Unit, year: int, source: bytes) -> Survey:
    plan = Plan(
        key=f"m-{year}",
        title={"nb": str(year)},
        questionnaire=loading.parse(source, "bench.yaml"),
        source=source,
        unit=top,
        opens_on=dt.date(year, 3, 1),
        closes_on=dt.date(year, 3, 20),
        one_key_reason="A benchmark",
    )
    return create_survey(session, plan)


def store_counted(
    session: Session, survey: Survey, unit: NDArray[np.int64], codes: NDArray[np.uint8]
) -> None:
    """As if counted: no ballots, no quality report to make."""
    store_responses(session, survey, list(zip(unit.tolist(), map(bytes, codes), strict=True)))
    delivered = dict(zip(*(column.tolist() for column in np.unique(unit, return_counts=True)), strict=True))
    for one in survey.units:
        one.invited = one.delivered = delivered.get(one.unit_id, 0)
    survey.status = SurveyStatus.COUNTED
    session.add(QualityReport(survey_id=survey.id, result={}))


def fill_box(
    session: Session, survey: Survey, secret: bytes, unit: NDArray[np.int64], codes: NDArray[np.uint8]
) -> None:
    """A sealed ballot and a used invitation for everybody."""
    key = survey.public_key or b""
    session.execute(
        insert(Ballot),
        [
            {"id": uuid.uuid4(), "survey_id": survey.id, "sealed": seal(key, Sheet(of, row.tobytes(), {}))}
            for of, row in zip(unit.tolist(), codes, strict=True)
        ],
    )
    session.add_all(_used_invitation(survey, of, secret) for of in unit.tolist())
    session.flush()


def _used_invitation(survey: Survey, unit_id: int, secret: bytes) -> Invitation:
    found = Invitation(
        survey_id=survey.id,
        unit_id=unit_id,
        nonce=secrets.token_bytes(16),
        code_hash=secrets.token_bytes(32),
        delivered=True,
        audience="staff",
        email="",
        loose=False,
        self_started=False,
    )
    found.seal = seal_of(found, secret)
    return found


def municipal(app: Flask, db: Database, units: int = 300) -> tuple[str, KeyStore]:
    """units: where people work, below 41 others."""
    keys = KeyStore.of(app.config["SETTINGS"].keys, app.config["SECRETS"])
    source = definition(background=True)
    with db.transaction() as session:
        top, leaves = build_tree(session, (1, 10, 30, units), types=True)
        for year in (2023, 2024, 2025):
            store_counted(
                session,
                build_survey(session, top, year, source),
                *answers(5_000, leaves, year, background=True),
            )
        build_card(session, plan_of(*_fed_indicators(), unit=top.code))
        survey = build_survey(session, top, 2026, source)
        open_survey(session, survey, keys)
        fill_box(session, survey, keys.seal_secret, *answers(5_000, leaves, 2026, background=True))
        close_survey(session, survey)
    for year in (2023, 2024, 2025):
        release(db, keys, f"m-{year}")
    return "m-2026", keys


def _fed_indicators() -> list[IndicatorPlan]:
    return [
        replace(JOY, code=f"M{place}", questionnaire=_QUESTIONNAIRE, measure=f"F{place}")
        for place in range(len(SIZES))
    ]


def national(app: Flask, db: Database) -> tuple[str, KeyStore]:
    source = definition(background=False)
    with db.transaction() as session:
        top, leaves = build_tree(session, (1, 10, 400, 10_000), types=False)
        survey = build_survey(session, top, 2026, source)
        store_counted(session, survey, *answers(500_000, leaves, 2026, background=False))
    return "m-2026", KeyStore.of(app.config["SETTINGS"].keys, app.config["SECRETS"])


def measure(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(instance=Path(folder), secret_key=secrets.token_hex(), base_url="http://localhost")
        )
        db = app.extensions["medvirk_database"]
        migrating.upgrade(db.engine)
        with app.app_context():
            key, keys = (municipal if name == "municipal" else national)(app, db)
            print(f"{name}: built, {_megabytes():.0f} MB")
            fed = _timed_feeding()
            start = time.perf_counter()
            last = worked = time.process_time()

            def progress(step: str, _share: float) -> None:
                nonlocal last
                now = time.process_time()
                if now - last > _WORTH_SAYING:
                    print(f"  {now - last:6.2f} s of work until {step}")
                last = now

            release(db, keys, key, progress=progress)
            took, worked = time.perf_counter() - start, time.process_time() - worked
            with db.reading() as session:
                figures = session.scalar(select(func.count()).select_from(Figure))
                told = session.execute(
                    select(Figure.status, Figure.reason, func.count())
                    .join(Release, Release.id == Figure.release_id)
                    .join(Survey, Survey.id == Release.survey_id)
                    .where(Survey.key == key)
                    .group_by(Figure.status, Figure.reason)
                ).all()
        print(f"{name}: {took:.2f} s from closed box to figures, {worked:.2f} s of it at work")
        if measurements := sum(count for count, _ in fed):
            seconds = sum(each for _, each in fed)
            share = seconds / (worked - seconds)
            said = "yes" if share <= _MOST_FOR_CARDS else "NO"
            print(
                f"  {measurements} values on cards, {seconds:.2f} s: {share:.0%} of the rest, at most 10 %: {said}"
            )
        print(f"  {figures} figures in the database, {_megabytes():.0f} MB at most")
        print("  " + ", ".join(f"{status} {reason}: {count}" for status, reason, count in told))


def _timed_feeding() -> list[tuple[int, float]]:
    """What each release from now on gives the cards, and the processor's seconds for it."""
    found: list[tuple[int, float]] = []
    feed = feeding.feed

    def timed(session: Session, release: Release) -> int:
        start = time.process_time()
        count = feed(session, release)
        session.flush()
        found.append((count, time.process_time() - start))
        return count

    feeding.feed = timed
    return found


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    assert row_length(loading.parse(definition(background=True), "bench.yaml")) == sum(SIZES) + len(
        BACKGROUND
    )
    for wanted in sys.argv[1:] or ["municipal"]:
        measure(wanted)
