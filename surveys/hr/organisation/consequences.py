"""What a change of a unit means, in sentences, before it is saved."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.access.models import Account, Grant
from surveys.access.texts import role_word
from surveys.campaigns.models import Survey, SurveyStatus, SurveyUnit
from surveys.campaigns.survey_texts import title_in
from surveys.organisation.models import Person, Unit
from surveys.organisation.subtrees import ids_below, lineage
from surveys.platform.localisation import listed, long_date
from surveys.platform.texts import _, ngettext


def of_creating(session: Session, parent: Unit, name: str, from_day: dt.date) -> list[str]:
    said = [
        _(
            "«%(name)s» ligger under %(parent)s fra %(day)s.",
            name=name,
            parent=parent.name,
            day=long_date(from_day),
        ),
        _("Undersøkelser du lager etter dette, tar den med hvis de åpner den dagen eller senere."),
        *_whose(_("Disse får tilgang til enheten:"), _roles_at(session, lineage(session, parent.id))),
        _("Ansatte kommer inn når du leser inn listen over ansatte på nytt."),
    ]
    return said + _drafts(session, parent)


def of_renaming(session: Session, unit: Unit, name: str, type_: str, from_day: dt.date) -> list[str]:
    said = []
    if name != unit.name:
        said.append(
            _("«%(old)s» heter «%(new)s» fra %(day)s.", old=unit.name, new=name, day=long_date(from_day))
        )
    if type_ != unit.type:
        said.append(
            _(
                "Typen blir «%(new)s». Nye resultater blir sammenlignet med enheter av den typen.",
                new=type_ or _("ingen"),
            )
        )
    return [
        *said,
        *_kept_and_followed(session, unit, from_day),
        _("Koden er den samme, så resultatene kan fortsatt sammenlignes over tid."),
    ]


def of_moving(session: Session, unit: Unit, parent: Unit, from_day: dt.date) -> list[str]:
    """Roles above the unit follow the tree: who loses and who gets access."""
    old, new = set(lineage(session, unit.id)), set(lineage(session, parent.id))
    below = (session.scalar(select(func.count()).select_from(ids_below([unit.id]).subquery())) or 1) - 1
    said = [
        _(
            "«%(unit)s» flyttes fra %(old)s til %(new)s fra %(day)s.",
            unit=unit.name,
            old=unit.parent.name if unit.parent else _("toppen"),
            new=parent.name,
            day=long_date(from_day),
        )
    ]
    if below:
        said.append(ngettext("%(num)s enhet under følger med.", "%(num)s enheter under følger med.", below))
    said += _whose(_("Disse mister tilgang:"), _roles_at(session, old - new - {unit.id}))
    said += _whose(_("Disse får tilgang:"), _roles_at(session, new - old))
    return [
        *said,
        *_kept_and_followed(session, unit, from_day),
        _("Koden er den samme, så resultatene kan fortsatt sammenlignes over tid."),
    ]


def of_ending(session: Session, unit: Unit, last_day: dt.date) -> list[str]:
    people = session.scalar(select(func.count()).where(Person.unit_id == unit.id, Person.active)) or 0
    said = [
        _(
            "«%(unit)s» er der til og med %(day)s. Undersøkelser som åpner senere, har den ikke med.",
            unit=unit.name,
            day=long_date(last_day),
        )
    ]
    if people:
        said.append(
            ngettext(
                "%(num)s ansatt står i enheten og blir ikke invitert til nye undersøkelser før hun er flyttet "
                "i listen over ansatte.",
                "%(num)s ansatte står i enheten og blir ikke invitert til nye undersøkelser før de er flyttet "
                "i listen over ansatte.",
                people,
            )
        )
    said += _whose(_("Disse beholder tilgangen til det som er målt:"), _roles_at(session, [unit.id]))
    return [*said, *_kept(session, unit)]


def of_reopening(session: Session, unit: Unit) -> list[str]:
    return [
        _("«%(unit)s» er der igjen, som om den aldri var avsluttet.", unit=unit.name),
        *_whose(_("Disse har tilgang:"), _roles_at(session, lineage(session, unit.id))),
        *_drafts(session, unit),
    ]


def _kept(session: Session, unit: Unit) -> list[str]:
    """Surveys have pictured the tree: what is measured stays as it was."""
    surveys = _surveys_of(session, unit)
    return _keep(surveys) if surveys else [_("Enheten er ikke med i noen undersøkelse ennå.")]


def _kept_and_followed(session: Session, unit: Unit, from_day: dt.date) -> list[str]:
    """A survey shows the unit as on the day it opened. One that is open or older shows it when it is corrected."""
    surveys = _surveys_of(session, unit)
    if not surveys:
        return [_("Enheten er ikke med i noen undersøkelse ennå.")]
    later = [survey for survey in surveys if survey.opens_on >= from_day]
    follow = [survey for survey in later if survey.status == SurveyStatus.DRAFT]
    correct = [survey for survey in later if survey.status != SurveyStatus.DRAFT]
    said = _keep([survey for survey in surveys if survey.opens_on < from_day])
    if follow:
        said.append(
            _(
                "Kladder som åpner den dagen eller senere, tar endringen med når de åpner: %(names)s.",
                names=_titles(follow),
            )
        )
    if correct:
        said.append(
            _(
                "Disse åpnet den dagen eller senere, men viser enheten slik den er nå: %(names)s. "
                "Når resultatene er frigitt, kan du rette det under «Frigivelse».",
                names=_titles(correct),
            )
        )
    return said


def _surveys_of(session: Session, unit: Unit) -> Sequence[Survey]:
    return session.scalars(
        select(Survey)
        .join(SurveyUnit, SurveyUnit.survey_id == Survey.id)
        .where(SurveyUnit.unit_id == unit.id)
        .order_by(Survey.opens_on.desc())
    ).all()


def _keep(surveys: Sequence[Survey]) -> list[str]:
    if not surveys:
        return []
    return [
        ngettext(
            "%(num)s undersøkelse beholder enheten slik den er nå, og ingen svar blir borte: %(names)s.",
            "%(num)s undersøkelser beholder enheten slik den er nå, og ingen svar blir borte: %(names)s.",
            len(surveys),
            names=_titles(surveys),
        )
    ]


def _titles(surveys: Iterable[Survey]) -> str:
    return listed([title_in(survey) for survey in surveys])


def _drafts(session: Session, unit: Unit) -> list[str]:
    """Drafts have pictured the tree too."""
    drafts = session.scalars(
        select(Survey).where(
            Survey.status == SurveyStatus.DRAFT, Survey.unit_id.in_(lineage(session, unit.id))
        )
    ).all()
    return [
        _(
            "«%(survey)s» er et utkast som er laget før dette, og har ikke enheten med.",
            survey=title_in(draft),
        )
        for draft in drafts
    ]


def _roles_at(session: Session, units: Iterable[int]) -> list[str]:
    """The roles given on exactly these units to accounts that are open."""
    wanted = list(units)
    grants = session.scalars(
        select(Grant)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.unit_id.in_(wanted), Account.active)
    )
    return sorted(
        f"{grant.account.name} ({role_word(grant.role).lower()}, {grant.unit.name})" for grant in grants
    )


def _whose(heading: str, names: list[str]) -> list[str]:
    return [f"{heading} {listed(names)}."] if names else []
