"""An installation with a sign-in provider that runs beside the tests."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app import create_app
from surveys.platform.config import Settings
from surveys.platform.database import Database
from tests.building import build_installation, build_units
from tests.oidc_accounts import HR, ROLES, Variant
from tests.signing_in import (
    RunningProvider,
    running_provider,
)


@pytest.fixture(scope="module")
def provider() -> Iterator[RunningProvider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def settings(settings: Settings, provider: RunningProvider) -> Settings:
    provider.says(claims=HR)
    return provider.settings(settings, ROLES, oidc_client_secret="en hemmelighet")


@pytest.fixture
def variant(settings: Settings) -> Iterator[Variant]:
    """`variant(oidc_person="oid")`: the same installation with other settings."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(create_app(replace(settings, **changes)))
        return made[-1]

    yield make
    for each in made:
        each.extensions["medvirk_database"].engine.dispose()


@pytest.fixture(autouse=True)
def tree(db: Database) -> None:
    with db.transaction() as session:
        build_installation(session)
        build_units(session)
