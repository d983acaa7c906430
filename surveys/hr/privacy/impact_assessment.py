"""A draft of the data protection impact assessment (GDPR article 35.7), with the municipality's own fields open."""

from surveys.hr.privacy import processing_texts as texts
from surveys.hr.privacy.configuration import ProcessingFacts
from surveys.hr.privacy.documents import DocumentLine, DocumentSection, PrivacyDocument, known, to_fill_in
from surveys.platform.texts import _


def impact_assessment(facts: ProcessingFacts) -> PrivacyDocument:
    return PrivacyDocument(
        _("Vurdering av personvernkonsekvenser (DPIA), utkast"),
        _(
            "Etter personvernforordningen artikkel 35. Medvirk har fylt ut det programmet vet. "
            "Kommunen vurderer, fyller ut resten og bestemmer."
        ),
        (
            DocumentSection(
                _("Hva som skal gjøres"),
                (
                    known(_("Behandlingsansvarlig"), facts.municipality),
                    known(_("Hvem det gjelder"), texts.who_is_registered(facts)),
                    known(_("Hva som registreres"), texts.what_is_registered(facts)),
                    *texts.survey_lines(facts),
                    *texts.recipients(facts),
                    to_fill_in(_("Hvor maskinen står, og hvem som drifter den")),
                ),
            ),
            _necessity(),
            DocumentSection(_("Risiko for dem det gjelder"), tuple(_risks(facts))),
            DocumentSection(_("Tiltak som er på plass"), tuple(texts.measures(facts))),
            DocumentSection(_("Hvor lenge opplysninger lagres"), tuple(texts.retention_lines(facts))),
            _conclusion(),
        ),
    )


def _necessity() -> DocumentSection:
    return DocumentSection(
        _("Er det nødvendig, og står det i forhold til målet?"),
        (
            to_fill_in(_("Hvorfor kommunen trenger undersøkelsen")),
            to_fill_in(_("Behandlingsgrunnlag"), _("Det samme som i protokollen.")),
            to_fill_in(
                _("Kunne færre spørsmål gitt svar nok?"),
                _("Se særlig på bakgrunnsopplysninger og fritekst."),
            ),
            known(
                _("Frivillig"),
                _("Ingen må svare. Systemet minner om fristen, men viser ingen hvem som ikke har svart."),
            ),
            known(
                _("Informasjon"),
                _(
                    "Startsiden sier formålet, hvem som ser resultatet og når, og minste gruppe. «Slik verner vi "
                    "anonymiteten» forklarer resten."
                ),
            ),
            known(
                _("Rettigheter"),
                _(
                    "Innsyn, retting og sletting gjelder det som finnes før opptellingen. Et levert svar kan ikke "
                    "finnes igjen av noen (artikkel 11)."
                ),
            ),
        ),
    )


def _risks(facts: ProcessingFacts) -> list[DocumentLine]:
    """Each risk with what the program does about it, and the judgement that is the municipality's."""
    risks = [
        (
            _("En leder kjenner igjen et svar i en liten gruppe"),
            _("Små grupper skjules. De som svarte, kan likevel kjenne igjen sin egen gruppe."),
        ),
        (
            _("Den som styrer både databasen og nøkkelmappen, åpner svar mens undersøkelsen er åpen"),
            _("Teknisk mulig. La to ulike personer ha hver sin del, og skriv ned hvem."),
        ),
        (
            _("En sikkerhetskopi kommer på avveie"),
            _(
                "Kopien er kryptert, og nøklene er vanligvis ikke med. Etter opptellingen kan ingen åpne svarene i den."
            ),
        ),
        (
            _("En lenke brukes av en annen enn den var til"),
            _("Koden gjelder for ett svar. Kommer lenken i feil innboks, kan HR bytte den ut."),
        ),
        (_("Noen føler seg presset til å svare"), _("HR ser antall per enhet, ikke hvem.")),
        (
            _("Resultatet brukes til noe annet enn det ble samlet inn for"),
            _("Medvirk kan ikke hindre det. Formålet står på startsiden til undersøkelsen."),
        ),
    ]
    if facts.has_comments:
        risks.append(
            (
                _("En kommentar røper den som skrev, eller omtaler en annen"),
                _(
                    "Navn fjernes ved opptellingen, og HR leser alt før andre ser det. Skrivemåten kan likevel røpe."
                ),
            )
        )
    if facts.background:
        risks.append(
            (
                _("Flere bakgrunnsopplysninger peker til sammen på én person"),
                _("De vises bare for hele kommunen, hver for seg, og små grupper skjules."),
            )
        )
    judged = _("Sannsynlighet, konsekvens og hva som gjenstår")
    return [line for risk, answer in risks for line in (known(risk, answer), to_fill_in(f"{judged}: {risk}"))]


def _conclusion() -> DocumentSection:
    return DocumentSection(
        _("Råd og beslutning"),
        (
            to_fill_in(_("Råd fra personvernombudet")),
            to_fill_in(_("Synspunkter fra ansatte, tillitsvalgte, verneombud eller brukere")),
            to_fill_in(
                _("Er restrisikoen høy?"), _("Da må Datatilsynet spørres før dere begynner (artikkel 36).")
            ),
            to_fill_in(_("Beslutning, dato og hvem som bestemte")),
            to_fill_in(_("Når vurderingen skal ses på igjen")),
        ),
    )
