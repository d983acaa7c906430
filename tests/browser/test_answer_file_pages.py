"""A file of answers on its three pages, by keyboard: sound on a desk and on a narrow phone, with faults and without."""

from pathlib import Path

import pandas as pd
import pyreadstat
from playwright.sync_api import Page, expect

from questionnaires import loading
from tests.browser import axe
from tests.browser.conftest import Site, sign_in
from tests.browser.moving_on import move_on_by_key


def _assert_sound(page: Page) -> None:
    assert axe.faults_for_readers(page) == []


def _turned_file(folder: Path) -> Path:
    questionnaire = loading.builtin("lederklima", 1)
    labels: dict[str, dict[int | float, str]] = {}
    for factor in questionnaire.factors:
        points = factor.scale.points
        turned: dict[int | float, str] = {
            float(points[-1 - index].value): point.label["nb"] for index, point in enumerate(points)
        }
        labels |= {item.key: turned for item in factor.items}
    cells = {item.key: [1.0, 2.0, 1.0, 2.0, 1.0, 2.0] for item in questionnaire.items}
    file = folder / "svar.sav"
    frame = pd.DataFrame({"Avdeling": ["NY"] * 6, **cells})
    pyreadstat.write_sav(frame, file, variable_value_labels=labels)
    return file


def test_a_file_is_taken_in_by_keyboard_and_every_page_is_sound(
    desk: Page, own_site: Site, tmp_path: Path
) -> None:
    sign_in(desk, own_site, "hr")
    desk.goto(own_site.path("/undersokelser"))
    move_on_by_key(desk.get_by_role("link", name="Hent svar fra en fil"))
    move_on_by_key(desk.get_by_role("button", name="Les filen"))
    expect(desk.locator(".ds-error-summary")).to_contain_text("Velg ett av spørreskjemaene")
    expect(desk.locator(".ds-error-summary")).to_be_focused()
    _assert_sound(desk)
    desk.get_by_label("Spørreskjema").select_option("lederklima@1")
    desk.get_by_label("Tittel på undersøkelsen").fill("Lederklima 2022")
    desk.get_by_label("Dato for undersøkelsen").fill("2022-03-20")
    desk.get_by_label("Fil med svar").set_input_files(_turned_file(tmp_path))
    desk.get_by_label("Lag enhetene som ikke finnes").press("Space")
    move_on_by_key(desk.get_by_role("button", name="Les filen"))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Hva betyr kolonnene?")
    _assert_sound(desk)
    move_on_by_key(desk.get_by_role("button", name="Vis hva som blir lest"))
    expect(desk.get_by_role("alert")).to_contain_text("Merkelappene i filen sier noe annet")
    _assert_sound(desk)
    desk.screenshot(path=tmp_path / "faults.png", full_page=True)
    desk.get_by_label("Følg merkelappene i filen").press("Space")
    move_on_by_key(desk.get_by_role("button", name="Les på nytt"))
    expect(desk.get_by_text("Merkelappene i filen er fulgt")).to_be_visible()
    _assert_sound(desk)
    desk.screenshot(path=tmp_path / "preview.png", full_page=True)
    move_on_by_key(desk.get_by_role("button", name="Legg inn svarene"))
    expect(desk.get_by_role("link", name="Lederklima 2022")).to_be_visible()
