"""The library of ideas: whole in each language, short enough for the form, and there for every theme of employees."""

import re

from questionnaires import loading
from questionnaires.files import available
from surveys.actions.models import MOST_CHARACTERS
from surveys.followup.actions.ideas import ThemeIdeas, all_ideas, ideas_for
from surveys.platform.localisation import LANGUAGES

MADE_FOR = ("nb", "nn", "en")


def _texts(block: ThemeIdeas) -> list[dict[str, str]]:
    return [
        dict(block.basis),
        *(dict(text) for idea in block.ideas for text in (idea.what, idea.sign, idea.guide) if text),
    ]


def test_there_are_sixty_and_each_is_whole() -> None:
    ideas = [idea for block in all_ideas() for idea in block.ideas]
    assert len(ideas) >= 60
    assert len({idea.key for idea in ideas}) == len(ideas)
    texts = [text for block in all_ideas() for text in _texts(block)]
    assert [text for text in texts if set(text) != set(MADE_FOR) or not all(text.values())] == []
    assert set(MADE_FOR) <= set(LANGUAGES)
    typed = [text for idea in ideas for text in (*idea.what.values(), *idea.sign.values())]
    assert max(map(len, typed)) <= MOST_CHARACTERS


def test_every_theme_of_the_employees_has_some() -> None:
    for factor in loading.builtin("medarbeider", 2).factors:
        found = ideas_for("medarbeider", factor.key)
        assert found is not None, factor.key
        assert len(found.ideas) >= 3


def test_every_theme_that_is_named_is_in_a_questionnaire() -> None:
    known = {(each.key, factor.key) for each in map(loading.load, available()) for factor in each.factors}
    named = [theme.split(":") for block in all_ideas() for theme in block.themes]
    wrong = [
        each
        for each in named
        if not any(each[0] in {"*", key} and each[1] == factor for key, factor in known)
    ]
    assert wrong == []


def test_an_employees_theme_gets_no_idea_about_users() -> None:
    assert ideas_for("psykososialt", "TRI") is None
    assert ideas_for("sykehjem-parorende", "RES") is not None


def test_nynorsk_is_nynorsk() -> None:
    bokmaal = re.compile(r"\b(ikke|hva|hvem|vi er enige|jeg|noen|mer|fra|gjør|også hvis|uke|måned)\b")
    texts = [text["nn"] for block in all_ideas() for text in _texts(block)]
    assert [text for text in texts if bokmaal.search(text)] == []
