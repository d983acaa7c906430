"""Released figures and changes as rows and as CSV: one column order, Norwegian form or plain."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from surveys.campaigns.models import Survey, SurveyUnit
from surveys.files.escaping import safe_cell
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.release.measures import MeasureKind, is_told_roughly, measures_of
from surveys.release.models import Change, Coding, Figure, FigureKind, Release, Turnout
from surveys.release.neighbours import reason_of
from surveys.results.queries import latest_release


@dataclass(frozen=True)
class FigureRow:
    """One released figure; the fields are the columns of `medvirk figures`. Units by their codes.

    reason: why it is hidden; «not_invited» where nobody could have answered; «at_least» or «at_most» where the mean
    is only a bound, «rounded_to_0.5» where it is rounded to more than pages show, in points of the scale.
    design_effect, effective_n: of weighted means alone, whose kind is «weighted».
    """

    survey: str
    unit: str
    parent: str
    kind: str
    breakdown: str
    category: str
    measure: str
    n: int | None
    mean: float | None
    sd: float | None
    ci_low: float | None
    ci_high: float | None
    status: str
    reason: str
    design_effect: float | None = None
    effective_n: float | None = None


COLUMNS: Final = tuple(field.name for field in fields(FigureRow))


@dataclass(frozen=True)
class ChangeRow:
    """One change since an earlier survey; the fields are the columns of `medvirk changes`.

    verdict: up, down, no_clear_change or too_few, as on the unit's page and on the card; «not_comparable» where the two
    surveys do not measure the same. tests: how many comparisons of the unit p_adjusted is adjusted for.
    """

    survey: str
    unit: str
    measure: str
    earlier: str
    basis: str
    difference: float
    ci_low: float | None
    ci_high: float | None
    p: float | None
    p_adjusted: float | None
    tests: int
    verdict: str
    detectable: float | None


CHANGE_COLUMNS: Final = tuple(field.name for field in fields(ChangeRow))


def figure_rows(
    session: Session,
    survey: Survey,
    units: Collection[int] | None = None,
    kinds: Collection[FigureKind] = (FigureKind.UNIT,),
) -> list[FigureRow]:
    """Every figure of the survey's latest release, by unit; empty before the first.

    units: of these alone, and only figures of the kinds: no category, and nothing of small units together unless asked.
    """
    release = latest_release(session, survey)
    if release is None:
        return []
    parent = aliased(Unit)
    found = session.execute(
        select(Figure, Unit.code, parent.code, Turnout.invited, Turnout.delivered)
        .join(Unit, Unit.id == Figure.unit_id)
        .join(SurveyUnit, (SurveyUnit.unit_id == Figure.unit_id) & (SurveyUnit.survey_id == survey.id))
        .join(Turnout, (Turnout.release_id == Figure.release_id) & (Turnout.unit_id == Figure.unit_id))
        .outerjoin(parent, parent.id == SurveyUnit.parent_id)
        .where(Figure.release_id == release.id)
        .where(*(() if units is None else (Figure.unit_id.in_(units), Figure.kind.in_(kinds))))
        .order_by(Unit.code, Figure.id)
    )
    kind_of = {measure.key: measure.kind for measure in measures_of(questionnaire_of(survey.instrument))}
    return [
        _row(
            survey.key,
            figure,
            kind_of[figure.measure],
            (unit, above or ""),
            reason_of(figure.status, figure.reason, invited, delivered),
        )
        for figure, unit, above, invited, delivered in found
    ]


def _row(
    survey_key: str, figure: Figure, kind: MeasureKind, unit_and_parent: tuple[str, str], reason: str
) -> FigureRow:
    unit, parent = unit_and_parent
    return FigureRow(
        survey=survey_key,
        unit=unit,
        parent=parent,
        kind=figure.kind.value,
        breakdown=figure.breakdown,
        category=figure.category,
        measure=figure.measure,
        n=figure.n,
        mean=figure.mean,
        sd=figure.sd,
        ci_low=figure.ci_low,
        ci_high=figure.ci_high,
        status=figure.status.value,
        reason=reason or _how_told(figure, kind),
    )


def _how_told(figure: Figure, kind: MeasureKind) -> str:
    """What a reader must know of a shown mean: that it is only a bound, or rounded to more than it seems."""
    if figure.coded != Coding.EXACT:
        return figure.coded.value
    return rounded_to(figure.step) if figure.step and is_told_roughly(kind, figure.step) else ""


def rounded_to(step: float) -> str:
    """What files say of a rounded mean, «rounded_to_0.5»; in points of the scale that people answered on."""
    return f"rounded_to_{step:g}"


def change_rows(session: Session, survey: Survey) -> list[ChangeRow]:
    """Every change of the survey's latest release, by unit; empty before the first."""
    release = latest_release(session, survey)
    if release is None:
        return []
    found = session.execute(
        select(Change, Unit.code, Survey.key)
        .join(Unit, Unit.id == Change.unit_id)
        .join(Release, Release.id == Change.previous_release_id)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Change.release_id == release.id)
        .order_by(Unit.code, Change.measure)
    ).all()
    tests = Counter(change.unit_id for change, *_rest in found if change.p_adjusted is not None)
    return [
        ChangeRow(
            survey=survey.key,
            unit=unit,
            measure=change.measure,
            earlier=earlier,
            basis=change.basis.value,
            difference=change.difference,
            ci_low=change.ci_low,
            ci_high=change.ci_high,
            p=change.p,
            p_adjusted=change.p_adjusted,
            tests=tests[change.unit_id],
            verdict=change.verdict.value if change.comparable else "not_comparable",
            detectable=change.detectable,
        )
        for change, unit, earlier in found
    ]


def as_csv(
    rows: Iterable[FigureRow | ChangeRow], columns: Sequence[str] = COLUMNS, *, plain: bool = False
) -> bytes:
    """The rows with a heading. Norwegian: semicolon, decimal comma, UTF-8 with BOM. Plain: comma, point, no BOM.

    Numbers have all their digits. Text that a spreadsheet would take for a formula gets a ' in front.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="," if plain else ";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value, plain=plain) for value in astuple(row)] for row in rows)
    return text.getvalue().encode("utf-8" if plain else "utf-8-sig")


def _cell(value: str | float | None, *, plain: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    return str(value) if plain else str(value).replace(".", ",")
