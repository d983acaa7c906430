"""«Innsyn» (GDPR article 15) for somebody who signs in, whether she is in the roster or not."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import HR_ROLES, Account, Grant, OneTimeLink, SignInSession
from surveys.access.own_texts import OwnText, own_texts
from surveys.access.permissions import granted_units
from surveys.access.texts import role_word
from surveys.campaigns.models import ChecklistTick
from surveys.hr.privacy.documents import DocumentSection, PrivacyDocument, known
from surveys.hr.privacy.traces import doings_of
from surveys.organisation.models import OrganisationImport, Unit
from surveys.platform.localisation import language_name, short_date
from surveys.platform.moments import date_and_time
from surveys.platform.texts import _
from surveys.release.models import QualityDiscussion
from surveys.scorecards.models import MeasurementEntry


def account_report(session: Session, reader: Account, account: Account) -> PrivacyDocument:
    """All that is kept about the account. reader: who asks; she gets no event that she may not see elsewhere."""
    return PrivacyDocument(
        _("Innsyn: %(name)s", name=account.name),
        _(
            "Etter personvernforordningen artikkel 15. Dette er det Medvirk har om %(name)s som bruker. "
            "Er personen også i listen over ansatte, er det en egen rapport om det.",
            name=account.name,
        ),
        (
            account_section(account),
            _signing_in(session, account),
            _made(session, account),
            _written(session, reader, account),
            doings_of(session, reader, account),
        ),
    )


def account_section(account: Account) -> DocumentSection:
    return DocumentSection(
        _("Bruker som logger inn"),
        (
            known(_("Brukernavn"), account.username),
            known(_("E-post"), account.email or _("ingen")),
            known(_("Språk"), language_name(account.language)),
            known(_("Kan logge inn"), _("ja") if account.active else _("nei")),
            *(known(role_word(grant.role), _granted(grant)) for grant in account.all_grants),
        ),
    )


def _granted(grant: Grant) -> str:
    days = [short_date(day) if day else "" for day in (grant.from_day, grant.to_day)]
    return f"{grant.unit.name} ({days[0]}–{days[1]})" if any(days) else grant.unit.name


def _signing_in(session: Session, account: Account) -> DocumentSection:
    seen = session.execute(
        select(SignInSession.started_at, SignInSession.seen_at)
        .where(SignInSession.account_id == account.id)
        .order_by(SignInSession.started_at)
    ).all()
    links = session.scalars(select(OneTimeLink.expires_at).where(OneTimeLink.account_id == account.id))
    provider = f"{account.oidc_issuer} ({account.oidc_subject})" if account.oidc_subject else _("ingen")
    return DocumentSection(
        _("Innlogging"),
        (
            known(_("Passord"), _("lagret som avtrykk") if account.password_hash else _("ingen")),
            known(_("Innloggingstjenesten kjenner brukeren som"), provider),
            known(
                _("Logget inn nå (fra, sist sett)"),
                "; ".join(f"{date_and_time(started)}, {date_and_time(last)}" for started, last in seen)
                or _("ingen"),
            ),
            known(
                _("Lenke for å velge passord, gjelder til"),
                "; ".join(date_and_time(until) for until in links) or _("ingen"),
            ),
        ),
    )


def _made(session: Session, account: Account) -> DocumentSection:
    """What bears her number or her name elsewhere than in the trail."""
    discussions = session.scalars(
        select(QualityDiscussion)
        .where(QualityDiscussion.account_id == account.id)
        .order_by(QualityDiscussion.id)
    )
    ticks = session.scalar(
        select(func.count()).select_from(ChecklistTick).where(ChecklistTick.account_id == account.id)
    )
    imports = session.execute(
        select(OrganisationImport.at, OrganisationImport.file_name)
        .where(OrganisationImport.account_id == account.id)
        .order_by(OrganisationImport.at)
    ).all()
    entries = session.scalar(
        select(func.count()).select_from(MeasurementEntry).where(MeasurementEntry.account_id == account.id)
    )
    return DocumentSection(
        _("Det brukeren har skrevet og lest inn"),
        (
            *(
                known(_("Drøfting av kvaliteten, %(day)s", day=short_date(each.written_on)), each.text)
                for each in discussions
            ),
            known(_("Kryss i sjekklister"), str(ticks or 0)),
            known(_("Ganger brukeren har ført inn verdier på styringskort"), str(entries or 0)),
            *(
                known(_("Fil med enheter eller ansatte"), f"{name}, {date_and_time(at)}")
                for at, name in imports
            ),
        ),
    )


def _written(session: Session, reader: Account, account: Account) -> DocumentSection:
    """Her texts about units, as long as the reader is HR there. Those of other units are counted."""
    texts = own_texts(session, account)
    seen = granted_units(session, reader, *HR_ROLES)
    shown = [each for each in texts if each.unit_id in seen]
    units = select(Unit.id, Unit.name).where(Unit.id.in_({each.unit_id for each in shown}))
    names = {row.id: row.name for row in session.execute(units)}
    lines = [known(_label(each, names[each.unit_id]), each.words) for each in shown]
    if hidden := len(texts) - len(shown):
        lines.append(
            known(
                _("Tekster du ikke kan se: %(number)s", number=hidden),
                _("De gjelder andre deler av kommunen. Be en administrator om å lage rapporten."),
            )
        )
    nothing = known(_("Tekster"), _("ingen"))
    return DocumentSection(_("Det brukeren har skrevet om enheter"), tuple(lines) or (nothing,))


def _label(text: OwnText, unit: str) -> str:
    label = f"{text.what}, {unit}, {short_date(text.day)}"
    return _("%(label)s (trukket tilbake)", label=label) if text.withdrawn else label
