"""Finding the measure or statement that feeds an indicator, among hundreds, with what was typed beside it kept."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.platform.database import Database
from surveys.scorecards.outline.source_choices import source_groups
from surveys.scorecards.outline.source_search import MOST_THEMES, FoundSources, SourceSearch, find_sources
from tests.card_drafting import begin, card_site, node, write_indicator

LEARNING = "medarbeider ML"
SERVICE = "bibliotek"


def values(found: FoundSources) -> list[str]:
    """What the list has, in its order."""
    themes = [each.theme for group in found.groups for each in group.themes]
    return [each.value for theme in themes for each in (*theme.measures, *theme.statements)]


def search(questionnaire: str = "", words: str = "", chosen: str = "", stored: str = "") -> FoundSources:
    return find_sources(SourceSearch(questionnaire, words, chosen, stored))


def test_a_measure_is_found_by_its_questionnaire_its_theme_or_its_statement(app: Flask) -> None:
    with app.test_request_context():
        library = next(group for group in source_groups() if group.key == SERVICE)
        theme = library.themes[1]
        statement = theme.statements[1]
        assert search().groups == []
        assert [each.value for each in search(chosen=LEARNING, stored=LEARNING).kept] == ["", LEARNING]

        whole = search(SERVICE, chosen=LEARNING, stored=statement.value)
        assert values(whole) == list(library.names())
        assert {value.partition(" ")[0] for value in values(whole)} == {SERVICE}
        assert not any(each.is_open for each in whole.groups[0].themes), "statements wait under their theme"
        assert [each.value for each in whole.kept] == ["", LEARNING], "nothing is offered twice"
        assert any(each.is_open for each in search(SERVICE, chosen=statement.value).groups[0].themes)

        by_theme = search(words=f"  {theme.title.upper()} bibliotek")
        assert {each.value for each in theme.statements} <= set(values(by_theme))
        by_statement = search(words=statement.words.strip("«»."))
        [found] = [
            each for group in by_statement.groups if group.title == library.title for each in group.themes
        ]
        assert found.is_open
        assert list(found.theme.statements) == [statement]
        assert LEARNING in values(search(words=LEARNING)), "by its name in files too"

        assert search("medarbeider", "zzz").verdict.startswith("Ingenting passer til «zzz».")
        many = search(words="e")
        assert sum(len(group.themes) for group in many.groups) == MOST_THEMES
        assert many.verdict.startswith(f"Viser {MOST_THEMES} av ")


@pytest.fixture
def site(app: Flask, db: Database, client: FlaskClient) -> Database:
    return card_site(app, db, client)


def test_looking_keeps_the_form_and_saves_nothing(client: FlaskClient, site: Database) -> None:
    """By the button and by Enter, without scripts."""
    card = begin(client, "oyer")
    indicator = node(site, card, "M.1.1")
    stored = indicator.indicator
    assert stored is not None
    typed = {"navn": "Bedre navn", "desimaler": "mange", "skjema": SERVICE, "sok": "", "handling": "finn"}
    page = write_indicator(client, card, indicator.id, typed)
    assert page.status_code == 200
    assert 'value="Bedre navn"' in page.text
    assert 'value="mange"' in page.text, "what is wrong is said when it is saved"
    assert re.search(r'id="kilder-status"[^>]* autofocus>\d+ treff\.', page.text)
    assert f'<option value="{SERVICE}" selected>' in page.text
    [choice, *_more] = re.findall(rf'name="mates" value="({SERVICE} [^"]*)"', page.text)
    entered = write_indicator(client, card, indicator.id, typed | {"handling": "enter", "skjema-vist": ""})
    assert (entered.status_code, " treff." in entered.text) == (200, True)
    assert node(site, card, "M.1.1").indicator == stored

    chosen = {"mates": choice, "periode": "year", "skjema": SERVICE, "skjema-vist": SERVICE}
    saved = write_indicator(client, card, indicator.id, chosen | {"handling": "enter"})
    assert saved.status_code == 302
    changed = node(site, card, "M.1.1").indicator
    assert changed is not None
    assert f"{changed.questionnaire} {changed.measure}" == choice
    page = write_indicator(client, card, indicator.id, {"mates": "", "handling": "se"})
    assert len(re.findall(rf'name="mates" value="{choice}"', page.text)) == 1, (
        "what is saved can be taken back"
    )
    nothing = write_indicator(client, card, indicator.id, {"mates": "", "sok": "zzz", "handling": "finn"})
    assert "Ingenting passer til «zzz»." in nothing.text
    assert f'value="{choice}"' in nothing.text
