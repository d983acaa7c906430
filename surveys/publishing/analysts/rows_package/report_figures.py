"""A survey's report as one long table: a line for each figure. What the R script compares its own figures with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Unit
from surveys.release.measures import measures_of
from surveys.release.models import Coding, Figure, FigureStatus, QualityReport
from surveys.release.stored_quality import StoredFit, StoredQuality, StoredScale
from surveys.results.exporting import rounded_to
from surveys.results.queries import latest_release

QUALITY: Final = "quality"
_OF_GROUPS: Final = ("n", "mean", "sd", "ci_low", "ci_high")
_CLASSES: Final = ("low", "middle", "high")
_OF_SPREAD: Final = ("sd", "ci_low", "ci_high")
_OF_SCALES: Final = ("n", "mean", "sd", "n_complete", "alpha", "omega", "mean_interitem_r", "split_half")
_OF_FIT: Final = ("n", "chi2", "df", "p", "cfi", "tli", "rmsea", "srmr")


@dataclass(frozen=True)
class ReportFigure:
    """The fields are the columns of rapport.csv.

    kind: «unit», «rest», «breakdown» as in `medvirk figures`, or «quality» for a figure of the whole survey.
    statistic: what it is, with the item's or the pair's key after a colon. coded: as `Figure.coded`, since a mean near
    the end of the scale is a bound; «rounded_to_0.1» for a mean that is rounded, in points of the scale that people
    answered on; «class» for a spread that is the end of its class, and for the interval that follows from it.
    """

    unit: str
    kind: str
    breakdown: str
    category: str
    measure: str
    statistic: str
    value: float
    coded: str = Coding.EXACT.value


COLUMNS: Final = tuple(field.name for field in fields(ReportFigure))


def report_figures(session: Session, survey: Survey) -> list[ReportFigure]:
    """Every shown figure of the latest release, and the main figures of the quality report."""
    release = latest_release(session, survey)
    if release is None:
        return []
    found = session.execute(
        select(Figure, Unit.code)
        .join(Unit, Unit.id == Figure.unit_id)
        .where(Figure.release_id == release.id, Figure.status == FigureStatus.SHOWN)
        .order_by(Unit.code, Figure.id)
    )
    lowest = {
        measure.key: measure.factor.scale.minimum
        for measure in measures_of(questionnaire_of(survey.instrument))
    }
    told = [line for figure, code in found for line in _of_figure(figure, code, lowest[figure.measure])]
    report = session.get(QualityReport, survey.id)
    return [*told, *(_of_quality(report.quality()) if report else ())]


def _of_figure(figure: Figure, unit: str, lowest: int) -> Iterator[ReportFigure]:
    """lowest: the value of the scale's first answer."""
    named: dict[str, float | None] = {name: getattr(figure, name) for name in _OF_GROUPS}
    named |= dict(zip(_CLASSES, figure.distribution or (), strict=False))
    named |= {f"answer:{lowest + index}": share for index, share in enumerate(figure.points or ())}
    for name, value in named.items():
        if value is not None:
            yield ReportFigure(
                unit,
                figure.kind.value,
                figure.breakdown,
                figure.category,
                figure.measure,
                name,
                value,
                _how_told(figure, name),
            )


def _how_told(figure: Figure, statistic: str) -> str:
    if statistic == "mean" and figure.step:
        return rounded_to(figure.step)
    if statistic in _OF_SPREAD and figure.spread_class:
        return "class"
    return figure.coded.value if statistic == "mean" else Coding.EXACT.value


def _of_quality(quality: StoredQuality) -> Iterator[ReportFigure]:
    for key, scale in quality.scales.items():
        yield from _named(key, _scale(scale))
    structure = quality.validity
    complete: dict[str, float | None] = {"kmo": structure.kmo, "n_complete": structure.n_complete}
    complete |= {f"kmo:{item}": value for item, value in structure.kmo_items.items()}
    if structure.bartlett:
        complete |= {f"bartlett_{name}": getattr(structure.bartlett, name) for name in ("chi2", "df", "p")}
    complete |= {f"htmt:{pair}": value for pair, value in structure.htmt.items()}
    yield from _named("", complete)
    yield from _named("", _fit("cfa", structure.cfa, structure.ave, structure.composite_reliability))
    whole = structure.all_answers
    if whole:
        yield from _named("", _fit("fiml", whole.cfa, whole.ave, whole.composite_reliability))


def _scale(scale: StoredScale) -> Mapping[str, float | None]:
    found: dict[str, float | None] = {name: getattr(scale, name) for name in _OF_SCALES}
    found["alpha_low"], found["alpha_high"] = scale.ends
    found |= {f"item_rest:{item}": value for item, value in scale.item_rest.items()}
    return found | {f"alpha_if_deleted:{item}": value for item, value in scale.alpha_if_deleted.items()}


def _fit(
    name: str, fit: StoredFit, ave: Mapping[str, float | None], composite: Mapping[str, float | None]
) -> Mapping[str, float | None]:
    found: dict[str, float | None] = {f"{name}_{each}": getattr(fit, each) for each in _OF_FIT}
    found[f"{name}_rmsea_low"], found[f"{name}_rmsea_high"] = fit.rmsea_ci or (None, None)
    found |= {f"{name}_loading:{item}": value for item, value in fit.loadings.items()}
    found |= {f"{name}_correlation:{pair}": value for pair, value in fit.factor_correlations.items()}
    found |= {f"{name}_ave:{factor}": value for factor, value in ave.items()}
    return found | {f"{name}_cr:{factor}": value for factor, value in composite.items()}


def _named(measure: str, found: Mapping[str, float | None]) -> Iterable[ReportFigure]:
    return (
        ReportFigure("", QUALITY, "", "", measure, name, float(value))
        for name, value in found.items()
        if value is not None
    )
