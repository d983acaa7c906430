"""Attack: HR knows every answer by loose code or public link, and takes them from the numbers of who answered."""

import html5lib
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from surveys.access.models import Role
from surveys.campaigns.invitations import Recipient, invite
from surveys.campaigns.lifecycle import close_survey, find_survey, open_survey
from surveys.campaigns.public_links import make_link
from surveys.organisation.models import Unit
from surveys.platform.database import Database
from surveys.platform.queue import jobs_of
from surveys.publishing.counting_ballots import count
from surveys.publishing.releasing import release
from surveys.release.models import Turnout
from surveys.release.turnout import CountedTurnout, units_with_names_told
from surveys.respond.ballots import Sheet, deliver
from tests.building import (
    answer_some,
    build_installation,
    build_survey,
    build_units,
    encoded,
    keys_of,
    sheet_of,
    trust_of,
)
from tests.card_building import sign_in_as
from tests.releasing import KEY, RELEASED_ON

LEAST = 5
TREE = {"K": None, "A": "K", "B": "K", "C": "K"}
# Unit → answers by name, and without.
ANSWERS = {"A": (6, 0), "B": (9, 7), "C": (2, 8)}


def _build(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        units = build_units(session, TREE)
        survey = build_survey(session, units["K"], KEY)
        open_survey(session, survey, keys_of(app))
        make_link(session, survey, [units["B"].id, units["C"].id])
        for code, (named, nameless) in ANSWERS.items():
            answer_some(app, session, survey, code, [sheet_of(1 + i % 5) for i in range(named)])
            wanted = [Recipient(units[code].id, self_started=True)] * nameless
            for invitation in invite(session, survey, wanted, app.config["SECRETS"].codes):
                sheet = Sheet(invitation.unit_id, encoded(survey, sheet_of(3)), {})
                assert deliver(session, invitation, sheet, trust_of(app, survey))


def _count(app: Flask, db: Database) -> None:
    with db.transaction() as session:
        close_survey(session, find_survey(session, KEY))
    count(db, keys_of(app), KEY)


@pytest.fixture
def hr(app: Flask, db: Database, client: FlaskClient) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    jobs_of(app, immediate=True)
    _build(app, db)
    sign_in_as(client, db, Role.HR)
    return client


def _delivered_on_page(hr: FlaskClient) -> dict[str, str]:
    """Unit → the words for who has delivered, where the page tells it."""
    document = html5lib.parse(hr.get(f"/undersokelser/{KEY}").text, namespaceHTMLElements=False)
    [table] = [each for each in document.iter("table") if "turnout" in (each.get("class") or "")]
    rows = [["".join(cell.itertext()).strip() for cell in row] for row in table.find("tbody")]
    told = [row for row in rows if "vises ikke" not in " ".join(row)]
    return {row[0].removeprefix("Enhet "): " ".join(row[1:]) for row in told}


@pytest.mark.parametrize("stage", ["open", "counted", "released"])
def test_turnout_of_two_people_does_not_come_out_by_filling_up_their_unit(
    app: Flask, db: Database, hr: FlaskClient, stage: str
) -> None:
    """Of C's ten answers eight are hers: the number ten tells that both of the others answered."""
    if stage != "open":
        _count(app, db)
    if stage == "released":
        release(db, keys_of(app), KEY, today=RELEASED_ON)
    page = _delivered_on_page(hr)
    assert "C" not in page
    assert not {"A", "B", "K"} <= page.keys(), "the whole without A and B is C"
    assert page, "not everything is kept back"


def test_the_preview_and_the_page_tell_how_many_were_by_name_where_it_is_safe(
    app: Flask, db: Database, hr: FlaskClient
) -> None:
    _count(app, db)
    preview = hr.get(f"/undersokelser/{KEY}/frigivelse").text
    release(db, keys_of(app), KEY, today=RELEASED_ON)
    with db.reading() as session:
        rows = session.execute(
            select(Unit.code, Turnout.by_name, Turnout.shown).join(Unit, Unit.id == Turnout.unit_id)
        ).all()
    told = {code: by_name for code, by_name, _shown in rows if by_name is not None}
    assert "C" not in told
    assert told["B"] == 9
    assert "På personlig invitasjon: 9. Med kode til utdeling eller åpen lenke: 7." in preview
    assert "På personlig invitasjon: 2." not in preview
    page = hr.get(f"/resultater/{KEY}/B").text
    assert "På personlig invitasjon: 9." in page


@given(st.data())
def test_no_number_of_answers_by_name_determines_a_small_group_in_any_tree(data: st.DataObject) -> None:
    """Exact: no sum or difference of told numbers is about fewer named people, or fewer nameless, than the group."""
    size = data.draw(st.integers(2, 7))
    parents = [None, *(data.draw(st.integers(0, i - 1)) for i in range(1, size))]
    counts = st.lists(st.integers(0, 9), min_size=size, max_size=size)
    named, nameless = (np.array(data.draw(counts)) for _each in range(2))
    below = np.eye(size, dtype=int)
    for unit in reversed(range(1, size)):
        below[parents[unit]] += below[unit]
    kept = data.draw(st.sets(st.integers(0, size - 1)))
    turnout = [
        CountedTurnout(
            unit, parents[unit], "", 99, int(below[unit] @ (named + nameless)), int(below[unit] @ named)
        )
        for unit in range(size)
    ]
    told = sorted(units_with_names_told(turnout, LEAST, set(range(size)), kept))
    for people in (named, nameless):
        lived_in = np.flatnonzero(people)
        rows = below[told][:, lived_in].astype(float)
        for few in range(1, 1 << len(lived_in)):
            group = np.array([few >> at & 1 for at in range(len(lived_in))], dtype=float)
            if 0 < group @ people[lived_in] < LEAST and len(rows):
                weights = np.linalg.lstsq(rows.T, group, rcond=None)[0]
                assert not np.allclose(rows.T @ weights, group), (told, group)
