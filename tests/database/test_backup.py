"""A backup holds everything but the keys, is taken while Medvirk runs, and comes back whole or not at all."""

import datetime as dt
import os
import shutil
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from nacl.public import PrivateKey
from sqlalchemy import func, inspect, select, text

from app import create_app
from surveys.audit.models import AuditEntry
from surveys.campaigns.ballot_box import Ballot
from surveys.campaigns.keystore import KeyStore, key_store
from surveys.campaigns.lifecycle import close_survey, find_survey
from surveys.campaigns.models import Delivery, DeliveryStatus, Invitation, MessageKind, Survey
from surveys.commands import medvirk
from surveys.operating import migrating
from surveys.operating.backup.making import NOT_KEPT, BackupSource, kept_tables, key_files_in, make_backup
from surveys.operating.backup.restoring import RestoreError, read_backup, restore_backup
from surveys.operating.backup.sealed_file import BackupKeys, SealedFileError
from surveys.operating.drift import differing_tables
from surveys.operating.tables import metadata
from surveys.platform.clock import now
from surveys.platform.config import Settings, read_secrets
from surveys.platform.database import Database, database
from surveys.publishing.counting_ballots import count
from surveys.respond.ballots import BallotUnreadableError, open_sheet
from tests.building import answer_some, build_open_survey, invite_some, keys_of, sheet_of
from tests.database.demo_rows import rows_of
from tests.faults.killing import kill_in
from tests.made_once import OUR_STRETCHING

PASSPHRASE = "fire rare ord på rad"


def silent(_done: int, _total: int) -> None:
    """Nobody listens."""


def source_of(app: Flask, *, with_keys: bool = False) -> BackupSource:
    settings: Settings = app.config["SETTINGS"]
    files = key_files_in(keys_of(app), settings.keys, settings.secret_key) if with_keys else {}
    return BackupSource(app.extensions["medvirk_database"], keys_of(app), files)


def own_key(settings: Settings) -> BackupKeys:
    return BackupKeys(read_secrets(settings).backup)


class TestEverythingComesBack:
    def test_in_another_installation_on_either_database(
        self, full: Database, app: Flask, bare_elsewhere: Settings, bare_alike: Settings, tmp_path: Path
    ) -> None:
        before = rows_of(full, metadata)
        manifest = make_backup(source_of(app), tmp_path / "kopi", own_key(bare_elsewhere), silent)
        assert manifest.total == sum(len(before[table.name]) for table in kept_tables()) > 2000
        for place in (bare_elsewhere, bare_alike):
            other = Database(place.database)
            done = restore_backup(tmp_path / "kopi", own_key(place), other.engine, place.keys, silent)
            after = rows_of(other, metadata)
            assert not done.key_files
            assert differing_tables(other.engine, metadata) == []
            other.engine.dispose()
            for table in kept_tables():
                if table.name == AuditEntry.__tablename__:
                    *kept, restored = after[table.name]
                    assert kept == before[table.name]
                    assert restored["action"] == "installation.restored"
                elif table.name != Delivery.__tablename__:
                    assert after[table.name] == before[table.name], table.name

    def test_and_work_goes_on_where_it_was(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        """New rows get new numbers, and whoever was invited can answer with the link she has."""
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(3)] * 6)
            [code] = invite_some(app, session, survey)
        settings: Settings = app.config["SETTINGS"]
        make_backup(source_of(app), tmp_path / "kopi", own_key(elsewhere), silent)
        other = Database(elsewhere.database)
        restore_backup(tmp_path / "kopi", own_key(elsewhere), other.engine, elsewhere.keys, silent)
        other.engine.dispose()
        shutil.copytree(settings.keys, elsewhere.keys, dirs_exist_ok=True)
        there = create_app(elsewhere)
        assert there.test_client().get(f"/svar/{code}").status_code == 200
        again: Database = there.extensions["medvirk_database"]
        with again.transaction() as session:
            survey = find_survey(session, "liten-2026")
            answer_some(there, session, survey, "A", [sheet_of(4)])
            close_survey(session, survey)
        count(again, keys_of(there), "liten-2026")
        with again.reading() as session:
            assert find_survey(session, "liten-2026").status == "counted"
        again.engine.dispose()

    def test_of_an_older_version_and_is_brought_up_to_this_one(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            build_open_survey(app, session)
        make_backup(source_of(app), tmp_path / "kopi", own_key(elsewhere), silent)
        newer = tmp_path / "migrations"
        shutil.copytree(migrating.FOLDER, newer)
        newest = max(path.stem.partition("_")[0] for path in (newer / "versions").glob("0*.py"))
        (newer / "versions" / "9999_test.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision, down_revision, branch_labels, depends_on = '9999', '{newest}', None, None\n"
            "def upgrade():\n    op.add_column('unit', sa.Column('colour', sa.String()))\n"
            "    op.execute(\"UPDATE unit SET colour = 'blue'\")\n"
        )
        other = Database(elsewhere.database)
        restore_backup(tmp_path / "kopi", own_key(elsewhere), other.engine, elsewhere.keys, silent, newer)
        with other.engine.connect() as connection:
            assert set(connection.scalars(text("SELECT colour FROM unit"))) == {"blue"}
        other.engine.dispose()

    def test_with_the_keys_when_they_were_asked_for(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            survey_id = build_open_survey(app, session).id
        make_backup(source_of(app, with_keys=True), tmp_path / "kopi", BackupKeys(None, PASSPHRASE), silent)
        other = Database(elsewhere.database)
        without_secret = replace(elsewhere, secret_key="")
        done = restore_backup(
            tmp_path / "kopi", BackupKeys(None, PASSPHRASE), other.engine, without_secret.keys, silent
        )
        assert done.key_files == 4
        there = KeyStore.of(without_secret.keys, read_secrets(without_secret))
        assert there.read(survey_id) == keys_of(app).read(survey_id)
        assert (without_secret.keys / "secret.key").stat().st_mode & 0o077 == 0
        other.engine.dispose()

    def test_without_whoever_was_signed_in(self) -> None:
        assert {"sign_in_session", "one_time_link", "limit_count", "worker_heartbeat"} == NOT_KEPT
        assert {table.name for table in kept_tables()} == set(metadata.tables) - NOT_KEPT

    def test_and_mails_that_waited_are_held_back(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        """They may have been sent since."""
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            invite_some(app, session, survey)
            invite_some(app, session, survey)
            for invitation in session.scalars(select(Invitation)):
                session.add(Delivery(invitation=invitation, kind=MessageKind.INVITATION))
        make_backup(source_of(app), tmp_path / "kopi", own_key(elsewhere), silent)
        other = Database(elsewhere.database)
        done = restore_backup(tmp_path / "kopi", own_key(elsewhere), other.engine, elsewhere.keys, silent)
        with other.reading() as session:
            assert set(session.scalars(select(Delivery.status))) == {DeliveryStatus.FAILED}
        assert done.held_back == 2
        other.engine.dispose()


class TestWhileMedvirkRuns:
    def test_a_backup_shows_one_moment_and_stops_nobody(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        """Answers are delivered all the time: the ballots in the copy are as many as the used invitations."""
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(2)] * 20)
        delivered, stop = [0], threading.Event()

        def others_answer() -> None:
            while not stop.is_set():
                with app.app_context(), db.transaction() as session:
                    answer_some(app, session, find_survey(session, "liten-2026"), "B", [sheet_of(4)])
                delivered[0] += 1

        writer = threading.Thread(target=others_answer)

        def wait_for_some(_done: int, _total: int) -> None:
            """In the middle of the backup, others write."""
            seen = delivered[0]
            deadline = time.monotonic() + 60
            while delivered[0] < seen + 1 and time.monotonic() < deadline:
                time.sleep(0.005)
            assert delivered[0] > seen

        writer.start()
        try:
            make_backup(source_of(app), tmp_path / "kopi", own_key(elsewhere), wait_for_some)
        finally:
            stop.set()
            writer.join()
        other = Database(elsewhere.database)
        restore_backup(tmp_path / "kopi", own_key(elsewhere), other.engine, elsewhere.keys, silent)
        with other.reading() as session:
            ballots = session.scalar(select(func.count()).select_from(Ballot))
            used = session.scalar(select(func.count()).select_from(Invitation).where(Invitation.delivered))
        assert ballots == used
        assert 20 <= (ballots or 0) < 20 + delivered[0]
        other.engine.dispose()

    def test_a_killed_backup_leaves_no_file_under_its_name(
        self, app: Flask, db: Database, settings: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            build_open_survey(app, session)
        kill_in(back_up_until_the_first_rows, settings, tmp_path / "kopi")
        assert not (tmp_path / "kopi").exists()


def back_up_until_the_first_rows(file: Path) -> None:
    def kill(_done: int, _total: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    make_backup(BackupSource(database(), key_store(), {}), file, BackupKeys(b"k" * 32), kill)


class TestWhatAThiefReads:
    def test_nothing_without_the_installations_secret(
        self, app: Flask, db: Database, settings: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            build_open_survey(app, session)
        make_backup(source_of(app), tmp_path / "kopi", own_key(settings), silent)
        content = (tmp_path / "kopi").read_bytes()
        assert b"Fjordvik" not in content
        assert (tmp_path / "kopi").stat().st_mode & 0o077 == 0
        with pytest.raises(SealedFileError, match="annen installasjon"):
            read_backup(tmp_path / "kopi", BackupKeys(b"x" * 32))

    def test_no_answer_of_a_counted_survey_from_a_backup_that_was_taken_while_it_was_open(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        """The thief has both backups, the secret and the key folder as it is after counting."""
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(3)] * 6)
            survey_id = survey.id
        private_key = keys_of(app).read(survey_id)
        make_backup(source_of(app), tmp_path / "open", own_key(elsewhere), silent)
        with db.transaction() as session:
            close_survey(session, find_survey(session, "liten-2026"))
        count(db, keys_of(app), "liten-2026")
        make_backup(source_of(app, with_keys=True), tmp_path / "after", BackupKeys(None, PASSPHRASE), silent)
        other = Database(elsewhere.database)
        restore_backup(tmp_path / "open", own_key(elsewhere), other.engine, elsewhere.keys, silent)
        with other.reading() as session:
            ballots = session.scalars(select(Ballot.sealed)).all()
            public = session.scalars(select(Survey.public_key)).one()
        assert len(ballots) == 6
        # While the key was there, each could be opened: an attack that never works proves nothing.
        assert open_sheet(private_key, ballots[0]).answers
        left = key_files_in(keys_of(app), app.config["SETTINGS"].keys, app.config["SETTINGS"].secret_key)
        assert not any(name.startswith("surveys/") for name in left)
        secrets = read_secrets(elsewhere)
        for candidate in (*vars(secrets).values(), public):
            for sealed in ballots:
                with pytest.raises(BallotUnreadableError):
                    open_sheet(PrivateKey(candidate), sealed)
        other.engine.dispose()

    def test_rows_stand_in_the_order_of_their_keys_and_not_as_they_came(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(3)] * 30)
        make_backup(source_of(app), tmp_path / "kopi", own_key(elsewhere), silent)
        other = Database(elsewhere.database)
        restore_backup(tmp_path / "kopi", own_key(elsewhere), other.engine, elsewhere.keys, silent)
        with other.engine.connect() as connection:
            ids = [row.hex for row in connection.scalars(select(Ballot.__table__.c.id))]
        assert ids == sorted(ids)
        other.engine.dispose()


class TestDamaged:
    @pytest.fixture
    def copy(self, app: Flask, db: Database, settings: Settings, tmp_path: Path) -> Path:
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(3)] * 20)
        make_backup(source_of(app), tmp_path / "kopi", own_key(settings), silent)
        return tmp_path / "kopi"

    def test_a_file_that_is_cut_off_or_changed_is_refused(self, copy: Path, settings: Settings) -> None:
        whole = copy.read_bytes()
        places = [int(len(whole) * part) for part in (0.1, 0.5, 0.999)]
        cut = [whole[:place] for place in places]
        changed = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :] for place in places]
        for damaged in (*cut, *changed, b"", b"{}\n"):
            copy.write_bytes(damaged)
            with pytest.raises(SealedFileError):
                read_backup(copy, own_key(settings))
        copy.write_bytes(whole)
        assert read_backup(copy, own_key(settings)).total > 20

    def test_nothing_is_written_when_the_end_is_missing(
        self, copy: Path, bare_elsewhere: Settings, settings: Settings
    ) -> None:
        copy.write_bytes(copy.read_bytes()[:-40])
        other = Database(bare_elsewhere.database)
        with pytest.raises(SealedFileError):
            restore_backup(copy, own_key(settings), other.engine, bare_elsewhere.keys, silent)
        assert inspect(other.engine).get_table_names() == []
        other.engine.dispose()

    def test_a_database_with_rows_is_never_replaced(
        self, copy: Path, db: Database, settings: Settings
    ) -> None:
        before = rows_of(db, metadata)
        with pytest.raises(RestoreError, match="ikke tom"):
            restore_backup(copy, own_key(settings), db.engine, settings.keys, silent)
        assert rows_of(db, metadata) == before


class TestCommands:
    def run(self, app: Flask, *arguments: str, typed: str = "", **environment: str) -> Result:
        return app.test_cli_runner(env=environment).invoke(
            medvirk, list(arguments), obj=lambda: app, input=typed
        )

    def environment_of(self, settings: Settings) -> dict[str, Any]:
        return {
            "MEDVIRK_INSTANCE": str(settings.instance),
            "MEDVIRK_SECRET_KEY": settings.secret_key,
            "MEDVIRK_DATABASE_URL": settings.database_url,
        }

    def test_backup_says_what_is_open_and_restore_tells_before_it_does(
        self, app: Flask, db: Database, bare_elsewhere: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            survey = build_open_survey(app, session)
            answer_some(app, session, survey, "A", [sheet_of(3)] * 6)
        made = self.run(app, "backup", str(tmp_path / "kopi"))
        assert made.exit_code == 0, made.output
        assert "liten-2026: 6 forseglede svar, 0 påbegynte" in made.output
        assert "Nøklene er ikke med" in made.output
        there = self.environment_of(bare_elsewhere)
        told = self.run(app, "restore", str(tmp_path / "kopi"), **there)
        assert told.exit_code == 0, told.output
        assert "Kopi av Fjordvik kommune" in told.output
        assert "--apply" in told.output
        other = Database(bare_elsewhere.database)
        assert inspect(other.engine).get_table_names() == []
        done = self.run(app, "restore", str(tmp_path / "kopi"), "--apply", **there)
        assert done.exit_code == 0, done.output
        assert "Nøkkelen til «liten-2026» er ikke i" in done.output
        twice = self.run(app, "restore", str(tmp_path / "kopi"), "--apply", **there)
        assert twice.exit_code == 1
        assert "ikke tom" in twice.output
        other.engine.dispose()

    def test_doctor_knows_how_old_the_last_backup_is(self, app: Flask, db: Database, tmp_path: Path) -> None:
        assert "[MERK] Ingen sikkerhetskopi er tatt" in self.run(app, "doctor").output
        self.run(app, "backup", str(tmp_path / "kopi"))
        assert "[ OK ] Siste sikkerhetskopi er tatt siste døgn." in self.run(app, "doctor").output
        with db.transaction() as session:
            session.add(
                AuditEntry(at=now() + dt.timedelta(days=-3), action="installation.backed_up", subject="x")
            )
        assert "[ OK ] Siste" in self.run(app, "doctor").output

    def test_a_file_is_never_written_over(self, app: Flask, tmp_path: Path) -> None:
        (tmp_path / "kopi").write_text("noe annet")
        refused = self.run(app, "backup", str(tmp_path / "kopi"))
        assert refused.exit_code == 1
        assert "finnes fra før" in refused.output
        assert (tmp_path / "kopi").read_text() == "noe annet"

    def test_a_passphrase_opens_a_copy_on_a_machine_without_the_secret(
        self, app: Flask, db: Database, elsewhere: Settings, tmp_path: Path
    ) -> None:
        with db.transaction() as session:
            build_open_survey(app, session)
        made = self.run(
            app, "backup", str(tmp_path / "kopi"), "--with-keys", typed=f"{PASSPHRASE}\n{PASSPHRASE}\n"
        )
        assert made.exit_code == 0, made.output
        there = self.environment_of(elsewhere) | {"MEDVIRK_SECRET_KEY": ""}
        wrong = self.run(app, "restore", str(tmp_path / "kopi"), typed="feil\n", **there)
        assert wrong.exit_code == 1
        assert "Passordet til kopien er feil" in wrong.output
        done = self.run(app, "restore", str(tmp_path / "kopi"), "--apply", typed=f"{PASSPHRASE}\n", **there)
        assert done.exit_code == 0, done.output
        assert (elsewhere.keys / "secret.key").read_text() == app.config["SETTINGS"].secret_key

    def test_whoever_guesses_a_passphrase_waits_for_each_guess(self) -> None:
        operations, memory = OUR_STRETCHING
        assert operations >= 3
        assert memory >= 256 * 1024**2

    @pytest.mark.parametrize(
        "content", ["", "ikke en kopi", '{"kind": "medvirk-backup", "version": 9, "slots": []}\n']
    )
    def test_what_is_no_backup_is_refused_in_words(self, app: Flask, tmp_path: Path, content: str) -> None:
        (tmp_path / "kopi").write_text(content)
        refused = self.run(
            app, "restore", str(tmp_path / "kopi"), **self.environment_of(app.config["SETTINGS"])
        )
        assert refused.exit_code == 1
        assert refused.output.strip()
        assert "Traceback" not in refused.output

    def test_a_file_that_is_not_there_is_named(self, app: Flask, tmp_path: Path) -> None:
        refused = self.run(
            app, "restore", str(tmp_path / "borte"), **self.environment_of(app.config["SETTINGS"])
        )
        assert refused.exit_code == 1
        assert "borte" in refused.output


def test_the_backup_key_opens_nothing_else(settings: Settings) -> None:
    found = read_secrets(settings)
    assert len({found.session, found.codes, found.master, found.limits, found.backup}) == 5
