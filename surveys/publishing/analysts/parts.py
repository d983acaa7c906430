"""What the report of `medvirk analyse` is made of: sections, tables, and figures as texts in Norwegian form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from questionnaires.model import Questionnaire
from surveys.platform.localisation import localised, number

HIDDEN = "skjult"
MISSING = "–"

Result = Mapping[str, Any]


@dataclass(frozen=True)
class ReportTable:
    """`columns`: headings, the first of the row names. `rows`: texts. `note`: the limit and its source."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class ReportSection:
    """One question, answered first in words and then in tables."""

    heading: str
    words: tuple[str, ...]
    tables: tuple[ReportTable, ...]


@dataclass(frozen=True)
class ReportDocument:
    """A whole report. `warnings`: why figures are missing, and what to be careful with."""

    title: str
    facts: str
    sections: tuple[ReportSection, ...]
    warnings: tuple[str, ...]


def titles_of(questionnaire: Questionnaire) -> dict[str, str]:
    """The factors' titles by key."""
    return {factor.key: localised(factor.title) for factor in questionnaire.factors}


def p_value(value: float | None) -> str:
    """Three decimals, or «under 0,001»."""
    return "under 0,001" if value is not None and value < 0.001 else three(value)


def two(value: float | None) -> str:
    return MISSING if value is None else number(value, 2)


def three(value: float | None) -> str:
    return MISSING if value is None else number(value, 3)


def interval(bounds: Sequence[float] | None, decimals: int = 2) -> str:
    """«0,81–0,84»; with «til» when a minus sign would stand next to the dash."""
    if bounds is None:
        return MISSING
    low, high = (number(bound, decimals) for bound in bounds)
    return f"{low} til {high}" if min(bounds) < 0 else f"{low}–{high}"
