"""The words that lie beside the archive's files, in Norwegian: whoever opens the folder in ten years reads them."""

from collections.abc import Sequence
from typing import Final

from surveys.operating.archive.contents import LEFT_OUT

_TEXT: Final = """# {municipality}: undersøkelser og styringskort i åpne filer

{synthetic}Laget med «medvirk export-all». Alt her er kommunens eget. Filene kan leses uten Medvirk: i et
regneark, i R, i SPSS eller i Python.

## Hva som er her

I mappen `data` er det en fil for hver tabell:

- Enhetene: `unit`, hva de het før (`earlier_unit`), og hvilke som ble slått sammen, delt eller flyttet
  (`succession`).
- Undersøkelsene som er frigitt: `survey`, enhetene slik de var da (`survey_unit`), og hvem som ser tallene når
  (`visibility_step`).
- Tallene: hver frigivelse og rettelse (`release`), tallene (`figure`), endringene (`change`) og deltakelsen
  (`turnout`).
- Kvaliteten: reliabilitet og validitet (`quality_report`), om to år måler det samme (`survey_comparison`), og det
  dere skrev om det (`quality_discussion`).
- Tidligere resultater og normer fra andre verktøy: `imported_set`, `imported_measure`, `imported_figure`.
- Styringskortene: `scorecard`, `perspective`, `goal`, `success_factor`, `indicator`, `target`, `scorecard_line`, og
  utkast og godkjente utgaver (`card_version`).
- Verdiene, hvem som førte dem inn og når, også dem som er trukket tilbake: `measurement`, `measurement_entry`.
- Enhetenes egenvurderinger: `self_assessment`.
- Referatene fra den årlige gjennomgangen av hva dere spør om: `year_review`.
- Svarene på gule og røde verdier, med årsak, tiltak og prognose: `measurement_reply`.
- Spørsmålene om verdier på kortene, også dem som er trukket tilbake, og svarene: `line_question`, `line_answer`.
- Det de ansatte valgte å ta vare på og forbedre, og det lederen over svarte: `focus_choice`, `result_answer`.
- Tiltakene i enhetenes planer og hvordan det gikk: `plan_action`, `plan_action_version`, `plan_action_evaluation`.
  Det enheter har valgt å dele med andre av samme type: `shared_practice`.
  Hvilken dag lederen åpnet resultatet av en undersøkelse, uten hvem: `result_opening`.
- Hvor mange det er i hver gruppe, der snittet for kommunen er vektet: `population_margin`.
- Kontrolltallene fra stemmeurnene: `tally_root`, `tally_leaf`.

Ved siden av den:

- `questionnaires`: hvert spørreskjema som er brukt, slik det ble brukt (YAML).
- `cards`: styringskortene en gang til, slik «medvirk import-scorecard» leser dem (YAML). «import-all» leser dem
  ikke.
- `datapackage.json`: hver fil med kolonner, typer, henvisninger, antall rader og SHA-256 (Frictionless Tabular Data
  Package).

Kolonner skilles med komma, tall har desimalpunktum, og teksten er UTF-8. En tom celle betyr at verdien mangler.
Tekst som et regneark kunne ta for en formel, har en ' foran. Kolonner av typen «any» har JSON: tekster på flere språk
er `{{"nb": …, "nn": …, "en": …}}`.

## Hva som ikke er her

{left_out}

Tall som er skjult for å verne noen, er ikke her heller: raden sier `hidden` og hvorfor.
{not_released}
## Hvem som kan se det

I mappen er alle frigitte tall, også dem som bare lederne kan se ennå (`visibility_step`). Ta vare på den deretter. Den
har navnet på dem som har ført inn verdier, godkjent kort og skrevet om kvaliteten.

## Slik leser du det inn igjen

Bruk en ny, tom installasjon: `medvirk import-all MAPPE`, og så `medvirk init`, som lager den første brukeren. Les inn
ansatte fra lønnssystemet, og lag brukere på nytt. Tallene er som de var. De kan ikke rettes der, for svarene er ikke
med.
"""

_SYNTHETIC: Final = "**Syntetiske data.** Ingen tall eller svar er fra virkelige mennesker.\n\n"


def readme_of(municipality: str, not_released: Sequence[str], *, synthetic: bool) -> str:
    """not_released: keys of surveys that are not in the archive because they are not released yet."""
    surveys = ", ".join(not_released)
    return _TEXT.format(
        municipality=municipality,
        synthetic=_SYNTHETIC if synthetic else "",
        left_out="\n".join(f"- {what[0].upper()}{what[1:]}" for what in dict.fromkeys(LEFT_OUT.values())),
        not_released=f"\nDisse undersøkelsene er ikke frigitt ennå, og er ikke med: {surveys}.\n"
        if surveys
        else "",
    )
