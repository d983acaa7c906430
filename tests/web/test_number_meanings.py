"""«Hva betyr dette?»: every number of a result has its help, and the help says no more than the number may."""

import re

import html5lib
import pytest
from flask.testing import FlaskClient

from questionnaires import loading
from questionnaires.reading_level import lix
from surveys.access.models import Role
from surveys.platform.database import Database
from surveys.scorecards.feeding import feed_everything
from surveys.scorecards.setup import build_card
from tests.anchors import lost_links
from tests.building import SMALL_SOURCE
from tests.card_building import JOY, SICK_LEAVE, plan_of, sign_in_as
from tests.releasing import KEY
from tests.web.test_heat_map import ADDRESS, released, today  # noqa: F401 - fixtures

BLAME = re.compile(r"\b(skyld|svak|dårlig|problem|feil|stryk|skuff)", re.IGNORECASE)
SMALL = loading.parse(SMALL_SOURCE, "liten.yaml")


def helps(client: FlaskClient, address: str) -> dict[str, str]:
    """Measure → the text of its help. Every link to a help must lead to one."""
    page = client.get(address)
    assert page.status_code == 200
    document = html5lib.parse(page.text, namespaceHTMLElements=False)
    found = {
        element.get("id").removeprefix("betyr-"): " ".join("".join(element.itertext()).split())
        for element in document.iter("details")
        if element.get("id", "").startswith("betyr-")
    }
    assert list(lost_links({address: page.text}, lambda opened: client.get(opened).text)) == []
    return found


@pytest.mark.usefixtures("today")
def test_each_shown_number_says_what_it_is_made_of_and_what_it_cannot_say(
    client: FlaskClient,
    released: Database,  # noqa: F811 - the fixture
) -> None:
    sign_in_as(client, released, Role.HR, "K")
    limits = ("Hva tallene ikke sier", "Tallet sier ikke hvem som svarte hva, eller hvorfor.")
    for address, cannot_say in zip(
        (f"/resultater/{KEY}/A", f"/resultater/{KEY}/A/ansatte"), limits, strict=True
    ):
        found = helps(client, address)
        assert set(found) == {"TRI", "ROL"}, address
        for factor in SMALL.factors:
            for item in factor.items if factor.key in found else ():
                assert item.text["nb"] in found[factor.key]
        assert "12 personer teller med." in found["TRI"]
        assert found["TRI"].endswith(cannot_say)
        assert "Lave svar 0 %, middels " in found["TRI"]
        assert not BLAME.search(" ".join(found.values()))
        level = lix([found["TRI"]])
        assert level is not None
        assert level < 40
    assert limits[1] in client.get(f"/resultater/{KEY}/A").text.partition('id="slik-leser-du"')[2]
    assert set(helps(client, ADDRESS)) == {"TRI", "ROL", "SPN"}
    assert "personer teller med" not in " ".join(helps(client, ADDRESS).values()), "of many units"
    assert helps(client, f"/resultater/{KEY}/B2") == {}, "a hidden number has no help that tells of it"


@pytest.mark.usefixtures("today")
def test_a_number_among_many_units_and_on_a_card_has_the_same_meaning(
    client: FlaskClient,
    released: Database,  # noqa: F811 - the fixture
) -> None:
    """The heat map by its unit's page, the card in the row itself, with the statements of that survey."""
    with released.transaction() as session:
        build_card(session, plan_of(JOY, SICK_LEAVE))
        feed_everything(session)
    sign_in_as(client, released, Role.HR, "K")
    document = html5lib.parse(client.get(ADDRESS).text, namespaceHTMLElements=False)
    heads, *rows = document.iter("tr")
    themes = [link.get("href").partition("#betyr-")[2] for link in heads.iter("a")]
    for row in rows:
        [unit] = row.iter("a")
        shown = [
            theme for theme, cell in zip(themes, row.findall("td"), strict=True) if "," in (cell.text or "")
        ]
        assert set(shown) <= set(helps(client, unit.get("href"))), unit.text
    card = html5lib.parse(client.get("/styringskort/A").text, namespaceHTMLElements=False)
    said = {
        element.get("id"): " ".join("".join(element.itertext()).split())
        for element in card.iter("li")
        if element.get("class") == "indicator"
    }
    joy = next(factor for factor in SMALL.factors if factor.key == "TRI")
    assert all(item.text["nb"] in said["indikator-M1.1"] for item in joy.items)
    assert "Tallet sier ikke hvem som svarte hva, eller hvorfor." in said["indikator-M1.1"]
    assert "Hva betyr dette?" not in said["indikator-M1.2"], "no survey gave it"
