"""Builders of a unit's material: a small released survey, and what may be read in a document of it."""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from pypdf import PdfReader
from pypdf.generic import ArrayObject, IndirectObject

from surveys.campaigns.lifecycle import find_survey
from surveys.platform.database import Database
from surveys.platform.localisation import in_language
from surveys.reports.material.contents import UnitMaterial
from surveys.reports.material.document import as_document
from surveys.reports.material.gathering import gather
from surveys.results.queries import find_unit, latest_release
from tests.releasing import KEY

TODAY = dt.date(2026, 5, 6)


def material(app: Flask, db: Database, unit: str, language: str = "nb", key: str = KEY) -> UnitMaterial:
    """Gathered without any account: nothing in a material depends on who asks."""
    with app.app_context(), db.reading() as session, in_language(language):
        survey = find_survey(session, key)
        release, found = latest_release(session, survey), find_unit(session, survey, unit)
        assert release
        assert found
        return gather(session, TODAY, release, found)


def document(app: Flask, content: UnitMaterial) -> bytes:
    with app.app_context(), in_language(content.language):
        return as_document(content)


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def root_of(content: bytes) -> Any:
    """What the whole document says of itself: its language, its metadata, its structure."""
    return read(content).trailer["/Root"]


def text_of(content: bytes) -> str:
    """Every word of the document, with one space between them."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def structure(content: bytes) -> list[tuple[str, str]]:
    """(role, alternative text) of everything in the document's structure, in reading order."""
    return list(_elements(root_of(content)["/StructTreeRoot"]["/K"]))


def _elements(node: Any) -> Iterator[tuple[str, str]]:
    found = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(found, ArrayObject):
        for part in found:
            yield from _elements(part)
    elif isinstance(found, Mapping) and "/S" in found:
        yield str(found["/S"]).removeprefix("/"), str(found.get("/Alt", ""))
        if "/K" in found:
            yield from _elements(found["/K"])
