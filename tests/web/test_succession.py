"""Units that were renamed, moved, merged or split: compared as they should be or with nothing, and pages say so."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from questionnaires import loading
from surveys.access.models import Role
from surveys.organisation.models import Succession, SuccessionKind, Unit
from surveys.platform.database import Database
from surveys.release.comparisons import changing
from surveys.release.comparisons.invariance import NOT_COMPARABLE, WaveVerdict
from surveys.release.models import Change, ChangeBasis, Figure, Turnout, Uncompared, Verdict, WhyUncompared
from surveys.results import views
from surveys.scorecards.feeding import feed
from surveys.scorecards.setup import build_card
from tests.building import SMALL_SOURCE, build_installation, build_survey, build_units, sheet_of
from tests.card_building import release_figures, sign_in_as, small_card, unit_of, write_change
from tests.releasing import KEY, build_released
from tests.succession_building import MERGER, build_changed

BEFORE: dict[str, Any] = {"opens_on": dt.date(2024, 3, 1), "closes_on": dt.date(2024, 3, 20)}

Values = Mapping[str, Sequence[int]]

LOW, MIXED, HIGH = [1, 2, 2, 3, 3] * 4, [2, 3, 3, 4] * 3, [3, 4, 5, 5, 4] * 4


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_today", lambda: dt.date(2026, 5, 6))


def release_one(app: Flask, db: Database, key: str, values: Values, **plan: Any) -> None:
    """One survey in which everybody answers the same to every statement."""
    build_released(app, db, {u: [sheet_of(v) for v in of] for u, of in values.items()}, key, **plan)


def release_two(app: Flask, db: Database, before: Values, now: Values) -> None:
    """Surveys of 2024 and 2026."""
    release_one(app, db, "liten-2024", before, **BEFORE)
    release_one(app, db, KEY, now)


def change_of(session: Session, unit: str, measure: str = "TRI") -> Change | None:
    return session.scalar(
        select(Change).where(Change.unit_id == unit_of(session, unit).id, Change.measure == measure)
    )


def gap_of(session: Session, unit: str, measure: str = "TRI") -> Uncompared | None:
    return session.scalar(
        select(Uncompared).where(
            Uncompared.unit_id == unit_of(session, unit).id, Uncompared.measure == measure
        )
    )


def page(client: FlaskClient, unit: str, query: str = "") -> str:
    answer = client.get(f"/resultater/{KEY}/{unit}{query}")
    assert answer.status_code == 200
    return text_of(answer.text)


def text_of(html: str) -> str:
    """What a reader sees, without pictures."""
    text = re.sub(r"<(style|title|desc)[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\xa0", " ").split()).replace(" .", ".")


INTO_AB = [("AB", "A", SuccessionKind.MERGED), ("AB", "B", SuccessionKind.MERGED)]


def test_a_merged_unit_is_compared_with_everybody_who_was_in_its_predecessors(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_changed(db, MERGER, ended=["A", "B"], begun=["AB"], came_from=INTO_AB)
    release_two(app, db, {"A": LOW, "B": MIXED, "C": MIXED}, {"AB": HIGH, "C": MIXED})
    with db.reading() as session:
        found = change_of(session, "AB")
        assert found is not None
        together = [*LOW, *MIXED]
        assert found.difference == pytest.approx(np.mean(HIGH) - np.mean(together))
        error = np.sqrt(np.var(HIGH, ddof=1) / len(HIGH) + np.var(together, ddof=1) / len(together))
        assert found.detectable is not None
        assert found.detectable > 2.8016 * error
        assert (found.basis, found.verdict) == (ChangeBasis.MERGED, Verdict.UP)
        assert [unit["name"] for unit in found.basis_units] == ["Enhet A", "Enhet B"]
        whole = change_of(session, "C")
        assert whole is not None
        assert (whole.basis, whole.basis_units) == (ChangeBasis.SAME, [])

    sign_in_as(client, db, Role.HR)
    text = page(client, "AB")
    assert "Enheten er satt sammen av Enhet A og Enhet B." in text
    assert "Endringene er regnet fra dem samlet, slik de var i 2024." in text
    assert "Tydelig opp siden 2024: trivsel (+1,7)" in text
    assert "satt sammen" not in page(client, "C")


def test_with_a_hidden_predecessor_there_is_no_comparison_and_the_page_says_why(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_changed(db, MERGER, ended=["A", "B"], begun=["AB"], came_from=INTO_AB)
    release_two(app, db, {"A": LOW, "B": [3] * 3, "C": [3] * 3}, {"AB": HIGH, "C": MIXED})
    with db.reading() as session:
        assert change_of(session, "AB") is None
        gap = gap_of(session, "AB")
        assert gap is not None
        assert gap.reason == WhyUncompared.PREDECESSOR_HIDDEN
    sign_in_as(client, db, Role.HR)
    text = page(client, "AB")
    assert "Kan ikke sammenlignes med 2024. Enheten kommer fra Enhet A og Enhet B" in text
    assert "siden 2024" not in text


def test_a_spread_that_was_not_shown_gives_a_difference_and_no_test(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_changed(db, MERGER, ended=["A", "B"], begun=["AB"], came_from=INTO_AB)
    before, now = {"A": LOW, "B": MIXED, "C": MIXED}, {"AB": HIGH, "C": MIXED}
    release_one(app, db, "liten-2024", before, **BEFORE)
    with db.transaction() as session:
        b = unit_of(session, "B").id
        session.execute(update(Figure).where(Figure.unit_id == b).values(sd=None, ci_low=None, ci_high=None))
    release_one(app, db, KEY, now)
    with db.reading() as session:
        found = change_of(session, "AB")
        assert found is not None
        assert found.difference == pytest.approx(np.mean(HIGH) - np.mean([*LOW, *MIXED]))
        assert (found.ci_low, found.p_adjusted, found.g) == (None, None, None)
        assert found.verdict == Verdict.TOO_FEW
    sign_in_as(client, db, Role.HR)
    text = page(client, "AB").split("Slik leser du tallene")[0]
    assert "Det kan ikke avgjøres om noe er endret siden 2024." in text
    assert "Ingen sikre endringer" not in text
    assert "For få" not in text


SPLIT = {"K": None, "A": "K", "C": "K", "A1": "K", "A2": "K"}
OUT_OF_A = [("A1", "A", SuccessionKind.SPLIT), ("A2", "A", SuccessionKind.SPLIT)]


def test_a_split_unit_is_compared_with_the_whole_and_labelled_everywhere(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_changed(db, SPLIT, ended=["A"], begun=["A1", "A2"], came_from=OUT_OF_A)
    release_two(app, db, {"A": LOW, "C": MIXED}, {"A1": HIGH, "A2": MIXED, "C": MIXED})
    with db.reading() as session:
        found = change_of(session, "A1")
        assert found is not None
        assert found.difference == pytest.approx(np.mean(HIGH) - np.mean(LOW))
        assert found.basis == ChangeBasis.SPLIT
    sign_in_as(client, db, Role.HR)
    text = page(client, "A1")
    assert "Tallene er sammenlignet med hele Enhet A slik den var i 2024" in text
    assert "Tydelig høyere enn hele Enhet A i 2024: trivsel (+2,0)" in text
    assert "Tydelig opp" not in text.split("Slik leser du tallene")[0]


def test_what_is_left_of_a_unit_is_no_longer_the_whole_of_it(app: Flask, db: Database) -> None:
    tree = {"K": None, "A": "K", "A1": "K"}
    build_changed(db, tree, begun=["A1"], came_from=[("A1", "A", SuccessionKind.SPLIT)])
    release_two(app, db, {"A": LOW}, {"A": MIXED, "A1": MIXED})
    with db.reading() as session:
        for unit in ("A", "A1"):
            found = change_of(session, unit)
            assert found is not None
            assert (found.basis, found.basis_units[0]["name"]) == (ChangeBasis.SPLIT, "Enhet A")


def test_a_unit_with_a_new_code_is_compared_straight(app: Flask, db: Database, client: FlaskClient) -> None:
    tree = {"K": None, "A": "K", "N": "K", "C": "K"}
    build_changed(db, tree, ended=["A"], begun=["N"], came_from=[("N", "A", SuccessionKind.RENAMED)])
    release_two(app, db, {"A": LOW, "C": MIXED}, {"N": HIGH, "C": MIXED})
    with db.reading() as session:
        found = change_of(session, "N")
        assert found is not None
        assert found.difference == pytest.approx(np.mean(HIGH) - np.mean(LOW))
        assert (found.basis, found.verdict) == (ChangeBasis.SAME, Verdict.UP)
    sign_in_as(client, db, Role.HR)
    text = page(client, "N")
    assert "Enheten het Enhet A i 2024." in text
    assert "Tydelig opp siden 2024: trivsel (+2,0)" in text


def test_a_unit_that_was_moved_and_renamed_under_its_code_is_compared_straight(
    app: Flask, db: Database
) -> None:
    tree = {"K": None, "A": "K", "B": "K", "A1": "A", "A2": "A", "B1": "B"}
    build_changed(db, tree)
    release_one(app, db, "liten-2024", {"A1": LOW, "A2": MIXED, "B1": MIXED}, **BEFORE)
    with db.transaction() as session:
        session.execute(
            update(Unit).where(Unit.code == "A1").values(parent_id=unit_of(session, "B").id, name="Helt ny")
        )
    release_one(app, db, KEY, {"A1": HIGH, "A2": MIXED, "B1": MIXED})
    with db.reading() as session:
        found = change_of(session, "A1")
        assert found is not None
        assert found.difference == pytest.approx(np.mean(HIGH) - np.mean(LOW))
        assert (found.basis, found.basis_units) == (ChangeBasis.SAME, [])


def test_parts_of_several_units_are_compared_with_nothing(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    tree = {"K": None, "A": "K", "B": "K", "N": "K"}
    parts = [("N", "A", SuccessionKind.SPLIT), ("N", "B", SuccessionKind.SPLIT)]
    build_changed(db, tree, begun=["N"], came_from=parts)
    release_two(app, db, {"A": LOW, "B": MIXED}, {"A": LOW, "B": MIXED, "N": HIGH})
    with db.reading() as session:
        gap = gap_of(session, "N")
        assert change_of(session, "N") is None
        assert gap is not None
        assert gap.reason == WhyUncompared.PARTS
    sign_in_as(client, db, Role.HR)
    assert "Enheten har deler av Enhet A og Enhet B" in page(client, "N")


def test_a_predecessor_that_was_not_in_the_earlier_survey_leaves_nothing_to_compare_with(
    app: Flask, db: Database
) -> None:
    build_changed(db, MERGER, ended=["A", "B"], begun=["AB"], came_from=INTO_AB)
    with db.transaction() as session:
        b = unit_of(session, "B")
        b.valid_from, b.valid_to = dt.date(2024, 9, 1), dt.date(2025, 7, 31)
    release_two(app, db, {"A": LOW, "C": MIXED}, {"AB": HIGH, "C": MIXED})
    with db.reading() as session:
        gap = gap_of(session, "AB")
        assert gap is not None
        assert gap.reason == WhyUncompared.PREDECESSOR_ABSENT


def test_a_merger_after_the_survey_opened_changes_nothing_in_it(app: Flask, db: Database) -> None:
    build_changed(db, {"K": None, "A": "K", "B": "K"})
    with db.transaction() as session:
        session.add(
            Succession(
                predecessor_id=unit_of(session, "B").id,
                successor_id=unit_of(session, "A").id,
                kind=SuccessionKind.MERGED,
                on=dt.date(2026, 3, 3),
            )
        )
    release_two(app, db, {"A": LOW, "B": MIXED}, {"A": HIGH, "B": MIXED})
    with db.reading() as session:
        found = change_of(session, "A")
        assert found is not None
        assert (found.basis, found.basis_units) == (ChangeBasis.SAME, [])


def test_a_changed_scale_is_a_break_though_the_definition_declares_it_comparable(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """Version 2 asks ROL on a scale of three and declares both factors comparable: TRI goes on, ROL does not."""
    source = (
        SMALL_SOURCE.replace(b"version: 1\n", b"version: 2\n", 1)
        .replace(b"      4: {nb: Alltid, nn: Alltid, en: Always}\n", b"")
        .replace(
            b"scales:\n", b"compares_with: [{key: liten, version: 1, factors: [TRI, ROL]}]\nscales:\n", 1
        )
    )
    later = loading.parse(source, "liten-v2.yaml")
    build_changed(db, {"K": None, "A": "K"})
    before = [sheet_of(v) for v in MIXED]
    now = [sheet_of(v) | {"ROL01": 2, "ROL02": 1 + v % 3, "ROL03": 2} for v in MIXED]
    build_released(app, db, {"A": before}, "liten-2024", **BEFORE)
    build_released(app, db, {"A": now}, questionnaire=later, source=source)
    with db.reading() as session:
        assert change_of(session, "A", "TRI") is not None
        assert change_of(session, "A", "ROL") is None
        gap = gap_of(session, "A", "ROL")
        assert gap is not None
        assert gap.reason == WhyUncompared.SCALE_DIFFERS
        assert gap_of(session, "A", "TRI") is None
    sign_in_as(client, db, Role.HR)
    text = page(client, "A")
    assert "Kan ikke sammenlignes med 2024: rolleklarhet. Svarskalaen er en annen enn da." in text


def test_a_merged_unit_obeys_the_verdict_on_the_instrument(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRI is said to measure something else than in 2024: then a rise of almost two is neither up nor down."""

    class Blocked(dict[int, WaveVerdict]):
        def __missing__(self, release: int) -> WaveVerdict:
            return WaveVerdict(KEY, 2024, {"TRI": NOT_COMPARABLE})

    monkeypatch.setattr(changing, "verdicts_by_release", lambda *_: Blocked())
    build_changed(db, MERGER, ended=["A", "B"], begun=["AB"], came_from=INTO_AB)
    release_two(app, db, {"A": LOW, "B": MIXED, "C": MIXED}, {"AB": HIGH, "C": MIXED})
    with db.reading() as session:
        found, other = change_of(session, "AB"), change_of(session, "AB", "ROL")
        assert found is not None
        assert other is not None
        assert (found.comparable, found.verdict) == (False, Verdict.NO_CLEAR_CHANGE)
        assert (other.comparable, other.verdict) == (True, Verdict.UP)


def test_the_reading_for_those_invited_narrows_intervals_and_leaves_the_verdict(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    """20 of 25 answered both years: every margin of A's mean is √(1 − 20/25) = 0.447 of the ordinary one."""
    build_changed(db, {"K": None, "A": "K"})
    release_two(app, db, {"A": LOW}, {"A": [*LOW[:-1], 4]})
    with db.transaction() as session:
        session.execute(update(Turnout).values(invited=25))
    sign_in_as(client, db, Role.HR)
    ordinary, narrowed = page(client, "A"), page(client, "A", "?regn=inviterte")
    assert "Vis usikkerheten bare for de inviterte" in ordinary
    assert "Usikkerheten bare for de inviterte" not in ordinary
    # Trivsel: mean 2.25, sd 0.85: 1.88 to 2.69, and 2.08 to 2.45 for those invited.
    assert "20 av 25 svarte (80 %)" in narrowed
    assert "Trivsel 2,2 1,9 – 2,7 2,1 – 2,4 −0,2 til +0,3" in narrowed
    assert "Her gjelder usikkerheten bare dem som var invitert nå" in narrowed
    for text in (ordinary, narrowed):
        assert re.search(r"Ingen sikker endring siden 2024 \+?0,\d \(−0,5 til \+0,6\)", text)


def test_where_nobody_knows_how_many_were_invited_the_reading_is_not_offered(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    build_changed(db, {"K": None, "A": "K"})
    release_one(app, db, KEY, {"A": MIXED})
    with db.transaction() as session:
        session.execute(update(Turnout).values(invited=None))
    sign_in_as(client, db, Role.HR)
    assert "bare dem som var invitert" not in page(client, "A")
    assert "bare dem som var invitert" not in page(client, "A", "?regn=inviterte")


def test_a_card_shows_the_whole_beside_a_part_without_trend_and_those_merged_together_with_one(
    db: Database, client: FlaskClient
) -> None:
    """A was cut in two and lives on at 4.0; B, now 4.2, took in C: in 2024 A had 3.0, and B and C together 3.1."""
    with db.transaction() as session:
        build_installation(session)
        build_units(session, {"K": None, "A": "K", "B": "K", "C": "K"})
        build_card(session, small_card())
        then, now = (
            release_figures(
                session, build_survey(session, unit_of(session, "K"), f"liten-{year}", **days), means
            )
            for year, days, means in (
                (2024, BEFORE, {"A": 3.0, "B": 3.3, "C": 2.9}),
                (2026, {}, {"A": 4.0, "B": 4.2}),
            )
        )
        for release in (then, now):
            feed(session, release)
        for unit, names, difference, basis in (
            ("A", ["A"], 1.0, ChangeBasis.SPLIT),
            ("B", ["B", "C"], 1.1, ChangeBasis.MERGED),
        ):
            write_change(session, now, then, difference, Verdict.UP, unit)
            found = change_of(session, unit)
            assert found is not None
            found.basis = basis
            found.basis_units = [{"id": unit_of(session, name).id, "name": f"Enhet {name}"} for name in names]
    sign_in_as(client, db, Role.HR)
    part, merged = (text_of(client.get(f"/styringskort/{unit}").text) for unit in ("A", "B"))
    assert "3,0 i 2024 sammenlignet med hele Enhet A slik den var i 2024" in part
    _sentences, rows = part.split("Sist sammenlignbare", 1)
    assert not {"↑", "bedre"} & set(rows.split())
    assert "3,1 i 2024 Enhet B og Enhet C samlet ↑ Opp 1,1, bedre" in merged
