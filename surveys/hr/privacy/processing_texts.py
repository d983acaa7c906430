"""Sentences that the record of processing and the impact assessment share."""

from surveys.campaigns.survey_texts import title_in
from surveys.hr.privacy.configuration import ProcessingFacts
from surveys.hr.privacy.documents import DocumentLine, known
from surveys.hr.retention.texts import kept_by_design, plan_words
from surveys.platform.localisation import listed, localised, number, short_date
from surveys.platform.texts import _


def survey_lines(facts: ProcessingFacts) -> list[DocumentLine]:
    """Every survey that has been opened, with its purpose."""
    return [
        known(
            title_in(survey),
            _(
                "%(first)s–%(last)s. Minste gruppe: %(group)s. Formål: %(purpose)s",
                first=short_date(survey.opens_on),
                last=short_date(survey.closes_on),
                group=survey.minimum_group,
                purpose=localised(survey.purpose) or _("ikke skrevet i undersøkelsen"),
            ),
        )
        for survey in facts.surveys
    ]


def who_is_registered(facts: ProcessingFacts) -> str:
    groups = [_("ansatte i listen over ansatte")]
    if facts.people:
        groups = [_("ansatte i listen over ansatte (%(people)s)", people=number(facts.people, 0))]
    if "user" in facts.kinds:
        groups.append(_("brukere av tjenester, og foresatte"))
    if "citizen" in facts.kinds:
        groups.append(_("innbyggere"))
    return _sentence(listed(groups))


def what_is_registered(facts: ProcessingFacts) -> str:
    kinds = [
        _("navn, e-post, ansattnummer, enhet, språk, og om personen leder enheten"),
        _("at en kode er brukt (til undersøkelsen er talt opp)"),
        _("svar på spørsmålene, forseglet til opptellingen og deretter uten navn"),
        _("lederes egne vurderinger og oppsummeringer i lederavtaler, som bare de to kan lese"),
    ]
    if facts.background:
        kinds.append(_("bakgrunnsopplysninger: %(questions)s", questions=listed(facts.background)))
    if facts.has_comments:
        kinds.append(_("kommentarer i fritekst, lagret for seg"))
    return _sentence("; ".join(kinds))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def recipients(facts: ProcessingFacts) -> list[DocumentLine]:
    """Who gets something, by the settings in use."""
    mail = _("Ingen. E-post er ikke slått på.")
    if facts.settings.smtp_host:
        mail = _(
            "E-posttjeneren %(host)s får adressene til avsender og mottaker, og teksten med lenken.",
            host=facts.settings.smtp_host,
        )
    where = _("Samme maskin som nettstedet.")
    if facts.database_host:
        where = _("PostgreSQL på %(host)s.", host=facts.database_host)
    sign_in = _("Ingen. Brukere logger inn med passord i Medvirk.")
    if facts.settings.oidc_issuer:
        sign_in = _("%(service)s får vite hvem som logger inn, og når.", service=facts.settings.oidc_issuer)
    return [
        known(_("E-post"), mail),
        known(_("Innlogging"), sign_in),
        known(_("Databasen"), where),
        known(
            _("Lesere av resultater"),
            _("De som har fått en rolle i Medvirk. De ser tall for grupper, aldri enkeltsvar."),
        ),
        known(
            _("Andre nettsteder"), _("Ingen. Sidene henter ingenting fra andre, og sender ingenting til dem.")
        ),
    ]


def retention_lines(facts: ProcessingFacts) -> list[DocumentLine]:
    words = [*(plan_words(plan) for plan in facts.plans), *kept_by_design()]
    return [known(each.what, each.how_long) for each in words]


def measures(facts: ProcessingFacts) -> list[DocumentLine]:
    """Security measures: what the program always does, and what follows from this installation's settings."""
    https = _("Alle sider går over https på %(host)s.", host=facts.site_host)
    if not facts.is_on_https:
        https = _("MANGLER: adressen begynner ikke med https, så svar og passord kan leses på veien.")
    mail = _("E-post sendes ikke.")
    if facts.settings.smtp_host:
        mail = _("Forbindelsen til e-posttjeneren er kryptert.")
        if not facts.settings.smtp_starttls:
            mail = _("Forbindelsen til e-posttjeneren er ikke kryptert av Medvirk (MEDVIRK_SMTP_STARTTLS).")
    backup = _("Ingen kopi er tatt med Medvirk.")
    if facts.last_backup:
        backup = _(
            "Siste kopi med Medvirk: %(day)s. Kopien er kryptert.",
            day=short_date(facts.last_backup.date()),
        )
    return [
        known(_("Kryptert forbindelse"), https),
        known(_("E-post"), mail),
        known(_("Sikkerhetskopi"), backup),
        known(
            _("Forseglede svar"),
            _("Svar er låst med en offentlig nøkkel til opptellingen. Den private ligger utenfor databasen."),
        ),
        known(
            _("Opptelling"),
            _("Svarene stokkes, koblingen til invitasjonen slettes, og nøkkelen ødelegges."),
        ),
        known(
            _("Små grupper"),
            _("Tall for færre enn minste gruppe skjules, og andre tall skjules så de ikke kan regnes ut."),
        ),
        known(
            _("Tilgang"),
            _(
                "Roller per enhet med start og slutt. Passord lagres med argon2id. Innlogging varer høyst 12 timer."
            ),
        ),
        known(
            _("Spor"),
            _("Hendelsesloggen kan ikke endres. Logger har ikke koder, adresser eller klokkeslett."),
        ),
        known(
            _("Gjetting"),
            _("Antall forsøk på koder og passord er begrenset, og telles felles for alle prosesser."),
        ),
    ]
