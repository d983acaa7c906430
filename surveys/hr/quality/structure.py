"""«Er det ti ulike temaer?»: how well the answers fit the intended themes, in words."""

from collections.abc import Mapping
from dataclasses import replace

from questionnaires.model import Questionnaire
from surveys.hr.quality.limits import (
    CFI,
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
from surveys.platform.localisation import localised, number
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredAllAnswers, StoredFit, StoredQuality, StoredValidity


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
