"""A report as a document: PDF/UA-1, with the words of its page, a picture of the colours and every value at the end."""

from collections.abc import Sequence
from typing import Any

from analysis.scorecards import IndicatorStatus, RollUp
from surveys.platform.localisation import listed, long_date
from surveys.platform.texts import _, ngettext
from surveys.reports.keeping import KeptFiles
from surveys.reports.snapshots.content import FrozenPerspective, FrozenRow, FrozenVersion, ReportContent
from surveys.reports.snapshots.texts import (
    audience_words,
    change_words,
    corrected_words,
    number_words,
    previous_words,
    report_title,
    silent_words,
    synthetic_words,
    version_facts,
)
from surveys.reports.typesetting import typeset
from surveys.scorecards.texts import colourless_words, count_words, status_words

Colours = dict[IndicatorStatus, str]


def report_document(version: FrozenVersion, kept: KeptFiles) -> bytes:
    """The PDF, kept or made now. Call it in the report's own language. The same version gives the same bytes."""
    content = document_content(version)
    return kept.get(
        content, version.content.language, "pdf", lambda: typeset("report", content, version.frozen_on)
    )


def document_content(version: FrozenVersion) -> dict[str, Any]:
    """What the template is given: words, and the statuses that its shapes are drawn from."""
    content, colours = version.content, status_words()
    title = report_title(content)
    return {
        "title": f"{content.unit_name} – {title}",
        "language": content.language,
        "municipality": version.municipality,
        "synthetic": synthetic_words() if version.synthetic else "",
        "unit": content.unit_name,
        "report": title,
        "audience": audience_words(version.audience),
        "facts": version_facts(version),
        "mark": _mark(version),
        "corrected": _corrected(version),
        "vision": content.vision,
        "counts": _counts(content.counts),
        "picture": _picture(content),
        "well": [_well(row, colours) for row in content.went_well],
        "nothing_well": _("Ingen av indikatorene er grønne eller bedre enn sist."),
        "perspectives": [_perspective(each, colours) for each in content.perspectives],
        "tables": [_table(each, colours) for each in content.perspectives if each.rows],
        "labels": _labels(),
    }


def _labels() -> dict[str, Any]:
    return {
        "page": _("Side"),
        "well": _("Dette gikk bra"),
        "all": _("Alle indikatorene i rapporten"),
        "columns": [
            _("Indikator"),
            _("Verdi"),
            _("Status"),
            _("Ambisjon"),
            _("Sist sammenlignbare"),
            _("Kilde"),
        ],
    }


def _mark(version: FrozenVersion) -> str:
    """What the foot of every page says: a leaf that is alone still says whose, for whom and of which day it is."""
    return ". ".join(
        (
            f"{version.content.unit_name}, {report_title(version.content)}",
            audience_words(version.audience),
            number_words(version.number, version.frozen_on),
        )
    )


def _corrected(version: FrozenVersion) -> str:
    if version.corrected_by is None:
        return ""
    newer = _("Les nummer %(number)s", number=version.corrected_by)
    return f"{corrected_words(version).rstrip('.')}. {newer}."


def _counts(counted: RollUp) -> dict[str, Any]:
    return {"colours": count_words(counted), "other": colourless_words(counted)}


def _said(counted: RollUp) -> str:
    """«3 grønne, 1 gul og 1 uten farge»."""
    words = [words for _colour, words in count_words(counted)]
    return listed(list(filter(None, (*words, colourless_words(counted)))))


def _picture(content: ReportContent) -> dict[str, Any] | None:
    """A shape for each indicator, a line for each perspective; none for one perspective, whose counts say as much."""
    shown = [each for each in content.perspectives if each.rows]
    if len(shown) < 2:
        return None
    said = "; ".join(f"{each.title}: {_said(each.counts)}" for each in shown)
    return {
        "title": _("Fargene i hvert perspektiv"),
        "description": _(
            "Et tegn for hver indikator, i kortets rekkefølge. %(perspectives)s.", perspectives=said
        ),
        "lines": [[each.title, [row.counted_status for row in each.rows]] for each in shown],
    }


def _status(row: FrozenRow, colours: Colours) -> dict[str, str]:
    words = colours[row.status]
    return {"status": row.status, "words": f"{words}, {row.doubt}" if row.doubt else words}


def _well(row: FrozenRow, colours: Colours) -> dict[str, Any]:
    return {
        "colour": _status(row, colours),
        "name": f"{row.code} {row.title}",
        "value": row.value,
        "scale": row.scale,
        "more": ". ".join(filter(None, (row.period, change_words(row)))),
    }


def _perspective(each: FrozenPerspective, colours: Colours) -> dict[str, Any]:
    return {
        "title": each.title,
        "counts": _counts(each.counts),
        "paragraph": each.paragraph,
        "answers": [_answer(row, colours) for row in each.answered],
        "calm": _("Ingenting er gult eller rødt.") if each.rows and not each.answered else "",
        "silent": silent_words(each),
    }


def _answer(row: FrozenRow, colours: Colours) -> dict[str, Any]:
    """A yellow or red value: why, what is done, and when it is judged next."""
    return {
        "colour": _status(row, colours),
        "name": f"{row.code} {row.title}",
        "value": row.value,
        "scale": row.scale,
        "about": " ".join(f"{part}." for part in (row.period, row.target, change_words(row)) if part),
        "reply": _reply(row, colours),
        "unanswered": "" if row.reply else _("Enheten har ikke svart på hvorfor, eller hva som gjøres."),
    }


def _reply(row: FrozenRow, colours: Colours) -> Sequence[tuple[str, str]]:
    reply = row.reply
    if reply is None:
        return ()
    forecast = f"{reply.forecast} ({colours[reply.forecast_status].lower()})."
    return (
        (_("Hvorfor"), reply.cause),
        (_("Hva gjøres"), reply.action),
        (_("Ventet neste gang"), " ".join(filter(None, (forecast, reply.forecast_words)))),
        (_("Vurderes igjen"), long_date(reply.judged_on)),
    )


def _table(each: FrozenPerspective, colours: Colours) -> dict[str, Any]:
    return {"title": each.title, "rows": [_table_row(row, colours) for row in each.rows]}


def _table_row(row: FrozenRow, colours: Colours) -> dict[str, Any]:
    """Each cell: what it says first, and in smaller letters what belongs to it."""
    scale = f"({row.scale})" if row.scale else ""
    answers = ngettext("%(num)s svar.", "%(num)s svar.", row.n) if row.n else ""
    change = ", ".join(filter(None, (row.change, row.meaning)))
    return {
        "name": f"{row.code} {row.title}",
        "value": [row.value, *filter(None, (scale, row.interval, row.period))],
        "colour": _status(row, colours),
        "remarks": list(filter(None, (_("Gammel verdi") if row.old else "", row.reason))),
        "target": row.target,
        "previous": [previous_words(row), *filter(None, (change if row.previous else "",))],
        "source": [row.source, *filter(None, (answers,))],
    }
