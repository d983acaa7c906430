"""What a changed card means: the fields that differ, and the values that would get another colour."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import IndicatorStatus, status
from surveys.organisation.models import Unit
from surveys.platform.localisation import localised, short_date
from surveys.platform.texts import _, _l
from surveys.scorecards.cards import all_ambitions
from surveys.scorecards.frequencies import periods_of
from surveys.scorecards.models import Indicator, Measurement, Target
from surveys.scorecards.texts import status_words

_NAMES: Final[Mapping[str, Any]] = {
    "title": _l("tittel"),
    "definition": _l("definisjon"),
    "formula": _l("formel"),
    "source": _l("kilde"),
    "owner": _l("eier"),
    "owner_role": _l("eierens rolle"),
    "kind": _l("slag"),
    "direction": _l("retning"),
    "frequency": _l("hyppighet"),
    "unit_of_measure": _l("måleenhet"),
    "decimals": _l("desimaler"),
    "possible_low": _l("lavest mulig"),
    "possible_high": _l("høyest mulig"),
    "plausible_low": _l("vanligvis minst"),
    "plausible_high": _l("vanligvis høyst"),
    "years_valid": _l("år en verdi gjelder"),
    "questionnaire": _l("spørreskjema"),
    "measure": _l("faktor"),
    "green": _l("grønn"),
    "yellow": _l("gul"),
    "green_to": _l("grønn til"),
    "yellow_to": _l("gul til"),
    "unit_id": _l("enhet"),
    "perspective_id": _l("perspektiv"),
    "vision": _l("visjon"),
    "extends": _l("legges til kortet over"),
    "reported": _l("rapporteres oppover"),
    "criteria": _l("sjekkliste"),
    "decided_by": _l("bestemt av"),
    "decided_on": _l("bestemt dato"),
    "value": _l("verdi"),
}


@dataclass(frozen=True)
class Colour:
    """The status of a current value, and whose it is."""

    status: IndicatorStatus
    where: str
    year: int


@dataclass(frozen=True)
class Recolouring:
    """A value that gets another colour: «M1.2, OK4, 2. tertial 2026: Gul → Grønn»."""

    measurement_id: int
    where: str
    year: int
    before: IndicatorStatus
    after: IndicatorStatus

    def __str__(self) -> str:
        words = status_words()
        return f"{self.where}: {words[self.before]} → {words[self.after]}"


def colours(session: Session) -> dict[int, Colour]:
    """The colour of every current value, by the measurement's id."""
    ambitions = all_ambitions(session)
    found = session.execute(
        select(Measurement.id, Measurement.unit_id, Measurement.year, Measurement.part, Measurement.value)
        .add_columns(Indicator, Unit.code)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .join(Unit, Unit.id == Measurement.unit_id)
        .where(Measurement.current, Measurement.value.is_not(None))
    )
    return {
        id_: Colour(
            status(value, indicator.direction, ambitions.of(indicator, unit_id, year)),
            f"{indicator.code}, {code}, {periods_of(indicator.frequency).words(year, part)}",
            year,
        )
        for id_, unit_id, year, part, value, indicator, code in found
    }


def recoloured(before: Mapping[int, Colour], after: Mapping[int, Colour]) -> tuple[Recolouring, ...]:
    return tuple(
        Recolouring(id_, now.where, now.year, before[id_].status, now.status)
        for id_, now in after.items()
        if id_ in before and before[id_].status is not now.status
    )


def fields_changed(row: Any, values: Mapping[str, Any]) -> Iterator[str]:
    """«eier: HR → Økonomi» for each field whose value is another."""
    for name, value in values.items():
        before = getattr(row, name)
        if before != value:
            yield f"{_NAMES[name]}: {_shown(before)} → {_shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return localised(value) or "–"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if isinstance(value, dt.date):
        return short_date(value)
    if isinstance(value, list):
        return _("%(count)s av ni", count=len(value))
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",").replace("-", "−")
    return "–" if value in (None, "") else str(value)


def target_words(session: Session, target: Target) -> str:
    """«fra 2024», «A fra 2024»."""
    unit = session.get(Unit, target.unit_id) if target.unit_id else None
    since = _("fra %(year)s", year=target.from_year)
    return f"{unit.code} {since}" if unit else since
