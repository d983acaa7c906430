"""Does the database have the tables this version of Medvirk works with? Asked at each start, so it must be quick."""

from dataclasses import dataclass

from sqlalchemy import Engine

from surveys.operating.migrating import FOLDER
from surveys.operating.revisions import SchemaAge, age_of, newest_revision, stored_revision


@dataclass(frozen=True)
class SchemaFault:
    """Why this version cannot work with the database, and what to do. `is_newer`: nothing this version can mend."""

    advice: str
    is_newer: bool = False


def schema_fault(engine: Engine) -> SchemaFault | None:
    """None when this version can work with the database. Raises SQLAlchemyError when it does not answer."""
    wanted = newest_revision(FOLDER)
    with engine.connect() as connection:
        age, found = age_of(connection, FOLDER), stored_revision(connection)
    match age:
        case SchemaAge.NEWEST:
            return None
        case SchemaAge.UNKNOWN:
            return SchemaFault(
                f"Databasen er fra en nyere versjon av Medvirk: den er på trinn {found}, og denne versjonen kjenner "
                f"bare {wanted}. Installer den nyere versjonen.",
                is_newer=True,
            )
        case SchemaAge.OLD if found is None:
            return SchemaFault("Databasen er ikke oppdatert: den er tom. Kjør «medvirk init».")
        case SchemaAge.OLD:
            return SchemaFault(
                f"Databasen er ikke oppdatert: den er på trinn {found}, og denne versjonen trenger {wanted}. "
                "Kjør «medvirk init»."
            )
