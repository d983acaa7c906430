"""The steps HR takes in a survey's life: which is next, what it will do in plain words, and taking it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.campaigns import outbox
from surveys.campaigns.changed_questionnaires import changed_file
from surveys.campaigns.invitations import invite, recipients_from_roster, uses_roster
from surveys.campaigns.keystore import key_store
from surveys.campaigns.lifecycle import (
    SurveyError,
    close_survey,
    find_survey,
    open_survey,
    participation,
    picture_tree,
)
from surveys.campaigns.models import Invitation, Survey, SurveyStatus
from surveys.campaigns.year_minutes import minutes_in_year, told
from surveys.platform.clock import municipal_day
from surveys.platform.database import Database
from surveys.platform.localisation import long_date
from surveys.platform.texts import _, ngettext

if TYPE_CHECKING:
    from surveys.publishing.counting_ballots import Progress


@dataclass(frozen=True)
class Step:
    """One step as its confirmation page shows it. `button` is a verb; `consequences` say what happens."""

    name: str
    heading: str
    consequences: tuple[str, ...]
    button: str


@dataclass(frozen=True)
class InvitationCounts:
    """How many the roster would add, and how many have been invited already."""

    to_invite: int
    invited: int
    without_message: int


def audience(session: Session, survey: Survey) -> InvitationCounts:
    """Only an employee survey draws on the roster: parents and citizens are not in it."""
    given = select(func.count()).where(Invitation.survey_id == survey.id, ~Invitation.self_started)
    invited = session.scalar(given) or 0
    waiting = len(recipients_from_roster(session, survey)) if uses_roster(survey) else 0
    return InvitationCounts(waiting, invited, outbox.without_message(session, survey))


def next_step(session: Session, survey: Survey) -> str | None:
    """The name of the step that is next, None when the survey's life is complete."""
    if survey.status == SurveyStatus.OPEN:
        people = audience(session, survey)
        return "invite" if people.to_invite or people.without_message else "close"
    return {SurveyStatus.DRAFT: "open", SurveyStatus.CLOSED: "count", SurveyStatus.COUNTED: "release"}.get(
        survey.status
    )


def label(name: str) -> str:
    """The words of the button that leads to the step."""
    return {
        "open": _("Åpne undersøkelsen"),
        "invite": _("Inviter og send"),
        "remind": _("Send påminnelse"),
        "close": _("Lukk undersøkelsen"),
        "count": _("Tell opp svarene"),
        "release": _("Frigi resultatene"),
    }[name]


def described(session: Session, survey: Survey, name: str) -> Step:
    """The step as it stands today. Raises KeyError for an unknown name."""
    heading, consequences = _DESCRIPTIONS[name](session, survey)
    return Step(name, heading, consequences, label(name))


def take(
    db: Database,
    survey_key: str,
    name: str,
    reminder: int | None = None,
    progress: "Progress | None" = None,
) -> str:
    """Takes the step in a transaction of its own and says what was done. Raises SurveyError when it cannot be taken.

    `reminder` is the round the reader confirmed: confirming it twice sends it once. `progress`: told how far counting
    and releasing have come.
    """
    if name == "count":
        from surveys.publishing.counting_ballots import count

        count(db, key_store(), survey_key, progress)
        return _("Svarene er talt opp, og nøkkelen er ødelagt.")
    if name == "release":
        from surveys.publishing.releasing import release

        release(db, key_store(), survey_key, progress=progress)
        return _("Resultatene er frigitt, og styringskortene er oppdatert.")
    with db.transaction() as session:
        survey = find_survey(session, survey_key)
        if name == "remind":
            queued = outbox.queue_reminders(session, survey, reminder)
            return _reminders_queued(queued.messages)
        return _TAKING[name](session, survey)


def _open(session: Session, survey: Survey) -> str:
    """The tree is pictured again: units may have changed since the draft was made."""
    if survey.status == SurveyStatus.DRAFT:
        _check_opening(session, survey)
        picture_tree(session, survey)
    open_survey(session, survey, key_store())
    return _("Undersøkelsen er åpen.")


def _check_opening(session: Session, survey: Survey) -> None:
    """Raises SurveyError when the questionnaire's file has been changed, or the survey would close at once."""
    if changed := changed_file(session, survey.instrument):
        raise SurveyError(f"{changed} {changed.advice}")
    if survey.closes_automatically and survey.closes_on < municipal_day():
        raise SurveyError(
            _(
                "Siste svardag var %(day)s, så undersøkelsen ville lukket seg med en gang. "
                "Lag en ny kladd med en senere svardag.",
                day=long_date(survey.closes_on),
            )
        )


def _invite(session: Session, survey: Survey) -> str:
    if survey.status != SurveyStatus.OPEN:
        raise SurveyError(_("Undersøkelsen må være åpen før noen kan inviteres."))
    if uses_roster(survey):
        secret = current_app.config["SECRETS"].codes
        invite(session, survey, recipients_from_roster(session, survey), secret)
    queued = outbox.queue_invitations(session, survey)
    said = ngettext(
        "%(num)s invitasjon er lagt i køen og blir sendt straks.",
        "%(num)s invitasjoner er lagt i køen og blir sendt straks.",
        queued.messages,
    )
    if queued.without_address:
        said += " " + ngettext(
            "%(num)s person mangler e-postadresse og må få koden på papir.",
            "%(num)s personer mangler e-postadresse og må få koden på papir.",
            queued.without_address,
        )
    return said


def _close(session: Session, survey: Survey) -> str:
    close_survey(session, survey)
    return _("Undersøkelsen er lukket.")


def _reminders_queued(messages: int) -> str:
    return ngettext(
        "%(num)s påminnelse er lagt i køen og blir sendt straks.",
        "%(num)s påminnelser er lagt i køen og blir sendt straks.",
        messages,
    )


def _opening(session: Session, survey: Survey) -> tuple[str, tuple[str, ...]]:
    people = len(recipients_from_roster(session, survey)) if uses_roster(survey) else 0
    fixed = _(
        "Spørreskjemaet, minstegruppen på %(group)s og hvem som får se resultatene, ligger fast fra nå av.",
        group=survey.minimum_group,
    )
    lines = [_("De som er invitert, kan svare til og med %(day)s.", day=long_date(survey.closes_on)), fixed]
    if survey.closes_automatically:
        lines.insert(1, _("Undersøkelsen lukker seg av seg selv etter den dagen."))
    if minutes := told(minutes_in_year(session, survey)):
        lines.append(minutes)
    if uses_roster(survey):
        lines.append(
            ngettext(
                "Ingen får beskjed ennå. Neste steg er å invitere %(num)s person.",
                "Ingen får beskjed ennå. Neste steg er å invitere %(num)s personer.",
                people,
            )
        )
    return _("Åpne undersøkelsen?"), tuple(lines)


def _inviting(session: Session, survey: Survey) -> tuple[str, tuple[str, ...]]:
    people = audience(session, survey)
    to_invite = people.to_invite + people.without_message
    first = ngettext(
        "%(num)s person får en e-post med sin egen lenke.",
        "%(num)s personer får hver sin e-post med egen lenke.",
        to_invite,
    )
    return _("Sende invitasjoner?"), (
        first,
        _("De som er invitert fra før, får ikke en ny e-post."),
        _("Du kan invitere flere så lenge undersøkelsen er åpen."),
    )


def _reminding(session: Session, survey: Survey) -> tuple[str, tuple[str, ...]]:
    number = outbox.next_reminder(session, survey)
    if number is None:
        return _("Begge påminnelsene er sendt"), (_("Vi sender aldri flere enn to."),)
    first = ngettext(
        "%(num)s person som ikke har levert, får en påminnelse på e-post.",
        "%(num)s personer som ikke har levert, får en påminnelse på e-post.",
        outbox.reminders_due(session, survey),
    )
    left = _("Dette er påminnelse %(number)s av %(most)s.", number=number, most=outbox.MOST_REMINDERS)
    return _("Sende påminnelse?"), (first, left, _("Du får ikke vite hvem de er."))


def _closing(session: Session, survey: Survey) -> tuple[str, tuple[str, ...]]:
    lines = [
        _delivered_so_far(session, survey),
        _("Påbegynte svar som ikke er levert, blir slettet."),
        _("Undersøkelsen kan ikke åpnes igjen. Fristen er %(day)s.", day=long_date(survey.closes_on)),
    ]
    return _("Lukke undersøkelsen?"), tuple(lines)


def _delivered_so_far(session: Session, survey: Survey) -> str:
    people = participation(session, survey).values()
    delivered, invited = sum(each.delivered for each in people), [each.invited for each in people]
    if None in invited:
        return ngettext(
            "%(num)s svar er levert. Etter dette kan ingen flere svare.",
            "%(num)s svar er levert. Etter dette kan ingen flere svare.",
            delivered,
        )
    return _(
        "%(delivered)s av %(invited)s har levert. Etter dette kan ingen flere svare.",
        delivered=delivered,
        invited=sum(each or 0 for each in invited),
    )


def _counting(_session: Session, _survey: Survey) -> tuple[str, tuple[str, ...]]:
    return _("Telle opp svarene?"), (
        _("De forseglede svarene åpnes, stokkes og lagres uten spor av hvem som har svart."),
        _("Koblingen mellom invitasjoner og personer slettes."),
        _(
            "Nøkkelen ødelegges. Deretter kan ingen åpne de forseglede svarene igjen, heller ikke fra en kopi."
        ),
    )


def _releasing(session: Session, survey: Survey) -> tuple[str, tuple[str, ...]]:
    from surveys.hr.quality.discussing import is_discussed

    discussed = (
        _("Kvaliteten er drøftet.")
        if is_discussed(session, survey)
        else _(
            "Ingen har drøftet kvaliteten ennå, så rapporten er ikke fullstendig. Du kan frigi likevel, "
            "men gjør det helst på siden «Kvalitet» først."
        )
    )
    return _("Frigi resultatene?"), (
        discussed,
        *(_preview(session, survey) or [_hides(survey)]),
        _("Styringskortene får de nye tallene med en gang."),
        _("Hvem som får se dem og når, følger planen som de som svarte, fikk se."),
        _("Frigitte tall endres aldri. En rettelse blir en ny frigivelse."),
    )


def _hides(survey: Survey) -> str:
    return _(
        "Tallene regnes ut, og grupper med færre enn %(group)s svar skjules.", group=survey.minimum_group
    )


def _preview(session: Session, survey: Survey) -> list[str]:
    """What the release will show and hide, as the tab «Frigivelse» says it."""
    if survey.status != SurveyStatus.COUNTED:
        return []
    from surveys.hr.publication.texts import summary
    from surveys.publishing.preview import preview_of

    preview = preview_of(session, survey)
    if preview is None:
        return [_("Medvirk regner fortsatt ut hva som blir vist. Vent til det står på siden «Frigivelse».")]
    return summary(preview, survey)


_DESCRIPTIONS: Final[Mapping[str, Callable[[Session, Survey], tuple[str, tuple[str, ...]]]]] = {
    "open": _opening,
    "invite": _inviting,
    "remind": _reminding,
    "close": _closing,
    "count": _counting,
    "release": _releasing,
}
_TAKING: Final[Mapping[str, Callable[[Session, Survey], str]]] = {
    "open": _open,
    "invite": _invite,
    "close": _close,
}
