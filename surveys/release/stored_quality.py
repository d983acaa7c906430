"""What a `QualityReport` holds, as types.

Written by `surveys.release.quality` with the keys of `medvirk analyse --json`, and «more» beside them. None: could not
be computed, or hidden since too few stood behind it. A key that older rows lack has a default here that says the same:
nothing is known. The rows themselves are never rewritten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analysis.messages import Caution
from surveys.release.comovement.stored import StoredCoMovement
from surveys.release.comparisons.stored import StoredComparison

Figures = Mapping[str, float | None]
"""A figure for each item, factor or pair of factors («A~B»), by key."""

Ends = tuple[float | None, float | None] | None
"""An interval's low and high end."""


@dataclass(frozen=True)
class StoredReversals:
    """Items that run against the others, and alpha when they are turned."""

    items: tuple[str, ...] | None = None
    alpha: float | None = None


@dataclass(frozen=True)
class StoredScale:
    """One factor's consistency. n_complete: how many answered all its items; n: how many have a score."""

    n: int | None = None
    n_complete: int | None = None
    mean: float | None = None
    sd: float | None = None
    alpha: float | None = None
    alpha_ci: Ends = None
    omega: float | None = None
    mean_interitem_r: float | None = None
    split_half: float | None = None
    item_rest: Figures = field(default_factory=dict)
    alpha_if_deleted: Figures = field(default_factory=dict)
    suggested_reversals: StoredReversals | None = None

    @property
    def complete(self) -> int:
        """How many answered all the items, none when it may not be told."""
        return self.n_complete or 0

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Alpha's interval."""
        return self.alpha_ci or (None, None)


@dataclass(frozen=True)
class StoredBartlett:
    chi2: float | None = None
    df: float | None = None
    p: float | None = None


@dataclass(frozen=True)
class StoredFit:
    """The confirmatory model: its fit, each item's loading and each pair of factors' correlation.

    admissible: False for an impossible solution, whose fit is still told. Older rows tell nothing of those: None.
    """

    n: int | None = None
    chi2: float | None = None
    df: int | None = None
    p: float | None = None
    cfi: float | None = None
    tli: float | None = None
    rmsea: float | None = None
    rmsea_ci: Ends = None
    admissible: bool | None = None
    srmr: float | None = None
    loadings: Figures = field(default_factory=dict)
    factor_correlations: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class StoredAllAnswers:
    """The structure with everybody who answered something: the CFA by FIML, the rest from EM's correlations."""

    n: int | None = None
    kmo: float | None = None
    factors_suggested: int | None = None
    omega: Figures = field(default_factory=dict)
    cfa: StoredFit = field(default_factory=StoredFit)
    ave: Figures = field(default_factory=dict)
    composite_reliability: Figures = field(default_factory=dict)
    htmt: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class StoredValidity:
    """The structure found in the answers. n_complete: how many answered every item.

    all_answers: None when no answer was missing, and in older rows.
    """

    n_complete: int | None = None
    kmo: float | None = None
    kmo_items: Figures = field(default_factory=dict)
    bartlett: StoredBartlett = field(default_factory=StoredBartlett)
    factors_suggested: int | None = None
    cfa: StoredFit = field(default_factory=StoredFit)
    ave: Figures = field(default_factory=dict)
    composite_reliability: Figures = field(default_factory=dict)
    htmt: Figures = field(default_factory=dict)
    all_answers: StoredAllAnswers | None = None
    # By `analysis.estimators.Estimator`; empty in older rows.
    estimators: Mapping[str, StoredFit] = field(default_factory=dict)
    # «complete» or «all_answers»: which of the two is shown first; None in older rows and where neither may be shown.
    basis: str | None = None

    @property
    def whole(self) -> StoredAllAnswers | None:
        """The structure on all the answers, where it has a solution: what is shown by default (decision 043)."""
        return self.all_answers if self.all_answers and self.all_answers.cfa.chi2 is not None else None

    @property
    def shown(self) -> StoredFit:
        """The model shown by default."""
        return self.whole.cfa if self.whole else self.cfa


@dataclass(frozen=True)
class StoredAgreement:
    """How much of one factor's spread is between units."""

    icc1: float | None = None
    icc2: float | None = None
    f: float | None = None
    p: float | None = None
    groups: int | None = None
    rwgj_mean: float | None = None
    rwgj_median: float | None = None


@dataclass(frozen=True)
class StoredSplits:
    """The split-half reliabilities over all splits of a factor's items."""

    count: int | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class StoredItemShape:
    """How one item was answered, as shares 0–1. answers: each value's share, where the questionnaire reports items."""

    n: int
    floor: float
    ceiling: float
    not_applicable: float
    blank: float
    answers: tuple[float, ...] = ()


@dataclass(frozen=True)
class StoredScaleDetails:
    """items: None for an item with too few answers to tell of."""

    standardised_alpha: float | None = None
    ordinal_alpha: float | None = None
    splits: StoredSplits = field(default_factory=StoredSplits)
    items: Mapping[str, StoredItemShape | None] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredModification:
    """A modification index: an item with another factor, or with another item."""

    item: str
    factor: str | None = None
    other: str | None = None
    index: float | None = None
    change: float | None = None


@dataclass(frozen=True)
class StoredExploration:
    """The exploratory loadings: item key → a loading for each of `factors`."""

    factors: tuple[str, ...] = ()
    loadings: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    communalities: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class StoredAllDetails:
    """Of the structure on all the answers."""

    loading_errors: Figures = field(default_factory=dict)
    fornell_larcker: Mapping[str, bool] = field(default_factory=dict)
    exploration: StoredExploration | None = None


@dataclass(frozen=True)
class StoredStructure:
    """fornell_larcker: pair of factors → whether each shares more with its own items than with the other."""

    items: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    exploration: StoredExploration | None = None
    loading_errors: Figures = field(default_factory=dict)
    correlation_errors: Figures = field(default_factory=dict)
    fornell_larcker: Mapping[str, bool] = field(default_factory=dict)
    modifications: tuple[StoredModification, ...] = ()
    all_answers: StoredAllDetails | None = None


@dataclass(frozen=True)
class StoredAgreementDetails:
    """Over units with enough scores. support: a word of `analysis.agreement.Support`."""

    units: int | None = None
    support: str | None = None
    rwgj_mean: float | None = None
    rwgj_median: float | None = None
    rwgj_skewed_median: float | None = None
    ad_median: float | None = None


@dataclass(frozen=True)
class StoredGroup:
    """A group of those invited, by unit type, area (unit id as text) or audience."""

    key: str
    invited: int
    answered: int


@dataclass(frozen=True)
class StoredSkew:
    """One way to part those invited, and how unlike the parts' response rates are."""

    groups: tuple[StoredGroup, ...]
    chi2: float | None = None
    df: int | None = None
    p: float | None = None
    cramers_v: float | None = None


@dataclass(frozen=True)
class StoredRepresentation:
    """Who answered. by: «unit_type», «area», «audience» → None for fewer than two groups. factors: invited to each."""

    invited: int
    delivered: int
    by: Mapping[str, StoredSkew | None] = field(default_factory=dict)
    factors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class StoredPattern:
    """A sign of careless answers: its share of the n people it can be judged for; None where it cannot be told."""

    n: int = 0
    share: float | None = None


@dataclass(frozen=True)
class StoredDetails:
    """What stands beside the keys of `medvirk analyse --json`."""

    scales: Mapping[str, StoredScaleDetails] = field(default_factory=dict)
    structure: StoredStructure | None = None
    agreement: Mapping[str, StoredAgreementDetails] = field(default_factory=dict)
    representation: StoredRepresentation | None = None
    carelessness: Mapping[str, StoredPattern] = field(default_factory=dict)
    groups: StoredComparison | None = None
    co_movement: StoredCoMovement | None = None
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True)
class StoredQuality:
    """A quality report. A factor that was never analysed has an empty `scale`, `agreement_of` and so on.

    warnings: in bokmål. `more.cautions` says the same for pages in any language; older rows lack it.
    """

    respondents: int | None = None
    scales: Mapping[str, StoredScale] = field(default_factory=dict)
    validity: StoredValidity = field(default_factory=StoredValidity)
    agreement: Mapping[str, StoredAgreement] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    more: StoredDetails = field(default_factory=StoredDetails)

    def scale(self, factor: str) -> StoredScale:
        return self.scales.get(factor, StoredScale())

    def scale_details(self, factor: str) -> StoredScaleDetails:
        return self.more.scales.get(factor, StoredScaleDetails())

    def agreement_of(self, factor: str) -> StoredAgreement:
        return self.agreement.get(factor, StoredAgreement())

    def agreement_details(self, factor: str) -> StoredAgreementDetails:
        return self.more.agreement.get(factor, StoredAgreementDetails())

    @property
    def shown_details(self) -> StoredStructure | StoredAllDetails:
        """Of the model shown by default: its loadings' standard errors, and Fornell and Larcker's comparisons."""
        return (self.structure.all_answers if self.validity.whole else None) or self.structure

    @property
    def structure(self) -> StoredStructure:
        """Empty where it could not be found, or too few answered everything."""
        return self.more.structure or StoredStructure()
