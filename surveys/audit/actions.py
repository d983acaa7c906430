"""The words for everything the audit trail records, and what kind of thing each is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from surveys.platform.texts import _l


class About(StrEnum):
    """What the subject of an entry names. It decides who may read the entry."""

    # A survey's key.
    SURVEY = "survey"
    # «account:» and the account's number; user names in older entries.
    ACCOUNT = "account"
    # A unit's code.
    UNIT = "unit"
    # A series' key.
    SERIES = "series"
    # A file, a card or the installation: the whole municipality.
    MUNICIPALITY = "municipality"


@dataclass(frozen=True)
class TrailAction:
    """words: translated when shown."""

    about: About
    words: Any


ACTIONS: Final[Mapping[str, TrailAction]] = {
    "account.activated": TrailAction(About.ACCOUNT, _l("Åpnet kontoen igjen")),
    "account.changed": TrailAction(About.ACCOUNT, _l("Rettet navn eller e-post")),
    "account.created": TrailAction(About.ACCOUNT, _l("Laget brukeren")),
    "account.deactivated": TrailAction(About.ACCOUNT, _l("Stengte kontoen")),
    "account.link_made": TrailAction(About.ACCOUNT, _l("Laget lenke for å velge passord")),
    "account.linked": TrailAction(About.ACCOUNT, _l("Knyttet kontoen til innloggingstjenesten")),
    "account.password_chosen": TrailAction(About.ACCOUNT, _l("Valgte passord")),
    "account.role_ended": TrailAction(About.ACCOUNT, _l("Avsluttet en tilgang")),
    "account.role_given": TrailAction(About.ACCOUNT, _l("Ga en tilgang")),
    "account.unlinked": TrailAction(About.ACCOUNT, _l("Fjernet koblingen til innloggingstjenesten")),
    "account.signed_out": TrailAction(About.ACCOUNT, _l("Logget ut brukeren overalt")),
    "comment.approved": TrailAction(About.SURVEY, _l("Godkjente kommentarer")),
    "comment.held": TrailAction(About.SURVEY, _l("Holdt tilbake en kommentar")),
    "comment.shortened": TrailAction(About.SURVEY, _l("Tok ord ut av en kommentar")),
    "comment.waiting": TrailAction(About.SURVEY, _l("La en kommentar tilbake til vurdering")),
    "history.imported": TrailAction(About.SERIES, _l("Leste inn tidligere resultater")),
    "history.withdrawn": TrailAction(About.MUNICIPALITY, _l("Trakk tilbake tidligere resultater")),
    "installation.backed_up": TrailAction(About.MUNICIPALITY, _l("Tok sikkerhetskopi")),
    "installation.begun": TrailAction(About.MUNICIPALITY, _l("Tok installasjonen i bruk")),
    "installation.exported": TrailAction(
        About.MUNICIPALITY, _l("Skrev alt som er kommunens eget, til åpne filer")
    ),
    "installation.imported": TrailAction(About.MUNICIPALITY, _l("Leste inn alt fra en annen installasjon")),
    "installation.master_key_changed": TrailAction(About.MUNICIPALITY, _l("Byttet hovednøkkelen")),
    "installation.restored": TrailAction(About.MUNICIPALITY, _l("La tilbake en sikkerhetskopi")),
    "measurements.imported": TrailAction(About.MUNICIPALITY, _l("Leste inn målinger til styringskort")),
    "measurements.entered": TrailAction(About.MUNICIPALITY, _l("Førte inn verdier i styringskort")),
    "measurements.withdrawn": TrailAction(About.MUNICIPALITY, _l("Trakk tilbake verdier i styringskort")),
    "meeting.answered": TrailAction(About.UNIT, _l("Svarte enhetens leder på resultatet")),
    "meeting.chosen": TrailAction(About.UNIT, _l("Skrev inn hva de ansatte valgte")),
    "meeting.result_seen": TrailAction(About.UNIT, _l("Markerte resultatet som sett")),
    "meeting.result_unseen": TrailAction(About.UNIT, _l("Tok bort at resultatet var sett")),
    "meeting.skipped": TrailAction(About.UNIT, _l("Hoppet over å velge noe etter undersøkelsen")),
    "meeting.vote_closed": TrailAction(About.UNIT, _l("Avsluttet en avstemning i et møte")),
    "meeting.vote_opened": TrailAction(About.UNIT, _l("Åpnet en avstemning i et møte")),
    "microdata.exported": TrailAction(About.SURVEY, _l("Laget fil til analytiker")),
    "norm.imported": TrailAction(About.SERIES, _l("Leste inn tall å sammenligne med")),
    "norm.withdrawn": TrailAction(About.MUNICIPALITY, _l("Trakk tilbake tall å sammenligne med")),
    "organisation.import_undone": TrailAction(About.MUNICIPALITY, _l("Angret innlesing av enheter")),
    "organisation.imported": TrailAction(About.MUNICIPALITY, _l("Leste inn enheter fra fil")),
    "organisation.people_moved": TrailAction(About.UNIT, _l("Flyttet ansatte til en annen enhet")),
    "organisation.people_moved_back": TrailAction(About.UNIT, _l("Angret en flytting av ansatte")),
    "organisation.person_erased": TrailAction(About.UNIT, _l("Slettet en som har sluttet")),
    "organisation.reorganisation_undone": TrailAction(About.UNIT, _l("Angret en omorganisering")),
    "organisation.reorganised": TrailAction(About.UNIT, _l("Lagret en omorganisering")),
    "organisation.succession_stated": TrailAction(About.UNIT, _l("Førte opp hva en enhet kommer fra")),
    "organisation.succession_taken_back": TrailAction(
        About.UNIT, _l("Angret det som var ført opp om en enhet")
    ),
    "organisation.unit_created": TrailAction(About.UNIT, _l("Laget en enhet")),
    "organisation.unit_ended": TrailAction(About.UNIT, _l("Avsluttet en enhet")),
    "organisation.unit_moved": TrailAction(About.UNIT, _l("Flyttet en enhet")),
    "organisation.unit_renamed": TrailAction(About.UNIT, _l("Endret navn eller type på en enhet")),
    "organisation.unit_reopened": TrailAction(About.UNIT, _l("Gjenåpnet en enhet")),
    "people.import_undone": TrailAction(About.MUNICIPALITY, _l("Angret innlesing av ansatte")),
    "people.imported": TrailAction(About.MUNICIPALITY, _l("Leste inn ansatte fra fil")),
    "privacy.account_report_read": TrailAction(About.ACCOUNT, _l("Så innsyn om en bruker")),
    "privacy.person_report_read": TrailAction(About.UNIT, _l("Så innsyn om en person")),
    "proposal.answered": TrailAction(About.UNIT, _l("Svarte på et forslag til indikator")),
    "proposal.made": TrailAction(About.UNIT, _l("Foreslo en indikator")),
    "quality.discussed": TrailAction(About.SURVEY, _l("Skrev en drøfting av kvaliteten")),
    "quality.discussion_withdrawn": TrailAction(About.SURVEY, _l("Trakk tilbake en drøfting")),
    "report.draft_begun": TrailAction(About.UNIT, _l("Begynte på et utkast til rapport")),
    "report.draft_deleted": TrailAction(About.UNIT, _l("Slettet et utkast til rapport")),
    "report.frozen": TrailAction(About.UNIT, _l("Frøs en rapport")),
    "report.opened": TrailAction(About.UNIT, _l("Åpnet en rapport for flere")),
    "report.withheld": TrailAction(About.UNIT, _l("Holdt tilbake en rapport")),
    "retention.deleted": TrailAction(About.MUNICIPALITY, _l("Slettet det som var lagret lenge nok")),
    "assessment.stored": TrailAction(About.UNIT, _l("Lagret en egenvurdering")),
    "reply.given": TrailAction(About.UNIT, _l("Svarte på en måling")),
    "reply.withdrawn": TrailAction(About.UNIT, _l("Trakk tilbake svaret på en måling")),
    "scorecard.approved": TrailAction(About.MUNICIPALITY, _l("Godkjente et styringskort")),
    "scorecard.changed": TrailAction(About.MUNICIPALITY, _l("Endret et styringskort")),
    "scorecard.created": TrailAction(About.MUNICIPALITY, _l("Laget et styringskort")),
    "scorecard.draft_begun": TrailAction(About.MUNICIPALITY, _l("Begynte på et utkast til styringskort")),
    "scorecard.draft_deleted": TrailAction(About.MUNICIPALITY, _l("Slettet et utkast til styringskort")),
    "scorecard.reminded": TrailAction(About.UNIT, _l("Sendte påminnelser om styringskortet")),
    "survey.address_corrected": TrailAction(About.SURVEY, _l("Rettet en e-postadresse")),
    "survey.phone_corrected": TrailAction(About.SURVEY, _l("Rettet et mobilnummer")),
    "survey.background_separated": TrailAction(About.SURVEY, _l("Skilte bakgrunn fra svarene")),
    "survey.changed": TrailAction(About.SURVEY, _l("Endret undersøkelsen")),
    "survey.checklist_ticked": TrailAction(About.SURVEY, _l("Krysset av i sjekklisten")),
    "survey.checklist_unticked": TrailAction(About.SURVEY, _l("Fjernet et kryss i sjekklisten")),
    "survey.closed": TrailAction(About.SURVEY, _l("Lukket undersøkelsen")),
    "survey.code_replaced": TrailAction(About.SURVEY, _l("Byttet ut en kode")),
    "survey.codes_made": TrailAction(About.SURVEY, _l("Laget koder til utdeling")),
    "survey.codes_shown": TrailAction(About.SURVEY, _l("Skrev ut koder")),
    "survey.corrected": TrailAction(About.SURVEY, _l("Rettet frigitte resultater")),
    "survey.counted": TrailAction(About.SURVEY, _l("Talte opp svarene")),
    "survey.created": TrailAction(About.SURVEY, _l("Laget undersøkelsen")),
    "survey.deadline_moved": TrailAction(About.SURVEY, _l("Flyttet fristen")),
    "survey.draft_deleted": TrailAction(About.SURVEY, _l("Slettet utkastet")),
    "survey.imported": TrailAction(About.SURVEY, _l("Leste inn svar fra fil")),
    "survey.invitations_queued": TrailAction(About.SURVEY, _l("Sendte invitasjoner")),
    "survey.letter_instead_of_mail": TrailAction(About.SURVEY, _l("Valgte brev i stedet for e-post")),
    "survey.mail_words_saved": TrailAction(About.SURVEY, _l("Endret tekstene i e-postene")),
    "survey.mails_retried": TrailAction(About.SURVEY, _l("Prøvde igjen e-post som ikke kom fram")),
    "survey.key_swapped": TrailAction(
        About.SURVEY, _l("Alarm: nøkkelen som forsegler svarene, er byttet utenom Medvirk")
    ),
    "survey.seal_broken": TrailAction(About.SURVEY, _l("Alarm: en invitasjon er endret utenom Medvirk")),
    "survey.box_opened": TrailAction(About.SURVEY, _l("Åpnet urnen sammen")),
    "survey.key_holders_named": TrailAction(About.SURVEY, _l("Valgte hvem som åpner urnen sammen")),
    "survey.key_holders_removed": TrailAction(About.SURVEY, _l("Valgte at én kan åpne urnen alene")),
    "survey.key_phrase_chosen": TrailAction(About.SURVEY, _l("Valgte nøkkelord")),
    "survey.key_share_given": TrailAction(About.SURVEY, _l("Ga sin del av nøkkelen")),
    "survey.key_shared_out": TrailAction(About.SURVEY, _l("Laget nøkkelen og delte den ut")),
    "survey.box_frozen": TrailAction(About.SURVEY, _l("Låste urnen")),
    "survey.tally_broken": TrailAction(
        About.SURVEY, _l("Alarm: urnen stemmer ikke med kontrolltallene, og svarene ble ikke talt opp")
    ),
    "survey.tally_published": TrailAction(About.SURVEY, _l("Publiserte et kontrolltall for urnen")),
    "survey.group_raised": TrailAction(
        About.SURVEY, _l("Økte minste gruppe, fordi ingen er invitert ved navn")
    ),
    "survey.opened": TrailAction(About.SURVEY, _l("Åpnet undersøkelsen")),
    "survey.public_link_made": TrailAction(About.SURVEY, _l("Laget åpen lenke")),
    "survey.public_link_removed": TrailAction(About.SURVEY, _l("Fjernet åpen lenke")),
    "survey.recipients_imported": TrailAction(About.SURVEY, _l("Leste inn mottakere fra fil")),
    "survey.reconciled": TrailAction(About.SURVEY, _l("Avstemte mot personlisten")),
    "survey.released": TrailAction(About.SURVEY, _l("Frigav resultatene")),
    "survey.reminders_planned": TrailAction(About.SURVEY, _l("Planla påminnelser")),
    "survey.reminders_queued": TrailAction(About.SURVEY, _l("Sendte påminnelser")),
    "survey.scope_changed": TrailAction(About.SURVEY, _l("Endret hvem som er med")),
    "survey.units_merged": TrailAction(About.SURVEY, _l("Slo sammen enheter i rapporten")),
    "survey.units_separated": TrailAction(About.SURVEY, _l("Skilte enheter i rapporten igjen")),
    "survey.margin_declared": TrailAction(
        About.SURVEY, _l("Førte inn befolkningen svarene skal vektes etter ved opptellingen")
    ),
    "survey.margin_withdrawn": TrailAction(
        About.SURVEY, _l("Tok bort befolkningen svarene skulle vektes etter ved opptellingen")
    ),
    "survey.weighted": TrailAction(About.SURVEY, _l("Førte inn befolkningen det skal vektes etter")),
    "survey.unweighted": TrailAction(About.SURVEY, _l("Sluttet å vise vektede tall")),
}

DETAILS: Final[Mapping[str, Any]] = {
    "after": _l("etter"),
    "audience": _l("utgave"),
    "at_least": _l("minst så mange svar"),
    "background": _l("bakgrunnsopplysninger"),
    "ballots": _l("forseglede svar"),
    "before": _l("slik det var"),
    "by": _l("gjort av"),
    "holder": _l("nøkkelholder"),
    "holders": _l("nøkkelholdere"),
    "changed": _l("endret"),
    "codes": _l("antall koder"),
    "minimum_group": _l("minste gruppe"),
    "comment": _l("kommentar nummer"),
    "comment_minimum": _l("svar før kommentarer vises"),
    "comments": _l("kommentarer"),
    "comments_dropped": _l("kommentarer som ikke er tatt med"),
    "day": _l("dag"),
    "deadline": _l("frist"),
    "deputy_for": _l("stedfortreder for"),
    "digest": _l("avtrykk av tallene"),
    "discussion": _l("drøfting nummer"),
    "ended": _l("avsluttet"),
    "excluded": _l("enheter som ikke er med"),
    "figures": _l("tall"),
    "files": _l("nøkkelfiler"),
    "first": _l("første"),
    "from_day": _l("fra og med"),
    "indicator": _l("indikator"),
    "invitations": _l("invitasjoner"),
    "invited": _l("invitert"),
    "item": _l("punkt"),
    "kept": _l("beholdt"),
    "kind": _l("hva som skjedde"),
    "leaders_only": _l("bare ledere"),
    "letters": _l("brev"),
    "loose": _l("koder til utdeling"),
    "made_at": _l("tatt"),
    "measurements": _l("målinger"),
    "messages": _l("meldinger"),
    "name": _l("navn"),
    "names": _l("avtrykk av navnene på enhetene"),
    "new": _l("nye"),
    "new_name": _l("nytt navn"),
    "new_parent": _l("ligger nå under"),
    "new_type": _l("ny type"),
    "number": _l("nummer"),
    "one_key": _l("én nøkkel, fordi"),
    "old_last_day": _l("var avsluttet etter"),
    "old_name": _l("gammelt navn"),
    "old_parent": _l("lå under"),
    "old_type": _l("gammel type"),
    "on": _l("fra"),
    "only": _l("bare enhetene"),
    "on_paper": _l("på papir"),
    "people": _l("ansatte"),
    "period": _l("periode"),
    "person": _l("person nummer"),
    "pilot": _l("pilotenheter"),
    "population": _l("befolkningen"),
    "predecessor": _l("kommer fra"),
    "proposal": _l("forslag nummer"),
    "question": _l("bakgrunnsspørsmål"),
    "readdressed": _l("fikk ny adresse"),
    "readers_wait": _l("leserne venter"),
    "reason": _l("grunn"),
    "report": _l("rapport nummer"),
    "responses": _l("svar"),
    "role": _l("rolle"),
    "root": _l("kontrolltall"),
    "rows": _l("rader"),
    "rules": _l("avtrykk av reglene"),
    "second": _l("andre"),
    "set": _l("sett nummer"),
    "sets": _l("sett"),
    "source": _l("kilde"),
    "steps": _l("planen"),
    "survey": _l("undersøkelse"),
    "to_day": _l("til og med"),
    "to_unit": _l("til enheten"),
    "under": _l("under"),
    "turnout": _l("avtrykk av deltakelsen"),
    "types": _l("typer"),
    "unit": _l("enhet"),
    "unit_id": _l("enhet nummer"),
    "unit_ids": _l("enheter nummer"),
    "units": _l("enheter"),
    "weight": _l("vektet etter"),
    "weighted": _l("avtrykk av de vektede tallene"),
    "year": _l("år"),
}
"""The words for what an entry says beside its subject."""
