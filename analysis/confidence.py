"""What is asked of a claim about a difference, wherever one is made. Imports nothing, so that pages may read it."""

from typing import Final

CONFIDENCE: Final = 0.95
FEWEST: Final = 5
"""Fewest people in each group of a comparison over time: below it nothing is said."""
