"""The key store: what an open survey's answers are locked with, in files of their own, wrapped with the master key.

It is a folder beside the database, never in it: when a survey's keys are destroyed here, the ballots and the drafts
in every backup of the database can no longer be opened. A survey has three: the private key, which opens its ballots
and is read only when they are counted, the public key, which seals them, and the draft secret, which every page of a
respondent needs. Where two open the box together, the private key is not here until they have (`key_holders`).
"""

import os
import secrets
from pathlib import Path

from flask import current_app
from nacl.public import PrivateKey

from surveys.campaigns.master_keys import UNFINISHED, LockedKeyError, MasterKeys, overwrite, sync_folder
from surveys.platform.config import Secrets
from surveys.platform.private_files import make_private_folder
from surveys.platform.texts import _

_DRAFT_SECRET_BYTES = 32


class KeyMissingError(Exception):
    """The survey's key is not in the key store."""


class KeyStore:
    """`seal_secret`: what the invitations' seals are made with (`surveys.campaigns.invitation_seals`)."""

    def __init__(self, folder: Path, master: bytes, seal_secret: bytes) -> None:
        self.seal_secret = seal_secret
        self._folder = folder / "surveys"
        self._masters = MasterKeys(folder, master)

    @property
    def masters(self) -> MasterKeys:
        return self._masters

    def change_master(self) -> int:
        """Wraps every key with a new master key; how many files."""
        return self._masters.change(self._folder)

    def files(self) -> int:
        """How many files of keys there are: three for each survey that has begun and is not counted."""
        return sum(path.suffix != UNFINISHED for path in self._folder.glob("*.*"))

    @classmethod
    def of(cls, folder: Path, secrets: Secrets) -> "KeyStore":
        """The installation's key store."""
        return cls(folder, secrets.master, secrets.codes)

    def create(self, survey_id: int) -> bytes:
        """The public key (32 bytes) of the survey; makes what is not there already, and never replaces a key."""
        make_private_folder(self._folder)
        with self._masters.steady():
            self._write(self._draft_file(survey_id), secrets.token_bytes(_DRAFT_SECRET_BYTES))
            self._write(self._key_file(survey_id), bytes(PrivateKey.generate()))
        return self.public_key(survey_id)

    def create_apart(self, survey_id: int) -> PrivateKey:
        """A new ballot key whose private half is not kept here: the caller shares it out, or nobody opens anything.

        Replaces what was there, so only before anybody can answer.
        """
        self.destroy(survey_id)
        make_private_folder(self._folder)
        made = PrivateKey.generate()
        with self._masters.steady():
            self._write(self._draft_file(survey_id), secrets.token_bytes(_DRAFT_SECRET_BYTES))
            self._write(self._public_file(survey_id), bytes(made.public_key))
        return made

    def put_back(self, survey_id: int, private: PrivateKey) -> None:
        """Keeps the private half until the ballots are counted. Raises KeyMissingError unless it is the survey's."""
        if bytes(private.public_key) != self.public_key(survey_id):
            raise KeyMissingError(_("Delene hører ikke til nøkkelen for denne undersøkelsen."))
        with self._masters.steady():
            self._write(self._key_file(survey_id), bytes(private))

    def has(self, survey_id: int) -> bool:
        """Anything of the survey's keys is left."""
        files = (self._key_file(survey_id), self._public_file(survey_id), self._draft_file(survey_id))
        return any(file.exists() for file in files)

    def can_count(self, survey_id: int) -> bool:
        """The private key is here, whole."""
        return self._key_file(survey_id).exists()

    def seals(self, survey_id: int) -> bool:
        """There is what people need to answer, and a master key that opens it."""
        try:
            self.public_key(survey_id)
            self.draft_secret(survey_id)
        except KeyMissingError:
            return False
        return True

    def opens(self, survey_id: int) -> bool:
        """There is a private key, and a master key that opens it."""
        try:
            self.read(survey_id)
        except KeyMissingError:
            return False
        return True

    def read(self, survey_id: int) -> PrivateKey:
        """The private key. Raises KeyMissingError when it is gone or was never made here."""
        return PrivateKey(self._unwrapped(self._key_file(survey_id), survey_id))

    def public_key(self, survey_id: int) -> bytes:
        """What the survey's ballots are sealed with, 32 bytes. Raises KeyMissingError as `read`.

        The database has it too, where others may write. This one is wrapped with the master key, so nobody without it
        can put another in its place.
        """
        file = self._public_file(survey_id)
        if not file.exists():
            public = bytes(self.read(survey_id).public_key)
            with self._masters.steady():
                self._write(file, public)
        return self._unwrapped(file, survey_id)

    def draft_secret(self, survey_id: int) -> bytes:
        """What the survey's drafts are locked with beside each code, 32 bytes. Raises KeyMissingError as `read`."""
        return self._unwrapped(self._draft_file(survey_id), survey_id)

    def destroy(self, survey_id: int) -> None:
        """Overwrites and removes them; does nothing when they are gone already.

        As long as `has` says that something is there, the destroying is not done.
        """
        if not self._folder.is_dir():
            return
        with self._masters.steady():
            _destroy(self._draft_file(survey_id))
            _destroy(self._public_file(survey_id))
            _destroy(self._key_file(survey_id))
            sync_folder(self._folder)

    def _unwrapped(self, file: Path, survey_id: int) -> bytes:
        try:
            return self._masters.unwrapped(file)
        except FileNotFoundError:
            raise KeyMissingError(
                _(
                    "Nøkkelen til undersøkelse %(survey_id)s finnes ikke i nøkkellageret "
                    "%(folder)s. Uten den kan ingen åpne svarene.",
                    survey_id=survey_id,
                    folder=self._folder,
                )
            ) from None
        except LockedKeyError:
            raise KeyMissingError(
                _(
                    "Ingen hovednøkkel i %(folder)s åpner nøkkelen til undersøkelse %(survey_id)s. Uten den kan ingen "
                    "åpne svarene. Legg master.key på plass fra kopien av nøkkelmappen.",
                    survey_id=survey_id,
                    folder=self._folder.parent,
                )
            ) from None

    def _write(self, file: Path, content: bytes) -> None:
        """Writes beside and links, so a killed process leaves a whole key or none, and the first of two stays.

        Two people may open a survey at the same moment: were a key replaced, ballots sealed with the first would be
        lost.
        """
        if file.exists():
            return
        beside = file.with_name(f"{file.name}.{secrets.token_hex(8)}{UNFINISHED}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(self._masters.wrapped(content))
                opened.flush()
                os.fsync(opened.fileno())
            file.hardlink_to(beside)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        sync_folder(self._folder)

    def _key_file(self, survey_id: int) -> Path:
        return self._folder / f"{survey_id}.key"

    def _public_file(self, survey_id: int) -> Path:
        return self._folder / f"{survey_id}.public"

    def _draft_file(self, survey_id: int) -> Path:
        return self._folder / f"{survey_id}.drafts"


def _destroy(file: Path) -> None:
    """Overwrites the file's own bytes, so a second name of it (left by a killed process) opens nothing either."""
    try:
        overwrite(file)
    except FileNotFoundError:
        return
    file.unlink(missing_ok=True)


def key_store() -> KeyStore:
    """The current application's key store."""
    return KeyStore.of(current_app.config["SETTINGS"].keys, current_app.config["SECRETS"])
