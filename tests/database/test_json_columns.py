"""JSON columns hold what both databases can read back."""

import math

import pytest
from sqlalchemy.exc import StatementError

from surveys.organisation.models import ImportKind, OrganisationImport
from surveys.platform.clock import now
from surveys.platform.database import Database


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_that_json_does_not_know(db: Database, value: float) -> None:
    """SQLite would store NaN as text that no other reader of JSON takes, and PostgreSQL refuses it."""
    row = OrganisationImport(
        kind=ImportKind.UNITS, at=now(), file_name="a.csv", source="a", mapping={}, counts={"rows": value}
    )
    refused = pytest.raises((StatementError, ValueError), match="not JSON compliant")
    with refused, db.transaction() as session:
        session.add(row)
