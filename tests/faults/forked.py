"""What is forked to be killed: a process that has imported what the work needs, and made an application once.

`tests/faults/killing.py` has it loaded before the first fork. No connection is open and no thread runs in it.
"""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy.orm import configure_mappers

import surveys.campaigns.deliveries
import surveys.operating.backup.making
import surveys.publishing.counting_ballots
import surveys.publishing.releasing
import surveys.release.protection.background_at_counting
import surveys.site.worker
import tests.building
from app import create_app
from surveys.platform.config import Settings
from tests.made_once import keep_addresses, keep_compiled_statements, keep_compiled_templates

LOADED = (pytest, surveys, tests)

keep_addresses()
keep_compiled_statements()
keep_compiled_templates()
configure_mappers()
with TemporaryDirectory() as folder:
    create_app(Settings(instance=Path(folder), secret_key="a secret for tests only")).extensions[
        "medvirk_database"
    ].engine.dispose()
gc.freeze()
