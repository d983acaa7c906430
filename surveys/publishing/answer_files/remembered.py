"""How the files of a source were understood the last time one was taken in."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.answer_mapping import AnswerMapping
from surveys.organisation.import_records import source_of
from surveys.platform.typed_data import from_stored
from surveys.publishing.answer_files.mapping_file import MappingFile, as_mapping, as_stored
from surveys.publishing.answer_files.models import AnswerSource


def remembered_mapping(
    session: Session, questionnaire: str, lines: Iterable[Sequence[str]]
) -> AnswerMapping | None:
    """What was said of a file with the same headings. lines: those among which the headings are."""
    sources = [source_of(headings) for headings in lines]
    found = session.scalars(
        select(AnswerSource).where(
            AnswerSource.questionnaire == questionnaire, AnswerSource.source.in_(sources)
        )
    ).first()
    return as_mapping(from_stored(MappingFile, found.mapping)) if found else None


def remember_mapping(
    session: Session, questionnaire: str, headings: Sequence[str], mapping: AnswerMapping, day: dt.date
) -> None:
    """Kept for the next file. Lines are this file's own: where the headings are is found again.

    So is a weight: nothing is weighted unless somebody says so of the file.
    """
    mapping = replace(mapping, heading_line=None, description_lines=frozenset(), weight="")
    source = source_of(headings)
    found = session.scalar(
        select(AnswerSource).where(AnswerSource.questionnaire == questionnaire, AnswerSource.source == source)
    )
    if found is None:
        found = AnswerSource(questionnaire=questionnaire, source=source, mapping={}, used_on=day)
        session.add(found)
    found.mapping, found.used_on = as_stored(mapping), day
    session.flush()
