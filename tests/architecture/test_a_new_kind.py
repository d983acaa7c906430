"""A new kind of question needs the files that CONTRIBUTING.md lists, and no others.

The test adds one, the time of day, to the two tables that the list names and to nothing else, and a respondent
answers it.
"""

import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient

from questionnaires import kinds, loading, shape
from questionnaires.faults import DefinitionError
from questionnaires.handling import AnswerFault, Handler
from questionnaires.question import Question
from questionnaires.writing import InParts
from surveys.platform.database import Database
from surveys.respond import fields
from tests.building import build_open_survey, invite_some
from tests.respondent import Respondent

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "tests" / "questionnaires" / "examples" / "kinds.yaml").read_bytes()
NEW = b"  - {key: clock, kind: time_of_day, text: {nb: What time?}, minimum: 6, maximum: 20}\n"
WITH_NEW_KIND = SOURCE.replace(b"pages:\n", NEW + b"pages:\n").replace(
    b"recommend, text]", b"recommend, text, clock]"
)

# No kind has needed both: a handler is in one of the two modules, and the shapes there are fit most.
NOT_BOTH = {"questionnaires/picking.py", "templates/respond/questions.html"}
MOST_FILES = 9


class TimeOfDayHandler(InParts):
    """Hour and minute; minutes since midnight."""

    parts = ("hour", "minute")
    incomplete = AnswerFault.DATE_INCOMPLETE
    unreadable = AnswerFault.NOT_A_DATE

    def code_of(self, numbers: Mapping[str, int]) -> int | None:
        hour, minute = numbers.get("hour", 24), numbers.get("minute", 60)
        return 60 * hour + minute if hour < 24 and minute < 60 else None

    def in_range(self, question: Question, code: int) -> bool:
        return super().in_range(question, code // 60)

    def fields(self, question: Question, code: int) -> dict[str, str]:
        return {f"{question.key}.hour": str(code // 60), f"{question.key}.minute": str(code % 60)}

    def value(self, code: int) -> str:
        return f"{code // 60:02}:{code % 60:02}"

    def words(self, question: Question, code: int, language: str) -> str:  # noqa: ARG002
        return f"kl. {self.value(code)}"


def _hour_and_minute(question: Question, language: str) -> fields.ShownQuestion:
    written = kinds.handler_of(question).written_fields(question)
    parts = tuple(fields.TimePart(field, field, digits=2) for field in written)
    return fields.ShownQuestion(question.key, "parts", question.text[language], parts[0].id, parts=parts)


@pytest.fixture
def _new_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day, known for the length of a test."""
    handlers = cast("MutableMapping[str, Handler]", kinds.HANDLERS)
    monkeypatch.setitem(handlers, "time_of_day", TimeOfDayHandler())
    monkeypatch.setitem(cast("MutableMapping[str, object]", fields._FIELDS), "time_of_day", _hour_and_minute)
    monkeypatch.setattr(shape, "_validator", shape._validator.__wrapped__)


def test_a_kind_that_nobody_wrote_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(DefinitionError, match=r"choice, choices, .*information") as refused:
        loading.parse(WITH_NEW_KIND, "clock.yaml")
    assert "scale" not in str(refused.value), "a statement is written under its factor"


@pytest.mark.usefixtures("_new_kind")
def test_two_tables_are_all_that_a_new_kind_needs(app: Flask, db: Database, client: FlaskClient) -> None:
    questionnaire = loading.parse(WITH_NEW_KIND, "clock.yaml")
    with db.transaction() as session:
        survey = build_open_survey(app, session, questionnaire=questionnaire, source=WITH_NEW_KIND)
        [code] = invite_some(app, session, survey)
    person = Respondent(client, code)
    person.goes_to("side/1")
    person.press({"clock.hour": "25", "clock.minute": "0"})
    assert list(person.page.summary().values()) == ["#clock-hour"]
    person.press({"clock.hour": "12", "clock.minute": "5"})
    assert "kl. 12:05" in person.goes_to("oppsummering").text
    assert person.goes_to("side/1").answers() == {"clock.hour": "12", "clock.minute": "5"}
    person.delivers()


def _listed() -> list[str]:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    section = text.partition("## Add a kind of question")[2].partition("\n## ")[0].partition("\n6. ")[0]
    names = re.findall(r"`([a-z]+/[\w/.]+|CHANGELOG\.md)`", section)
    return [name for name in names if name != "tests/architecture/test_a_new_kind.py"]


def test_the_files_in_the_list_are_there_and_few() -> None:
    listed = _listed()
    assert [name for name in listed if not (ROOT / name).is_file()] == []
    assert set(listed) > NOT_BOTH
    assert len(set(listed) - NOT_BOTH) == MOST_FILES, listed


@pytest.mark.parametrize("kind", ["recommend", "choices", "date"])
def test_no_other_file_of_the_program_knows_a_kind_by_name(kind: str) -> None:
    """`date` is also the name of other things: only where a kind would be named is it looked for."""
    compared, handler, entry = rf'kind == "{kind}"', rf"\b{kind.title()}Handler\b", rf'^\s+"{kind}": _\w+,'
    names = re.compile(f"{compared}|{handler}|{entry}", re.MULTILINE)
    knowing = {
        str(file.relative_to(ROOT))
        for folder in ("questionnaires", "surveys", "analysis", "templates", "static/js")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".html", ".js", ".json"} and names.search(file.read_text())
    }
    assert {"questionnaires/kinds.py", "surveys/respond/fields.py"} <= knowing <= set(_listed())
