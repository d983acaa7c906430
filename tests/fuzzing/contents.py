"""Odd files given to their readers: tables, questionnaires, cards, roles, and answers in every format."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

import pandas as pd
import pyreadstat
import yaml
from flask import Flask
from openpyxl import Workbook
from sqlalchemy.orm import Session

from analysis.example import QUESTIONNAIRE
from analysis.reading import read_responses
from analysis.tables import FileFaults
from questionnaires import checking, loading
from questionnaires.faults import DefinitionError
from questionnaires.source import read_document
from surveys.access.oidc.role_mapping import RoleMappingError, read_role_mapping, unknown_units
from surveys.files.columns import PEOPLE_COLUMNS, UNIT_COLUMNS
from surveys.files.reading import parse_table
from surveys.files.report import FileRefusedError
from surveys.platform.database import Database
from surveys.platform.typed_data import FileDataError, from_file
from surveys.scorecards.card_plans import CardPlan, SetupError
from surveys.scorecards.setup import build_card
from tests.fuzzing.odd_values import OddValues

ROOT: Final = Path(__file__).parents[2]
CARD: Final = (ROOT / "docs/examples/styringskort-lederklima.yaml").read_bytes()
ROLES: Final = b"""
roles:
  - {claim: groups, value: hr, role: hr, unit: fjordvik}
  - {claim: groups, ends_with: -leder, role: leader, unit: fjordvik, also: [{claim: dept, value: skole}]}
ask_for:
  - {name: acr_values, value: Level4}
"""


class OddContents:
    """The readers, given what is almost a file of theirs. Each tells whether it was read or refused in words."""

    def __init__(self, app: Flask, odd: OddValues, folder: Path) -> None:
        self._app, self._odd, self._folder = app, odd, folder

    def table_file(self) -> bytes:
        return self._odd.mutated(self._odd.random.choice(_TABLES))

    def table(self) -> str:
        columns = self._odd.random.choice(((), UNIT_COLUMNS, PEOPLE_COLUMNS))
        try:
            parse_table(self.table_file(), columns)
        except FileRefusedError:
            return "table refused in words"
        return "table read"

    def questionnaire(self) -> str:
        source = self._odd.random.choice(loading.available()).read_bytes()
        refused = checking.check(self._odd_document(source), "x.yaml")
        return "questionnaire refused in words" if refused else "questionnaire accepted"

    def card(self) -> str:
        """Built as far as the database, and taken back."""
        try:
            plan = from_file(CardPlan, read_document(self._odd_document(CARD), "x.yaml").value)
            with self._taken_back() as session:
                build_card(session, plan)
        except (DefinitionError, FileDataError, SetupError):
            return "card refused in words"
        return "card accepted"

    def roles(self) -> str:
        file = self._folder / "roles.yaml"
        file.write_bytes(self._odd_document(ROLES))
        try:
            mapping = read_role_mapping(file)
            with self._taken_back() as session:
                unknown_units(session, mapping)
            mapping.rows_for({"groups": self._odd.value(), "dept": [self._odd.value()], "x": {"y": 1}})
        except RoleMappingError:
            return "roles refused in words"
        return "roles accepted"

    def responses(self) -> str:
        """Answers in a format of their own, byte by byte as an attacker would."""
        ending, content = self._odd.random.choice(self._response_files)
        file = self._folder / f"answers{ending}"
        file.write_bytes(self._odd.mutated(content))
        try:
            read_responses(file, QUESTIONNAIRE, self._odd.random.choice(("enhet", None)))
        except FileFaults:
            return f"answers in {ending} refused in words"
        return f"answers in {ending} read"

    def _odd_document(self, source: bytes) -> bytes:
        """Half of them in their bytes, half in their tree: a file that is no YAML at all gets no further."""
        if self._odd.random.random() < 0.5:
            return self._odd.mutated(source)
        tree = self._odd.mutated_tree(yaml.safe_load(source))
        written: str = yaml.safe_dump(tree, allow_unicode=True)
        return written.encode("utf-8", "surrogatepass")

    @contextmanager
    def _taken_back(self) -> Iterator[Session]:
        db: Database = self._app.extensions["medvirk_database"]
        with self._app.test_request_context(), db.writing() as session:
            try:
                yield session
            finally:
                session.rollback()

    @cached_property
    def _response_files(self) -> tuple[tuple[str, bytes], ...]:
        frame = pd.DataFrame(
            {"enhet": ["skolen", "hagen"] * 4, **{item.key: [1, 2, 3, 4] * 2 for item in QUESTIONNAIRE.items}}
        )

        def written(ending: str, write: Callable[[Path], object]) -> tuple[str, bytes]:
            file = self._folder / f"good{ending}"
            write(file)
            return ending, file.read_bytes()

        return (
            written(".csv", lambda file: frame.to_csv(file, sep=";", index=False)),
            written(".xlsx", lambda file: frame.to_excel(file, index=False)),
            written(".sav", lambda file: pyreadstat.write_sav(frame, str(file))),
            written(".parquet", frame.to_parquet),
        )


def _workbook() -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in (["kode", "navn", "overordnet"], ["A", "Skolen", "K"]):
        book.worksheets[0].append(row)
    book.save(file)
    return file.getvalue()


_TABLES: Final = (
    b"kode;navn;type;overordnet\nK;Kommunen;;\nA;Skolen;skole;K\n",
    "ansattnummer,navn,e-post,enhet\n1,Åse Li,ase@kommune.example.invalid,A\n".encode(),
    b'{"_embedded":{"_entries":[{"organisasjonsId":{"identifikatorverdi":"A"},"navn":"Skolen","_links":{}}]}}',
    b'[{"ansattnummer":{"identifikatorverdi":"1"},"_links":{"person":[{"href":"x/fodselsnummer/1"}]}}]',
    _workbook(),
)
