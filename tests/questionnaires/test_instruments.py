"""Promises of the instruments that come with the product, beyond having no faults."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from questionnaires.checking import check
from questionnaires.comparison import compare
from questionnaires.loading import available, builtin, load
from questionnaires.model import Questionnaire
from questionnaires.routing import route

PICTOGRAMS = Path(__file__).parents[2] / "static" / "pictograms"

SERVICES = {
    "barnehage": "BHG",
    "skole": "SKO",
    "sfo": "SFO",
    "helsestasjon": "HST",
    "hjemmetjeneste": "HJT",
    "bibliotek": "BIB",
    "kulturskole": "KUL",
    "idrett": "IDR",
    "byggesak": "BYG",
}
ONLY_WORD_ORDER: Mapping[str, frozenset[str]] = defaultdict(frozenset, psykososialt=frozenset({"KRA"}))
"""Factors whose line goes on although a text was touched: in nynorsk alone, and the meaning is the same."""

COMMON = ["BO", "TJE", "MOT", "TLT", "MED", "HEL"]


@pytest.fixture(scope="module")
def citizens() -> Questionnaire:
    return builtin("innbygger", 3)


@pytest.fixture(scope="module")
def easy() -> Questionnaire:
    return builtin("hjemmetjeneste-bruker", 1)


def used(*services: str) -> Mapping[str, int]:
    return {f"tjenester.{service}": int(service in services) for service in SERVICES}


def factors_met(questionnaire: Questionnaire, answers: Mapping[str, int]) -> Iterator[str]:
    for page in route(questionnaire, "all", answers):
        yield from (factor.key for factor in page.factors)


@pytest.mark.parametrize("path", available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_instrument_has_neither_faults_nor_warnings(path: Path) -> None:
    assert check(path) == []


@pytest.mark.parametrize("key", sorted({path.parent.name for path in available()}))
def test_a_new_version_says_what_may_be_compared_with_the_one_before_and_why(key: str) -> None:
    versions = [builtin(key, int(path.stem[1:])) for path in available() if path.parent.name == key]
    for earlier, later in pairwise(versions[-2:]):
        comparison = compare(earlier, later)
        assert comparison.reason is not None
        assert set(later.languages) == set(comparison.reason)
        assert {factor.key for factor in comparison.factors if factor.deserves_a_look} <= ONLY_WORD_ORDER[key]


@pytest.mark.parametrize("path", available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_an_instrument_speaks_three_languages_and_tells_minutes_target_and_sources(path: Path) -> None:
    questionnaire = builtin(path.parent.name, int(path.stem[1:]))
    assert {"nb", "nn", "en"} <= set(questionnaire.languages)
    assert questionnaire.minutes
    assert questionnaire.target
    assert all(factor.source and len(factor.items) >= 3 for factor in questionnaire.factors)


def test_a_citizen_meets_the_pages_of_the_services_used_and_no_other(citizens: Questionnaire) -> None:
    assert list(factors_met(citizens, used("skole", "byggesak"))) == [*COMMON, "SKO", "BYG"]
    assert list(factors_met(citizens, used())) == COMMON
    assert list(factors_met(citizens, used(*SERVICES))) == [*COMMON, *SERVICES.values()]


def test_every_service_that_can_be_chosen_has_its_page(citizens: Questionnaire) -> None:
    assert [option.key for option in citizens.question_of["tjenester"].options] == list(SERVICES)
    for service, factor in SERVICES.items():
        assert [key for key in factors_met(citizens, used(service)) if key not in COMMON] == [factor]


def test_the_citizens_lines_go_on_and_the_index_stands_beside_the_mean(citizens: Questionnaire) -> None:
    comparison = compare(builtin("innbygger", 1), citizens)
    assert comparison.surviving == tuple(COMMON[1:]), "the first asks of safety in other words"
    assert not any(factor.deserves_a_look for factor in comparison.factors)
    assert citizens.reporting.index
    assert {factor.scale.values for factor in citizens.factors} == {range(1, 8)}


def test_the_citizens_questions_of_version_1_come_first_and_in_the_same_order(
    citizens: Questionnaire,
) -> None:
    """What is asked before a question colours its answer: a line that goes on needs the same way up to it."""
    earlier = [page.factors[0].key for page in builtin("innbygger", 1).pages if page.factors]
    assert [page.factors[0].key for page in citizens.pages if page.factors][: len(earlier)] == earlier


def test_the_easy_questionnaire_is_yes_no_or_dont_know_as_shares(easy: Questionnaire) -> None:
    [scale] = easy.scales.values()
    assert [point.label["nb"] for point in scale.shown] == ["Ja", "Nei"]
    assert scale.not_applicable is not None
    assert scale.not_applicable["nb"] == "Vet ikke"
    assert easy.reporting.shares_only
    assert easy.reading == "easy"


def test_every_easy_question_has_a_pictogram_of_its_own(easy: Questionnaire) -> None:
    pictograms = [item.pictogram for item in easy.items]
    assert all(pictograms)
    assert len(set(pictograms)) == len(pictograms)


@pytest.mark.parametrize("path", available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_pictogram_that_is_named_is_drawn(path: Path) -> None:
    asked = [question for page in load(path).pages for question in page.asked]
    named = {question.pictogram for question in asked if question.pictogram}
    assert named <= {drawing.stem for drawing in PICTOGRAMS.glob("*.svg")}


def test_pupils_are_asked_in_easy_words() -> None:
    assert builtin("skole-elev", 2).reading == "easy"
