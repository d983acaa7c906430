"""Each kind of question reads what a form sends, says it back in words, and fits in its bytes."""

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questionnaires.answers import AnswerFault, asked_keys, read_page, unanswered
from questionnaires.codes import NOT_APPLICABLE, WIDE_BLANK, WIDE_NOT_APPLICABLE, WIDE_NOT_ASKED
from questionnaires.coding import closed_keys, decode, encode, places, row_fits, row_length
from questionnaires.handling import Read
from questionnaires.kinds import HANDLERS, handler_of
from questionnaires.loading import available, load
from questionnaires.model import Question, Questionnaire

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


ExampleOf = Callable[[str], Questionnaire]


@pytest.fixture
def example_of(routed: Questionnaire, kinds: Questionnaire) -> ExampleOf:
    """The example that has the question."""
    return lambda key: next(one for one in (routed, kinds) if key in one.question_of)


def read(questionnaire: Questionnaire, key: str, **form: str) -> Read:
    """What the fields say; `KEY__part` stands for the field `KEY.part`."""
    question = questionnaire.question_of[key]
    fields = {name.replace("__", "."): value for name, value in form.items()}
    return handler_of(question).read(question, fields)


def described(
    questionnaire: Questionnaire, key: str, coded: dict[str, int], language: str = "nb"
) -> str | None:
    question = questionnaire.question_of[key]
    return handler_of(question).describe(question, coded, language)


@pytest.mark.parametrize(
    ("key", "form", "coded", "words"),
    [
        ("LIB01", {"LIB01": "1"}, {"LIB01": 1}, "Ja"),
        ("LIB01", {"LIB01": "na"}, {"LIB01": NOT_APPLICABLE}, "Vet ikke"),
        ("age", {"age": "old"}, {"age": 1}, "Gammel"),
        ("bus", {"bus": "never"}, {"bus": 1}, "Aldri"),
        ("bus", {"bus": "na"}, {"bus": NOT_APPLICABLE}, "Vil ikke svare"),
        ("used", {"used__pool": "1"}, {"used.library": 0, "used.pool": 1}, "Svømmehallen"),
        (
            "used",
            {"used__pool": "1", "used__library": "1"},
            {"used.library": 1, "used.pool": 1},
            "Biblioteket, Svømmehallen",
        ),
        ("used", {"used": "none"}, {"used.library": 0, "used.pool": 0}, "Ingen av dem"),
        (
            "used",
            {"used": "na"},
            {"used.library": NOT_APPLICABLE, "used.pool": NOT_APPLICABLE},
            "Vet ikke",
        ),
        ("visits", {"visits": "12"}, {"visits": 12}, "12 ganger"),
        ("visits", {"visits": " 012 "}, {"visits": 12}, "12 ganger"),
        ("visits", {"visits": "2 55"}, {"visits": 255}, "255 ganger"),
        ("visits", {"visits__na": "1"}, {"visits": WIDE_NOT_APPLICABLE}, "Husker ikke"),
        ("moved", {"moved": "1999"}, {"moved": 1999}, "1999"),
        ("latest", {"latest__month": "03", "latest__year": "2024"}, {"latest": 24290}, "mars 2024"),
        (
            "date",
            {"date__day": "29", "date__month": "2", "date__year": "2024"},
            {"date": (dt.date(2024, 2, 29) - dt.date(1900, 1, 1)).days},
            "29. februar 2024",
        ),
        ("date", {"date__na": "1"}, {"date": WIDE_NOT_APPLICABLE}, "Husker ikke"),
        ("tell", {"tell": "10"}, {"tell": 10}, "10"),
        ("tell", {"tell": "0"}, {"tell": 0}, "0"),
    ],
)
def test_an_answer_is_read_and_said_back(
    example_of: ExampleOf, key: str, form: dict[str, str], coded: dict[str, int], words: str
) -> None:
    assert read(example_of(key), key, **form) == Read(coded)
    assert described(example_of(key), key, coded) == words


def test_an_answer_is_said_in_the_respondents_language(routed: Questionnaire) -> None:
    assert described(routed, "latest", {"latest": 24290}, "en") == "March 2024"
    assert described(routed, "used", {"used.library": 1, "used.pool": 0}, "en") == "The library"


@pytest.mark.parametrize(
    ("key", "form", "fault"),
    [
        ("LIB01", {"LIB01": "2"}, AnswerFault.VALUE_NOT_ON_SCALE),
        ("age", {"age": "na"}, AnswerFault.UNKNOWN_OPTION),
        ("bus", {"bus": "seldom"}, AnswerFault.UNKNOWN_OPTION),
        ("tell", {"tell": "11"}, AnswerFault.VALUE_NOT_ON_SCALE),
        ("tell", {"tell": "na"}, AnswerFault.NOT_APPLICABLE_NOT_OFFERED),
        ("used", {"used__pool": "yes"}, AnswerFault.UNKNOWN_OPTION),
        ("used", {"used": "pool"}, AnswerFault.UNKNOWN_OPTION),
        ("used", {"used": "none", "used__pool": "1"}, AnswerFault.CHOICES_CONTRADICT),
        ("visits", {"visits": "3,5"}, AnswerFault.NOT_A_WHOLE_NUMBER),
        ("visits", {"visits": "-3"}, AnswerFault.NOT_A_WHOLE_NUMBER),
        ("visits", {"visits": "٣"}, AnswerFault.NOT_A_WHOLE_NUMBER),
        ("visits", {"visits": "9" * 5000}, AnswerFault.NOT_A_WHOLE_NUMBER),
        ("visits", {"visits": "0"}, AnswerFault.NUMBER_OUT_OF_RANGE),
        ("visits", {"visits": "401"}, AnswerFault.NUMBER_OUT_OF_RANGE),
        ("visits", {"visits": str(WIDE_NOT_APPLICABLE)}, AnswerFault.NUMBER_OUT_OF_RANGE),
        ("visits", {"visits": "3", "visits__na": "1"}, AnswerFault.FIELD_AND_BOX),
        ("moved", {"moved__na": "1"}, AnswerFault.NOT_APPLICABLE_NOT_OFFERED),
        ("moved", {"moved": "1919"}, AnswerFault.YEAR_OUT_OF_RANGE),
        ("latest", {"latest__month": "3"}, AnswerFault.MONTH_INCOMPLETE),
        ("latest", {"latest__year": "2024"}, AnswerFault.MONTH_INCOMPLETE),
        ("latest", {"latest__month": "13", "latest__year": "2024"}, AnswerFault.NOT_A_MONTH),
        ("latest", {"latest__month": "0", "latest__year": "2024"}, AnswerFault.NOT_A_MONTH),
        ("latest", {"latest__month": "mars", "latest__year": "2024"}, AnswerFault.NOT_A_MONTH),
        ("date", {"date__day": "1", "date__year": "2024"}, AnswerFault.DATE_INCOMPLETE),
        ("date", {"date__day": "29", "date__month": "2", "date__year": "2023"}, AnswerFault.NOT_A_DATE),
        ("date", {"date__day": "en", "date__month": "2", "date__year": "2023"}, AnswerFault.NOT_A_DATE),
        ("date", {"date__day": "1", "date__month": "1", "date__year": "99999"}, AnswerFault.NOT_A_DATE),
        (
            "date",
            {"date__day": "31", "date__month": "12", "date__year": "1989"},
            AnswerFault.YEAR_OUT_OF_RANGE,
        ),
        ("date", {"date__day": "1", "date__month": "1", "date__year": "1899"}, AnswerFault.YEAR_OUT_OF_RANGE),
        ("latest", {"latest__month": "12", "latest__year": "2019"}, AnswerFault.YEAR_OUT_OF_RANGE),
        ("latest", {"latest__month": "1", "latest__year": "2031"}, AnswerFault.YEAR_OUT_OF_RANGE),
    ],
)
def test_what_is_no_answer_is_a_named_fault(
    example_of: ExampleOf, key: str, form: dict[str, str], fault: AnswerFault
) -> None:
    assert read(example_of(key), key, **form) == Read(fault=fault)


@pytest.mark.parametrize("kind", HANDLERS)
def test_nothing_sent_is_unanswered_and_has_no_words(kinds: Questionnaire, kind: str) -> None:
    assert read(kinds, kind) == Read()
    assert described(kinds, kind, {}) is None


def test_free_text_and_information_have_no_code(routed: Questionnaire) -> None:
    assert read(routed, "why", why=" For langt.\r\n ") == Read(text="For langt.")
    assert handler_of(routed.question_of["welcome"]).closed_keys(routed.question_of["welcome"]) == ()
    assert not {"why", "welcome", "more"} & set(closed_keys(routed))


def test_every_kind_is_in_the_example(kinds: Questionnaire) -> None:
    assert {key: question.kind for key, question in kinds.question_of.items()} == {
        one: one for one in HANDLERS
    }


def test_a_page_tells_what_the_respondent_took_back(routed: Questionnaire) -> None:
    first = read_page(routed, routed.pages[0], {})
    assert first.unanswered == ("used",)
    assert first.cleared == frozenset({"used.library", "used.pool"})
    third = read_page(routed, routed.pages[2], {"latest.month": "x", "latest.year": "2024"})
    assert third.unanswered == ("moved", "bus")
    assert third.cleared == frozenset({"moved"})
    assert third.faults == {"latest": AnswerFault.NOT_A_MONTH}


def test_the_reminder_names_questions_and_not_their_bytes(routed: Questionnaire) -> None:
    assert unanswered(routed.pages[0], {}) == ("used",)
    assert unanswered(routed.pages[0], {"used.library": 0, "used.pool": 0}) == ()
    assert unanswered(routed.pages[1], {"LIB02": 1}) == ("LIB01", "LIB03", "visits")


def test_new_kinds_stand_after_items_and_background(routed: Questionnaire) -> None:
    items = [item.key for item in routed.items]
    background = [question.key for question in routed.background]
    others = ["used.library", "used.pool", "visits", "latest", "moved", "bus", "tell"]
    assert list(closed_keys(routed)) == items + background + others
    assert [place.width for place in places(routed)] == [1] * 10 + [2, 2, 2, 1, 1]
    assert row_length(routed) == 18


def test_two_byte_answers_keep_blank_and_not_asked_apart(routed: Questionnaire) -> None:
    row = encode(routed, {"visits": 255}, frozenset({"visits", "moved"}))
    decoded = decode(routed, row)
    assert (decoded["visits"], decoded["moved"], decoded["latest"]) == (255, WIDE_BLANK, WIDE_NOT_ASKED)


def test_a_row_with_an_impossible_answer_does_not_fit(routed: Questionnaire) -> None:
    asked = asked_keys(routed, "all")
    assert row_fits(routed, encode(routed, {"visits": 400, "used.pool": 1}, asked))
    assert not row_fits(routed, encode(routed, {"visits": 401}, asked))
    assert not row_fits(routed, encode(routed, {"used.pool": 2}, asked))
    assert not row_fits(routed, encode(routed, {"tell": NOT_APPLICABLE}, asked))
    assert not row_fits(routed, encode(routed, {}, asked)[:-1])


@pytest.mark.parametrize("path", available(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_statements_and_background_keep_the_bytes_they_always_had(path: Path) -> None:
    """One byte each, items first: the rows stored before there were other kinds are read as they were written."""
    questionnaire = load(path)
    keys = [item.key for item in questionnaire.items] + [one.key for one in questionnaire.background]
    asked = frozenset(keys[1:])
    answers = {key: number % 3 for number, key in enumerate(keys) if number % 4}
    first = bytes(answers.get(key, 255) if key in asked else 253 for key in keys)
    assert encode(questionnaire, answers, asked)[: len(keys)] == first
    if not questionnaire.questions:
        assert len(first) == row_length(questionnaire)
        assert closed_keys(questionnaire) == tuple(keys)


def any_answer(question: Question) -> st.SearchStrategy[dict[str, int]]:
    """Codes that can be an answer to the question, or none."""
    handler = handler_of(question)
    keys = handler.closed_keys(question)
    if question.kind == "choices":
        ticked = st.tuples(*(st.integers(0, 1) for _ in keys)).filter(
            lambda codes: any(codes) or question.none is not None
        )
        unsure = st.just((NOT_APPLICABLE,) * len(keys)) if question.not_applicable else st.nothing()
        return st.one_of(ticked, unsure).map(lambda codes: dict(zip(keys, codes, strict=True)))
    candidates = [
        *range(500),
        *range(1900, 2040),
        *range(24000, 24400),
        *range(40000, 47000, 97),
        WIDE_NOT_APPLICABLE,
    ]
    allowed = [code for code in candidates if handler.allows(question, code)]
    return st.sampled_from(allowed).map(lambda code: {question.key: code}) if keys else st.just({})


@unhurried
@given(data=st.data())
def test_a_form_filled_with_an_answer_is_read_as_that_answer(
    kinds: Questionnaire, data: st.DataObject
) -> None:
    question = data.draw(st.sampled_from(kinds.answered))
    handler = handler_of(question)
    coded = data.draw(any_answer(question))
    assert handler.read(question, handler.form_values(question, coded)) == Read(coded)
    assert all(handler.allows(question, code) for code in coded.values())
    assert (handler.describe(question, coded, "nb") is not None) == bool(coded)


@unhurried
@given(data=st.data())
def test_answers_of_every_kind_survive_their_bytes(kinds: Questionnaire, data: st.DataObject) -> None:
    coded = {
        key: code
        for question in data.draw(st.lists(st.sampled_from(kinds.answered), unique_by=lambda one: one.key))
        for key, code in data.draw(any_answer(question)).items()
    }
    row = encode(kinds, coded, asked_keys(kinds, "all"))
    assert row_fits(kinds, row)
    decoded = decode(kinds, row)
    blank = {place.key: place.blank for place in places(kinds)}
    assert decoded == blank | coded


def fields_of(questions: Iterable[Question]) -> set[str]:
    """The names of all their fields, and one that is nobody's."""
    found = {"x"}
    for question in questions:
        handler = handler_of(question)
        found |= {question.key, *handler.closed_keys(question), *handler.written_fields(question)}
        found |= {one.field for one in handler.apart(question)}
    return found


VALUES = st.one_of(st.text(max_size=6), st.integers(-5, 70000).map(str), st.sampled_from(["1", "na", "none"]))


@unhurried
@given(data=st.data())
def test_any_form_gives_an_allowed_answer_a_blank_or_a_fault(
    kinds: Questionnaire, data: st.DataObject
) -> None:
    [page] = kinds.pages
    form = data.draw(st.dictionaries(st.sampled_from(sorted(fields_of(page.asked))), VALUES))
    answers = read_page(kinds, page, form)
    for question in page.asked:
        handler = handler_of(question)
        keys = handler.closed_keys(question)
        present = [key for key in keys if key in answers.coded]
        outcomes = [bool(present), question.key in answers.faults, question.key in answers.unanswered]
        assert outcomes.count(True) == (1 if keys else 0)
        assert present in ([], list(keys))
        assert all(handler.allows(question, answers.coded[key]) for key in present)
