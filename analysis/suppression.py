"""Why a figure is hidden: the field's two kinds of suppression, and the words files and the database know them by."""

from typing import Final, Literal

SuppressionReason = Literal["small", "protecting"]

PRIMARY: Final = "small"
"""Primary suppression: fewer than the minimum group have answered."""

SECONDARY: Final = "protecting"
"""Secondary suppression: large enough itself, hidden so that a small group cannot be derived from it."""
