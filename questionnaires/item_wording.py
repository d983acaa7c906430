"""Rules about how statements and answers are put: kinds of weak questions that can be told from the words alone.

They are warnings in bokmål, nynorsk and English: a person decides. Saris & Gallhofer (2014), «Design, Evaluation, and
Analysis of Questionnaires», and Krosnick & Presser (2010) say why: a question about two things cannot be answered
by one who means one of each, a nested question asks for an opinion of an opinion, and «often» inside «agree»
leaves two places where it can happen seldom.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from questionnaires.draft import DefinitionFinding, DefinitionPath, DraftDefinition, Raw, mapping

_AND: Final[Mapping[str, re.Pattern[str]]] = {
    "nb": re.compile(
        r"\b(?:og|samt|så vel som|i tillegg til|pluss)\b|&(?!#?\w+;)|(?<=\w)/(?=\w)", re.IGNORECASE
    ),
    "nn": re.compile(
        r"\b(?:og|samt|så vel som|i tillegg til|pluss)\b|&(?!#?\w+;)|(?<=\w)/(?=\w)", re.IGNORECASE
    ),
    "en": re.compile(r"\b(?:and|as well as|in addition to|plus)\b|&(?!#?\w+;)|(?<=\w)/(?=\w)", re.IGNORECASE),
}

_ONE_THING: Final = re.compile(
    r"\b(?:med og \w+|mer og mer|meir og meir|til og fra|til og frå|til og med|nå og da|no og då|av og til"
    r"|more and more|now and then|to and from|and so on|og så videre|og så vidare)\b",
    re.IGNORECASE,
)
"""Turns of phrase with an «and» that join nothing: «være med og bestemme»."""

_NESTED: Final[Mapping[str, re.Pattern[str]]] = {
    "nb": re.compile(
        r"\bhvor (?:mis)?(?:fornøyd|tilfreds)\b.*\bhvor\b|\b(?:mis)?(?:fornøyd|tilfreds) med hvor\b",
        re.IGNORECASE,
    ),
    "nn": re.compile(
        r"\bkor (?:mis)?(?:nøgd|fornøgd|tilfreds)\b.*\bkor\b|\b(?:mis)?(?:nøgd|fornøgd|tilfreds) med kor\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:satisfied|dissatisfied|happy|unhappy|pleased)\b.*\bhow (?:clean|clear|easy|far|fast|hard|helpful"
        r"|long|many|much|often|polite|quiet|safe|soon|tidy|well|\w+ly)\b",
        re.IGNORECASE,
    ),
}

_HOW_OFTEN: Final[Mapping[str, re.Pattern[str]]] = {
    "nb": re.compile(
        r"\b(?:ofte|alltid|aldri|sjelden|som regel|vanligvis|stort sett|noen ganger|de fleste dager"
        r"|av og til|iblant|i blant|jevnlig|daglig(?! (?:leder|drift))|hele tiden|til enhver tid"
        r"|hver (?:dag|gang|uke|måned)|ukentlig|månedlig|som oftest|sjeldent|støtt|kontinuerlig"
        r"|(?:mange|flere) ganger)\b",
        re.IGNORECASE,
    ),
    "nn": re.compile(
        r"\b(?:ofte|alltid|aldri|sjeldan|som regel|vanlegvis|stort sett|nokre gonger|dei fleste dagar"
        r"|av og til|iblant|jamleg|dagleg(?! (?:leiar|drift))|heile tida|til kvar tid|kvar (?:dag|gong|veke|månad)"
        r"|vekentleg|månadleg|som oftast|støtt|kontinuerleg|(?:mange|fleire) gonger)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:often|always|never|rarely|seldom|usually|sometimes|most days|regularly|frequently|daily(?! \w)"
        r"|all the time|at all times|(?:each|every) (?:day|time|week|month)|weekly|monthly|occasionally|normally"
        r"|constantly|continuously|many times)\b",
        re.IGNORECASE,
    ),
}

_AGREEMENT: Final = re.compile(r"\b(?:enig|einig|agree)\b", re.IGNORECASE)

_TWO_ANSWERS: Final[Mapping[str, re.Pattern[str]]] = {
    "nb": re.compile(
        r"(?:\beller\b|/|\().*\bikke (?:å )?(?:svare|oppgi|si)\b|\bikke (?:å )?(?:svare|oppgi|si)\b.*(?:\beller\b|/)"
        r"|(?:\beller|/) ?vet ikke\b|\bvet ikke(?:,? eller\b| ?/|, \w)"
        r"|\w, (?:vil|ønsker|kan) ikke (?:å )?(?:svare|oppgi|si)\b|\beller ikke (?:aktuelt|relevant)\b",
        re.IGNORECASE,
    ),
    "nn": re.compile(
        r"(?:\beller\b|/|\().*\bikkje (?:å )?(?:svare|oppgi|seie)\b"
        r"|\bikkje (?:å )?(?:svare|oppgi|seie)\b.*(?:\beller\b|/)"
        r"|(?:\beller|/) ?veit ikkje\b|\bveit ikkje(?:,? eller\b| ?/|, \w)"
        r"|\w, (?:vil|ønskjer|kan) ikkje (?:å )?(?:svare|oppgi|seie)\b|\beller ikkje (?:aktuelt|relevant)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:\bor|/|\() ?(?:prefer|would rather|do not|don['’]t)\b"
        r"|\b(?:prefer not to (?:say|answer)|(?:do not|don['’]t) know)(?:,? or\b| ?/|, \w)"
        r"|\w, (?:prefer|would rather) not\b|\bor not (?:applicable|relevant)\b",
        re.IGNORECASE,
    ),
}


def item_wording_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    agreements = {key for key, scale in draft.scales.items() if _is_agreement(scale)}
    for steps, item in draft.items():
        scale = draft.factors[str(steps[1])].get("scale")
        for language, wording in _texts(item):
            yield from _statement_findings((*steps, "text", language), language, wording)
            if (
                isinstance(scale, str)
                and scale in agreements
                and (found := _found(_HOW_OFTEN, language, wording))
            ):
                message = (
                    f"«{found}» sier hvor ofte, og svarene sier hvor enig. Da kan «uenig» bety to ting. "
                    f"Ta ut ordet, eller bruk en skala for hvor ofte."
                )
                yield DefinitionFinding((*steps, "text", language), message, "warning")
    yield from _answer_findings(draft)


def _statement_findings(steps: DefinitionPath, language: str, wording: str) -> Iterator[DefinitionFinding]:
    if _found(_AND, language, _ONE_THING.sub("", wording)):
        message = "Påstanden har et «og». Spør om én ting om gangen, så alle kan svare."
        yield DefinitionFinding(steps, message, "warning")
    if _found(_NESTED, language, wording):
        message = (
            "Spørsmålet har et spørsmål inni seg («hvor fornøyd … hvor»). Spør rett fram, for eksempel om "
            "ventetiden."
        )
        yield DefinitionFinding(steps, message, "warning")


def _answer_findings(draft: DraftDefinition) -> Iterator[DefinitionFinding]:
    """An answer that is two: whoever chooses «other or prefer not to say» has said nothing that can be counted."""
    for steps, question in draft.questions():
        for key, label in mapping(question.get("options")).items():
            for language, wording in mapping(label).items():
                if isinstance(wording, str) and _found(_TWO_ANSWERS, language, wording):
                    message = "Svaret er to svar i ett. Lag ett svar av hvert, så begge kan telles."
                    yield DefinitionFinding((*steps, "options", key, language), message, "warning")


def _texts(question: Raw) -> Iterator[tuple[str, str]]:
    for language, wording in mapping(question.get("text")).items():
        if isinstance(wording, str):
            yield language, wording


def _found(patterns: Mapping[str, re.Pattern[str]], language: str, wording: str) -> str:
    pattern = patterns.get(language)
    match = pattern.search(wording) if pattern else None
    return match[0] if match else ""


def _is_agreement(scale: Raw) -> bool:
    labels = (mapping(label).values() for label in mapping(scale.get("points")).values())
    return any(isinstance(text, str) and _AGREEMENT.search(text) for texts in labels for text in texts)
