"""An indicator's form: its fields as text, and what was typed as a plan or as what is wrong with it."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from analysis.scorecards import Direction
from surveys.access.models import Role
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import localised, number, short_date
from surveys.platform.texts import _
from surveys.scorecards.aggregation.models import AggregateRule
from surveys.scorecards.aggregation.rule_plans import AggregationPlan, aggregation_faults
from surveys.scorecards.card_plans import (
    MOST_DECIMALS,
    IndicatorPlan,
    InterimTargetPlan,
    RangePlan,
    TargetPlan,
    Text,
    indicator_faults,
)
from surveys.scorecards.criteria import Criterion
from surveys.scorecards.frequencies import Frequency
from surveys.scorecards.models import IndicatorKind
from surveys.scorecards.outline.nodes import reworded
from surveys.scorecards.value_lines import MeasurementCellError, read_day, read_number

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass
class TypedIndicator:
    """What was typed. faults: id of the field → what to do; the plan is None when there are any."""

    fields: Mapping[str, str]
    plan: IndicatorPlan | None = None
    faults: dict[str, str] = field(default_factory=dict)


def fields_of(plan: IndicatorPlan, year: int) -> dict[str, str]:
    """The form of an indicator. Limits: those for everybody that hold in the year."""
    level = level_of(plan, year)
    fields = {
        "kode": plan.code,
        "navn": localised(plan.title),
        "definisjon": localised(plan.definition),
        "formel": localised(plan.formula),
        "kilde": plan.source,
        "eier": plan.owner,
        "eierrolle": plan.owner_role.value,
        "maleenhet": plan.unit_of_measure,
        "desimaler": str(plan.decimals),
        "retning": plan.direction.value,
        "periode": plan.frequency.value,
        "gyldig": "" if plan.years_valid is None else str(plan.years_valid),
        "enhetstyper": ", ".join(plan.unit_types),
        "mates": source_of(plan),
        "samling": plan.computing.rule.value,
        "vekt": plan.computing.weight,
        "teller": plan.computing.numerator,
        "nevner": plan.computing.denominator,
        "mulig-fra": _typed(plan.possible.low),
        "mulig-til": _typed(plan.possible.high),
        "vanlig-fra": _typed(plan.plausible.low),
        "vanlig-til": _typed(plan.plausible.high),
        "gronn": _typed(level.green if level else None),
        "gul": _typed(level.yellow if level else None),
        "gronn-til": _typed(level.green_to if level else None),
        "gul-til": _typed(level.yellow_to if level else None),
        "bestemt-av": level.decided_by if level else "",
        "bestemt-dato": short_date(level.decided_on) if level and level.decided_on else "",
        "delmal": "\n".join(f"{each.unit} {each.year} {_typed(each.value)}" for each in plan.interim_targets),
    }
    ticked = {f"kriterium-{criterion}": "ja" for criterion in plan.criteria}
    ticked |= {"utviklingstrekk": "ja"} if plan.kind is IndicatorKind.DEVELOPMENT else {}
    ticked |= {"mangler": "ja"} if plan.computing.allow_missing else {}
    return fields | ticked | ({} if plan.reported else {"egen": "ja"})


def source_of(plan: IndicatorPlan) -> str:
    """What feeds it, as the form has it: «medarbeider ML», or «»."""
    return f"{plan.questionnaire} {plan.measure}" if plan.questionnaire else ""


def with_own_changes(
    plan: IndicatorPlan, page: IndicatorPlan, form: Mapping[str, str], year: int
) -> dict[str, str]:
    """The form with what others have changed since its page was made, except in fields that its sender changed too.

    page: the indicator as the page showed it. A box without a tick is not sent.
    """
    now, shown = fields_of(plan, year), fields_of(page, year)
    sent = {name: form.get(name, "").replace("\r\n", "\n") for name in {*now, *shown, *form}}
    return {
        name: now.get(name, "") if typed == shown.get(name, "") else typed for name, typed in sent.items()
    }


def level_of(plan: IndicatorPlan, year: int) -> TargetPlan | None:
    """The ambition level for everybody that holds in the year."""
    known = [each for each in plan.targets if not each.unit and each.from_year <= year]
    return max(known, key=lambda each: each.from_year, default=None)


def _typed(value: float | None) -> str:
    """As it is typed: «5», «4,96», with every decimal it has."""
    if value is None:
        return ""
    return next(number(value, d) for d in range(16) if round(value, d) == value or d == 15)


def read_indicator(
    before: IndicatorPlan,
    form: Mapping[str, str],
    year: int,
    unit_codes: Collection[str],
    *,
    has_limits: bool,
) -> TypedIndicator:
    """has_limits: False on a statistikkort. An empty field is no fault yet: the outline asks for it later."""
    found = TypedIndicator(dict(form))
    numbers = _Numbers(form, found.faults)
    kind = before.kind
    if has_limits:
        kind = IndicatorKind.DEVELOPMENT if form.get("utviklingstrekk") == "ja" else IndicatorKind.STEERING
    questionnaire, _space, measure = form.get("mates", "").partition(" ")
    plan = replace(
        before,
        code="".join(form.get("kode", "").split()),
        title=_text(before.title, form, "navn"),
        definition=_text(before.definition, form, "definisjon"),
        formula=_text(before.formula, form, "formel"),
        source=form.get("kilde", "").strip(),
        owner=form.get("eier", "").strip(),
        owner_role=_chosen(Role, form.get("eierrolle", ""), before.owner_role),
        unit_of_measure=form.get("maleenhet", "").strip(),
        decimals=numbers.whole("desimaler", 1, MOST_DECIMALS) or 0,
        years_valid=numbers.whole("gyldig", None, 20),
        direction=_chosen(Direction, form.get("retning", ""), before.direction),
        frequency=_chosen(Frequency, form.get("periode", ""), before.frequency),
        kind=kind,
        questionnaire=questionnaire or None,
        measure=measure or None,
        possible=RangePlan(numbers.read("mulig-fra"), numbers.read("mulig-til")),
        plausible=RangePlan(numbers.read("vanlig-fra"), numbers.read("vanlig-til")),
        unit_types=tuple(each.strip() for each in form.get("enhetstyper", "").split(",") if each.strip()),
        reported=form.get("egen") != "ja",
        criteria=tuple(each for each in Criterion if form.get(f"kriterium-{each}") == "ja"),
        interim_targets=_interim_targets(form.get("delmal", ""), unit_codes, found.faults),
        aggregation=_aggregation(form),
    )
    if has_limits and kind is IndicatorKind.STEERING:
        plan = replace(plan, targets=_targets(plan, form, year, numbers, found.faults))
    else:
        plan = replace(plan, targets=() if kind is IndicatorKind.DEVELOPMENT else plan.targets)
    if not found.faults:
        # What does not fit together, such as a yellow limit above the green one.
        found.faults.update({_field_of(plan): fault for fault in reversed(list(indicator_faults(plan)))})
    found.plan = None if found.faults else plan
    return found


def _aggregation(form: Mapping[str, str]) -> AggregationPlan | None:
    """None where nothing is worked out. What another rule would use is left out."""
    rule = _chosen(AggregateRule, form.get("samling", ""), AggregateRule.NONE)
    is_mean, is_ratio = rule is AggregateRule.WEIGHTED_MEAN, rule is AggregateRule.RATIO
    plan = AggregationPlan(
        rule,
        form.get("vekt", "") if is_mean else "",
        form.get("teller", "") if is_ratio else "",
        form.get("nevner", "") if is_ratio else "",
        allow_missing=form.get("mangler") == "ja",
    )
    return plan if plan.is_computed else None


def _field_of(plan: IndicatorPlan) -> str:
    """Where what does not fit together is put right."""
    ranges = (plan.possible, plan.plausible)
    for name, each in zip(("mulig-fra", "vanlig-fra"), ranges, strict=True):
        if each.low is not None and each.high is not None and each.low > each.high:
            return name
    if plan.questionnaire and plan.frequency is not Frequency.YEAR:
        return "periode"
    if next(aggregation_faults(plan), ""):
        return "samling"
    return "gronn"


def _text(before: Text, form: Mapping[str, str], name: str) -> Text:
    return reworded(before, form.get(name, ""))


def _chosen(choices: type[Choice], typed: str, before: Choice) -> Choice:
    return choices(typed) if typed in set(choices) else before


@dataclass(frozen=True)
class _Numbers:
    """Reads numbers from the form, and notes those that are none."""

    form: Mapping[str, str]
    faults: dict[str, str]

    def read(self, name: str) -> float | None:
        typed = self.form.get(name, "").strip()
        if not typed:
            return None
        try:
            return read_number(typed)
        except MeasurementCellError as error:
            self.faults[name] = str(error)
            return None

    def whole(self, name: str, empty: int | None, most: int) -> int | None:
        typed = self.form.get(name, "").strip()
        if not typed:
            return empty
        if typed.isdecimal() and int(typed) <= most:
            return int(typed)
        self.faults[name] = _("Skriv et helt tall fra 0 til %(most)s.", most=most)
        return empty


def _targets(
    plan: IndicatorPlan, form: Mapping[str, str], year: int, numbers: _Numbers, faults: dict[str, str]
) -> tuple[TargetPlan, ...]:
    """The levels with the one for everybody replaced from the year on: years before keep theirs."""
    green, yellow = numbers.read("gronn"), numbers.read("gul")
    day = _day(form.get("bestemt-dato", ""), faults)
    standing = level_of(plan, year)
    others = tuple(each for each in plan.targets if each.unit or each.from_year != year)
    if green is None and yellow is None:
        if standing is not None and standing.from_year < year and not faults:
            faults["gronn"] = _(
                "Indikatoren har hatt grenser før. Velg utviklingstrekk hvis den ikke skal ha dem mer."
            )
        return others
    if green is None or yellow is None:
        missing = "gronn" if green is None else "gul"
        faults.setdefault(missing, _("Skriv grensen både for grønn og for gul."))
        return tuple(plan.targets)
    is_band = plan.direction is Direction.BAND
    level = TargetPlan(
        green,
        yellow,
        numbers.read("gronn-til") if is_band else None,
        numbers.read("gul-til") if is_band else None,
        year,
        "",
        form.get("bestemt-av", "").strip(),
        day,
    )
    if standing is not None and replace(level, from_year=standing.from_year) == standing:
        return tuple(plan.targets)
    return (*others, level)


def _day(typed: str, faults: dict[str, str]) -> dt.date | None:
    if not typed.strip():
        return None
    try:
        return read_day(typed.strip(), municipal_day())
    except MeasurementCellError as error:
        faults["bestemt-dato"] = str(error)
        return None


def _interim_targets(
    typed: str, unit_codes: Collection[str], faults: dict[str, str]
) -> tuple[InterimTargetPlan, ...]:
    """A line each: «OK4 2027 8,5»."""
    found: dict[tuple[str, int], InterimTargetPlan] = {}
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        parts = line.split(maxsplit=2)
        try:
            unit, year, value = parts[0], int(parts[1]), read_number(parts[2])
        except (IndexError, ValueError, MeasurementCellError):
            faults["delmal"] = _(
                "«%(line)s»: skriv enhetens kode, året og verdien, for eksempel «OK4 2027 8,5».", line=line
            )
            break
        if unit not in unit_codes:
            faults["delmal"] = _("Det finnes ingen enhet med koden «%(code)s».", code=unit)
            break
        found[unit, year] = InterimTargetPlan(unit, year, value)
    return tuple(found.values())
