"""What tests of questions about a card's lines do: ask, answer, and look at what is stored."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.test import TestResponse

from surveys.platform.database import Database
from surveys.scorecards.questions.models import LineQuestion
from tests.replying import reply_address

WORDS = "Gjelder fraværet hele enheten?"


def value_on_page(client: FlaskClient, address: str) -> str:
    """The id of the value that the page says may be asked about; «» when it may not."""
    found = re.search(r'name="maling" value="(\d+)"', client.get(address).text)
    return found.group(1) if found else ""


def ask(
    client: FlaskClient,
    db: Database,
    words: str = WORDS,
    code: str = "M1.2",
    unit: str = "A",
    value: str | None = None,
) -> TestResponse:
    address = reply_address(db, code, unit)
    asked_about = value_on_page(client, address) if value is None else value
    return client.post(f"{address}/sporsmal", data={"maling": asked_about, "sporsmaltekst": words})


def answer(
    client: FlaskClient,
    db: Database,
    question_id: int,
    words: str = "Mest to avdelinger.",
    versjon: int = 0,
    code: str = "M1.2",
    unit: str = "A",
) -> TestResponse:
    address = f"{reply_address(db, code, unit)}/sporsmal/{question_id}"
    return client.post(address, data={f"svar-{question_id}": words, "versjon": str(versjon)})


def stored_questions(db: Database) -> list[LineQuestion]:
    with db.reading() as session:
        query = select(LineQuestion).options(selectinload(LineQuestion.answers)).order_by(LineQuestion.id)
        return list(session.scalars(query))
