"""An action as it is typed: read and judged."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from surveys.actions.models import MOST_CHARACTERS, ActionAim, ActionStatus, ActionVersion, WasDone
from surveys.actions.writing import ActionText
from surveys.followup.actions.themes import ActionChoices
from surveys.platform.days import typed_day
from surveys.platform.free_texts import text_fault, written
from surveys.platform.localisation import short_date
from surveys.platform.texts import _

FIELDS: Final = ("retning", "hva", "hvem", "frist", "tegn", "mal", "tema", "indikator", "vis")
"""In the form's order."""

YEARS_AHEAD: Final = 3

SHOWN: Final = "ja"
"""Of the box that lets the unit's staff read the action."""


@dataclass(frozen=True)
class TypedAction:
    """faults: id of the field → what is wrong there. text: when nothing is."""

    fields: Mapping[str, str]
    faults: Mapping[str, str]
    text: ActionText | None = None


@dataclass(frozen=True)
class TypedEvaluation:
    fields: Mapping[str, str]
    faults: Mapping[str, str]
    was_done: WasDone | None = None


def empty_fields(asked: Mapping[str, str]) -> dict[str, str]:
    """A new action's fields, with what the address says."""
    fields = dict.fromkeys(FIELDS, "")
    fields |= {"retning": ActionAim.IMPROVE.value, "vis": SHOWN}
    return fields | {
        name: asked[name][:MOST_CHARACTERS] for name in FIELDS if name in asked and asked[name].strip()
    }


def fields_of(version: ActionVersion) -> dict[str, str]:
    theme = f"{version.survey.key}:{version.measure}" if version.survey else ""
    return {
        "retning": version.aim.value,
        "hva": version.what,
        "hvem": version.who,
        "frist": short_date(version.due_on),
        "tegn": version.sign,
        "mal": version.goal,
        "tema": theme,
        "indikator": str(version.indicator_id or ""),
        "vis": SHOWN if version.for_staff else "",
    }


def read_action(
    form: Mapping[str, str],
    choices: ActionChoices,
    today: dt.date,
    before: ActionVersion | None = None,
) -> TypedAction:
    """before: what is being changed; a day that has passed may be kept."""
    fields = {name: written(form.get(name, "")) for name in FIELDS}
    aim = next((each for each in ActionAim if each.value == fields["retning"]), None)
    theme = next((each for each in choices.themes if each.value == fields["tema"]), None)
    indicator = next((each for each in choices.indicators if each.value == fields["indikator"]), None)
    due_on = typed_day(fields["frist"])
    faults = dict(_faults(fields, today, before.due_on if before else None))
    if aim is None:
        faults["retning"] = _("Velg om dere vil forbedre eller beholde noe.")
    if fields["tema"] and theme is None:
        faults["tema"] = _("Velg et tema fra listen.")
    if fields["indikator"] and indicator is None:
        faults["indikator"] = _("Velg en indikator fra listen.")
    if faults or aim is None or due_on is None:
        return TypedAction(fields, {name: faults[name] for name in FIELDS if name in faults})
    text = ActionText(
        aim,
        fields["hva"],
        fields["hvem"],
        due_on,
        fields["tegn"],
        fields["mal"],
        theme.survey_id if theme else None,
        theme.measure if theme else "",
        indicator.indicator_id if indicator else None,
        before.status if before else ActionStatus.PLANNED,
        before.reason if before else "",
        fields["vis"] == SHOWN,
    )
    return TypedAction(fields, {}, text)


def read_evaluation(form: Mapping[str, str]) -> TypedEvaluation:
    fields = {"gjort": form.get("gjort", ""), "hjalp": written(form.get("hjalp", ""))}
    was_done = next((each for each in WasDone if each.value == fields["gjort"]), None)
    faults = {}
    if was_done is None:
        faults["gjort"] = _("Svar på om dere gjorde det.")
    if not fields["hjalp"]:
        faults["hjalp"] = (
            _("Skriv hvorfor dere hopper over vurderingen.")
            if was_done is WasDone.SKIPPED
            else _("Skriv om det hjalp.")
        )
    elif fault := text_fault(_("Teksten"), fields["hjalp"]):
        faults["hjalp"] = fault
    return TypedEvaluation(fields, faults, None if faults else was_done)


def _faults(fields: Mapping[str, str], today: dt.date, kept: dt.date | None) -> list[tuple[str, str]]:
    names = {"hva": _("Tiltaket"), "hvem": _("Hvem"), "tegn": _("Tegnet"), "mal": _("Målet")}
    faults = [(field, fault) for field, name in names.items() if (fault := text_fault(name, fields[field]))]
    if not fields["hva"]:
        faults.append(("hva", _("Skriv hva dere skal gjøre.")))
    if not fields["hvem"]:
        faults.append(("hvem", _("Skriv hvem som gjør det.")))
    if fault := _due_fault(fields["frist"], today, kept):
        faults.append(("frist", fault))
    return faults


def _due_fault(text: str, today: dt.date, kept: dt.date | None) -> str:
    if not text:
        return _("Skriv når det skal være gjort.")
    day = typed_day(text)
    if day is None:
        return _("Skriv fristen som 31.12.2026.")
    if day == kept:
        return ""
    if day < today:
        return _("Fristen har allerede vært. Skriv en dag fram i tid.")
    if day.year > today.year + YEARS_AHEAD:
        return _("Fristen kan ikke være mer enn %(years)s år fram.", years=YEARS_AHEAD)
    return ""
