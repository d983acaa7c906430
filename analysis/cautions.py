"""Why a figure is missing or must be read with care, in words a reader can act on."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from analysis.agreement import Agreement
from analysis.cfa import NoSolutionError, NoSolutionReason
from analysis.estimators import Estimator
from analysis.messages import N_, Caution, Message, MessageValue
from analysis.reliability import FEWEST_TO_JUDGE, FEWEST_TO_NAME
from analysis.results import ScaleSummary, UnitReport
from analysis.turned import ReversalSuggestion
from analysis.validity import Validity
from questionnaires.model import Questionnaire


def scale_cautions(key: str, scale: ScaleSummary) -> tuple[Caution, ...]:
    """One for each reason why something is missing for the factor `key`, or must be read with care.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> (caution,) = scale_cautions("MOT", analyse(QUESTIONNAIRE, RESPONSES, 3).scales["MOT"])
    >>> str(caution)[:28]
    'MOT: Bare 5 skjema har svar '
    """
    return tuple(Caution(key, (message,)) for message in _scale_messages(scale))


def _scale_messages(scale: ScaleSummary) -> Iterator[Message]:
    found = scale.reliability
    if found.items < 2:
        yield Message(
            N_(
                "Faktoren har én påstand, så indre konsistens kan ikke beregnes. Det krever minst to påstander."
            )
        )
    elif found.n_complete == 0:
        yield Message(N_("Ingen skjema har svar på alle påstandene, så alfa kan ikke beregnes."))
    elif found.n_complete == 1:
        yield Message(N_("Bare ett skjema har svar på alle påstandene, så alfa kan ikke beregnes."))
    else:
        yield from _consistency_messages(scale)
    if scale.n == 0:
        yield Message(N_("Ingen har svart på nok påstander, så gjennomsnitt og spredning kan ikke beregnes."))
    elif scale.n == 1:
        yield Message(N_("Bare én har svart på nok påstander, så spredning kan ikke beregnes."))


def _consistency_messages(scale: ScaleSummary) -> Iterator[Message]:
    found = scale.reliability
    if found.n_complete < FEWEST_TO_JUDGE:
        template = N_(
            "Bare %(n)s skjema har svar på alle påstandene. Det er for få til å bedømme påstandene, "
            "og noen tall kan mangle."
        )
        yield Message(template, {"n": found.n_complete})
    constant = tuple(key for key, r in zip(scale.items, found.item_rest, strict=True) if np.isnan(r))
    if found.n_complete < FEWEST_TO_NAME:
        return
    if np.isnan(found.alpha):
        yield Message(N_("Alle har samme sum, så alfa og korrelasjoner kan ikke beregnes."))
    elif constant:
        yield Message(
            N_("Alle har svart likt på %(items)s, så korrelasjoner og omega kan ikke beregnes."),
            {"items": constant},
        )
    elif found.items > 2 and np.isnan(found.omega) and found.n_complete >= FEWEST_TO_JUDGE:
        yield Message(
            N_(
                "Omega kan ikke beregnes, fordi én felles faktor ikke passer til svarene: en påstand blir "
                "forklart fullt ut. Se etter påstander som er nesten like, og etter negative sammenhenger."
            )
        )
    if found.items == 2:
        yield Message(N_("Faktoren har to påstander. Omega og alfa uten påstanden krever minst tre."))
    if scale.reversals:
        yield _suggested(scale, scale.reversals)
    elif found.alpha < 0:
        yield Message(N_("Alfa er negativ. Sjekk om en påstand er snudd uten at spørreskjemaet sier det."))
    if not np.isnan(found.alpha) and np.isnan(found.split_half):
        yield Message(N_("Splitt-halv kan ikke beregnes, fordi den ene halvdelen har samme sum hos alle."))


def _suggested(scale: ScaleSummary, found: ReversalSuggestion) -> Message:
    """What turning gives. Against one another the answers may leave no alpha to compare with."""
    before = float(scale.reliability.alpha)
    one = len(found.items) == 1
    values: dict[str, MessageValue] = {
        "items": tuple(scale.items[index] for index in found.items),
        "turned": float(found.alpha),
    }
    if np.isnan(before):
        return Message(_TURNED_FROM_NOTHING[one], values)
    return Message(_TURNED[one], {**values, "alpha": before})


# By whether it is one statement.
_TURNED: Final = {
    True: N_(
        "%(items)s går motsatt vei av de andre påstandene. Sjekk om spørreskjemaet har glemt å si at den er snudd. "
        "Snudd gir den alfa %(turned)s i stedet for %(alpha)s."
    ),
    False: N_(
        "%(items)s går motsatt vei av de andre påstandene. Sjekk om spørreskjemaet har glemt å si at de er snudd. "
        "Snudd gir de alfa %(turned)s i stedet for %(alpha)s."
    ),
}
_TURNED_FROM_NOTHING: Final = {
    True: N_(
        "%(items)s går motsatt vei av de andre påstandene. Sjekk om spørreskjemaet har glemt å si at den er snudd. "
        "Snudd gir den alfa %(turned)s. Slik svarene er nå, kan alfa ikke beregnes."
    ),
    False: N_(
        "%(items)s går motsatt vei av de andre påstandene. Sjekk om spørreskjemaet har glemt å si at de er snudd. "
        "Snudd gir de alfa %(turned)s. Slik svarene er nå, kan alfa ikke beregnes."
    ),
}


def validity_cautions(found: Validity) -> tuple[Caution, ...]:
    """One for each reason why a part of the structure is missing.

    >>> from analysis.example import RESPONSES
    >>> from analysis.validity import validity
    >>> str(validity_cautions(validity(RESPONSES))[0])[:60]
    'Validitet: Bekreftende faktoranalyse (CFA), AVE og CR mangle'
    """
    subject = Message(N_("Validitet:"))
    return tuple(Caution("", (subject, *sentences)) for sentences in _validity_sentences(found))


def _validity_sentences(found: Validity) -> Iterator[tuple[Message, ...]]:
    if found.left_out:
        yield (
            Message(
                N_("%(items)s er ikke med, fordi ikke alle har fått spørsmålene."),
                {"items": tuple(found.left_out)},
            ),
        )
    if len(found.items) < 2:
        yield (Message(N_("Faktoranalyse krever minst to påstander som alle har fått.")),)
        return
    if found.singular:
        yield _singular(found), *_why(found.singular, found)
    if found.cfa_problem:
        told = _MISSING if found.cfa is None else _IMPOSSIBLE
        yield Message(told), *_why(found.cfa_problem, found)
    if found.all_answers and found.all_answers.problem:
        told = _ALL_MISSING if found.all_answers.cfa is None else _ALL_IMPOSSIBLE
        yield Message(told), *_why(found.all_answers.problem, found, found.all_answers.n)
    yield from _estimator_sentences(found)
    if found.cfa and not found.cfa.fit.df:
        yield (Message(N_("CFA-modellen har ingen frihetsgrader, så det kan ikke prøves om den passer.")),)
    if alone := tuple(key for key in found.items if key not in found.cfa_items):
        yield (
            Message(
                N_("%(items)s er ikke med i CFA, AVE, CR og HTMT, fordi faktoren har bare én påstand."),
                {"items": alone},
            ),
        )


def _estimator_sentences(found: Validity) -> Iterator[tuple[Message, ...]]:
    """Why a labelled choice is missing or impossible; nothing when complete rows have no solution at all."""
    if found.cfa is None:
        return
    for estimator, fitted in found.estimators.items():
        # MLR's solution is that of maximum likelihood: what makes that one impossible is told already
        if fitted.problem and not (estimator is Estimator.MLR and found.cfa_problem):
            told = _ESTIMATOR_MISSING if fitted.cfa is None else _ESTIMATOR_IMPOSSIBLE
            yield Message(told[estimator]), *_why(fitted.problem, found)


def _singular(found: Validity) -> Message:
    if np.isnan(list(found.htmt.values())).any():
        return Message(N_("KMO, Bartletts test, antall faktorer og HTMT mangler."))
    return Message(N_("KMO, Bartletts test og antall faktorer mangler."))


def _why(problem: NoSolutionError, found: Validity, rows: int | None = None) -> tuple[Message, ...]:
    """The reason, with the names of the items or factors it concerns, and what to do.

    rows: those the problem was met in; the complete ones when None.
    """
    n = found.n_complete if rows is None else rows
    if n <= len(found.items) or n < FEWEST_TO_NAME:
        return (_too_few(found, n),)
    items = found.items if problem is found.singular else found.cfa_items
    named = tuple(items[index] for index in problem.items or ())
    if problem.reason is NoSolutionReason.SINGULAR and named:
        template = N_(
            "Alle har svart likt på %(items)s. Ta påstanden ut av analysen, eller vent til flere har svart."
        )
        return (Message(template, {"items": named}),)
    if n < FEWEST_TO_JUDGE and problem.reason is not NoSolutionReason.NOT_IDENTIFIED:
        return (_too_few(found, n),)
    if problem.reason is NoSolutionReason.HEYWOOD and named:
        template = N_(
            "Løsningen er umulig: %(items)s får negativ restvarians. Se etter påstander som er nesten like."
        )
        return (Message(template, {"items": named}),)
    if problem.reason is NoSolutionReason.HEYWOOD and problem.factors:
        factors = tuple(found.cfa_factors[index] for index in problem.factors)
        template = N_(
            "Løsningen er umulig: %(factors)s kan ikke skilles fra hverandre. Vurder å slå dem sammen."
        )
        return (Message(template, {"factors": factors}),)
    if rows is not None:
        return (Message(_REASONS[problem.reason]),)
    answers = Message(
        N_("Det er %(n)s fullstendige svar på %(items)s påstander."),
        {"n": found.n_complete, "items": len(found.items)},
    )
    return Message(_REASONS[problem.reason]), answers


def _too_few(found: Validity, n: int) -> Message:
    if not n:
        return Message(N_("Ingen har svart på alle de %(items)s påstandene."), {"items": len(found.items)})
    template = N_("Det er for få svar: %(n)s fullstendige på %(items)s påstander.")
    return Message(template, {"n": n, "items": len(found.items)})


_MISSING: Final = N_("Bekreftende faktoranalyse (CFA), AVE og CR mangler.")
_ALL_MISSING: Final = N_("Strukturen på alle svarene (FIML) mangler.")
_ALL_IMPOSSIBLE: Final = N_(
    "På alle svarene (FIML) viser vi hvor godt modellen passer, men ladninger, AVE, CR og korrelasjonene mellom "
    "temaene kan ikke tolkes."
)
_IMPOSSIBLE: Final = N_(
    "Vi viser hvor godt modellen passer, men ladninger, AVE, CR og korrelasjonene mellom temaene kan ikke tolkes."
)
_ESTIMATOR_MISSING: Final = {
    Estimator.MLR: N_("Den robuste utregningen (MLR) mangler."),
    Estimator.WLSMV: N_("Utregningen for svar på trinn (WLSMV) mangler."),
}
_ESTIMATOR_IMPOSSIBLE: Final = {
    Estimator.MLR: N_("Vi viser den robuste utregningen (MLR), men ladningene kan ikke tolkes."),
    Estimator.WLSMV: N_("Vi viser utregningen for svar på trinn (WLSMV), men ladningene kan ikke tolkes."),
}
_REASONS: Final = {
    NoSolutionReason.SINGULAR: N_("For få fullstendige svar, eller noen påstander kan regnes ut fra andre."),
    NoSolutionReason.NOT_IDENTIFIED: N_("Faktorene har for få påstander til at modellen kan bestemmes."),
    NoSolutionReason.NOT_CONVERGED: N_(
        "Beregningen fant ingen løsning. Strukturen passer trolig dårlig til svarene."
    ),
    NoSolutionReason.HEYWOOD: N_("Løsningen er umulig, fordi en faktor ikke har noen varians."),
    NoSolutionReason.TOO_MANY_ITEMS: N_("Den kan ikke regnes ut for mer enn 100 påstander."),
    NoSolutionReason.NO_ADJUSTMENT: N_("Rettelsen kan ikke regnes ut. Det er trolig for få svar."),
}


def agreement_cautions(questionnaire: Questionnaire, found: Agreement) -> tuple[Caution, ...]:
    """One for each reason why agreement is missing.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> agreement_cautions(QUESTIONNAIRE, analyse(QUESTIONNAIRE, RESPONSES, 3).agreement)
    ()
    """
    if len(found.rwgj) < 2:
        template = N_("Enighet: ICC og rwg(j) krever minst to enheter. Oppgi hvilken kolonne som er enheten.")
        return (Caution("", (Message(template),)),)
    cautions = []
    for index, factor in enumerate(questionnaire.factors):
        missing = []
        if np.isnan(found.icc2[index]):
            missing.append("ICC")
        if np.isnan(found.f[index]):
            missing.append("F")
        if np.isnan(found.rwgj[:, index]).all():
            missing.append("rwg(j)")
        if missing:
            template = N_("%(figures)s mangler, fordi enhetene har for få svar eller for lik score.")
            cautions.append(Caution(factor.key, (Message(template, {"figures": tuple(missing)}),)))
    return tuple(cautions)


def unit_cautions(questionnaire: Questionnaire, report: UnitReport) -> tuple[Caution, ...]:
    """One per factor that some shown unit has too few answers to.

    >>> from analysis.example import QUESTIONNAIRE, RESPONSES
    >>> from analysis.report import analyse
    >>> unit_cautions(QUESTIONNAIRE, analyse(QUESTIONNAIRE, RESPONSES, 3).units)
    ()
    """
    templates = (
        N_("score mangler, fordi ingen har svart: %(units)s."),
        N_("spredning og intervall mangler, fordi bare én har svart: %(units)s."),
    )
    cautions = []
    shown = np.array([reason is None for reason in report.hidden], dtype=np.bool_)
    for column, factor in enumerate(questionnaire.factors):
        n = report.scores.n[:, column]
        for count, template in enumerate(templates):
            units = tuple(report.units[row] for row in np.flatnonzero(shown & (n == count)))
            if units:
                cautions.append(Caution(factor.key, (Message(template, {"units": units}),)))
    return tuple(cautions)
