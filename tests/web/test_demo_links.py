"""What the demo prints for its visitors: one respondent link a language, each alone on its line under its name."""

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.campaigns.lifecycle import close_survey
from surveys.campaigns.models import Invitation
from surveys.demo.commands import _explain
from surveys.platform.database import Database
from tests.building import build_open_survey, invite_some

ADDRESS = "http://localhost"


def _said(app: Flask, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with app.app_context():
        _explain(ADDRESS, app.config["SETTINGS"].instance)
    return capsys.readouterr().out.splitlines()


def test_there_is_one_unused_link_in_each_language_whoever_was_invited_first(
    app: Flask, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        [used] = invite_some(app, session, survey, language="nb")
        session.flush()
        session.execute(update(Invitation).values(delivered=True))
        codes = {
            name: invite_some(app, session, survey, count=2, language=language)
            for name, language in (("Engelsk", "en"), ("Nynorsk", "nn"), ("Bokmål", "nb"))
        }
    said = _said(app, capsys)
    links = [line for line in said if line.startswith(f"{ADDRESS}/svar/")]
    assert links == [f"{ADDRESS}/svar/{codes[name][0]}" for name in ("Bokmål", "Nynorsk", "Engelsk")]
    assert [said[said.index(link) - 1] for link in links] == ["Bokmål:", "Nynorsk:", "Engelsk:"]
    assert used not in "".join(said)


def test_a_language_that_nobody_is_left_in_is_not_named(
    app: Flask, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with db.transaction() as session:
        invite_some(app, session, build_open_survey(app, session), language="nn")
    said = _said(app, capsys)
    assert "Nynorsk:" in said
    assert not {"Bokmål:", "Engelsk:"} & set(said)


def test_without_an_open_survey_it_says_how_to_get_one(
    app: Flask, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with db.transaction() as session:
        survey = build_open_survey(app, session)
        invite_some(app, session, survey)
        close_survey(session, survey)
    said = " ".join(_said(app, capsys))
    assert "Lenker slik svarere får dem" not in said
    assert f"sletter mappen {app.config['SETTINGS'].instance} og starter demoen igjen" in said
