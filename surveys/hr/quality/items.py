"""One factor's page: every measure of its consistency, and its statements as the measuring instruments they are.

Where a questionnaire never reports single items, a statement's answers are told here only as quality: the shares at
the ends of the scale and the shares without an answer, for the whole survey, with at least 50 answers.
"""

from dataclasses import dataclass
from typing import Final

from questionnaires.model import Factor, Item
from surveys.hr.quality.limits import (
    ALPHA,
    FEWEST_ANSWERS,
    INTERITEM,
    ITEM_REST,
    LOADING,
    Mark,
    QualityFinding,
    beside,
    decimal,
    interval,
)
from surveys.platform.localisation import localised, number, percent
from surveys.platform.texts import _, ngettext
from surveys.release.stored_quality import StoredItemShape, StoredQuality, StoredScale

MOST_AT_AN_END: Final = 0.60
"""A share of the answers at one end of the scale that leaves little to tell people apart by."""
MOST_NOT_APPLICABLE: Final = 0.10
GAIN: Final = 0.02
"""How much alpha must rise without an item before that is worth a word."""


@dataclass(frozen=True)
class ItemRow:
    """A statement: its figures (None where missing), the shares of its answers, and what they come to."""

    key: str
    text: str
    reversed: bool
    rest: float | None
    without: float | None
    loading: str
    loading_interval: str
    n: str
    floor: str
    ceiling: str
    not_applicable: str
    blank: str
    answers: tuple[float, ...]
    mark: Mark
    meaning: str
    advice: str


def scale_findings(result: StoredQuality, factor: Factor) -> list[QualityFinding]:
    """Every measure of the factor's consistency, alpha first. Ordinal alpha is named as what it is: an option."""
    scale, more = result.scale(factor.key), result.scale_details(factor.key)
    n = number(scale.complete, 0)
    enough = scale.complete >= FEWEST_ANSWERS
    splits = more.splits
    rows = [
        (
            _("Cronbachs alfa"),
            scale.alpha,
            interval(*scale.ends),
            _("Hvor godt påstandene henger sammen."),
        ),
        (
            _("Alfa på like skalaer (standardisert)"),
            more.standardised_alpha,
            "–",
            _("Alfa når alle påstandene teller like mye. Skal ligge nær alfa."),
        ),
        (
            _("Omega"),
            scale.omega,
            "–",
            _("Som alfa, men lar påstandene veie ulikt. Er den klart høyere enn alfa, stol på omega."),
        ),
        *_omega_of_all(result, factor),
        (
            _("Ordinal alfa (et valg, erstatter ikke alfa)"),
            more.ordinal_alpha,
            "–",
            _("Hva alfa ville vært med en skala uten trinn. Tallet gjelder ikke skåren vi bruker."),
        ),
        (
            _("Splitt-halv (annenhver påstand)"),
            scale.split_half,
            "–",
            _("To halvdeler av temaet mot hverandre (Spearman–Brown)."),
        ),
        (
            _("Splitt-halv, snitt over %(count)s delinger", count=number(splits.count, 0))
            if splits.count
            else _("Splitt-halv, snitt over alle delinger"),
            splits.mean,
            interval(splits.low, splits.high),
            _("Laveste og høyeste deling står som intervall."),
        ),
    ]
    found = [
        QualityFinding(
            name,
            beside(ALPHA, value),
            ALPHA.mark(value) if enough else Mark.UNKNOWN,
            meaning,
            interval=between,
            n=n,
            limit=ALPHA.words,
            source=ALPHA.source,
        )
        for name, value, between, meaning in rows
    ]
    return [*found, _interitem(scale, n, enough=enough)]


def _omega_of_all(result: StoredQuality, factor: Factor) -> list[tuple[str, float | None, str, str]]:
    """Omega with everybody who answered something, as a labelled choice; nothing when no answer is missing."""
    whole = result.validity.whole
    if whole is None or whole.omega.get(factor.key) is None:
        return []
    meaning = _(
        "Omega når også de som hoppet over påstander, er med (%(n)s svar).", n=number(whole.n or 0, 0)
    )
    return [(_("Omega på alle svarene (EM, et valg)"), whole.omega[factor.key], "–", meaning)]


def _interitem(scale: StoredScale, n: str, *, enough: bool) -> QualityFinding:
    value = scale.mean_interitem_r
    low, high = INTERITEM
    mark = Mark.UNKNOWN
    meaning = _("Kan ikke regnes ut.")
    if value is not None:
        mark = Mark.GOOD if low <= value <= high else Mark.CAREFUL
        meaning = _("Påstandene likner passe på hverandre.")
        if value > high:
            meaning = _("Påstandene likner mye på hverandre. Temaet er smalt.")
        elif value < low:
            meaning = _("Påstandene likner lite på hverandre. Temaet er bredt.")
    return QualityFinding(
        _("Snitt av korrelasjonene mellom påstandene"),
        decimal(value),
        mark if enough else Mark.UNKNOWN,
        meaning,
        interval="–",
        n=n,
        limit=interval(low, high),
        source="Clark & Watson 1995",
    )


def item_rows(result: StoredQuality, factor: Factor) -> list[ItemRow]:
    """The factor's statements; none when fewer than 50 have answered all of them."""
    if result.scale(factor.key).complete < FEWEST_ANSWERS:
        return []
    return [_item_row(result, factor, item) for item in factor.items]


def _item_row(result: StoredQuality, factor: Factor, item: Item) -> ItemRow:
    scale, shape = result.scale(factor.key), result.scale_details(factor.key).items.get(item.key)
    rest, without = scale.item_rest.get(item.key), scale.alpha_if_deleted.get(item.key)
    loading = result.validity.shown.loadings.get(item.key)
    error = result.shown_details.loading_errors.get(item.key)
    mark, meaning, advice = _reading(rest, without, scale.alpha, loading, shape)
    return ItemRow(
        key=item.key,
        text=localised(item.text),
        reversed=item.reversed,
        rest=rest,
        without=without,
        loading=decimal(loading),
        loading_interval="–"
        if loading is None or error is None
        else interval(loading - 1.96 * error, loading + 1.96 * error),
        n=number(shape.n if shape else scale.complete, 0),
        floor=percent(shape.floor) if shape else "–",
        ceiling=percent(shape.ceiling) if shape else "–",
        not_applicable=percent(shape.not_applicable) if shape else "–",
        blank=percent(shape.blank) if shape else "–",
        answers=shape.answers if shape else (),
        mark=mark,
        meaning=meaning,
        advice=advice,
    )


def _reading(
    rest: float | None,
    without: float | None,
    alpha: float | None,
    loading: float | None,
    shape: StoredItemShape | None,
) -> tuple[Mark, str, str]:
    """The gravest thing that can be said of the statement, and what to do about it."""
    if rest is None:
        return Mark.UNKNOWN, _("Kan ikke regnes ut."), _("Se merknadene for hele undersøkelsen.")
    if rest < 0:
        return (
            Mark.WEAK,
            _("Påstanden går motsatt vei av resten."),
            _("Sjekk om den er snudd uten at spørreskjemaet sier det."),
        )
    if rest < ITEM_REST.good:
        return (
            Mark.WEAK,
            _("Påstanden følger de andre dårlig. Folk forstår den kanskje ulikt."),
            _("Spør noen hva de tenkte da de svarte, før ordlyden endres i en ny versjon."),
        )
    if without is not None and alpha is not None and without > alpha + GAIN:
        return (
            Mark.CAREFUL,
            _("Temaet måles mer presist uten påstanden."),
            _("Vurder om den hører til et annet tema."),
        )
    if loading is not None and loading < LOADING.good:
        return (
            Mark.CAREFUL,
            _("Påstanden sier lite om temaet."),
            _("Se om den passer bedre til et annet tema."),
        )
    if shape and max(shape.floor, shape.ceiling) > MOST_AT_AN_END:
        return (
            Mark.CAREFUL,
            _("De fleste svarer helt i enden av skalaen, så den skiller lite mellom folk."),
            _("Les små forskjeller varsomt."),
        )
    if shape and shape.not_applicable > MOST_NOT_APPLICABLE:
        return (
            Mark.CAREFUL,
            _("Mange kan ikke svare på den."),
            _("Spør om den passer for alle som får den."),
        )
    return Mark.GOOD, _("Påstanden følger de andre."), ""


def finding_sentence(rows: list[ItemRow]) -> str:
    """What the picture of the statements shows: its title."""
    loose = sum(row.rest is not None and row.rest < ITEM_REST.good for row in rows)
    if not loose:
        return _("Alle påstandene følger resten av temaet")
    return ngettext(
        "%(num)s påstand følger resten av temaet dårlig",
        "%(num)s påstander følger resten av temaet dårlig",
        loose,
    )
