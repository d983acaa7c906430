"""What HR says of a file of answers: the survey it is, what its columns mean, and which codes are no answer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from analysis.answer_mapping import NO_MAPPING, AnswerMapping, LongColumns
from analysis.personal_numbers import has_personal_number
from questionnaires import loading
from questionnaires.model import Questionnaire
from surveys.hr.file_columns import ColumnRow, FieldFault, same_meaning_faults
from surveys.hr.forms import DayField, well_encoded
from surveys.platform.localisation import alphabetical, localised
from surveys.platform.texts import _, _l
from surveys.publishing.answer_files.guessing import UNIT, guessed_meaning, question_texts
from surveys.release.weighting.margins import CITIZEN

ENDINGS: Final = (".csv", ".txt", ".tsv", ".xlsx", ".sav", ".zsav", ".por", ".parquet")
WEIGHT: Final = "weight"
"""What a column of weights means: never guessed."""
_LONG: Final = ("respondent", "question", "answer")
_ANSWER: Final = re.compile(r"(.+)=\s*(\d{1,3})")
_LONGEST_SAMPLE: Final = 200
_DATE: Final = _l("Skriv en dato, for eksempel 20.03.2026.")


class AnswersForm(FlaskForm):
    """The file and the survey it shall be."""

    questionnaire = SelectField(_l("Spørreskjema"), validate_choice=False)
    title = StringField(
        _l("Tittel på undersøkelsen"),
        validators=[InputRequired(_l("Skriv en tittel.")), Length(max=120), well_encoded],
    )
    day = DayField(_l("Dato for undersøkelsen"), validators=[InputRequired(_DATE)])
    create_units = BooleanField(_l("Lag enhetene som ikke finnes i Medvirk"))
    whole = BooleanField(_l("Filen har ingen enheter. Alle svarene gjelder hele kommunen"))
    file = FileField(_l("Fil med svar (CSV, XLSX, SPSS eller Parquet)"))

    def offer_questionnaires(self) -> None:
        """Every version, the newest of each first: a file from earlier years answers the words of its own year."""
        known = [loading.builtin(path.parent.name, int(path.stem[1:])) for path in loading.available()]
        titled = sorted(
            known, key=lambda each: (alphabetical(localised(each.title)), each.key, -each.version)
        )
        self.questionnaire.choices = [("", _("Velg et spørreskjema"))] + [
            (
                f"{each.key}@{each.version}",
                _("%(title)s (versjon %(version)s)", title=localised(each.title), version=each.version),
            )
            for each in titled
        ]

    def validate_questionnaire(self, field: Any) -> None:
        if not field.data or field.data not in {value for value, _text in field.choices}:
            raise ValidationError(_l("Velg ett av spørreskjemaene."))

    def validate_file(self, field: Any) -> None:
        if not field.data or not field.data.filename:
            raise ValidationError(_l("Velg en fil."))
        if not field.data.filename.lower().endswith(ENDINGS):
            raise ValidationError(_l("Filtypen kan ikke leses. Lagre filen som CSV, XLSX eller SAV."))


def meaning_words(questionnaire: Questionnaire, *, whole: bool) -> dict[str, str]:
    """What a column may be → how the page says it. whole: the file has no units, so no column is one."""
    questions = {
        f"key:{key}": f"{key}: {localised(text)}" for key, text in question_texts(questionnaire).items()
    }
    long = {
        "respondent": _("Hvem som svarer (én linje for hvert svar)"),
        "question": _("Hvilket spørsmål det er (én linje for hvert svar)"),
        "answer": _("Svaret (én linje for hvert svar)"),
    }
    weight = {WEIGHT: _("Vekt: hvor mye svaret teller")} if questionnaire.kind == CITIZEN else {}
    return {**({} if whole else {UNIT: _("Enhetens kode")}), **questions, **long, **weight}


def columns_of(
    headings: Sequence[str],
    below: Sequence[Sequence[str]],
    questionnaire: Questionnaire,
    known: AnswerMapping | None,
) -> list[ColumnRow]:
    """A row for each column: as it is remembered, else as it is guessed."""
    return [
        ColumnRow(
            f"kolonne-{index}",
            heading,
            _shown(next((row[index] for row in below if index < len(row) and row[index]), "")),
            _known(heading, known) if known else _guess(heading, questionnaire),
        )
        for index, heading in enumerate(headings)
    ]


def _shown(sample: str) -> str:
    """A personal number is refused when the file is read, and is not repeated before that either."""
    return "" if has_personal_number(sample) else sample[:_LONGEST_SAMPLE]


def _guess(heading: str, questionnaire: Questionnaire) -> str:
    meaning = guessed_meaning(heading, questionnaire)
    return meaning if meaning in {UNIT, ""} else f"key:{meaning}"


def _known(heading: str, mapping: AnswerMapping) -> str:
    if heading == mapping.unit:
        return UNIT
    if mapping.weight and heading == mapping.weight:
        return WEIGHT
    for part in _LONG:
        if mapping.long and heading == getattr(mapping.long, part):
            return part
    key = mapping.columns.get(heading, "")
    return f"key:{key}" if key else ""


def column_faults(
    columns: Sequence[ColumnRow], questionnaire: Questionnaire, *, whole: bool
) -> Iterator[FieldFault]:
    """A meaning that two columns have, and one that none has and that must be there.

    whole: the file has no units.
    """
    words = meaning_words(questionnaire, whole=whole)
    yield from same_meaning_faults(columns, words)
    meant = {column.meaning for column in columns}
    field = columns[0].field if columns else "kolonne-0"
    is_long = any(part in meant for part in _LONG)
    for needed in (*(() if whole else (UNIT,)), *(_LONG if is_long else ())):
        if needed not in meant:
            message = _("Velg hvilken kolonne som er «%(meaning)s».", meaning=words[needed])
            yield FieldFault(field, message)
    absent = [item.key for item in questionnaire.items if f"key:{item.key}" not in meant]
    if absent and not is_long:
        message = _("Velg hvilken kolonne som er «%(meaning)s».", meaning=words[f"key:{absent[0]}"])
        if len(absent) > 1:
            message = _(
                "%(count)s påstander har ingen kolonne. Den første er «%(meaning)s».",
                count=len(absent),
                meaning=words[f"key:{absent[0]}"],
            )
        yield FieldFault(field, message)


def mapping_of(
    columns: Sequence[ColumnRow], sent: Mapping[str, str], line: int | None, before: AnswerMapping | None
) -> AnswerMapping:
    """What the page of columns says. Columns without a meaning are not read. The labels' choice is kept."""
    by_meaning = {column.meaning: column.heading for column in columns if column.meaning}
    long = None
    if all(part in by_meaning for part in _LONG):
        long = LongColumns(*(by_meaning[part] for part in _LONG))
    keys = {
        column.heading: column.meaning.removeprefix("key:") if column.meaning.startswith("key:") else ""
        for column in columns
        if column.meaning not in {UNIT, WEIGHT, *_LONG}
    }
    return replace(
        before or NO_MAPPING,
        columns=keys,
        unit=by_meaning.get(UNIT, ""),
        weight=by_meaning.get(WEIGHT, ""),
        missing=frozenset(_parts(sent.get("missing", ""), ",")),
        not_applicable=frozenset(_parts(sent.get("not-applicable", ""), "\n")),
        answers={
            found[1].strip(): int(found[2])
            for line in _parts(sent.get("answers", ""), "\n")
            if (found := _ANSWER.fullmatch(line))
        },
        heading_line=line,
        long=long,
    )


def sent_or_known(sent: Mapping[str, str], known: AnswerMapping | None) -> dict[str, str]:
    """The texts of the page's fields: as they were sent, else as they are remembered."""
    mapping = known or NO_MAPPING
    answers = "\n".join(f"{word} = {value}" for word, value in sorted(mapping.answers.items()))
    return {
        "missing": sent.get("missing", ", ".join(sorted(mapping.missing))),
        "not_applicable": sent.get("not-applicable", "\n".join(sorted(mapping.not_applicable))),
        "answers": sent.get("answers", answers),
    }


def answer_faults(sent: Mapping[str, str]) -> Iterator[FieldFault]:
    """A line of words for answers that is not «word = number»."""
    for line in _parts(sent.get("answers", ""), "\n"):
        if not _ANSWER.fullmatch(line):
            message = _(
                "Skriv ordet, likhetstegn og tallet, for eksempel «Helt enig = 5», ikke «%(line)s».",
                line=line,
            )
            yield FieldFault("answers", message)


def _parts(text: str, separator: str) -> Iterator[str]:
    for part in text.split(separator):
        if part.strip():
            yield part.strip()
