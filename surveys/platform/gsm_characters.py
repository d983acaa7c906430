"""The characters that every phone has (GSM 03.38): how a text is written with them, and how much room it takes."""

from typing import Final

_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Take the room of two.
_GSM_EXTENDED: Final = frozenset("^{}\\[~]|€")
_SAME_MEANING: Final = str.maketrans(
    {
        **dict.fromkeys("«»“”„″", '"'),
        **dict.fromkeys("‘’‚′`´", "'"),
        **dict.fromkeys("–—‐‑−", "-"),
        "…": "...",
        "•": "-",
    }
)


def simple_characters(text: str) -> str:
    """On one line, with typographic marks as the plain ones that mean the same."""
    return " ".join(text.translate(_SAME_MEANING).split())


def sms_length(text: str) -> int | None:
    """How many of 160 characters it takes; None when it has a character that not every phone has."""
    if not all(letter in _GSM or letter in _GSM_EXTENDED for letter in text):
        return None
    return len(text) + sum(letter in _GSM_EXTENDED for letter in text)
