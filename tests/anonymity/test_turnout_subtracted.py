"""Attack: HR subtracts numbers of participation from each other to learn what a handful of people did."""

import itertools
from collections.abc import Mapping, Sequence

import html5lib
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from surveys.access.models import Role
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.models import Delivery, Invitation, MessageKind
from surveys.campaigns.outbox import queue_invitations
from surveys.campaigns.turnout_protection import UnitGroup, units_with_turnout_shown
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.representing import OTHERS, representation
from tests.building import (
    answer_some,
    build_installation,
    build_survey,
    build_units,
    invite_some,
    keys_of,
    sheet_of,
)
from tests.card_building import sign_in_as
from tests.releasing import KEY, RELEASED_ON

AREA: Mapping[str, str | None] = {"K": None, "S": "K", "S1": "S", "S2": "S", "S3": "S", "T": "K"}
INVITED = {"S1": 47, "S2": 14, "S3": 2, "T": 20}
DELIVERED = {"S1": 30, "S2": 9, "S3": 2, "T": 12}
LEAST = 5


@pytest.fixture
def hr(app: Flask, client: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    return client


def build_area(app: Flask, db: Database) -> None:
    """An area of 63: units of 47, 14 and 2, and another area of 20."""
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session, AREA)["K"], KEY)
        open_survey(session, survey, keys_of(app))
        for unit, delivered in DELIVERED.items():
            answer_some(app, session, survey, unit, [sheet_of(1 + i % 5) for i in range(delivered)])
            invite_some(app, session, survey, unit, INVITED[unit] - delivered)


def shown_on_page(hr: FlaskClient) -> dict[str, tuple[int, str]]:
    """Unit → invited and the words for delivered, of every unit whose number is on HR's page."""
    document = html5lib.parse(hr.get(f"/undersokelser/{KEY}").text, namespaceHTMLElements=False)
    [table] = [each for each in document.iter("table") if "turnout" in (each.get("class") or "")]
    cells = [["".join(cell.itertext()).strip() for cell in row] for row in table.find("tbody")]
    return {
        cell[0].removeprefix("Enhet "): (int(cell[1]), cell[2]) for cell in cells if "vises ikke" not in cell
    }


def leftovers(shown: Sequence[str], tree: Mapping[str, str | None]) -> set[int]:
    """How many people are left of each shown unit when any set of shown units below it, apart, is taken away."""
    found = set()
    for unit in shown:
        below = [each for each in shown if unit in ancestors(each, tree)]
        for size in range(len(below) + 1):
            for some in itertools.combinations(below, size):
                if not any(one in ancestors(other, tree) for one in some for other in some):
                    found.add(people_in(unit, tree) - sum(people_in(each, tree) for each in some))
    return found


def ancestors(unit: str, tree: Mapping[str, str | None]) -> list[str]:
    above = tree[unit]
    return [above, *ancestors(above, tree)] if above else []


def people_in(unit: str, tree: Mapping[str, str | None]) -> int:
    return sum(count for each, count in INVITED.items() if each == unit or unit in ancestors(each, tree))


@pytest.mark.parametrize("stage", ["open", "closed", "counted", "released"])
def test_no_number_on_hrs_page_can_be_subtracted_to_a_few_people(
    app: Flask, db: Database, hr: FlaskClient, stage: str
) -> None:
    build_area(app, db)
    if stage != "open":
        with db.transaction() as session:
            close_survey(session, find_survey(session, KEY))
    if stage in {"counted", "released"}:
        count(db, keys_of(app), KEY)
    if stage == "released":
        release(db, keys_of(app), KEY, today=RELEASED_ON)
    sign_in_as(hr, db, Role.HR)
    shown = shown_on_page(hr)
    assert {"K", "S", "S1"} <= set(shown)
    assert "S3" not in shown
    assert not {left for left in leftovers(list(shown), AREA) if 0 < left < LEAST}
    assert shown["S1"][1] == ("30" if stage == "released" else "minst 30")


def test_hr_does_not_see_the_unit_change_when_one_person_delivers(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    build_area(app, db)
    sign_in_as(hr, db, Role.HR)
    before = shown_on_page(hr)
    with db.transaction() as session:
        answer_some(app, session, find_survey(session, KEY), "T", [sheet_of(3)])
    after = shown_on_page(hr)
    assert (before["T"], after["T"]) == ((20, "minst 10"), (21, "minst 10"))


@given(st.data())
def test_no_shown_turnout_determines_a_small_group_in_any_tree(data: st.DataObject) -> None:
    """Exact: no sum or difference whatever of shown numbers is the number of a group under the minimum group."""
    size = data.draw(st.integers(2, 8))
    parents = [None, *(data.draw(st.integers(0, i - 1)) for i in range(1, size))]
    people = np.array(data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)))
    below = np.eye(size, dtype=int)
    for unit in reversed(range(1, size)):
        below[parents[unit]] += below[unit]
    kept = data.draw(st.sets(st.integers(0, size - 1)))
    groups = [UnitGroup(unit, parents[unit], int(below[unit] @ people)) for unit in range(size)]
    shown = sorted(units_with_turnout_shown(groups, LEAST, kept))
    lived_in = np.flatnonzero(people)
    told = below[shown][:, lived_in].astype(float)
    rank = np.linalg.matrix_rank(told) if told.size else 0
    for number in range(1, len(lived_in) + 1):
        for some in itertools.combinations(range(len(lived_in)), number):
            if people[lived_in[list(some)]].sum() >= LEAST:
                continue
            group = np.zeros(len(lived_in))
            group[list(some)] = 1
            assert np.linalg.matrix_rank(np.vstack([told, group])) > rank


@pytest.mark.parametrize(("on_paper", "told"), [(0, True), (3, False), (5, True)])
def test_the_number_of_reminders_does_not_tell_whether_the_few_without_an_address_answered(
    app: Flask, db: Database, hr: FlaskClient, on_paper: int, told: bool
) -> None:
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session)["K"], KEY)
        open_survey(session, survey, keys_of(app))
        for number in range(12):
            invite_some(app, session, survey, "A", email=f"kari{number}@fjordvik.example")
        invite_some(app, session, survey, "A", on_paper)
        queue_invitations(session, survey)
        for delivery in session.scalars(select(Delivery)):
            delivery.status = "sent"  # type: ignore[assignment]
        for invitation in session.scalars(select(Invitation).order_by(Invitation.id).limit(5)):
            invitation.delivered = True
    sign_in_as(hr, db, Role.HR)
    page, confirm = hr.get(f"/undersokelser/{KEY}").text, hr.get(f"/undersokelser/{KEY}/steg/remind").text
    assert ("Send påminnelse til 7 personer" in page) == told
    assert ('name="messages"' in confirm) == told
    assert ("7 personer" in confirm) == told
    answer = hr.post(f"/undersokelser/{KEY}/steg/remind", data={"messages": "7"} if told else {})
    assert answer.status_code == 302
    with db.reading() as session:
        assert len(session.scalars(select(Delivery).where(Delivery.kind == MessageKind.REMINDER)).all()) == 7
        [entry] = session.scalars(
            select(AuditEntry.detail).where(AuditEntry.action == "survey.reminders_queued")
        )
    assert (entry.get("messages") == 7) == told
    after = hr.get(f"/undersokelser/{KEY}/utsending").text
    assert ("7 venter i køen" in after) == told


def test_types_and_areas_of_the_quality_page_cannot_be_subtracted_from_the_units(
    app: Flask, db: Database
) -> None:
    build_area(app, db)
    types = {"S1": "sykehjem", "S2": "bolig", "S3": "sykehjem", "T": "bibliotek"}
    with db.transaction() as session:
        survey = find_survey(session, KEY)
        for unit in survey.units:
            unit.type = types.get(unit.unit.code, "")
        close_survey(session, survey)
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        found = representation(session, find_survey(session, KEY))
        assert found
        groups = {group["key"]: group["invited"] for group in found["by"]["unit_type"]["groups"]}
    # «bolig» would be the unit of 14, and «sykehjem» 49: each gives the two away.
    assert groups == {"sykehjem": 47, "bibliotek": 20, OTHERS: 16}


def test_the_people_of_an_area_itself_are_no_type_while_a_unit_below_is_not_told_of(
    app: Flask, db: Database
) -> None:
    """S has 23: 8 of its own, units of 12 and 3. T has 24: 20 of its own, a unit of 4. 23 − 12 − 8 = 3, 24 − 20 = 4."""
    with db.transaction() as session:
        build_installation(session)
        survey = build_survey(session, build_units(session, {**AREA, "T1": "T"})["K"], KEY)
        open_survey(session, survey, keys_of(app))
        for unit, people in {"S": 8, "S1": 12, "S2": 3, "T": 20, "T1": 4}.items():
            answer_some(app, session, survey, unit, [sheet_of(1 + i % 5) for i in range(people)])
        for each in survey.units:
            each.type = {
                "S": "ledelse",
                "S1": "sykehjem",
                "S2": "bolig",
                "T": "bibliotek",
                "T1": "arkiv",
            }.get(each.unit.code, "")
        close_survey(session, survey)
    count(db, keys_of(app), KEY)
    with db.reading() as session:
        found = representation(session, find_survey(session, KEY))
    assert found
    groups = {group["key"]: group["invited"] for group in found["by"]["unit_type"]["groups"]}
    assert groups == {"sykehjem": 12, OTHERS: 35}
