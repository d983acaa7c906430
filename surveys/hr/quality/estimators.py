"""The labelled ways to fit the structure beside the one shown first: what each is for, and what it finds."""

from dataclasses import dataclass, replace

from surveys.hr.quality.limits import Mark, QualityFinding, decimal
from surveys.hr.quality.structure import fit_rows
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredFit, StoredQuality


@dataclass(frozen=True)
class EstimatedFit:
    """summary: name and main figures. meaning: what this way of fitting is for, and what to mind."""

    name: str
    summary: str
    meaning: str
    rows: list[QualityFinding]


def estimated_fits(result: StoredQuality) -> list[EstimatedFit]:
    """MLR and WLSMV, those that have a solution; nothing in older reports."""
    told = {
        "mlr": (
            _("Robust (MLR)"),
            _(
                "For skjeve svar, som når nesten alle er enige. Ladningene er de samme som for hele svar, men CFI, TLI "
                "og RMSEA er rettet for at svarene ikke er normalfordelte (Yuan & Bentler 2000)."
            ),
        ),
        "wlsmv": (
            _("Svar på trinn (WLSMV)"),
            _(
                "For svar på få trinn. Hvert svar regnes som et trinn, ikke som et tall. CFI og TLI blir ofte høyere "
                "enn med de andre måtene, og grensene er ikke laget for WLSMV (Xia & Yang 2019)."
            ),
        ),
    }
    return [
        EstimatedFit(
            name, _summary(name, fit), meaning, _rows(fit) if key == "mlr" else _not_judged(_rows(fit))
        )
        for key, (name, meaning) in told.items()
        if (fit := result.validity.estimators.get(key)) and fit.chi2 is not None
    ]


def _summary(name: str, fit: StoredFit) -> str:
    return _(
        "%(name)s: CFI %(cfi)s, RMSEA %(rmsea)s og SRMR %(srmr)s",
        name=name,
        cfi=decimal(fit.cfi, 3),
        rmsea=decimal(fit.rmsea, 3),
        srmr=decimal(fit.srmr, 3),
    )


def _rows(fit: StoredFit) -> list[QualityFinding]:
    return fit_rows(fit, decimal(fit.n, 0))


def _not_judged(rows: list[QualityFinding]) -> list[QualityFinding]:
    """WLSMV's figures without the limits of maximum likelihood, which would call almost any structure good."""
    meaning = _("Sammenlign ikke med grensene øverst.")
    return [
        replace(row, mark=Mark.NO_LIMIT, meaning=meaning, advice="", limit="–", source="") for row in rows
    ]
