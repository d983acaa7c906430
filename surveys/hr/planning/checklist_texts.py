"""What the checklist says about each of its items."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from surveys.campaigns.checklist import ChecklistItem, ChecklistState, checklist, missing_languages
from surveys.campaigns.invitations import recipients_from_roster, uses_roster
from surveys.campaigns.key_holders import key_holding
from surveys.campaigns.models import Survey
from surveys.campaigns.reader_groups import undecided_step
from surveys.platform.localisation import listed
from surveys.platform.texts import _, ngettext


@dataclass(frozen=True)
class ChecklistLine:
    """An item in words. page: the endpoint where it is seen to, with the words of the link."""

    state: ChecklistState
    title: str
    explanation: str
    page: str = ""
    page_link: str = ""


def title_of(item: ChecklistItem) -> str:
    """«Datoene henger sammen»: true when the item is done."""
    return {
        ChecklistItem.DATES: _("Datoene henger sammen"),
        ChecklistItem.LANGUAGES: _("Tittel og formål står på alle språkene"),
        ChecklistItem.VISIBILITY: _("Innsynet er avtalt med tillitsvalgte og verneombud"),
        ChecklistItem.ROSTER: _("Listen over dem som blir spurt, er sett over"),
        ChecklistItem.TEST: _("Noen har prøvd å svare"),
        ChecklistItem.VALIDITY: _("Innholdet er godkjent av fagfolk: vi spør om det vi vil vite noe om"),
        ChecklistItem.DPIA: _("Personvernkonsekvensene er vurdert (DPIA), og vurderingen er arkivert"),
        ChecklistItem.KEYS: _("Det er bestemt hvem som kan åpne urnen, og nøkkelen er klar"),
    }[item]


def checklist_lines(session: Session, survey: Survey) -> list[ChecklistLine]:
    """Every item in order."""
    return [_line(session, survey, state) for state in checklist(session, survey)]


def _line(session: Session, survey: Survey, state: ChecklistState) -> ChecklistLine:
    item, title = state.item, title_of(state.item)
    if item == ChecklistItem.DATES:
        said = _("Siste svardag kommer, og noen skal se resultatene den dagen eller senere.")
        return ChecklistLine(state, title, said, "hr.edit", _("Endre kladden"))
    if item == ChecklistItem.LANGUAGES:
        return ChecklistLine(state, title, _languages_said(survey), "hr.edit", _("Endre kladden"))
    if item == ChecklistItem.VISIBILITY:
        said = _("De som svarer, leser planen før de svarer. Den kan ikke endres etterpå.")
        if undecided_step(survey):
            said = _("Før inn hvem som bestemte at resultatet er offentlig, eller ta bort den datoen.")
        return ChecklistLine(state, title, said, "hr.visibility", _("Se innsynet"))
    if item == ChecklistItem.ROSTER:
        return ChecklistLine(state, title, people_said(session, survey), "hr.scope", _("Se hvem som er med"))
    if item == ChecklistItem.TEST:
        said = _("Prøvesvar blir ikke lagret og teller aldri med.")
        return ChecklistLine(state, title, said, "hr.try_answering", _("Prøv å svare"))
    if item == ChecklistItem.KEYS:
        return ChecklistLine(state, title, _keys_said(session, survey), "hr.keys", _("Gå til nøklene"))
    return ChecklistLine(state, title, "")


def _keys_said(session: Session, survey: Survey) -> str:
    holding = key_holding(session, survey)
    if holding is None and survey.one_key_reason:
        return _("HR kan åpne urnen alene. Begrunnelse: %(reason)s", reason=survey.one_key_reason)
    if holding is None:
        return _("Vanlig er at HR og en tillitsvalgt må åpne den sammen.")
    names = listed([holder.account.name for holder in holding.people if holder.account])
    if holding.is_shared_out:
        return _("%(names)s har hver sin del av nøkkelen.", names=names)
    return _("%(names)s er valgt, men nøkkelen er ikke laget ennå.", names=names)


def _languages_said(survey: Survey) -> str:
    lacking = missing_languages(survey)
    if not lacking:
        return _("Bokmål, nynorsk og engelsk.")
    names = {"nb": _("bokmål"), "nn": _("nynorsk"), "en": _("engelsk")}
    return _("Mangler på %(languages)s.", languages=listed([names[code] for code in lacking]))


def people_said(session: Session, survey: Survey) -> str:
    """How many people and units the survey asks."""
    units = sum(unit.asked for unit in survey.units)
    in_units = ngettext("%(num)s enhet er med.", "%(num)s enheter er med.", units)
    if not uses_roster(survey):
        return in_units
    people = len(recipients_from_roster(session, survey))
    asked = ngettext("Undersøkelsen spør %(num)s person.", "Undersøkelsen spør %(num)s personer.", people)
    return f"{asked} {in_units}"
