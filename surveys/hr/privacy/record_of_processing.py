"""«Protokoll over behandlingsaktiviteter» (GDPR article 30), filled from the installation's settings and surveys."""

from surveys.hr.privacy import processing_texts as texts
from surveys.hr.privacy.configuration import ProcessingFacts
from surveys.hr.privacy.documents import DocumentLine, DocumentSection, PrivacyDocument, known, to_fill_in
from surveys.platform.localisation import number
from surveys.platform.texts import _


def record_of_processing(facts: ProcessingFacts) -> PrivacyDocument:
    return PrivacyDocument(
        _("Protokoll over behandlingsaktiviteter"),
        _(
            "Etter personvernforordningen artikkel 30. Fylt ut fra innstillingene og undersøkelsene her. "
            "Det kommunen selv må svare på, er merket."
        ),
        (
            _controller(facts),
            _surveys(facts),
            DocumentSection(_("Hvem som får opplysninger"), (*texts.recipients(facts), _transfers())),
            _accounts(facts),
            DocumentSection(_("Hvor lenge opplysninger lagres"), tuple(texts.retention_lines(facts))),
            DocumentSection(_("Sikkerhetstiltak"), tuple(texts.measures(facts))),
        ),
    )


def _controller(facts: ProcessingFacts) -> DocumentSection:
    contact = _("Kontakt")
    return DocumentSection(
        _("Behandlingsansvarlig"),
        (
            known(_("Kommune"), facts.municipality),
            known(contact, facts.contact) if facts.contact else to_fill_in(contact),
            to_fill_in(_("Organisasjonsnummer og adresse")),
            to_fill_in(_("Personvernombud"), _("Navn og hvordan ombudet nås.")),
            to_fill_in(
                _("Databehandler"),
                _(
                    "Hvem som drifter maskinen og e-posten, med databehandleravtale. Ingen hvis kommunen gjør det selv."
                ),
            ),
        ),
    )


def _surveys(facts: ProcessingFacts) -> DocumentSection:
    return DocumentSection(
        _("Behandling: undersøkelser"),
        (
            known(
                _("Formål"),
                _(
                    "Å spørre ansatte, brukere og innbyggere, følge opp resultatene og måle utvikling over tid."
                ),
            ),
            to_fill_in(
                _("Behandlingsgrunnlag"),
                _(
                    "Artikkel 6 nr. 1 bokstav c eller e er vanlig for kommuner. Vis til loven som gir oppgaven."
                ),
            ),
            to_fill_in(
                _("Særlige kategorier (artikkel 9)"),
                _(
                    "Spør noe om helse, religion, fagforening eller annet som er særlig vernet? Kommentarer kan ha det."
                ),
            ),
            known(_("Hvem det gjelder"), texts.who_is_registered(facts)),
            known(_("Hva som registreres"), texts.what_is_registered(facts)),
            *texts.survey_lines(facts),
        ),
    )


def _accounts(facts: ProcessingFacts) -> DocumentSection:
    return DocumentSection(
        _("Behandling: brukere som logger inn"),
        (
            known(_("Formål"), _("Å gi ledere, HR, tillitsvalgte og politikere tilgang til det de skal se.")),
            to_fill_in(_("Behandlingsgrunnlag"), _("Vanligvis det samme som for undersøkelsene.")),
            known(
                _("Hvem det gjelder"),
                _("Brukere som kan logge inn (%(accounts)s)", accounts=number(facts.accounts, 0)),
            ),
            known(
                _("Hva som registreres"),
                _("Navn, brukernavn, e-post, roller, og hva de har gjort i Medvirk (hendelsesloggen)."),
            ),
        ),
    )


def _transfers() -> DocumentLine:
    return to_fill_in(
        _("Overføring ut av EØS"),
        _("Medvirk overfører ingenting selv. Bekreft at maskinen, kopiene og e-posten er i EØS."),
    )
