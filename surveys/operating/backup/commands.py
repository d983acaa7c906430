"""`medvirk backup` and `medvirk restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

from surveys.campaigns.keystore import KeyStore
from surveys.operating.backup.making import BackupError, BackupSource, Progress, key_files_in, make_backup
from surveys.operating.backup.manifest import Manifest, UncountedSurvey
from surveys.operating.backup.restoring import (
    Restored,
    RestoreError,
    read_backup,
    refuse_unless_empty,
    restore_backup,
)
from surveys.operating.backup.sealed_file import BackupKeys, SealedFileError, needs_passphrase
from surveys.operating.migrating import BrokenReferencesError, UnknownRevisionError
from surveys.platform.clock import MUNICIPAL_TIME
from surveys.platform.config import Settings, existing_secrets, read_settings
from surveys.platform.database import Database
from surveys.platform.terminal import fail, say, with_app

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE, metavar="FIL")
@click.option("--with-keys", is_flag=True, help="Ta med nøklene. Da åpner passordet alene hele kopien.")
@click.option(
    "--passphrase", "ask", is_flag=True, help="Lås kopien med et passord i tillegg. Du blir spurt om det."
)
@with_app
def backup(app: Flask, file: Path, with_keys: bool, ask: bool) -> None:
    """Tar en kryptert sikkerhetskopi av hele databasen. Medvirk kan være i bruk imens.

    Kopien åpnes med hemmeligheten til installasjonen (MEDVIRK_SECRET_KEY eller secret.key i nøkkelmappen). Den er ikke
    med i kopien, så ta vare på den for seg.
    """
    settings: Settings = app.config["SETTINGS"]
    passphrase = settings.backup_passphrase
    if not passphrase and (ask or with_keys):
        passphrase = click.prompt("Passord til kopien", hide_input=True, confirmation_prompt="En gang til")
    store = KeyStore.of(settings.keys, app.config["SECRETS"])
    source = BackupSource(
        app.extensions["medvirk_database"],
        store,
        key_files_in(store, settings.keys, settings.secret_key) if with_keys else {},
    )
    keys = BackupKeys(None if with_keys else app.config["SECRETS"].backup, passphrase)
    try:
        with _progress("Kopierer") as progress:
            manifest = make_backup(source, file, keys, progress)
    except BackupError as error:
        fail(str(error))
    _tell_backup(file, manifest, settings)


def _tell_backup(file: Path, manifest: Manifest, settings: Settings) -> None:
    size = file.stat().st_size / 1e6
    say(f"Kopien ligger i {file}: {manifest.total} rader, {size:.1f} MB, kryptert.")
    if manifest.with_keys:
        say("Nøklene er med. Den som har filen og passordet, har alt: legg dem på hvert sitt sted.")
    else:
        say(
            f"Nøklene er ikke med. Ta kopi av {settings.keys} for seg, og legg den et annet sted enn denne filen."
        )
    if manifest.uncounted:
        say()
        say(_what_it_surrenders(manifest))


def _what_it_surrenders(manifest: Manifest) -> str:
    surveys = "\n".join(f"  {_sealed_in(survey)}" for survey in manifest.uncounted)
    held = "Kopien selv" if manifest.with_keys else "Kopien sammen med nøkkelmappen fra samme tid"
    return (
        f"Disse undersøkelsene er ikke talt opp ennå:\n{surveys}\n"
        f"{held} kan åpne svarene og knytte dem til invitasjonene. "
        "Slett kopier av nøkkelmappen når undersøkelsene er talt opp: da kan ingen lese svarene i denne kopien."
    )


def _sealed_in(survey: UncountedSurvey) -> str:
    return f"{survey.key}: {survey.ballots} forseglede svar, {survey.drafts} påbegynte"


@click.command("restore")
@click.argument("file", type=_FILE, metavar="FIL")
@click.option("--apply", "apply_it", is_flag=True, help="Legg kopien tilbake. Uten dette blir den bare lest.")
def restore(file: Path, apply_it: bool) -> None:
    """Leser en sikkerhetskopi, sier hva som er i den, og legger den tilbake i en ny, tom installasjon med --apply.

    Sett MEDVIRK_SECRET_KEY, eller legg nøkkelmappen på plass, før du legger tilbake en kopi uten nøkler.
    """
    settings = read_settings()
    db = Database(settings.database, settings.connection_limits)
    try:
        if not apply_it:
            _tell_manifest(read_backup(file, _keys_to(file, settings)))
            refuse_unless_empty(db.engine)
            say("Ingenting er endret. Kjør med --apply for å legge kopien tilbake.")
            return
        keys = _keys_to(file, settings)
        settings.instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _progress("Legger tilbake") as progress:
            done = restore_backup(file, keys, db.engine, settings.keys, progress)
        # A backup by an older version has background beside the answers of surveys that were counted.
        from surveys.publishing.separating import separate_all

        separate_all(db)
    except UnknownRevisionError as error:
        fail(
            f"Kopien er fra en nyere utgave av Medvirk (skjema {error}). Oppdater Medvirk først. Ingenting er endret."
        )
    except (RestoreError, SealedFileError, BrokenReferencesError) as error:
        fail(str(error))
    finally:
        db.engine.dispose()
    _tell_restored(done, settings)


def _keys_to(file: Path, settings: Settings) -> BackupKeys:
    """What may open the file; asks for the passphrase when nothing else can."""
    secrets = existing_secrets(settings)
    passphrase = settings.backup_passphrase
    try:
        with file.open("rb") as opened:
            only_passphrase = needs_passphrase(opened)
    except OSError as error:
        raise RestoreError(f"Kan ikke lese {file}: {error.strerror}.") from error
    if not passphrase and (only_passphrase or secrets is None):
        passphrase = click.prompt("Passord til kopien", hide_input=True)
    return BackupKeys(secrets.backup if secrets else None, passphrase)


def _tell_manifest(manifest: Manifest) -> None:
    made = manifest.made_at.astimezone(MUNICIPAL_TIME)
    say(f"Kopi av {manifest.municipality or 'en installasjon uten navn'}, tatt {made:%d.%m.%Y kl. %H.%M}.")
    say(f"{manifest.total} rader i {len(manifest.rows)} tabeller, alle på plass.")
    if manifest.uncounted:
        say(_what_it_surrenders(manifest))


def _tell_restored(done: Restored, settings: Settings) -> None:
    _tell_manifest(done.manifest)
    if done.key_files:
        say(f"{done.key_files} nøkkelfiler ligger i {settings.keys}.")
    if done.held_back:
        say(
            f"{done.held_back} meldinger ventet på å bli sendt da kopien ble tatt. De er holdt tilbake, for de kan "
            "være sendt siden. HR ser dem som «ikke sendt» på undersøkelsens side, og bestemmer."
        )
    for survey in _without_key(done.manifest, settings):
        say(
            f"Nøkkelen til «{survey.key}» er ikke i {settings.keys}. Legg nøkkelmappen fra samme tid på plass før noen "
            "svarer eller teller opp."
        )
    say(
        "Det som skjedde etter kopien, er borte. Den som leverte etter det, kan svare på nytt med samme lenke."
    )
    say("Kopien er lagt tilbake. Kjør «medvirk doctor».")


def _without_key(manifest: Manifest, settings: Settings) -> list[UncountedSurvey]:
    secrets = existing_secrets(settings)
    store = KeyStore.of(settings.keys, secrets) if secrets else None
    return [
        survey for survey in manifest.uncounted if survey.has_key and not (store and store.has(survey.id))
    ]


@contextmanager
def _progress(doing: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(TextColumn(doing), BarColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(doing)
        yield lambda done, total: bar.update(task, completed=done, total=total)
