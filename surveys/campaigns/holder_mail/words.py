"""What a mail to a key holder says: never a share, a passphrase, an answer or a respondent's link."""

from collections.abc import Sequence

from flask import current_app

from surveys.access.account_mail import AccountLetter
from surveys.campaigns.holder_mail.models import HolderMail, HolderMailKind
from surveys.campaigns.survey_texts import title_in
from surveys.platform.config import Settings
from surveys.platform.localisation import listed, long_date
from surveys.platform.moments import date_and_time
from surveys.platform.texts import _


def letter_to_holder(mail: HolderMail) -> AccountLetter:
    """In the language in force."""
    survey, title = mail.survey, title_in(mail.survey)
    who, until = _named(mail.who), date_and_time(mail.until) if mail.until else ""
    settings: Settings = current_app.config["SETTINGS"]
    address = f"{settings.base_url.rstrip('/')}/undersokelser/{survey.key}/min-nokkel"
    subject, said = {
        HolderMailKind.NAMED: (
            _("Du er nøkkelholder for %(title)s", title=title),
            _(
                "Når undersøkelsen er lukket, må to åpne svarene sammen, og du er én av dem. Velg nøkkelordene dine på "
                "denne siden. Undersøkelsen kan ikke åpnes før du har gjort det."
            ),
        ),
        HolderMailKind.OPENED: (
            _("%(title)s er åpnet, og du har en del av nøkkelen", title=title),
            _(
                "Folk kan svare til og med %(day)s. Ta vare på nøkkelordene dine til svarene er talt opp. "
                "Ingen kan lage dem på nytt. Har du mistet dem, trengs den andre nøkkelholderen og arket i arkivet for "
                "å åpne urnen. Si i så fall fra til HR nå.",
                day=long_date(survey.closes_on),
            ),
        ),
        HolderMailKind.WAITING: (
            _("%(title)s er lukket og venter på deg", title=title),
            _(
                "Svarene kan ikke telles opp før to har åpnet urnen, innen et døgn fra hverandre. Avtal gjerne en tid "
                "med den andre, og åpne på denne siden."
            ),
        ),
        HolderMailKind.OTHER_GAVE: (
            _("Urnen for %(title)s venter på din del av nøkkelen", title=title),
            _(
                "Gitt til nå: %(who)s. Gi din del innen %(until)s, ellers må dere begynne på nytt. Er du ikke "
                "forberedt på at urnen skal åpnes, så la være, og spør HR.",
                who=who,
                until=until,
            ),
        ),
        HolderMailKind.EXPIRED: (
            _("Urnen for %(title)s ble ikke åpnet", title=title),
            _(
                "Det gikk mer enn et døgn, så delen som var gitt (%(who)s), er glemt. Urnen er låst som før. "
                "Avtal en ny tid: begge må gi sin del på nytt.",
                who=who,
            ),
        ),
        HolderMailKind.BOX_OPENED: (
            _("Urnen for %(title)s er åpnet", title=title),
            _(
                "Den ble åpnet med disse delene: %(who)s. Nå kan HR telle opp svarene. Stemmer ikke det med det du "
                "vet, så si fra til HR og verneombudet med en gang.",
                who=who,
            ),
        ),
    }[mail.kind]
    return AccountLetter(subject, (said, address))


def _named(who: Sequence[str]) -> str:
    return listed([name or _("arket i arkivet") for name in who])
