"""A ballot key in three shares of which any two open it (SLIP-39), each locked with its holder's own passphrase.

Shamir's scheme is that of `shamir-mnemonic`, the standard's reference implementation: a share is 33 English words with
a checksum, so the reserve share can be printed and typed in again. A holder's share is sealed to a key pair that comes
from her passphrase (argon2id); the server keeps the salt and the public half, and no way to the private one.
"""

from collections.abc import Sequence
from typing import Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share

NEEDED: Final = 2
SHARES: Final = 3

SALT_BYTES: Final = argon2id.SALTBYTES


class ShareError(ValueError):
    """A passphrase, a share or words that open nothing."""


def derive(passphrase: bytes, salt: bytes) -> bytes:
    """32 bytes. Takes 256 MB of memory and most of a second, for whoever guesses too."""
    return argon2id.kdf(
        PrivateKey.SIZE,
        passphrase,
        salt,
        opslimit=argon2id.OPSLIMIT_MODERATE,
        memlimit=argon2id.MEMLIMIT_MODERATE,
    )


def holder_key(passphrase: str, salt: bytes) -> PrivateKey:
    """The key pair that a passphrase gives. White space around it is the keyboard's own and left out."""
    return PrivateKey(derive(passphrase.strip().encode(), salt))


def split(ballot_key: PrivateKey) -> list[str]:
    """Three shares of 33 words each. Two of them give the key back, one tells nothing of it."""
    shares: list[str]
    [shares] = generate_mnemonics(
        1, [(NEEDED, SHARES)], bytes(ballot_key), passphrase=b"", extendable=True, iteration_exponent=0
    )
    return shares


def joined(shares: Sequence[str]) -> PrivateKey:
    """The ballot key of two shares. Raises ShareError when they are not two shares of one key."""
    try:
        return PrivateKey(combine_mnemonics(shares, b""))
    except MnemonicError as error:
        raise ShareError from error


def is_share(words: str) -> bool:
    """Whether these are the words of a share, as their checksum says."""
    try:
        Share.from_mnemonic(words)
    except MnemonicError:
        return False
    return True


def locked(share: str, holder: PublicKey) -> bytes:
    return bytes(SealedBox(holder).encrypt(share.encode()))


def unlocked(share: bytes, holder: PrivateKey) -> str:
    """Raises ShareError when the passphrase was another."""
    try:
        return bytes(SealedBox(holder).decrypt(share)).decode()
    except CryptoError as error:
        raise ShareError from error
