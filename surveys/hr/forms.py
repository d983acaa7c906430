"""The form for a new survey."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from surveys.campaigns.models import ReaderGroup
from surveys.campaigns.planning import is_unusually_long, over_already_told
from surveys.campaigns.reader_groups import SERVED_GROUPS
from surveys.files.encoded_twice import fault_of_name
from surveys.platform.clock import municipal_day
from surveys.platform.days import typed_day
from surveys.platform.localisation import LANGUAGES, long_date
from surveys.platform.texts import _, _l

_DATE = _l("Skriv en dato, for eksempel 20.03.2026.")
_OPENS = _l("Skriv når undersøkelsen åpner, for eksempel 20.03.2026.")
_CLOSES = _l("Skriv siste svardag, for eksempel 20.03.2026.")
_GROUP = _l("Skriv et helt tall som er 3 eller høyere.")


class DayField(DateField):
    """A date as browsers send it or as people write it; `refusal` tells what to write, in the page's language."""

    def __init__(self, label: object, refusal: object = _DATE, **settings: Any) -> None:
        super().__init__(label, **settings)
        self._refusal = refusal

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        typed = " ".join(valuelist).strip()
        self.data: Any = typed_day(typed)  # None, too, where the base class says a date
        if typed and self.data is None:
            raise ValueError(self._refusal)


class _GroupField(IntegerField):
    """A whole number whose fault is told in the page's language."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_GROUP) from None


class _Choice(SelectField):
    """One of the choices on offer; `refusal` is said when it is none of them, or the empty one that asks."""

    def __init__(self, label: object, refusal: object, **settings: Any) -> None:
        super().__init__(label, validators=[self._offered], validate_choice=False, **settings)
        self._refusal = refusal

    def _offered(self, _form: object, field: Any) -> None:
        if not field.data or field.data not in {value for value, _text in field.choices}:
            raise ValidationError(self._refusal)


def sure_of_days_box() -> BooleanField:
    """HR's answer when the days of a survey are unusually far apart."""
    return BooleanField(_l("Ja, datoene er riktige"), default=False)


def doubt_about_days(opens_on: dt.date, closes_on: dt.date) -> str:
    """The question to HR. The year is written out: it is most often what is wrong."""
    return _(
        "Undersøkelsen ville vært åpen fra %(opens)s til %(closes)s. Rett datoene, eller kryss av for at de er "
        "riktige.",
        opens=long_date(opens_on),
        closes=long_date(closes_on),
    )


def well_encoded(_form: object, field: Any) -> None:
    """A validator: words that were saved in the wrong encoding are not shown to those who answer."""
    if fault := fault_of_name(field.data or ""):
        raise ValidationError(fault)


class NewSurveyForm(FlaskForm):
    questionnaire = _Choice(_l("Spørreskjema"), _l("Velg ett av spørreskjemaene."))
    unit = _Choice(_l("Hvem undersøkelsen gjelder"), _l("Velg en av enhetene."))
    title_nb = StringField(
        _l("Tittel på bokmål"),
        validators=[InputRequired(_l("Skriv en tittel.")), Length(max=120), well_encoded],
    )
    title_nn = StringField(_l("Tittel på nynorsk (kan stå tom)"), validators=[Length(max=120), well_encoded])
    title_en = StringField(_l("Tittel på engelsk (kan stå tom)"), validators=[Length(max=120), well_encoded])
    purpose_nb = TextAreaField(
        _l("Hvorfor spør dere, og hva skal svarene brukes til?"),
        validators=[
            InputRequired(_l("Skriv hvorfor dere spør. Det er det første de som svarer, leser.")),
            well_encoded,
        ],
    )
    purpose_nn = TextAreaField(_l("Det samme på nynorsk (kan stå tomt)"), validators=[well_encoded])
    purpose_en = TextAreaField(_l("Det samme på engelsk (kan stå tomt)"), validators=[well_encoded])
    opens_on = DayField(_l("Åpner"), _OPENS, validators=[InputRequired(_OPENS)])
    closes_on = DayField(_l("Siste svardag"), _CLOSES, validators=[InputRequired(_CLOSES)])
    opens_automatically = BooleanField(_l("Åpne av seg selv denne dagen"), default=False)
    closes_automatically = BooleanField(_l("Lukk av seg selv etter fristen"), default=True)
    minimum_group = _GroupField(
        _l("Minste gruppe som får vist resultater"),
        default=5,
        validators=[InputRequired(_GROUP), NumberRange(min=3, message=_GROUP)],
    )
    comment_minimum = _GroupField(
        _l("Minste gruppe bak en kommentar"),
        default=10,
        validators=[Optional(), NumberRange(min=3, message=_GROUP)],
    )
    visible_leaders = DayField(_l("Ledere"), validators=[Optional()])
    visible_staff = DayField(_l("De ansatte på enheten"), validators=[Optional()])
    visible_representatives = DayField(_l("Tillitsvalgte og verneombud"), validators=[Optional()])
    visible_politicians = DayField(_l("Politikere"), validators=[Optional()])
    visible_public = DayField(_l("Alle (åpen nettside)"), validators=[Optional()])

    sure_of_days = sure_of_days_box()

    def validate_closes_on(self, field: Any) -> None:
        if not self.opens_on.data or not field.data:
            return
        if field.data < self.opens_on.data:
            raise ValidationError(_l("Siste svardag kan ikke være før undersøkelsen åpner."))
        if field.data < municipal_day():
            raise ValidationError(over_already_told())
        if self.asks_about_days and not self.sure_of_days.data:
            raise ValidationError(doubt_about_days(self.opens_on.data, field.data))

    @property
    def asks_about_days(self) -> bool:
        """Whether the days are so far apart that HR is asked if they are right."""
        opens_on, closes_on = self.opens_on.data, self.closes_on.data
        return bool(opens_on and closes_on and is_unusually_long(opens_on, closes_on))

    def validate_comment_minimum(self, field: Any) -> None:
        if field.data and self.minimum_group.data and field.data < self.minimum_group.data:
            raise ValidationError(
                _l("Tallet kan ikke være lavere enn minste gruppe som får vist resultater.")
            )

    def validate_visible_leaders(self, field: Any) -> None:  # noqa: ARG002 -- WTForms' name for a rule of the field
        if not self.visibility():
            raise ValidationError(_l("Velg minst én gruppe som skal få se resultatene."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody sees results before the survey has closed, and nobody before those above them in the list."""
        valid = super().validate(extra_validators)
        earliest = self.closes_on.data
        for field in self.visibility_fields().values():
            if field.data and earliest and field.data < earliest:
                message = _l("Datoen kan ikke være før siste svardag eller før gruppen over.")
                field.errors = [*field.errors, message]
                valid = False
            earliest = field.data or earliest
        return bool(valid)

    def visibility(self) -> dict[ReaderGroup, dt.date]:
        """The groups that were given a day."""
        return {readers: field.data for readers, field in self.visibility_fields().items() if field.data}

    def visibility_fields(self) -> dict[ReaderGroup, Any]:
        """A day for each group that has a page to read the results on."""
        return {readers: self[f"visible_{readers.value}"] for readers in SERVED_GROUPS}

    def titles(self) -> dict[str, str]:
        return self._texts("title")

    def purposes(self) -> dict[str, str]:
        return self._texts("purpose")

    def _texts(self, field: str) -> dict[str, str]:
        """Language → wording, for the languages that were filled in."""
        given = {code: self[f"{field}_{code}"].data or "" for code in LANGUAGES}
        return {code: text.strip() for code, text in given.items() if text.strip()}
