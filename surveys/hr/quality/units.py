"""«Kan vi snakke om et enhetsresultat?» and «Hvem svarte?», in words, from a stored quality report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from questionnaires.model import Factor, Questionnaire
from surveys.campaigns.models import Survey
from surveys.hr.quality.limits import CRAMERS_V, SIGNIFICANCE, Mark, decimal, probability
from surveys.platform.localisation import alphabetical, listed, localised, number, percent
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredGroup, StoredQuality, StoredRepresentation, StoredSkew

FEWEST_UNITS: Final = 10
"""As `analysis.details.FEWEST_UNITS`: with fewer units nothing is told."""
PLAUSIBLE: Final = 0.5
"""A half step on the scale: how much lower those who did not answer may reasonably stand."""


@dataclass(frozen=True)
class UnitSupport:
    """Whether one factor may be spoken of as a unit's result."""

    title: str
    about_unit: bool
    icc1: str
    icc2: str
    test: str
    rwgj: str
    rwgj_skewed: str
    ad: str
    units: str
    mark: Mark
    meaning: str
    advice: str


@dataclass(frozen=True)
class AnsweredGroup:
    """A group's invited and answered, and its shares of each."""

    name: str
    invited: str
    answered: str
    rate: str
    share_invited: str
    share_answered: str


@dataclass(frozen=True)
class Skewness:
    """One way to part those invited, with what the parting shows. `title` states the finding."""

    title: str
    groups: tuple[AnsweredGroup, ...]
    test: str
    mark: Mark
    advice: str


@dataclass(frozen=True)
class Bounds:
    """How far a factor's mean could move had everybody answered. `mean`, `low`, `high` only after the release."""

    title: str
    missing: str
    width: str
    mean: str
    low: str
    high: str
    if_lower: str


def support_rows(result: StoredQuality, questionnaire: Questionnaire) -> list[UnitSupport]:
    """A row for each factor; values are dashes where there are fewer than ten units."""
    return [_support(result, factor) for factor in questionnaire.factors]


def _support(result: StoredQuality, factor: Factor) -> UnitSupport:
    found, more = result.agreement_of(factor.key), result.agreement_details(factor.key)
    mark, meaning, advice = _supported(more.support or "unknown", factor)
    return UnitSupport(
        title=localised(factor.title),
        about_unit=factor.level == "unit",
        icc1=decimal(found.icc1),
        icc2=decimal(found.icc2),
        test="–" if found.f is None else f"F = {number(found.f, 1)}, {probability(found.p)}",
        rwgj=decimal(found.rwgj_median),
        rwgj_skewed=decimal(more.rwgj_skewed_median),
        ad=decimal(more.ad_median),
        units=decimal(found.groups, 0),
        mark=mark,
        meaning=meaning,
        advice=advice,
    )


def _supported(support: str, factor: Factor) -> tuple[Mark, str, str]:
    if support == "supported":
        return Mark.GOOD, _("Enhetene er ulike, og folk i samme enhet svarer likt."), ""
    if support == "partly":
        return (
            Mark.CAREFUL,
            _("Enhetene er ulike, men snittene er usikre eller folk er uenige."),
            _("Vis spredningen sammen med snittet."),
        )
    if support == "not_supported":
        if factor.level == "individual":
            return (
                Mark.CAREFUL,
                _("Enhetene skiller seg ikke sikkert fra hverandre. Temaet handler om den enkelte."),
                _("Les det for hele kommunen, ikke som et trekk ved enheten."),
            )
        return (
            Mark.WEAK,
            _("Enhetene skiller seg ikke sikkert fra hverandre."),
            _("Ikke sammenlign enheter på dette temaet."),
        )
    return (
        Mark.UNKNOWN,
        _("Det er for få enheter til å si noe."),
        _("Det trengs minst %(fewest)s enheter med nok svar.", fewest=FEWEST_UNITS),
    )


def support_verdict(rows: Sequence[UnitSupport]) -> tuple[Mark, str]:
    """The answer in a sentence."""
    known = [row for row in rows if row.mark is not Mark.UNKNOWN]
    if not known:
        return Mark.UNKNOWN, _("For få enheter har nok svar til at vi kan si det.")
    good = [row.title for row in known if row.mark is Mark.GOOD]
    if len(good) == len(rows):
        return Mark.GOOD, _("Ja, for alle temaene.")
    if not good:
        return Mark.CAREFUL, _("Bare med forsiktighet. Vis spredningen sammen med snittet.")
    return Mark.CAREFUL, _("Ja for %(themes)s. Vis spredningen for de andre.", themes=listed(good))


def answered_verdict(found: StoredRepresentation | None, skewed: Sequence[Skewness]) -> tuple[Mark, str]:
    """The response rate, and whether those who answered are like those who were invited."""
    if not found or not found.invited:
        return Mark.UNKNOWN, _("Vi vet ikke hvem som ble invitert, så vi kan ikke si hvem som mangler.")
    if not found.delivered:
        return Mark.UNKNOWN, _("Ingen svarte.")
    sentence = _(
        "%(rate)s svarte (%(answered)s av %(invited)s).",
        rate=percent(found.delivered / found.invited),
        answered=number(found.delivered, 0),
        invited=number(found.invited, 0),
    )
    worse = [one for one in skewed if one.mark in {Mark.CAREFUL, Mark.WEAK}]
    if not skewed:
        return Mark.UNKNOWN, sentence + " " + _("Det er ingen grupper å sammenligne.")
    if not worse:
        return Mark.GOOD, sentence + " " + _("Gruppene har svart omtrent like godt.")
    mark = Mark.WEAK if any(one.mark is Mark.WEAK for one in worse) else Mark.CAREFUL
    return mark, sentence + " " + _("Noen grupper har svart klart sjeldnere enn andre.")


def skewness(found: StoredRepresentation | None, survey: Survey) -> list[Skewness]:
    """By unit type, by area and by leaders and staff, where there are at least two groups to tell of."""
    if found is None:
        return []
    names = {str(unit.unit_id): unit.name for unit in survey.units}
    headings = {
        "area": _("Områder"),
        "unit_type": _("Enhetstyper"),
        "audience": _("Ledere og ansatte"),
    }
    return [
        _skewness(heading, part, names) for kind, heading in headings.items() if (part := found.by.get(kind))
    ]


def _skewness(heading: str, part: StoredSkew, names: Mapping[str, str]) -> Skewness:
    total = sum(group.invited for group in part.groups)
    answers = sum(group.answered for group in part.groups)
    ordered = sorted(part.groups, key=lambda group: alphabetical(_group_name(group.key, names)))
    v, p, chi2 = part.cramers_v, part.p, part.chi2
    if p is None or v is None:
        mark, finding = Mark.GOOD, _("ingen forskjell i svarprosent")
    elif p >= SIGNIFICANCE:
        mark, finding = Mark.GOOD, _("ingen sikker forskjell i svarprosent")
    else:
        mark = CRAMERS_V.mark(v)
        finding = {
            Mark.GOOD: _("sikker, men svært liten forskjell i svarprosent"),
            Mark.CAREFUL: _("liten forskjell i svarprosent"),
        }.get(mark, _("betydelig forskjell i svarprosent"))
    test = (
        ""
        if p is None or v is None or chi2 is None
        else _(
            "χ² = %(chi2)s, %(df)s frihetsgrader, %(p)s. Cramérs V = %(v)s. Grense: %(limit)s (%(source)s).",
            chi2=number(chi2, 1),
            df=part.df,
            p=probability(p),
            v=number(v, 2),
            limit=CRAMERS_V.words,
            source=CRAMERS_V.source,
        )
    )
    return Skewness(
        title=f"{heading}: {finding}",
        groups=tuple(_group(group, total, answers, names) for group in ordered),
        test=test,
        mark=mark,
        advice=""
        if mark is Mark.GOOD
        else _(
            "Si fra om skjevheten når resultatet vises, og spør hvorfor færre svarer i gruppen med lavest andel."
        ),
    )


def _group(group: StoredGroup, total: int, answers: int, names: Mapping[str, str]) -> AnsweredGroup:
    return AnsweredGroup(
        name=_group_name(group.key, names),
        invited=number(group.invited, 0),
        answered=number(group.answered, 0),
        rate=percent(group.answered / group.invited) if group.invited else "–",
        share_invited=percent(group.invited / total) if total else "–",
        share_answered=percent(group.answered / answers) if answers else "–",
    )


def _group_name(key: str, names: Mapping[str, str]) -> str:
    known = {
        "others": _("Små grupper samlet"),
        "direct": _("Hører til øverste nivå"),
        "leaders": _("Ledere"),
        "staff": _("Ansatte"),
        "": _("Uten type"),
    }
    return known.get(key) or names.get(key) or key[:1].upper() + key[1:]


def bounds(
    found: StoredRepresentation | None,
    result: StoredQuality,
    questionnaire: Questionnaire,
    means: Mapping[str, float],
) -> list[Bounds]:
    """By factor, how far the mean could move. means: the released means of the whole survey, empty before the release.

    Before the release only the width is told: with the mean it would give the result away.
    """
    rows = []
    for factor in questionnaire.factors:
        invited = found.factors.get(factor.key) if found else None
        n = result.scale(factor.key).n
        if not invited or n is None or n > invited:
            continue
        missing = 1 - n / invited
        low, high = factor.scale.minimum, factor.scale.maximum
        mean = means.get(factor.key)
        known = mean if mean is not None else 0.0
        moved = (known, known + missing * (low - known), known + missing * (high - known))
        texts = [decimal(value if mean is not None else None, 1) for value in moved]
        rows.append(
            Bounds(
                title=localised(factor.title),
                missing=percent(missing),
                width=number(missing * (high - low), 1),
                mean=texts[0],
                low=texts[1],
                high=texts[2],
                if_lower=decimal(None if mean is None else mean - missing * PLAUSIBLE),
            )
        )
    return rows
