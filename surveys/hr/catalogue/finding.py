"""Every questionnaire there is: the files that come with the product, and the versions surveys have used."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from questionnaires.model import Questionnaire
from surveys.campaigns.models import Survey
from surveys.instruments.in_use import every_version
from surveys.instruments.models import Instrument
from surveys.platform.localisation import alphabetical, language_name, localised


@dataclass(frozen=True)
class Version:
    """One version, and the surveys that use it among those the reader may know of."""

    questionnaire: Questionnaire
    surveys: tuple[Survey, ...] = ()

    @property
    def number(self) -> int:
        return self.questionnaire.version


@dataclass(frozen=True)
class CatalogueEntry:
    """A questionnaire with its versions, the newest first."""

    key: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Questionnaire:
        return self.versions[0].questionnaire

    @property
    def language_names(self) -> tuple[str, ...]:
        return tuple(map(language_name, self.newest.languages))

    @property
    def surveys(self) -> tuple[Survey, ...]:
        """Every survey that uses any version, the newest first."""
        found = (survey for version in self.versions for survey in version.surveys)
        return tuple(sorted(found, key=lambda survey: (survey.opens_on, survey.id), reverse=True))


def catalogue(session: Session, units: Collection[int]) -> list[CatalogueEntry]:
    """Every questionnaire by title. `units` are those whose surveys the reader may know of."""
    used = _surveys_by_version(session, units)
    numbers: dict[str, dict[int, Questionnaire]] = {}
    for questionnaire in every_version(session):
        numbers.setdefault(questionnaire.key, {})[questionnaire.version] = questionnaire
    entries = [
        CatalogueEntry(
            key,
            tuple(
                Version(versions[number], used.get((key, number), ()))
                for number in sorted(versions, reverse=True)
            ),
        )
        for key, versions in numbers.items()
    ]
    return sorted(entries, key=lambda entry: alphabetical(localised(entry.newest.title)))


def find_entry(session: Session, key: str, units: Collection[int] = ()) -> CatalogueEntry | None:
    """The questionnaire with this key, None when there is none."""
    return next((entry for entry in catalogue(session, units) if entry.key == key), None)


def _surveys_by_version(
    session: Session, units: Collection[int]
) -> dict[tuple[str, int], tuple[Survey, ...]]:
    rows = session.execute(
        select(Instrument.key, Instrument.version, Survey)
        .join(Survey, Survey.instrument_id == Instrument.id)
        .where(Survey.unit_id.in_(units))
        .order_by(Survey.opens_on.desc(), Survey.id.desc())
    )
    found: dict[tuple[str, int], tuple[Survey, ...]] = {}
    for key, version, survey in rows:
        found[key, version] = (*found.get((key, version), ()), survey)
    return found
