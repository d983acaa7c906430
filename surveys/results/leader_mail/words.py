"""What the mail says: help first, then where the result is. Never a figure, and no unit's name: mails are forwarded."""

from flask import current_app

from surveys.access.account_mail import AccountLetter
from surveys.campaigns.survey_texts import title_in
from surveys.platform.config import Settings
from surveys.platform.texts import _
from surveys.results.models import LeaderMail


def letter_to_leader(mail: LeaderMail, *, told_before: bool) -> AccountLetter:
    """In the language in force. To whoever was never told of the survey nothing has been corrected: it is new."""
    title = title_in(mail.release.survey)
    settings: Settings = current_app.config["SETTINGS"]
    help_first = _(
        "Sett av ti minutter når du har ro. Les sammendraget først, og tenk over hva du vil takke for. Resultatet er "
        "en start på en samtale, ikke en karakter til deg. Er det tungt å lese, så snakk med lederen din eller HR før "
        "du går til de ansatte."
    )
    where = _("Du logger inn for å se det. Tallene er ikke med i denne e-posten.")
    address = f"{settings.base_url.rstrip('/')}/resultater"
    if told_before:
        subject = _("Resultatet av %(title)s er rettet", title=title)
        news = _("Tall for enheten din er endret: %(why)s", why=mail.release.correction)
        what = _("Øverst på siden med resultatet ser du hva som ble endret.")
        return AccountLetter(subject, (news, what, where, address))
    return AccountLetter(
        _("Resultatet av %(title)s er klart for deg", title=title), (help_first, where, address)
    )
