"""The strategy map: links between a card's goals, edited in a draft without scripts, and kept with the card's years."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.access.models import Role
from surveys.platform.database import Database
from surveys.scorecards.strategy_map.drawing import BADGE, drawn
from surveys.scorecards.strategy_map.strategy_map import MapBand, MapGoal, strategy_map
from tests.card_building import measure, sign_in_as
from tests.card_drafting import (
    YEAR,
    approve,
    begin,
    card_site,
    draft_again,
    outline,
    press,
    steps_taken,
)


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Database:
    return card_site(app, db, client)


def _goal(db: Database, version_id: int, code: str) -> int:
    return next(goal.id for goal in outline(db, version_id).goals() if goal.code == code)


def _link(client: FlaskClient, db: Database, version_id: int, cause: str, effect: str, why: str = "") -> str:
    data = {"handling": "legg-til", "hvorfor": why}
    data |= {"fra": str(_goal(db, version_id, cause)), "til": str(_goal(db, version_id, effect))}
    return client.post(f"/kortoppsett/{version_id}/strategikart", data=data, follow_redirects=True).text


def _links(db: Database, version_id: int) -> list[tuple[str, str, str]]:
    found = outline(db, version_id)
    codes = {goal.id: goal.code for goal in found.goals()}
    return [(codes[each.cause], codes[each.effect], each.why.get("nb", "")) for each in found.links]


def _listed(page: str) -> list[str]:
    """What the list says, without markup."""
    return [
        " ".join(re.sub(r"<[^>]+>", " ", each).split())
        for each in re.findall(r"<li value=.*?</li>", page, re.DOTALL)
    ]


def test_links_are_made_and_taken_back_in_a_draft(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    page = _link(client, site, card, "M1", "B1", "friske folk har tid")
    assert "Lenket M1 → B1." in page
    assert re.search(r"M1 .* fører til B1 .* fordi: friske folk har tid", _listed(page)[0])
    # The same goals: another reason, no second arrow. The other way round is another belief.
    _link(client, site, card, "M1", "B1", "friske folk kjenner brukerne")
    _link(client, site, card, "B1", "M1")
    both = [("M1", "B1", "friske folk kjenner brukerne"), ("B1", "M1", "")]
    assert _links(site, card) == both
    for cause, effect, why, words in (
        ("M1", "M1", "", "et mål kan ikke føre til seg selv"),
        ("M1", "B1", "Spør 01019000083", "fødselsnummer"),
        ("M1", "B1", "x" * 201, "høyst 200 tegn"),
    ):
        assert words in _link(client, site, card, cause, effect, why)
    map_address = f"/kortoppsett/{card}/strategikart"
    ends = f"{_goal(site, card, 'M1')}-{_goal(site, card, 'B1')}"
    removed = client.post(map_address, data={"handling": f"fjern:{ends}"}, follow_redirects=True).text
    assert "Fjernet lenken M1 → B1. Trykk «Angre»" in removed
    assert _links(site, card) == both[1:]
    # Somebody who has an older page takes nothing back.
    client.post(map_address, data={"handling": "angre", "steg": "1"})
    assert _links(site, card) == both[1:]
    client.post(map_address, data={"handling": "angre", "steg": str(steps_taken(site, card))})
    assert _links(site, card) == both


def test_a_goal_that_goes_takes_its_links_with_it(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    _link(client, site, card, "M1", "B1")
    _link(client, site, card, "B1", "Ø1")
    gone = press(client, card, f"fjern:{_goal(site, card, 'B1')}")
    assert "og 2 lenker i strategikartet" in client.get(gone.location).text
    assert _links(site, card) == []
    press(client, card, "angre", steg=str(steps_taken(site, card)))
    assert len(_links(site, card)) == 2


def test_each_year_keeps_its_links(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    _link(client, site, card, "M1", "B1", "gammel grunn")
    _link(client, site, card, "Ø1", "B1")
    assert "Strategikartet: ny lenke, M1 → B1" in client.get(f"/kortoppsett/{card}/godkjenn").text
    assert approve(client, card, steps_taken(site, card)).status_code == 302
    later = draft_again(client, site, YEAR + 1)
    assert len(_links(site, later)) == 2
    _link(client, site, later, "M1", "B1", "ny grunn")
    ends = f"{_goal(site, later, 'Ø1')}-{_goal(site, later, 'B1')}"
    client.post(f"/kortoppsett/{later}/strategikart", data={"handling": f"fjern:{ends}"})
    told = client.get(f"/kortoppsett/{later}/godkjenn").text
    assert "Strategikartet: Ø1 → B1 tas ut" in told
    assert "Strategikartet: ny begrunnelse for M1 → B1" in told
    assert approve(client, later, steps_taken(site, later)).status_code == 302
    with site.transaction() as session:
        measure(session, "M1.1", YEAR, 8.0, part=1)
    page = client.get(f"/styringskort/K/strategikart?ar={YEAR}").text
    assert [re.sub(r" [^→]*", " ", each)[:2] for each in _listed(page)] == ["M1", "Ø1"]
    assert "gammel grunn" in page
    assert "ny grunn" not in page
    # The colour is the card's own.
    assert "1 gul" in page
    assert "grønn" not in page
    assert _links(site, draft_again(client, site, YEAR + 1)) == [("M1", "B1", "ny grunn")]


def test_a_file_carries_the_links_both_ways(client: FlaskClient, site: Database) -> None:
    card = begin(client, "molde")
    _link(client, site, card, "M1", "B1", "friske folk har tid")
    text = client.get(f"/kortoppsett/{card}/fil").text
    assert re.search(r"links:\n- cause: M1\n  effect: B1\n  why:\n    nb: friske folk har tid", text)

    def uploaded(content: str, **more: str) -> str:
        data = {"fil": (BytesIO(content.encode()), "kort.yaml")} | more
        return client.post(f"/kortoppsett/{card}/last-opp", data=data).text

    assert "Filen er lik utkastet." in uploaded(text)
    turned = text.replace("- cause: M1\n  effect: B1", "- cause: B1\n  effect: M1")
    page = uploaded(turned)
    assert "Kommer til: Lenke i strategikartet: B1 → M1" in page
    assert "Går ut: Lenke i strategikartet: M1 → B1" in page
    assert _links(site, card)[0][:2] == ("M1", "B1")
    assert "kortet har ikke noe mål med koden B9" in uploaded(text.replace("effect: B1", "effect: B9"))
    assert "et mål kan ikke føre til seg selv" in uploaded(text.replace("effect: B1", "effect: M1"))
    data = {"handling": "bruk", "innhold": turned, "filnavn": "kort.yaml"}
    client.post(f"/kortoppsett/{card}/last-opp", data=data)
    assert [link[:2] for link in _links(site, card)] == [("B1", "M1")]


def test_whoever_may_not_edit_the_card_reads_its_map(client: FlaskClient, app: Flask, site: Database) -> None:
    card = begin(client, "molde")
    _link(client, site, card, "M1", "B1")
    leader = app.test_client()
    sign_in_as(leader, site, Role.LEADER)
    page = leader.get(f"/kortoppsett/{card}/strategikart").text
    assert _listed(page)
    assert "fjern:" not in page
    assert 'name="fra"' not in page
    assert leader.post(f"/kortoppsett/{card}/strategikart", data={"handling": "legg-til"}).status_code == 403


def test_no_arrow_crosses_a_box_and_no_number_hides_another() -> None:
    bands = [
        MapBand(
            f"Perspektiv {band}",
            tuple(MapGoal(10 * band + each, f"M{each}", "Et mål", ()) for each in range(size)),
        )
        for band, size in enumerate((1, 4, 3, 2))
    ]
    goals = [goal.id for band in bands for goal in band.goals]
    # Every goal to the next two, and back again: loops, the same row, the next one, and past one.
    links = [
        (one, goals[(index + step) % len(goals)], "") for index, one in enumerate(goals) for step in (1, 5)
    ]
    picture = drawn(strategy_map(bands, links))
    assert len(picture.links) == len(links)
    for link in picture.links:
        x, y = link.badge
        assert 0 <= x <= picture.width - BADGE, link
        assert 0 <= y <= picture.height - BADGE, link
        for box in picture.goals:
            assert not (box.x < x < box.x + box.width and box.y < y < box.bottom), (link, box)
        numbers = [float(each) for each in re.findall(r"-?\d+\.\d", link.path)]
        assert all(-BADGE <= each <= max(picture.width, picture.height) for each in numbers)
