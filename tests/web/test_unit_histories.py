"""A rename and a move hold from a day: surveys show units as on the day they opened, and undoing leaves no trace."""

import datetime as dt
import io
import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from surveys.access.models import Role
from surveys.campaigns.repicturing import differences, picture_as_now
from surveys.organisation.changing_units import UnitChangeError, create_unit, move_unit, rename_unit
from surveys.organisation.import_records import newest_import
from surveys.organisation.models import EarlierUnit, Unit
from surveys.organisation.undoing import undo_import
from surveys.organisation.unit_histories import LaterChangeError, UnitHistories
from surveys.organisation.units_import import import_units
from surveys.platform.clock import municipal_day
from surveys.platform.database import Base, Database
from tests.building import build_installation, build_survey, build_units
from tests.card_building import sign_in_as, unit_of

TREE = {"K": None, "A": "K", "A1": "A", "B": "K"}
FEBRUARY, MARCH, APRIL = dt.date(2026, 2, 1), dt.date(2026, 3, 1), dt.date(2026, 4, 1)


@pytest.fixture
def units(app: Flask, db: Database) -> Database:
    """K with A (A1) and B."""
    app.config["WTF_CSRF_ENABLED"] = False
    with db.transaction() as session:
        build_installation(session)
        build_units(session, TREE)
    return db


def _on(session: Session, code: str, day: dt.date) -> tuple[str, str]:
    """The unit's name and its parent's code that day."""
    state = UnitHistories(session).on(unit_of(session, code), day)
    parent = session.get(Unit, state.parent_id) if state.parent_id else None
    return state.name, parent.code if parent else ""


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


class TestDays:
    def test_each_day_has_what_held_then(self, units: Database) -> None:
        with units.writing() as session:
            a1 = unit_of(session, "A1")
            rename_unit(session, a1, "Nytt navn", "enhet", APRIL)
            move_unit(session, a1, unit_of(session, "B"), MARCH)
            assert _on(session, "A1", FEBRUARY) == ("Enhet A1", "A")
            assert _on(session, "A1", MARCH) == ("Enhet A1", "B")
            assert _on(session, "A1", APRIL) == ("Nytt navn", "B")

    def test_a_day_to_come_and_a_day_before_the_unit_are_refused(self, units: Database) -> None:
        tomorrow = municipal_day() + dt.timedelta(days=1)
        with units.writing() as session:
            young = create_unit(session, unit_of(session, "B"), "B9", "Ny", "", MARCH)
            for day in (tomorrow, FEBRUARY):
                with pytest.raises(UnitChangeError):
                    rename_unit(session, young, "Annet", "", day)
                with pytest.raises(UnitChangeError):
                    move_unit(session, young, unit_of(session, "A"), day)
            with pytest.raises(UnitChangeError, match="begynner senere"):
                move_unit(session, unit_of(session, "A1"), young, FEBRUARY)

    def test_what_was_changed_again_later_is_not_changed_before_it(self, units: Database) -> None:
        with units.writing() as session:
            a1 = unit_of(session, "A1")
            rename_unit(session, a1, "Fra april", "enhet", APRIL)
            with pytest.raises(UnitChangeError, match=r"fra 1\. april 2026"):
                rename_unit(session, a1, "Fra mars", "enhet", MARCH)
            rename_unit(session, a1, "Fra april", "enhet", MARCH)
            assert _on(session, "A1", MARCH)[0] == "Fra april"

    def test_units_are_below_each_other_on_no_day(self, units: Database) -> None:
        """A1 was below A in March: A cannot have been below A1 then, though it can be now."""
        with units.writing() as session:
            a, a1 = unit_of(session, "A"), unit_of(session, "A1")
            move_unit(session, a1, unit_of(session, "B"), APRIL)
            with pytest.raises(UnitChangeError, match="lå under"):
                move_unit(session, a, a1, MARCH)
        with units.writing() as session:
            a, a1 = unit_of(session, "A"), unit_of(session, "A1")
            move_unit(session, a1, unit_of(session, "B"), APRIL)
            move_unit(session, a, a1, APRIL)


class TestSurveys:
    def test_a_survey_shows_units_as_on_the_day_it_opens(self, units: Database) -> None:
        with units.writing() as session:
            a1 = unit_of(session, "A1")
            rename_unit(session, a1, "Nytt navn", "enhet", MARCH)
            move_unit(session, a1, unit_of(session, "B"), MARCH)
            pictures = {
                day: build_survey(session, unit_of(session, "K"), key=f"fra-{day}", opens_on=day)
                for day in (FEBRUARY, MARCH)
            }
            shown = {
                day: next((u.name, u.parent_id) for u in survey.units if u.unit_id == a1.id)
                for day, survey in pictures.items()
            }
            assert shown[FEBRUARY] == ("Enhet A1", unit_of(session, "A").id)
            assert shown[MARCH] == ("Nytt navn", unit_of(session, "B").id)

    def test_a_survey_of_a_part_keeps_what_came_into_it_later(self, units: Database) -> None:
        with units.writing() as session:
            move_unit(session, unit_of(session, "A1"), unit_of(session, "B"), APRIL)
            survey = build_survey(session, unit_of(session, "B"), opens_on=MARCH)
            session.flush()
            session.expire_all()
            parents = {unit.unit.code: unit.parent_id for unit in survey.units}
            assert parents == {"B": None, "A1": unit_of(session, "B").id}

    def test_a_correction_takes_what_was_dated_back_and_not_what_came_later(self, units: Database) -> None:
        with units.writing() as session:
            survey = build_survey(session, unit_of(session, "K"), opens_on=MARCH)
            session.flush()
            a1 = unit_of(session, "A1")
            rename_unit(session, a1, "Senere navn", "enhet", APRIL)
            assert differences(session, survey) == []
            move_unit(session, a1, unit_of(session, "B"), FEBRUARY)
            [found] = differences(session, survey)
            assert (found.name, found.was_under, found.under) == ("Enhet A1", "Enhet A", "Enhet B")
            picture_as_now(session, survey)
            assert differences(session, survey) == []


class TestImport:
    def _import(self, session: Session, folder: Path, day: dt.date | None) -> None:
        file = folder / "enheter.csv"
        file.write_text(
            "kode;navn;type;overordnet\nK;Enhet K;enhet;\nA;Enhet A;enhet;K\nB;Enhet B;enhet;K\nA1;Ny A1;enhet;B\n"
        )
        import_units(session, file, apply=True, today=municipal_day(), from_day=day)

    def test_a_file_holds_from_a_day_and_undoing_it_brings_the_days_back(
        self, units: Database, tmp_path: Path
    ) -> None:
        with units.transaction() as session:
            rename_unit(session, unit_of(session, "A1"), "Navn fra februar", "enhet", FEBRUARY)
        with units.transaction() as session:
            self._import(session, tmp_path, MARCH)
            assert _on(session, "A1", MARCH) == ("Ny A1", "B")
            assert _on(session, "A1", FEBRUARY) == ("Navn fra februar", "A")
            newest = newest_import(session)
            assert newest is not None
            undo_import(session, newest.id, municipal_day())
        with units.reading() as session:
            assert _on(session, "A1", APRIL) == ("Navn fra februar", "A")
            assert _on(session, "A1", dt.date(2026, 1, 1)) == ("Enhet A1", "A")
            assert len(session.scalars(select(EarlierUnit)).all()) == 1

    def test_without_a_day_it_holds_from_today(self, units: Database, tmp_path: Path) -> None:
        with units.writing() as session:
            self._import(session, tmp_path, None)
            assert _on(session, "A1", municipal_day())[0] == "Ny A1"
            assert _on(session, "A1", municipal_day() - dt.timedelta(days=1))[0] == "Enhet A1"

    @pytest.mark.parametrize(
        ("sent", "told"), [("i morgen", "Skriv en dato"), ("2090-01-01", "når dagen er kommet")]
    )
    def test_the_page_says_why_a_day_cannot_be(
        self, units: Database, client: FlaskClient, sent: str, told: str
    ) -> None:
        sign_in_as(client, units, Role.HR, "K")
        csv = "kode;navn;type;overordnet\nK;Ny K;enhet;\nA;Enhet A;enhet;K\nB;Enhet B;enhet;K\nA1;Enhet A1;enhet;A\n"
        data = {"kind": "units", "file": (io.BytesIO(csv.encode()), "enheter.csv")}
        columns = client.post("/organisasjon/import", data=data).headers["Location"]
        client.post(columns)
        preview = columns.removesuffix("/kolonner")
        [seen] = re.findall(r'name="seen" value="(\w+)"', client.get(preview).text)
        refused = client.post(f"{preview}/ta-i-bruk", data={"seen": seen, "from_day": sent})
        assert refused.status_code == 422
        assert told in refused.text
        done = client.post(f"{preview}/ta-i-bruk", data={"seen": seen, "from_day": "2026-03-01"})
        assert done.status_code == 302
        with units.reading() as session:
            assert _on(session, "K", FEBRUARY)[0] == "Enhet K"
            assert _on(session, "K", MARCH)[0] == "Ny K"


class TestPages:
    def test_the_page_tells_what_each_survey_does_with_the_change(
        self, units: Database, client: FlaskClient
    ) -> None:
        late = {"opens_on": APRIL, "closes_on": APRIL}
        with units.transaction() as session:
            build_survey(session, unit_of(session, "K"), key="for", title={"nb": "Før"}, opens_on=FEBRUARY)
            build_survey(session, unit_of(session, "K"), key="etter", title={"nb": "Etter"}, **late)
        sign_in_as(client, units, Role.HR, "K")
        sent = {"name": "Nytt navn", "type": "enhet", "from_day": "2026-03-01"}
        said = _text(client.post("/organisasjon/enhet/A1/navn", data=sent).text)
        assert "fra 1. mars 2026" in said
        assert "1 undersøkelse beholder enheten slik den er nå, og ingen svar blir borte: Før." in said
        assert "tar endringen med når de åpner: Etter." in said
        client.post("/organisasjon/enhet/A1/navn", data=sent | {"confirmed": "y"})
        page = _text(client.get("/organisasjon/enhet/A1").text)
        assert "Til og med 28. februar 2026: Enhet A1, type enhet, under Enhet A" in page

    def test_the_form_begins_with_today(self, units: Database, client: FlaskClient) -> None:
        sign_in_as(client, units, Role.HR, "K")
        for deed in ("navn", "flytt"):
            page = client.get(f"/organisasjon/enhet/A1/{deed}").text
            assert f'name="from_day" value="{municipal_day().isoformat()}"' in page


_DAYS = st.integers(0, 5).map(lambda n: MARCH + dt.timedelta(days=n))


@pytest.fixture(scope="module")
def two_tables() -> Iterator[Engine]:
    """Units and what they were, in a database that every example leaves empty."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(
        engine, [Base.metadata.tables[each.__tablename__] for each in (Unit, EarlierUnit)]
    )
    yield engine
    engine.dispose()


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.tuples(_DAYS, st.sampled_from("abc"), st.booleans()), max_size=8))
def test_any_order_of_changes_gives_each_day_what_held_then(
    two_tables: Engine, changes: list[tuple[dt.date, str, bool]]
) -> None:
    """Against a plain list of days, where a change fills every day from its own on."""
    days = [MARCH + dt.timedelta(days=n) for n in range(7)]
    held = {day: {"name": "-", "type": "-"} for day in days}
    with Session(two_tables, autoflush=False) as session:
        unit = Unit(code="U", name="-", type="-")
        session.add(unit)
        session.flush()
        histories = UnitHistories(session)
        for day, value, is_name in changes:
            field = "name" if is_name else "type"
            try:
                histories.change(unit, day, **{field: value})
            except LaterChangeError:
                assert {held[each][field] for each in days if each > day} - {held[day][field], value}
                continue
            for each in days:
                if each >= day:
                    held[each][field] = value
        session.flush()
        again = UnitHistories(session)
        found = {day: again.on(unit, day) for day in days}
        assert {day: {"name": s.name, "type": s.type} for day, s in found.items()} == held
        rows = session.scalars(select(EarlierUnit)).all()
        assert len(rows) == sum(held[a] != held[b] for a, b in pairwise(days)) + (
            held[days[0]] != {"name": "-", "type": "-"}
        )
