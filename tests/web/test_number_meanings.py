"""«Hva betyr dette?»: every number of a result has its help, and the help says no more than the number may."""

import re

import html5lib
import pytest
from flask.testing import FlaskClient

from questionnaires import loading
from questionnaires.reading_level import lix
from surveys.access.models import Role
from surveys.platform.database import Database
from tests.building import SMALL_SOURCE
from tests.card_building import sign_in_as
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
    assert set(re.findall(r'href="#betyr-([^"]+)"', page.text)) <= set(found)
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
