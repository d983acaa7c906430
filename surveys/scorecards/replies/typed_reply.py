"""A reply as it is typed: read, judged, and offered from last time's."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analysis.scorecards import TargetLimits, status
from surveys.platform.free_texts import text_fault, written
from surveys.platform.localisation import short_date
from surveys.platform.texts import _
from surveys.scorecards.doubts import impossible_words, is_wrong_percent
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.models import Indicator
from surveys.scorecards.replies.row_replies import ReplyWords, RowReply
from surveys.scorecards.texts import status_words, value_words
from surveys.scorecards.value_lines import MeasurementCellError, read_number, written_day

TEXTS: Final = ("arsak", "tiltak", "ord")
FIELDS: Final = ("arsak", "tiltak", "prognose", "vurderes", "ord")
"""In the form's order."""

YEARS_AHEAD: Final = 3


@dataclass(frozen=True)
class ReplyText:
    """What is stored of a reply that was judged to be whole."""

    cause: str
    action: str
    forecast: float
    forecast_words: str
    judged_on: dt.date


@dataclass(frozen=True)
class TypedReply:
    """faults: id of the field → what is wrong there."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    text: ReplyText | None = None


def read_reply(form: Mapping[str, str], indicator: Indicator, today: dt.date) -> TypedReply:
    fields = {name: written(form.get(name, "")) for name in FIELDS}
    faults = dict(_text_faults(fields))
    forecast, fault = _forecast(fields["prognose"], indicator)
    if fault:
        faults["prognose"] = fault
    judged_on, fault = _judged_on(fields["vurderes"], today)
    if fault:
        faults["vurderes"] = fault
    if faults or forecast is None or judged_on is None:
        return TypedReply(fields, {name: faults[name] for name in FIELDS if name in faults})
    text = ReplyText(fields["arsak"], fields["tiltak"], forecast, fields["ord"], judged_on)
    return TypedReply(fields, {}, text)


def _text_faults(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    faults = []
    if not fields["arsak"]:
        faults.append(("arsak", _("Skriv hva årsaken er.")))
    if not fields["tiltak"]:
        faults.append(("tiltak", _("Skriv hva dere gjør.")))
    names = {"arsak": _("Årsaken"), "tiltak": _("Tiltaket"), "ord": _("Forklaringen av prognosen")}
    faults += [(name, fault) for name in TEXTS if (fault := text_fault(names[name], fields[name]))]
    return faults


def _forecast(text: str, indicator: Indicator) -> tuple[float | None, str]:
    """The number, and what is wrong with it."""
    if not text:
        return None, _("Skriv hvilken verdi du venter neste gang.")
    try:
        value = read_number(text)
    except MeasurementCellError as error:
        return None, str(error)
    if is_wrong_percent(indicator, is_percent=text.endswith("%")):
        return None, _("Indikatoren måles ikke i prosent.")
    return value, impossible_words(indicator, value)


def _judged_on(text: str, today: dt.date) -> tuple[dt.date | None, str]:
    if not text:
        return None, _("Skriv når tallet skal vurderes igjen.")
    try:
        day = written_day(text)
    except MeasurementCellError as error:
        return None, str(error)
    if day <= today:
        return None, _("Datoen for neste vurdering må være etter i dag.")
    if day.year > today.year + YEARS_AHEAD:
        return None, _(
            "Datoen for neste vurdering kan ikke være mer enn %(years)s år fram.", years=YEARS_AHEAD
        )
    return day, ""


def forecast_sentence(text: str, indicator: Indicator, target: TargetLimits | None) -> str:
    """«4,96 er gul.»: the forecast's own colour, by the row's limits; what is wrong with it; «» before it is typed."""
    if not text.strip():
        return ""
    value, fault = _forecast(text.strip(), indicator)
    if value is None or fault:
        return fault
    colour = status_words()[status(value, indicator.direction, target)].lower()
    return _("%(value)s er %(colour)s.", value=value_words(value, indicator, target), colour=colour)


def offered_fields(
    reply: RowReply, frequency: Frequency, today: dt.date
) -> tuple[dict[str, str], ReplyWords | None]:
    """What the form begins with, and whose text it is: the reply that stands, else the one from last time.

    From last time only the words are offered: the number and the day were about another value.
    """
    last = reply.shown or next((each for each in reply.history if each.counts), None)
    periods = periods_of(frequency)
    day = periods.last_day(*periods.after(*periods.last_ended(today)))
    fields = {"vurderes": short_date(day), "arsak": "", "tiltak": "", "prognose": "", "ord": ""}
    if last is not None:
        fields |= {"arsak": last.cause, "tiltak": last.action, "ord": last.forecast_words}
    if last is not None and reply.shown is last:
        fields |= {"prognose": last.forecast_typed, "vurderes": short_date(last.judged_on)}
    return fields, last
