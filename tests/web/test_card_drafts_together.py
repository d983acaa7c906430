"""Several people work on one draft of a card: nobody's words are lost, and undoing takes back what its button says."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.platform.database import Database
from tests.card_drafting import (
    begin,
    card_site,
    node,
    outline,
    press,
    write_indicator,
)


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Database:
    return card_site(app, db, client)


def test_what_is_removed_comes_back_with_everything_under_it(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    before = outline(site, card)
    press(client, card, f"fjern:{before.perspectives[1].id}")
    assert len(outline(site, card).perspectives) == 4
    press(client, card, "angre")
    assert outline(site, card) == before


def test_two_people_at_once_keep_each_others_words(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    first, second = outline(site, card).indicators()[:2]
    press(
        client, card, "lagre", steg="0", **{f"tittel-{first.id}": "Hennes", f"tittel-{second.id}": "Gammel"}
    )
    old = second.title["nb"]
    press(client, card, "lagre", steg="1", **{f"tittel-{second.id}": old})
    # A third page, made before both, changes only what was changed on it.
    press(client, card, "lagre", steg="0", **{f"tittel-{first.id}": first.title["nb"], "visjon": "Sammen"})
    found = outline(site, card)
    assert [each.title["nb"] for each in found.indicators()[:2]] == ["Hennes", old]
    assert found.vision == {"nb": "Sammen"}


def test_undoing_takes_back_the_change_that_its_button_names(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    first, second = outline(site, card).indicators()[:2]
    press(client, card, f"fjern:{first.id}", steg="0")
    # Somebody else goes on; the first one's page still says that it would undo the removal.
    press(client, card, "lagre", steg="1", **{f"tittel-{second.id}": "Hennes"})
    told = client.post(f"/kortoppsett/{card}", data={"handling": "angre", "steg": "1"}, follow_redirects=True)
    assert "ingenting er angret" in told.text
    assert outline(site, card).indicators()[0].title == {"nb": "Hennes"}


def test_what_is_typed_when_something_is_undone_stays(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    first, second = outline(site, card).indicators()[:2]
    press(client, card, f"fjern:{first.id}", steg="0")
    press(client, card, "angre", steg="1", **{f"tittel-{second.id}": "Skrevet imens"})
    assert [each.title["nb"] for each in outline(site, card).indicators()[:2]] == [
        first.title["nb"],
        "Skrevet imens",
    ]


def test_a_page_from_before_an_undoing_brings_nothing_back(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    first = outline(site, card).indicators()[0]
    press(client, card, "lagre", steg="0", **{f"tittel-{first.id}": "Angres"})
    press(client, card, "angre", steg="1")
    press(client, card, "lagre", steg="1", **{f"tittel-{first.id}": "Angres", "visjon": "Sammen"})
    found = outline(site, card)
    assert (found.vision, found.indicators()[0].title) == ({"nb": "Sammen"}, first.title)
    press(client, card, "angre")
    assert outline(site, card).vision == {}


def test_two_people_in_one_indicator_keep_each_others_fields(
    app: Flask, client: FlaskClient, site: Database
) -> None:
    card = begin(client, "molde")
    row = node(site, card, "M1.1")
    address = f"/kortoppsett/{card}/indikator/{row.id}"
    hidden = {"steg": "0"}
    write_indicator(client, card, row.id, {"eier": "Hennes", "navn": "Fravær"} | hidden)
    # His page was made before: it still shows the old owner and name.
    shown = {"eier": "HR", "navn": "Sykefravær", "kode": "M1.1", "definisjon": row.indicator.definition["nb"]}  # type: ignore[union-attr]
    write_indicator(client, card, row.id, shown | hidden | {"gronn": "5"})
    found = node(site, card, "M1.1")
    assert found.indicator is not None
    assert (found.indicator.owner, found.title["nb"], found.indicator.targets[0].green) == (
        "Hennes",
        "Fravær",
        5.0,
    )
    press(client, card, f"fjern:{row.id}")
    gone = client.post(address, data={"steg": "2", "navn": "For sent"}, follow_redirects=True)
    assert "Indikatoren er tatt ut av kortet imens" in gone.text
