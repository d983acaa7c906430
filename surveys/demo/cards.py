"""Fjordvik's styringskort: perspectives, goals, indicators with Molde's and Øyer's ambition levels, and figures."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.scorecards import Direction
from surveys.demo.fjordvik import BUDGET_DEVIATION, SICK_LEAVE, STAFF_TALKS, TOP
from surveys.organisation.models import Unit
from surveys.scorecards.card_plans import (
    CardPlan,
    GoalPlan,
    IndicatorPlan,
    PerspectivePlan,
    SuccessFactorPlan,
    TargetPlan,
)
from surveys.scorecards.cross_view.pair_plans import PairPlan
from surveys.scorecards.frequencies import Frequency, periods_of
from surveys.scorecards.measuring import NewValue, record_values
from surveys.scorecards.models import Indicator, IndicatorKind
from surveys.scorecards.setup import build_card

DemoNames = tuple[str, str, str]


@dataclass(frozen=True)
class CardLine:
    """One indicator with its whole chain. `limits`: green and yellow; None for an utviklingstrekk."""

    goal: str
    success_factor: DemoNames
    code: str
    title: DemoNames
    definition: DemoNames
    source: str
    scale: str
    limits: tuple[float, float] | None
    direction: Direction = Direction.HIGHER
    frequency: Frequency = Frequency.YEAR
    measure: tuple[str, str] | None = None
    unit_types: tuple[str, ...] = ()
    owner: str = "HR"


PERSPECTIVES: Mapping[str, DemoNames] = {
    "brukere": ("Brukere", "Brukarar", "Service users"),
    "medarbeidere": ("Medarbeidere", "Medarbeidarar", "Employees"),
    "okonomi": ("Økonomi", "Økonomi", "Finances"),
    "samfunn": ("Samfunn", "Samfunn", "Community"),
}

GOALS: Mapping[str, tuple[str, DemoNames]] = {
    "B1": ("brukere", ("Brukerne får gode tjenester", "Brukarane får gode tenester", "Users get good services")),
    "M1": ("medarbeidere", ("Et arbeidsmiljø der folk mestrer", "Eit arbeidsmiljø der folk meistrar",
                            "A workplace where people cope and grow")),
    "Ø1": ("okonomi", ("Vi bruker pengene slik det er bestemt", "Vi bruker pengane slik det er bestemt",
                       "We spend the money as decided")),
    "S1": ("samfunn", ("Innbyggerne har tillit til kommunen", "Innbyggjarane har tillit til kommunen",
                       "Residents trust the municipality")),
}  # fmt: skip

_EMPLOYEE_SOURCE = "Medarbeiderundersøkelsen"
_PARENTS_SOURCE = "Brukerundersøkelsen i barnehagene"
_MEAN: DemoNames = (
    "Gjennomsnittet av svarene til dem som har svart på minst halvparten av påstandene.",
    "Gjennomsnittet av svara til dei som har svart på minst halvparten av påstandane.",
    "The mean of the answers of those who answered at least half of the statements.",
)

LINES: tuple[CardLine, ...] = (
    CardLine("B1", ("Foreldrene er fornøyde", "Foreldra er nøgde", "Parents are satisfied"),
             "B1.1", ("Brukertilfredshet", "Brukarnøgdsemd", "User satisfaction"), _MEAN, _PARENTS_SOURCE, "1–6",
             (5.0, 4.0), measure=("foresatte-barnehage", "HEL"), unit_types=("barnehage", "kommune"), owner="Oppvekst"),
    CardLine("B1", ("Foreldrene blir hørt", "Foreldra blir høyrde", "Parents are heard"),
             "B1.2", ("Brukermedvirkning", "Brukarmedverknad", "User involvement"), _MEAN, _PARENTS_SOURCE, "1–6",
             (4.8, 4.0), measure=("foresatte-barnehage", "MED"), unit_types=("barnehage", "kommune"), owner="Oppvekst"),
    CardLine("M1", ("Nærværet er høyt", "Nærveret er høgt", "Attendance is high"),
             "M1.1", ("Sykefravær", "Sjukefråvær", "Sick leave"),
             ("Tapte dagsverk på grunn av sykdom, i prosent av avtalte dagsverk.",
              "Tapte dagsverk på grunn av sjukdom, i prosent av avtalte dagsverk.",
              "Working days lost to illness, as a percentage of agreed working days."),
             "Lønnssystemet", "%", (6.0, 9.0), direction=Direction.LOWER, frequency=Frequency.TERTIAL),
    CardLine("M1", ("Lederne støtter", "Leiarane støttar", "Leaders give support"),
             "M1.2", ("Mestringsorientert ledelse", "Meistringsorientert leiing", "Mastery-oriented leadership"),
             _MEAN, _EMPLOYEE_SOURCE, "1–5", (4.0, 3.6), measure=("medarbeider", "ML")),
    CardLine("M1", ("Oppgavene er klare", "Oppgåvene er klare", "Tasks are clear"),
             "M1.3", ("Rolleklarhet", "Rolleklarleik", "Role clarity"),
             _MEAN, _EMPLOYEE_SOURCE, "1–5", (4.3, 3.8), measure=("medarbeider", "RK")),
    CardLine("M1", ("Vi gjør hverandre gode", "Vi gjer kvarandre gode", "We bring out the best"),
             "M1.4", ("Mestringsklima", "Meistringsklima", "Mastery climate"),
             _MEAN, _EMPLOYEE_SOURCE, "1–5", (4.0, 3.6), measure=("medarbeider", "MK")),
    CardLine("M1", ("Alle får en samtale", "Alle får ein samtale", "Everyone gets a talk"),
             "M1.5", ("Medarbeidersamtaler", "Medarbeidarsamtalar", "Appraisal talks"),
             ("Andel av de fast ansatte som har hatt medarbeidersamtale i året.",
              "Delen av dei fast tilsette som har hatt medarbeidarsamtale i året.",
              "Share of permanent staff who have had an appraisal talk during the year."),
             "Meldt av lederne", "%", None),
    CardLine("Ø1", ("Budsjettet holder", "Budsjettet held", "The budget holds"),
             "Ø1.1", ("Nettoavvik mot budsjett", "Nettoavvik mot budsjett", "Net deviation from budget"),
             ("Budsjett minus regnskap, i prosent av budsjettet. Under null er merforbruk.",
              "Budsjett minus rekneskap, i prosent av budsjettet. Under null er meirforbruk.",
              "Budget minus accounts, as a percentage of the budget. Below zero is overspending."),
             "Regnskapet", "%", (0.0, -1.0), frequency=Frequency.TERTIAL, owner="Økonomi"),
    CardLine("S1", ("Folk stoler på kommunen", "Folk stoler på kommunen", "People trust the municipality"),
             "S1.1", ("Tillit til kommunen", "Tillit til kommunen", "Trust in the municipality"),
             _MEAN, "Innbyggerundersøkelsen", "1–7", (5.0, 4.0), measure=("innbygger", "TLT"), unit_types=("kommune",),
             owner="Kommunedirektøren"),
    CardLine("S1", ("Folk trives her", "Folk trivst her", "People like living here"),
             "S1.2", ("Å bo i kommunen", "Å bu i kommunen", "Living in the municipality"),
             _MEAN, "Innbyggerundersøkelsen", "1–7", (5.5, 4.5), measure=("innbygger", "BO"), unit_types=("kommune",),
             owner="Kommunedirektøren"),
)  # fmt: skip

FIGURES = {"M1.1": SICK_LEAVE, "M1.5": STAFF_TALKS, "Ø1.1": BUDGET_DEVIATION}


def build_cards(session: Session) -> None:
    """The municipality's card with ambition levels from 2020 on, and the figures that no survey gives."""
    build_card(session, _plan())
    indicators = {indicator.code: indicator for indicator in session.scalars(select(Indicator))}
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    record_values(
        session,
        [
            NewValue(
                indicators[code],
                units[unit].id,
                year,
                part,
                value,
                indicators[code].source,
                _reported_on(indicators[code].frequency, year, part),
            )
            for code, by_unit in FIGURES.items()
            for unit, periods in by_unit.items()
            for (year, part), value in periods.items()
        ],
    )


def _plan() -> CardPlan:
    return CardPlan(
        key="fjordvik",
        title=_text(("Styringskort", "Styringskort", "Scorecard")),
        unit=TOP,
        pairs=[PairPlan("M1.4", "M1.1"), PairPlan("M1.3", "Ø1.1")],
        perspectives=[
            PerspectivePlan(key, _text(names), [_goal(code) for code in GOALS if GOALS[code][0] == key])
            for key, names in PERSPECTIVES.items()
        ],
    )


def _goal(code: str) -> GoalPlan:
    factors = [
        SuccessFactorPlan(_text(line.success_factor), [_indicator(line)])
        for line in LINES
        if line.goal == code
    ]
    return GoalPlan(code, _text(GOALS[code][1]), factors)


def _indicator(line: CardLine) -> IndicatorPlan:
    questionnaire, measure = line.measure or (None, None)
    return IndicatorPlan(
        code=line.code,
        title=_text(line.title),
        source=line.source,
        unit_of_measure=line.scale,
        definition=_text(line.definition),
        owner=line.owner,
        kind=IndicatorKind.STEERING if line.limits else IndicatorKind.DEVELOPMENT,
        direction=line.direction,
        frequency=line.frequency,
        questionnaire=questionnaire,
        measure=measure,
        targets=[TargetPlan(*line.limits, from_year=2020)] if line.limits else [],
        unit_types=line.unit_types,
    )


def _reported_on(frequency: Frequency, year: int, part: int) -> dt.date:
    """The middle of the month after the period."""
    parts = periods_of(frequency).parts
    months = 12 * (part or parts) // parts
    return dt.date(year + months // 12, months % 12 + 1, 15)


def _text(names: DemoNames) -> dict[str, str]:
    return dict(zip(("nb", "nn", "en"), names, strict=True))
