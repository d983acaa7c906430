"""A file that is encrypted as it is written: nothing in clear touches the disk, and no part can be changed or cut off.

Format, version 1: a line of JSON in clear (what kind of file, its slots), then libsodium's secretstream
(XChaCha20-Poly1305) in pieces of 64 KiB, each authenticated with its place, the last one marked as the last. The
stream has a random key. Each slot holds that key, locked with the installation's own backup key or with a passphrase
(argon2id).
"""

import io
import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from nacl import pwhash
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES as EXTRA_BYTES,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_HEADERBYTES as HEADER_BYTES,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_FINAL as LAST,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as NOT_LAST,
)
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

KIND: Final = "medvirk-backup"
VERSION: Final = 1
_PIECE: Final = 64 * 1024
_LONGEST_HEAD: Final = 4096
# libsodium's «moderate»: a quarter of a gigabyte and about a second for each guess.
_OPERATIONS: Final = pwhash.argon2id.OPSLIMIT_MODERATE
_MEMORY: Final = pwhash.argon2id.MEMLIMIT_MODERATE


class SealedFileError(Exception):
    """A file that is no backup, was changed or cut off, or that this key does not open. The message says which."""


@dataclass(frozen=True)
class BackupKeys:
    """What locks a backup, or may open one: the installation's own key (32 bytes), a passphrase, or both."""

    installation: bytes | None = None
    passphrase: str = ""


class SealedWriter(io.RawIOBase):
    """Encrypts what is written to it. `close` writes the last piece; without it the file does not open."""

    def __init__(self, target: BinaryIO, keys: BackupKeys) -> None:
        super().__init__()
        self._target = target
        self._waiting = bytearray()
        key = secrets.token_bytes(32)
        self._state = crypto_secretstream_xchacha20poly1305_state()
        head = json.dumps({"kind": KIND, "version": VERSION, "slots": _slots(key, keys)}).encode() + b"\n"
        target.write(head)
        target.write(crypto_secretstream_xchacha20poly1305_init_push(self._state, key))

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > _PIECE:
            self._push(bytes(self._waiting[:_PIECE]), NOT_LAST)
            del self._waiting[:_PIECE]
        return len(data)

    def finish(self) -> None:
        """Writes the last piece, and says that it is the last."""
        self._push(bytes(self._waiting), LAST)
        self._waiting.clear()

    def _push(self, piece: bytes, tag: int) -> None:
        self._target.write(crypto_secretstream_xchacha20poly1305_push(self._state, piece, tag=tag))


class SealedReader(io.RawIOBase):
    """Decrypts and checks what `SealedWriter` wrote. The constructor and `read` raise SealedFileError."""

    def __init__(self, source: BinaryIO, keys: BackupKeys) -> None:
        super().__init__()
        self._source = source
        self._ready = bytearray()
        self._is_whole = False
        head = _head_of(source)
        key = _key_in(head["slots"], keys)
        self._state = crypto_secretstream_xchacha20poly1305_state()
        header = source.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            raise SealedFileError("Filen er kuttet av. Hent kopien på nytt.")
        crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while (size < 0 or len(self._ready) < size) and not self._is_whole:
            self._pull()
        size = len(self._ready) if size < 0 else size
        found = bytes(self._ready[:size])
        del self._ready[:size]
        return found

    def read_to_the_end(self) -> None:
        """Checks everything that is left: a file that was cut off says so here."""
        while not self._is_whole:
            self._pull()

    def _pull(self) -> None:
        sealed = self._source.read(_PIECE + EXTRA_BYTES)
        if not sealed:
            raise SealedFileError("Filen er kuttet av. Hent kopien på nytt.")
        try:
            piece, tag = crypto_secretstream_xchacha20poly1305_pull(self._state, sealed)
        except RuntimeError:
            raise SealedFileError("Filen er endret eller ødelagt. Bruk en annen kopi.") from None
        self._ready += piece
        self._is_whole = tag == LAST


def needs_passphrase(source: BinaryIO) -> bool:
    """Whether only a passphrase opens the file. Reads its head. Raises SealedFileError."""
    return {slot["lock"] for slot in _head_of(source)["slots"]} == {"passphrase"}


def _slots(key: bytes, keys: BackupKeys) -> Sequence[Mapping[str, str]]:
    slots = []
    if keys.installation:
        slots.append({"lock": "installation", "key": _text(SecretBox(keys.installation).encrypt(key))})
    if keys.passphrase:
        salt = secrets.token_bytes(pwhash.argon2id.SALTBYTES)
        box = SecretBox(_stretched(keys.passphrase, salt))
        slots.append({"lock": "passphrase", "salt": _text(salt), "key": _text(box.encrypt(key))})
    if not slots:
        raise ValueError("a backup needs a key or a passphrase")
    return slots


def _head_of(source: BinaryIO) -> Any:
    try:
        head = json.loads(source.readline(_LONGEST_HEAD))
        is_ours = head["kind"] == KIND and isinstance(head["slots"], list)
        version = head["version"]
    except (ValueError, KeyError, TypeError):
        is_ours, version = False, 0
    if not is_ours:
        raise SealedFileError("Dette er ikke en sikkerhetskopi fra Medvirk.")
    if version != VERSION:
        raise SealedFileError(
            f"Kopien har et format ({version}) som denne utgaven ikke kjenner. Oppdater Medvirk."
        )
    return head


def _key_in(slots: Any, keys: BackupKeys) -> bytes:
    """The stream's key, from the first slot that one of ours opens."""
    for slot in slots:
        ours = _lock_of(slot, keys)
        if ours is None:
            continue
        try:
            return bytes(SecretBox(ours).decrypt(b64decode(slot["key"])))
        except CryptoError:
            continue
    if any(slot["lock"] == "passphrase" for slot in slots):
        raise SealedFileError("Passordet til kopien er feil, eller kopien hører til en annen installasjon.")
    raise SealedFileError(
        "Kopien er låst med hemmeligheten til en annen installasjon. Sett MEDVIRK_SECRET_KEY, eller legg secret.key i "
        "nøkkelmappen, slik den var der kopien ble tatt."
    )


def _lock_of(slot: Any, keys: BackupKeys) -> bytes | None:
    if slot["lock"] == "installation":
        return keys.installation
    if slot["lock"] == "passphrase" and keys.passphrase:
        return _stretched(keys.passphrase, b64decode(slot["salt"]))
    return None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    found: bytes = pwhash.argon2id.kdf(
        SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=_OPERATIONS, memlimit=_MEMORY
    )
    return found


def _text(data: bytes) -> str:
    return b64encode(data).decode()
