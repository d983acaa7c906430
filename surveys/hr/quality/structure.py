"""«Er det ti ulike temaer?»: fit, factors side by side, and loadings beside the intended structure, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from questionnaires.model import Questionnaire
from surveys.hr.quality.limits import (
    AVE,
    CFI,
    COMPOSITE,
    HTMT,
    KMO,
    RMSEA,
    ROWS_PER_ITEM,
    SIGNIFICANCE,
    SRMR,
    TLI,
    Mark,
    QualityFinding,
    QualityLimit,
    count_word,
    decimal,
    interval,
    probability,
)
from surveys.platform.localisation import listed, localised, number
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredAllAnswers, StoredFit, StoredQuality, StoredValidity

CLEAR_CHANGE: Final = 10.83
"""A modification index that is not chance: χ² with one degree of freedom at p = .001."""
HINTS_SHOWN: Final = 5


@dataclass(frozen=True)
class Convergence:
    """A factor's AVE and composite reliability, and what they come to."""

    title: str
    ave: float | None
    composite: float | None
    mark: Mark
    meaning: str
    advice: str


@dataclass(frozen=True)
class Hint:
    """A modification index in words."""

    words: str
    index: float


def structure_heading(questionnaire: Questionnaire) -> str:
    """«Er det ti ulike temaer?»"""
    count = len(questionnaire.factors)
    if count == 1:
        return _("Er det ett tema?")
    return _("Er det %(count)s ulike temaer?", count=count_word(count))


def fit_mark(validity: StoredValidity) -> Mark:
    """The fit indices together: good when all are, weak when CFI or RMSEA is past what is tolerable.

    An impossible solution is weak however well it fits.
    """
    if validity.shown.admissible is False:
        return Mark.WEAK
    marks = [limit.mark(value) for value, limit in _indices(validity.shown)]
    if Mark.UNKNOWN in (marks[0], marks[2]):
        return Mark.UNKNOWN
    if Mark.WEAK in (marks[0], marks[2]):
        return Mark.WEAK
    return Mark.GOOD if set(marks) <= {Mark.GOOD} else Mark.CAREFUL


def _indices(fit: StoredFit) -> list[tuple[float | None, QualityLimit]]:
    """CFI, TLI, RMSEA and SRMR, each with its limit."""
    return [(fit.cfi, CFI), (fit.tli, TLI), (fit.rmsea, RMSEA), (fit.srmr, SRMR)]


def structure_verdict(result: StoredQuality, questionnaire: Questionnaire) -> str:
    """Whether the answers fit the intended themes, how sure that is, and which themes are hard to tell apart."""
    validity = result.validity
    sentences = [_fit_sentence(validity)]
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    alike = [
        _("%(one)s og %(other)s", one=titles[one], other=titles[other])
        for one, other in _pairs_over(validity.htmt)
    ]
    if alike:
        sentences.append(_("Vanskelige å skille fra hverandre: %(pairs)s.", pairs="; ".join(alike)))
    if is_thin(validity, questionnaire):
        sentences.append(
            _(
                "Bare %(rows)s svarte på alle de %(items)s påstandene, så dette er usikkert.",
                rows=number(validity.n_complete or 0, 0),
                items=len(questionnaire.items),
            )
        )
    if validity.whole:
        sentences.append(_beside(validity, validity.whole))
    return " ".join(sentences)


def _beside(validity: StoredValidity, whole: StoredAllAnswers) -> str:
    """Whom the structure rests on, and what complete sheets alone say."""
    n, complete = number(whole.n or 0, 0), number(validity.n_complete or 0, 0)
    if validity.cfa.cfi is None:
        return _(
            "Dette bygger på svarene fra alle %(n)s (FIML). Bare %(complete)s svarte på alle påstandene.",
            n=n,
            complete=complete,
        )
    return _(
        "Dette bygger på svarene fra alle %(n)s (FIML). Blant de %(complete)s som svarte på alle påstandene, er CFI "
        "%(cfi)s, RMSEA %(rmsea)s og SRMR %(srmr)s.",
        n=n,
        complete=complete,
        cfi=decimal(validity.cfa.cfi, 3),
        rmsea=decimal(validity.cfa.rmsea, 3),
        srmr=decimal(validity.cfa.srmr, 3),
    )


def _fit_sentence(validity: StoredValidity) -> str:
    if validity.shown.admissible is False:
        return _(
            "Svarene passer ikke med temaene slik de er tenkt: modellen får en umulig løsning. Se merknadene."
        )
    return {
        Mark.GOOD: _("Svarene passer godt med temaene slik de er tenkt."),
        Mark.CAREFUL: _("Svarene passer noenlunde med temaene slik de er tenkt."),
        Mark.WEAK: _("Svarene passer dårlig med temaene slik de er tenkt."),
        Mark.UNKNOWN: _("Det kan ikke regnes ut om svarene passer med temaene."),
    }[fit_mark(validity)]


def is_thin(validity: StoredValidity, questionnaire: Questionnaire) -> bool:
    """Fewer than five answers for each statement behind the structure that is shown."""
    rows = validity.whole.n if validity.whole else validity.n_complete
    return rows is not None and rows < ROWS_PER_ITEM * len(questionnaire.items)


def _pairs_over(ratios: Mapping[str, float | None]) -> list[tuple[str, str]]:
    found = []
    for pair, ratio in ratios.items():
        if ratio is not None and ratio >= HTMT.good:
            one, _between, other = pair.partition("~")
            found.append((one, other))
    return found


def fit_findings(result: StoredQuality, questionnaire: Questionnaire) -> list[QualityFinding]:
    """KMO, Bartlett, parallel analysis and the CFA's fit, a row each."""
    validity = result.validity
    n = decimal(validity.n_complete, 0)
    return [*_adequacy(validity, questionnaire, n), *fit_rows(validity.shown, decimal(validity.shown.n, 0))]


def _adequacy(validity: StoredValidity, questionnaire: Questionnaire, n: str) -> list[QualityFinding]:
    kmo, p = validity.kmo, validity.bartlett.p
    related = Mark.UNKNOWN if p is None else Mark.GOOD if p < SIGNIFICANCE else Mark.WEAK
    good_kmo = KMO.mark(kmo)
    return [
        QualityFinding(
            "KMO",
            decimal(kmo),
            good_kmo,
            _meant(
                good_kmo,
                _("Påstandene har nok felles til å lete etter temaer."),
                _("Påstandene har for lite felles til å lete etter temaer."),
            ),
            n=n,
            limit=KMO.words,
            source=KMO.source,
        ),
        QualityFinding(
            _("Bartletts test"),
            probability(p),
            related,
            _meant(related, _("Påstandene henger sammen."), _("Påstandene henger ikke sikkert sammen.")),
            n=n,
            limit=_("p under 0,05"),
            source="Bartlett 1951",
        ),
        _suggested(validity.factors_suggested, len(questionnaire.factors), n),
        *_by_em(validity, len(questionnaire.factors)),
    ]


def _by_em(validity: StoredValidity, intended: int) -> list[QualityFinding]:
    """KMO and the number of themes in EM's correlations, as a labelled choice beside those of complete sheets."""
    if validity.whole is None:
        return []
    n, kmo = decimal(validity.whole.n, 0), validity.whole.kmo
    good = KMO.mark(kmo)
    words = _meant(
        good,
        _("Påstandene har nok felles til å lete etter temaer."),
        _("Påstandene har for lite felles til å lete etter temaer."),
    )
    name = _("KMO på alle svarene (EM)")
    return [
        QualityFinding(name, decimal(kmo), good, words, n=n, limit=KMO.words, source=KMO.source),
        replace(
            _suggested(validity.whole.factors_suggested, intended, n),
            name=_("Antall temaer i alle svarene (parallellanalyse, EM)"),
        ),
    ]


def _suggested(found: int | None, intended: int, n: str) -> QualityFinding:
    mark, meaning, advice = Mark.UNKNOWN, _("Kan ikke regnes ut."), ""
    if found is not None:
        mark = Mark.GOOD if found == intended else Mark.CAREFUL
        meaning = _("Svarene skiller mellom like mange temaer som vi tenkte.")
        if found < intended:
            meaning = _("Svarene skiller mellom færre temaer enn vi tenkte.")
            advice = _(
                "Se under hvilke temaer som likner på hverandre. Få fullstendige svar gir også få temaer."
            )
        elif found > intended:
            meaning = _("Svarene skiller mellom flere temaer enn vi tenkte.")
            advice = _("Se om et tema deler seg i to i tabellen over ladninger.")
    return QualityFinding(
        _("Antall temaer i svarene (parallellanalyse)"),
        decimal(found, 0),
        mark,
        meaning,
        advice,
        n=n,
        limit=_("%(count)s temaer i spørreskjemaet", count=intended),
        source="Horn 1965",
    )


def fit_rows(fit: StoredFit, n: str) -> list[QualityFinding]:
    """CFI, TLI, RMSEA and SRMR of a model, a row each."""
    low, high = fit.rmsea_ci or (None, None)
    rows = []
    for name, (value, limit) in zip(("CFI", "TLI", "RMSEA", "SRMR"), _indices(fit), strict=True):
        mark = limit.mark(value)
        rows.append(
            QualityFinding(
                name,
                decimal(value, 3),
                mark,
                _fit_meaning(mark),
                _("Se tabellen over ladninger, og temaene som likner på hverandre.")
                if mark is Mark.WEAK
                else "",
                interval=interval(low, high, 3) if limit is RMSEA else "",
                n=n,
                limit=limit.words,
                source=limit.source,
            )
        )
    return rows


def _fit_meaning(mark: Mark) -> str:
    return {
        Mark.GOOD: _("Modellen passer godt."),
        Mark.CAREFUL: _("Modellen passer noenlunde."),
        Mark.WEAK: _("Modellen passer dårlig."),
        Mark.UNKNOWN: _("Kan ikke regnes ut. Se merknadene."),
    }[mark]


def _meant(mark: Mark, good: str, weak: str) -> str:
    return (
        _("Kan ikke regnes ut. Se merknadene.")
        if mark is Mark.UNKNOWN
        else good
        if mark is Mark.GOOD
        else weak
    )


def convergence_rows(result: StoredQuality, questionnaire: Questionnaire) -> list[Convergence]:
    """AVE and composite reliability of each factor, and the themes it shares more with than with its own items."""
    validity = result.validity
    apart = result.shown_details.fornell_larcker
    basis = validity.whole or validity
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    rows = []
    for key, title in titles.items():
        ave = basis.ave.get(key)
        composite = basis.composite_reliability.get(key)
        failing = [
            titles[other]
            for pair, holds in apart.items()
            if not holds and key in pair.split("~")
            for other in pair.split("~")
            if other != key
        ]
        rows.append(Convergence(title, ave, composite, *_converged(ave, composite, failing)))
    return rows


def _converged(ave: float | None, composite: float | None, failing: Sequence[str]) -> tuple[Mark, str, str]:
    if ave is None or composite is None:
        return Mark.UNKNOWN, _("Kan ikke regnes ut."), _("Se merknadene.")
    if failing:
        return (
            Mark.WEAK,
            _("Har mer felles med %(themes)s enn med sine egne påstander.", themes=listed(list(failing))),
            _("Tolk disse temaene sammen."),
        )
    if AVE.mark(ave) is Mark.GOOD:
        return Mark.GOOD, _("Påstandene deler det meste av det de måler."), ""
    if COMPOSITE.mark(composite) is Mark.GOOD:
        return (
            Mark.CAREFUL,
            _("Påstandene deler under halvparten, men til sammen måler de godt nok."),
            _("Vurder klarere påstander i neste versjon."),
        )
    return (
        Mark.WEAK,
        _("Påstandene deler lite."),
        _("Tolk temaet varsomt. Vurder nye påstander i neste versjon."),
    )


def hints(result: StoredQuality, questionnaire: Questionnaire) -> list[Hint]:
    """The largest modification indices that are not chance, as something to look at."""
    titles = {factor.key: localised(factor.title) for factor in questionnaire.factors}
    texts = {item.key: localised(item.text) for item in questionnaire.items}
    found = []
    for one in result.structure.modifications[:HINTS_SHOWN]:
        if one.index is None or one.index < CLEAR_CHANGE:
            continue
        item = texts[one.item]
        if one.factor:
            words = _("«%(item)s» henger også sammen med %(theme)s.", item=item, theme=titles[one.factor])
        else:
            words = _(
                "«%(item)s» og «%(other)s» likner mer på hverandre enn temaene tilsier.",
                item=item,
                other=texts[one.other or ""],
            )
        found.append(Hint(words, one.index))
    return found
