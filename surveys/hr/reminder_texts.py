"""What HR is told of reminders: when they go, what the deadline leaves no time for, and what may be planned."""

import datetime as dt

from surveys.campaigns.models import Survey, SurveyStatus
from surveys.campaigns.planned_reminders import ReminderOffer, plan_to_come
from surveys.campaigns.reminder_plan import FEWEST_DAYS_BETWEEN, ReminderPlan, reminder_days
from surveys.platform.clock import municipal_day
from surveys.platform.localisation import day_and_date, listed, long_date
from surveys.platform.texts import _, ngettext


def plan_told(plan: ReminderPlan) -> str:
    """The plan of reminders in a sentence."""
    if plan.first is None:
        return _("Ingen påminnelser blir sendt av seg selv.")
    if plan.second is None:
        return ngettext(
            "Hver person får en påminnelse %(num)s dag etter sin egen invitasjon.",
            "Hver person får en påminnelse %(num)s dager etter sin egen invitasjon.",
            plan.first,
        )
    return _(
        "Hver person får påminnelser %(first)s og %(second)s dager etter sin egen invitasjon.",
        first=plan.first,
        second=plan.second,
    )


def too_short_told() -> str:
    """Of a survey that is over before anybody may be reminded."""
    return _(
        "Undersøkelsen er så kort at ingen får påminnelse. Det går minst %(days)s dager fra invitasjonen til den "
        "første, så sett en senere siste svardag hvis dere vil minne folk på den.",
        days=FEWEST_DAYS_BETWEEN,
    )


def too_short_warning(survey: Survey) -> list[str]:
    """For the page of a draft that nobody will be reminded of."""
    is_short = survey.status == SurveyStatus.DRAFT and plan_to_come(survey, municipal_day()).is_off
    return [too_short_told()] if is_short else []


def days_told(plan: ReminderPlan, invited_on: dt.date, closes_on: dt.date) -> str:
    """On which days somebody invited then is reminded."""
    days = reminder_days(plan, invited_on, closes_on)
    if not days:
        return too_short_told()
    return _(
        "De som blir invitert %(invited)s og ikke svarer, får påminnelse %(days)s.",
        invited=day_and_date(invited_on),
        days=listed([day_and_date(day) for day in days]),
    )


def reminders_told(plan: ReminderPlan, invited_on: dt.date, closes_on: dt.date) -> str:
    """The plan in a sentence, and what of it the deadline leaves no time for, even for the first who was invited."""
    planned = sum(each is not None for each in (plan.first, plan.second))
    sent = len(reminder_days(plan, invited_on, closes_on))
    if sent == planned:
        return plan_told(plan)
    if planned == 1:
        late = _("Den blir ikke sendt, for da er siste svardag, %(day)s, over.", day=long_date(closes_on))
    elif sent:
        late = _(
            "Den andre blir ikke sendt, for da er siste svardag, %(day)s, over.", day=long_date(closes_on)
        )
    else:
        late = _("Ingen av dem blir sendt, for da er siste svardag, %(day)s, over.", day=long_date(closes_on))
    return f"{plan_told(plan)} {late}"


def offer_told(offer: ReminderOffer) -> str:
    """What may be planned now."""
    if offer.plan.second is None:
        said = ngettext(
            "Det er plass til en påminnelse før fristen, %(num)s dag etter at hver person ble invitert.",
            "Det er plass til en påminnelse før fristen, %(num)s dager etter at hver person ble invitert.",
            offer.plan.first or 0,
        )
    else:
        said = _(
            "Det er plass til to påminnelser før fristen, %(first)s og %(second)s dager etter at hver person ble "
            "invitert.",
            first=offer.plan.first,
            second=offer.plan.second,
        )
    if offer.sends_at_once:
        said += " " + _("Den første blir sendt straks det er hverdag mellom kl. 8 og 20.")
    return said
