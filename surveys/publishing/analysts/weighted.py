"""The part of the analyst's report that has weighted means, beside the unweighted ones."""

from questionnaires.model import Questionnaire
from surveys.platform.localisation import localised, number
from surveys.publishing.analysts.parts import ReportSection, ReportTable, Result, interval, titles_of, two


def weighting_section(result: Result, questionnaire: Questionnaire) -> ReportSection:
    """What the weights come from, what they cost, and each theme's mean with and without them."""
    found = result["weighting"]
    titles = titles_of(questionnaire)
    rows = tuple(
        (
            titles[key],
            number(scale["n"], 0),
            two(result["scales"][key]["mean"]),
            two(scale["mean"]),
            interval(scale["ci"]),
            two(scale["design_effect"]),
            number(scale["effective_n"], 0),
        )
        for key, scale in found["scales"].items()
    )
    columns = (
        "Tema",
        "Svar",
        "Uvektet snitt",
        "Vektet snitt",
        "95 % intervall",
        "Designeffekt",
        "Effektivt antall",
    )
    note = (
        "Intervallet er lineært tilnærmet (Taylor), som i R: survey::svymean. Designeffekt: hvor mye usikrere vektene "
        "gjør tallene (Kish 1965). Effektivt antall: så mange uvektede svar usikkerheten tilsvarer."
    )
    table = ReportTable("Snitt med og uten vekter", columns, rows, note)
    return ReportSection("Hva blir snittet med vekter?", _words(found, questionnaire), (table,))


def _words(found: Result, questionnaire: Questionnaire) -> tuple[str, ...]:
    asked = {question.key: localised(question.text) for question in questionnaire.background}
    source = (
        f"Vektene står i kolonnen «{found['names'][0]}» i filen."
        if found["source"] == "column"
        else "Vektene er regnet ut slik at svarene fordeler seg som befolkningen på: "
        + ", ".join(f"«{asked[name]}»" for name in found["names"])
        + ". Den som ikke svarte på et av spørsmålene, beholder vekten sin der."
    )
    reach = (
        f"Vektene går fra {two(found['smallest'])} til {two(found['largest'])} ganger snittet. "
        f"De {number(found['n'], 0)} svarene gir like sikre tall som {number(found['effective_n'], 0)} uvektede."
    )
    return (
        source,
        reach,
        "Vekter retter bare opp det vi vet om befolkningen. De sier ikke hva de som ikke svarte, mener.",
    )
