"""The findings of an analysis in plain sentences (bokmål), with the limits the field uses.

From a result with the keys of `medvirk analyse --json`. Sentences say what the figures allow, and no more.
"""

from collections.abc import Mapping
from typing import Any, Final

from analysis.reliability import FEWEST_TO_JUDGE
from surveys.platform.localisation import number

ALPHA_ACCEPTED: Final = 0.70  # Nunnally 1978
ITEM_REST_LOWEST: Final = 0.30
CFI_GOOD: Final = 0.95  # Hu and Bentler 1999, as the next two
RMSEA_GOOD: Final = 0.06
SRMR_GOOD: Final = 0.08
CFI_TOLERABLE: Final = 0.90
RMSEA_TOLERABLE: Final = 0.08
HTMT_HIGHEST: Final = 0.85  # Henseler 2015
ICC2_LOWEST: Final = 0.70  # LeBreton and Senter 2008, as rwg(j)
RWG_LOWEST: Final = 0.70
CLEAR: Final = 0.05
"""A difference is clear when its Holm-adjusted p is below this."""

_UNITS_NOT_SUPPORTED: Final = (
    "Bare med forsiktighet: folk i samme enhet svarer så ulikt, eller enhetene er så like, at et snitt sier lite "
    "om enheten."
)

IMPOSSIBLE: Final = (
    "Svarene passer ikke med temaene slik de er tenkt: modellen får en umulig løsning. Se merknadene nederst."
)

Result = Mapping[str, Any]


def consistency_verdict(result: Result, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Whether the factors are measured consistently, and each statement that does not follow the others.

    Statements are judged on `FEWEST_TO_JUDGE` complete answers or more: below that it is n that is too small.
    """
    alphas = {key: scale["alpha"] for key, scale in result["scales"].items() if scale["alpha"] is not None}
    if not alphas:
        return ("Vi kan ikke si om påstandene henger sammen.",)
    judged = {k: s for k, s in result["scales"].items() if s["n_complete"] >= FEWEST_TO_JUDGE}
    few = [titles[key] for key in alphas if key not in judged]
    too_few = [_too_few(few)] if few else []
    alphas = {key: alpha for key, alpha in alphas.items() if key in judged}
    if not alphas:
        return tuple(too_few)
    weak = [titles[key] for key, alpha in alphas.items() if alpha < ALPHA_ACCEPTED]
    if not weak:
        whole = "De andre temaene" if few else "Alle temaene"
        words = [f"{whole} måles stabilt: alfa er minst 0,70."]
    elif len(weak) == len(alphas):
        words = ["Ingen av temaene når alfa 0,70. Les resultatene med forsiktighet."]
    else:
        words = [f"Disse temaene måles usikkert (alfa under 0,70): {_listed(weak)}. De andre måles stabilt."]
    loose = [
        f"Påstand {item} i {titles[key]} henger dårlig sammen med resten (r = {number(r, 2)})."
        for key, scale in judged.items()
        for item, r in scale["item_rest"].items()
        if r is not None and r < ITEM_REST_LOWEST and item not in _suggested(scale)
    ]
    return (*too_few, *words, *_reversals(judged), *loose)


def _too_few(titles: list[str]) -> str:
    return (
        f"For få har svart på alle påstandene til å bedømme {_listed(titles)}: det trengs {FEWEST_TO_JUDGE}."
    )


def _suggested(scale: Result) -> list[str]:
    return (scale.get("suggested_reversals") or {}).get("items") or []


def _reversals(scales: Mapping[str, Result]) -> list[str]:
    """The statements that are probably reversed without the questionnaire saying so."""
    return [
        f"{_listed(_suggested(scale))} går motsatt vei av de andre påstandene: alfa er {number(scale['alpha'], 2)}, og "
        f"{number(scale['suggested_reversals']['alpha'], 2)} når de snus. Sjekk om spørreskjemaet har glemt det."
        for scale in scales.values()
        if _suggested(scale)
    ]


def whole_structure(result: Result) -> Result | None:
    """The structure on all the answers, where it is the one that is shown by default."""
    validity = result.get("validity") or {}
    return validity.get("all_answers") if validity.get("basis") == "all_answers" else None


def structure_verdict(result: Result) -> tuple[str, ...]:
    """Whether the intended factors fit the answers, and which of them are hard to tell apart."""
    validity = result.get("validity") or {}
    fit = (whole_structure(result) or validity).get("cfa") or {}
    if fit.get("cfi") is None:
        return ("Vi kan ikke si om temaene er ulike. Se merknadene nederst.",)
    words = [IMPOSSIBLE] if fit.get("admissible") is False else [_fit_sentence(fit)]
    alike = [pair for pair, ratio in validity["htmt"].items() if ratio is not None and ratio >= HTMT_HIGHEST]
    words += [f"{' og '.join(pair.split('~'))} er vanskelige å skille fra hverandre." for pair in alike]
    return tuple(words)


def _fit_sentence(fit: Result) -> str:
    if fit["cfi"] >= CFI_GOOD and fit["rmsea"] <= RMSEA_GOOD and fit["srmr"] <= SRMR_GOOD:
        return "Svarene passer godt med temaene slik de er tenkt."
    if fit["cfi"] >= CFI_TOLERABLE and fit["rmsea"] <= RMSEA_TOLERABLE:
        return "Svarene passer noenlunde med temaene slik de er tenkt. Se på påstandene med lav ladning."
    return "Svarene passer dårlig med temaene slik de er tenkt. Ikke tolk temaene hver for seg uten å se nærmere."


def agreement_verdict(result: Result, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Which factors may be spoken of as a unit's result."""
    known = {
        key: found["icc2"] >= ICC2_LOWEST and found["rwgj_median"] >= RWG_LOWEST
        for key, found in result["agreement"].items()
        if found["icc2"] is not None and found["rwgj_median"] is not None
    }
    if not known:
        return ("Vi kan ikke si om enhetene er enige nok. Se merknadene nederst.",)
    supported = [titles[key] for key, good in known.items() if good]
    if len(supported) == len(known):
        return ("Ja: folk i samme enhet svarer så likt at enhetens snitt sier noe om enheten.",)
    if not supported:
        return (_UNITS_NOT_SUPPORTED,)
    others = "For de andre temaene sier snittet lite om enheten alene: vis spredningen sammen med det."
    return (f"Ja for {_listed(supported)}. {others}",)


def is_clear(p: float | None) -> bool:
    """Whether a Holm-adjusted p is that of a clear difference; what could not be tested is not."""
    return p is not None and p < CLEAR


def groups_verdict(question: str, factors: Result, titles: Mapping[str, str]) -> str:
    """Which factors the groups of one background question differ on."""
    tested = [key for key, found in factors.items() if found["welch"]["p_holm"] is not None]
    if not tested:
        return f"{question}: gruppene kan ikke sammenlignes. Se merknadene nederst."
    clear = [key for key in tested if is_clear(factors[key]["welch"]["p_holm"])]
    if not clear:
        return f"{question}: ingen tydelige forskjeller."
    sizes = {key: _largest(factors[key]["pairs"]) for key in clear}
    largest = max(sizes, key=lambda key: sizes[key])
    # With many answers even a tiny difference is clear, so its size belongs in the same breath.
    size = f"Størst er den i {titles[largest]} (g = {number(sizes[largest], 2)})." if sizes[largest] else ""
    return f"{question}: tydelig forskjell i {_listed([titles[key] for key in clear])}. {size}".rstrip()


def _largest(pairs: Result) -> float:
    """The largest Hedges' g among the clear pairs, without its sign; 0 when no single pair is clear."""
    return max((abs(pair["g"]) for pair in pairs.values() if is_clear(pair["p_holm"])), default=0.0)


def correlations_verdict(correlations: Result, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The two factors that go most closely together, whichever way."""
    known = {pair: found["r"] for pair, found in correlations.items() if found["r"] is not None}
    if not known:
        return ("Vi kan ikke si hvor mye temaene henger sammen. Se merknadene nederst.",)
    closest = max(known, key=lambda pair: abs(known[pair]))
    names = " og ".join(titles[key] for key in closest.split("~"))
    return (
        f"{names} henger tettest sammen (r = {number(known[closest], 2)}).",
        "Samvariasjon er ikke årsak: tallene sier ikke hva som påvirker hva.",
    )


def _listed(names: list[str]) -> str:
    return " og ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
