"""One factor's page: every measure of its consistency, and its statements as the measuring instruments they are.

Where a questionnaire never reports single items, a statement's answers are told here only as quality: the shares at
the ends of the scale and the shares without an answer, for the whole survey, with at least 50 answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

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

MOST_AT_AN_END: Final = 0.60
"""A share of the answers at one end of the scale that leaves little to tell people apart by."""
MOST_NOT_APPLICABLE: Final = 0.10
GAIN: Final = 0.02
"""How much alpha must rise without an item before that is worth a word."""

Json = Mapping[str, Any]


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


def scale_findings(result: Json, factor: Factor) -> list[QualityFinding]:
    """Every measure of the factor's consistency, alpha first. Ordinal alpha is named as what it is: an option."""
    scale: Json = (result.get("scales") or {}).get(factor.key) or {}
    more: Json = _details(result, factor.key)
    n = number(scale.get("n_complete") or 0, 0)
    low, high = scale.get("alpha_ci") or (None, None)
    enough = (scale.get("n_complete") or 0) >= FEWEST_ANSWERS
    splits: Json = more.get("splits") or {}
    rows = [
        (
            _("Cronbachs alfa"),
            scale.get("alpha"),
            interval(low, high),
            _("Hvor godt påstandene henger sammen."),
        ),
        (
            _("Alfa på like skalaer (standardisert)"),
            more.get("standardised_alpha"),
            "–",
            _("Alfa når alle påstandene teller like mye. Skal ligge nær alfa."),
        ),
        (
            _("Omega"),
            scale.get("omega"),
            "–",
            _("Som alfa, men lar påstandene veie ulikt. Er den klart høyere enn alfa, stol på omega."),
        ),
        (
            _("Ordinal alfa (et valg, erstatter ikke alfa)"),
            more.get("ordinal_alpha"),
            "–",
            _("Hva alfa ville vært med en skala uten trinn. Tallet gjelder ikke skåren vi bruker."),
        ),
        (
            _("Splitt-halv (annenhver påstand)"),
            scale.get("split_half"),
            "–",
            _("To halvdeler av temaet mot hverandre (Spearman–Brown)."),
        ),
        (
            _("Splitt-halv, snitt over %(count)s delinger", count=number(splits.get("count") or 0, 0)),
            splits.get("mean"),
            interval(splits.get("low"), splits.get("high")),
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


def _interitem(scale: Json, n: str, *, enough: bool) -> QualityFinding:
    value = scale.get("mean_interitem_r")
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


def item_rows(result: Json, factor: Factor) -> list[ItemRow]:
    """The factor's statements; none when fewer than 50 have answered all of them."""
    scale: Json = (result.get("scales") or {}).get(factor.key) or {}
    if (scale.get("n_complete") or 0) < FEWEST_ANSWERS:
        return []
    return [_item_row(result, scale, factor, item) for item in factor.items]


def _item_row(result: Json, scale: Json, factor: Factor, item: Item) -> ItemRow:
    shape: Json = (_details(result, factor.key).get("items") or {}).get(item.key) or {}
    rest = (scale.get("item_rest") or {}).get(item.key)
    without = (scale.get("alpha_if_deleted") or {}).get(item.key)
    loading = ((result.get("validity") or {}).get("cfa") or {}).get("loadings", {}).get(item.key)
    error = ((result.get("more") or {}).get("structure") or {}).get("loading_errors", {}).get(item.key)
    mark, meaning, advice = _reading(rest, without, scale.get("alpha"), loading, shape)
    shares = {key: _share(shape.get(key)) for key in ("floor", "ceiling", "not_applicable", "blank")}
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
        n=number(shape.get("n") or scale.get("n_complete") or 0, 0),
        answers=tuple(shape.get("answers") or ()),
        mark=mark,
        meaning=meaning,
        advice=advice,
        **shares,
    )


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _reading(
    rest: float | None, without: float | None, alpha: float | None, loading: float | None, shape: Json
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
            _("Påstanden bærer lite av temaet."),
            _("Se om den passer bedre til et annet tema."),
        )
    if max(shape.get("floor") or 0, shape.get("ceiling") or 0) > MOST_AT_AN_END:
        return (
            Mark.CAREFUL,
            _("De fleste svarer helt i enden av skalaen, så den skiller lite mellom folk."),
            _("Les små forskjeller varsomt."),
        )
    if (shape.get("not_applicable") or 0) > MOST_NOT_APPLICABLE:
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


def _details(result: Json, key: str) -> Json:
    found: Json = ((result.get("more") or {}).get("scales") or {}).get(key) or {}
    return found
