"""The key store: each open survey's private key, in a file of its own, wrapped with the master key.

It is a folder beside the database, never in it: when a key is destroyed here, the ballots in every backup of the
database can no longer be opened.
"""

import os
from pathlib import Path

from flask import current_app
from nacl.public import PrivateKey
from nacl.secret import SecretBox


class KeyMissingError(Exception):
    """The survey's private key is not in the key store."""


class KeyStore:
    def __init__(self, folder: Path, master: bytes) -> None:
        self._folder = folder / "surveys"
        self._box = SecretBox(master)

    def create(self, survey_id: int) -> bytes:
        """The public key (32 bytes) of the survey; makes the key pair unless it is there already."""
        if not self.has(survey_id):
            self._write(survey_id, PrivateKey.generate())
        return bytes(self.read(survey_id).public_key)

    def has(self, survey_id: int) -> bool:
        return self._file(survey_id).exists()

    def read(self, survey_id: int) -> PrivateKey:
        """The private key. Raises KeyMissingError when it is gone or was never made here."""
        try:
            wrapped = self._file(survey_id).read_bytes()
        except FileNotFoundError:
            raise KeyMissingError(
                f"Nøkkelen til undersøkelse {survey_id} finnes ikke i nøkkellageret {self._folder}. "
                "Uten den kan ingen åpne svarene."
            ) from None
        return PrivateKey(self._box.decrypt(wrapped))

    def destroy(self, survey_id: int) -> None:
        """Overwrites and removes the key; does nothing when it is gone already."""
        file = self._file(survey_id)
        try:
            with file.open("r+b") as opened:
                opened.write(os.urandom(file.stat().st_size))
                opened.flush()
                os.fsync(opened.fileno())
        except FileNotFoundError:
            return
        file.unlink(missing_ok=True)
        self._sync_folder()

    def _write(self, survey_id: int, key: PrivateKey) -> None:
        """Writes beside and renames, so a killed process leaves a whole key or none."""
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.mkdir(exist_ok=True, mode=0o700)
        beside = self._file(survey_id).with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(self._box.encrypt(bytes(key)))
            opened.flush()
            os.fsync(opened.fileno())
        beside.rename(self._file(survey_id))
        self._sync_folder()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _file(self, survey_id: int) -> Path:
        return self._folder / f"{survey_id}.key"


def key_store() -> KeyStore:
    """The current application's key store."""
    return KeyStore(current_app.config["SETTINGS"].keys, current_app.config["SECRETS"].master)
