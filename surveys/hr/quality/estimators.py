"""The labelled ways to fit the structure beside the one shown first: what each is for, and what it finds."""

from dataclasses import dataclass

from surveys.hr.quality.limits import QualityFinding, decimal
from surveys.hr.quality.structure import fit_rows
from surveys.platform.texts import _
from surveys.release.stored_quality import StoredFit, StoredQuality


@dataclass(frozen=True)
class EstimatedFit:
    """meaning: what this way of fitting is for, and what to mind."""

    name: str
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
        EstimatedFit(*told[key], _rows(fit))
        for key, fit in result.validity.estimators.items()
        if key in told and fit.chi2 is not None
    ]


def _rows(fit: StoredFit) -> list[QualityFinding]:
    return fit_rows(fit, decimal(fit.n, 0))
