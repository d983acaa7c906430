"""Does the database have the tables this version of Medvirk works with? Asked at each start, so it must be quick."""

from dataclasses import dataclass

from sqlalchemy import Engine, inspect, text

from surveys.operating.migrating import FOLDER

_REVISIONS = "alembic_version"


def newest_revision() -> str:
    """The last migration of this version: they are numbered, one after another."""
    return max(_known())


@dataclass(frozen=True)
class SchemaFault:
    """Why this version cannot work with the database, and what to do. `is_newer`: nothing this version can mend."""

    advice: str
    is_newer: bool = False


def schema_fault(engine: Engine) -> SchemaFault | None:
    """None when this version can work with the database. Raises SQLAlchemyError when it does not answer."""
    wanted = newest_revision()
    with engine.connect() as connection:
        if not inspect(connection).has_table(_REVISIONS):
            return SchemaFault("Databasen er ikke oppdatert: den er tom. Kjør «medvirk init».")
        found = connection.scalar(text("SELECT max(version_num) FROM alembic_version")) or ""
    if found == wanted:
        return None
    if found in _known() or not found:
        return SchemaFault(
            f"Databasen er ikke oppdatert: den er på trinn {found or '0'}, og denne versjonen trenger {wanted}. "
            "Kjør «medvirk init»."
        )
    return SchemaFault(
        f"Databasen er fra en nyere versjon av Medvirk: den er på trinn {found}, og denne versjonen kjenner bare "
        f"{wanted}. Installer den nyere versjonen.",
        is_newer=True,
    )


def _known() -> set[str]:
    return {file.name.partition("_")[0] for file in (FOLDER / "versions").glob("[0-9]*_*.py")}
