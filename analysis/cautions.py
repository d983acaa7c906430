"""Why a figure is missing, in words a reader can act on (Norwegian bokmål)."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from analysis.agreement import Agreement
from analysis.cfa import NoSolutionError, NoSolutionReason
from analysis.results import ScaleSummary, UnitReport
from analysis.validity import Validity
from questionnaires.model import Questionnaire

NAMED_AT_MOST: Final = 5


def scale_cautions(key: str, scale: ScaleSummary) -> tuple[str, ...]:
    """One line for each reason why something is missing for the factor `key`, or must be read with care.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> (text,) = scale_cautions("MOT", analyse(QUESTIONNAIRE, RESPONSES, 3).scales["MOT"])
    >>> text[:28]
    'MOT: Omega kan ikke beregnes'
    """
    found = scale.reliability
    if found.items < 2:
        lines = [
            "Faktoren har én påstand, så indre konsistens kan ikke beregnes. Det krever minst to påstander."
        ]
    elif found.n_complete < 2:
        lines = [f"{_sheets(found.n_complete)} har svar på alle påstandene, så alfa kan ikke beregnes."]
    else:
        lines = [*_consistency_cautions(scale)]
    if scale.n < 2:
        missing = "gjennomsnitt og spredning" if scale.n == 0 else "spredning"
        lines.append(f"{_people(scale.n)} har svart på nok påstander, så {missing} kan ikke beregnes.")
    return tuple(f"{key}: {line}" for line in lines)


def _consistency_cautions(scale: ScaleSummary) -> Iterable[str]:
    found = scale.reliability
    constant = [key for key, r in zip(scale.items, found.item_rest, strict=True) if np.isnan(r)]
    if np.isnan(found.alpha):
        yield "Alle har samme sum, så alfa og korrelasjoner kan ikke beregnes."
    elif constant:
        yield f"Alle har svart likt på {listed(constant)}, så korrelasjoner og omega kan ikke beregnes."
    elif found.items > 2 and np.isnan(found.omega):
        yield (
            "Omega kan ikke beregnes, fordi én felles faktor ikke passer til svarene: en påstand blir "
            "forklart fullt ut. Se etter påstander som er nesten like, og etter negative sammenhenger."
        )
    if found.items == 2:
        yield "Faktoren har to påstander. Omega og alfa uten påstanden krever minst tre."
    if found.alpha < 0:
        yield "Alfa er negativ. Sjekk om en påstand er snudd uten at spørreskjemaet sier det."
    if not np.isnan(found.alpha) and np.isnan(found.split_half):
        yield "Splitt-halv kan ikke beregnes, fordi den ene halvdelen har samme sum hos alle."


def validity_cautions(found: Validity) -> tuple[str, ...]:
    """One line for each reason why a part of the structure is missing.

    >>> from analysis.example import RESPONSES
    >>> from analysis.validity import validity
    >>> (text,) = validity_cautions(validity(RESPONSES))
    >>> text[:60]
    'Validitet: Bekreftende faktoranalyse (CFA), AVE og CR mangle'
    """
    lines = []
    if found.left_out:
        lines.append(f"{listed(found.left_out)} er ikke med, fordi ikke alle har fått spørsmålene.")
    if len(found.items) < 2:
        lines.append("Faktoranalyse krever minst to påstander som alle har fått.")
        return tuple(f"Validitet: {line}" for line in lines)
    if found.singular:
        missing = ["KMO", "Bartletts test", "antall faktorer"]
        if np.isnan(list(found.htmt.values())).any():
            missing.append("HTMT")
        lines.append(f"{listed(missing)} mangler. {_why(found.singular, found)}")
    if found.cfa_problem:
        lines.append(f"Bekreftende faktoranalyse (CFA), AVE og CR mangler. {_why(found.cfa_problem, found)}")
    if found.cfa and not found.cfa.fit.df:
        lines.append("CFA-modellen har ingen frihetsgrader, så det kan ikke prøves om den passer.")
    alone = [key for key in found.items if key not in found.cfa_items]
    if alone:
        lines.append(
            f"{listed(alone)} er ikke med i CFA, AVE, CR og HTMT, fordi faktoren har bare én påstand."
        )
    return tuple(f"Validitet: {line}" for line in lines)


def _why(problem: NoSolutionError, found: Validity) -> str:
    """The reason, with the names of the items or factors it concerns, and what to do."""
    items = found.items if problem is found.singular else found.cfa_items
    if problem.reason is NoSolutionReason.SINGULAR and problem.items:
        named = listed([items[index] for index in problem.items])
        return f"Alle har svart likt på {named}. Ta påstanden ut av analysen, eller vent til flere har svart."
    if problem.reason is NoSolutionReason.HEYWOOD and problem.items:
        named = listed([items[index] for index in problem.items])
        return f"Løsningen er umulig: {named} får negativ restvarians. Se etter påstander som er nesten like."
    if problem.reason is NoSolutionReason.HEYWOOD and problem.factors:
        named = listed([found.cfa_factors[index] for index in problem.factors])
        return f"Løsningen er umulig: {named} kan ikke skilles fra hverandre. Vurder å slå dem sammen."
    return f"{_REASONS[problem.reason]} Det er {found.n_complete} fullstendige svar på {len(found.items)} påstander."


_REASONS: Final = {
    NoSolutionReason.SINGULAR: "For få fullstendige svar, eller noen påstander kan regnes ut fra andre.",
    NoSolutionReason.NOT_IDENTIFIED: "Faktorene har for få påstander til at modellen kan bestemmes.",
    NoSolutionReason.NOT_CONVERGED: "Beregningen fant ingen løsning. Strukturen passer trolig dårlig til svarene.",
    NoSolutionReason.HEYWOOD: "Løsningen er umulig, fordi en faktor ikke har noen varians.",
}


def agreement_cautions(questionnaire: Questionnaire, found: Agreement) -> tuple[str, ...]:
    """One line for each reason why agreement is missing.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> agreement_cautions(QUESTIONNAIRE, analyse(QUESTIONNAIRE, RESPONSES, 3).agreement)
    ()
    """
    if len(found.rwgj) < 2:
        return ("Enighet: ICC og rwg(j) krever minst to enheter. Oppgi hvilken kolonne som er enheten.",)
    lines = []
    for index, factor in enumerate(questionnaire.factors):
        missing = []
        if np.isnan(found.icc2[index]):
            missing.append("ICC")
        if np.isnan(found.f[index]):
            missing.append("F-testen")
        if np.isnan(found.rwgj[:, index]).all():
            missing.append("rwg(j)")
        if missing:
            lines.append(
                f"{factor.key}: {listed(missing)} mangler, fordi enhetene har for få svar eller for lik score."
            )
    return tuple(lines)


def unit_cautions(questionnaire: Questionnaire, report: UnitReport) -> tuple[str, ...]:
    """One line per factor that some shown unit has too few answers to.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> unit_cautions(QUESTIONNAIRE, analyse(QUESTIONNAIRE, RESPONSES, 3).units)
    ()
    """
    lines = []
    shown = np.array([reason is None for reason in report.hidden], dtype=np.bool_)
    for column, factor in enumerate(questionnaire.factors):
        n = report.scores.n[:, column]
        for count, what in ((0, "score"), (1, "spredning og intervall")):
            units = [report.units[row] for row in np.flatnonzero(shown & (n == count))]
            if units:
                people = "ingen" if count == 0 else "bare én"
                lines.append(f"{factor.key}: {what} mangler, fordi {people} har svart: {listed(units)}.")
    return tuple(lines)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first five of them.

    >>> listed(["A", "B", "C"]), listed(list("ABCDEFG"))
    ('A, B og C', 'A, B, C, D, E og 2 til')
    """
    if len(names) > NAMED_AT_MOST:
        return f"{', '.join(names[:NAMED_AT_MOST])} og {len(names) - NAMED_AT_MOST} til"
    return " og ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _sheets(count: int) -> str:
    return "Ingen skjema" if count == 0 else "Bare ett skjema"


def _people(count: int) -> str:
    return "Ingen" if count == 0 else "Bare én"
