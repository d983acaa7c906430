"""What a `SurveyComparison` holds, as types. Written by `surveys.release.comparisons.invariance`."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class StoredStep:
    """One level of equality: «configural», «metric», «scalar» or «strict»."""

    level: str
    holds: bool
    df: int | None = None
    chi2: float | None = None
    cfi: float | None = None
    rmsea: float | None = None
    cfi_change: float | None = None
    rmsea_change: float | None = None
    p_change: float | None = None


@dataclass(frozen=True)
class StoredEquality:
    """One factor, or all in one model, over two surveys or groups.

    verdict: a word of `analysis.comparability.Comparability`. rows: complete answers in each; none where they are few.
    """

    verdict: str
    reason: str = ""
    rows: tuple[int, ...] = ()
    steps: tuple[StoredStep, ...] = ()


@dataclass(frozen=True)
class StoredStability:
    """The correlation of the units' means in two surveys; None for fewer than ten units."""

    units: int
    r: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class StoredComparison:
    """Whether the factors mean the same in two surveys or groups. whole: None where it never was tried.

    question: the background question that makes the groups, when it is groups that are compared.
    """

    factors: Mapping[str, StoredEquality] = field(default_factory=dict)
    whole: StoredEquality | None = None
    stability: Mapping[str, StoredStability] = field(default_factory=dict)
    question: str = ""
