"""What is in the package: released figures, protected turnout, roots, leaves, trail, questionnaire and rules.

Nothing that no page shows. The checking program is a file of its own that imports nothing of Medvirk.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.campaigns.lifecycle import SurveyError, require_answers
from surveys.campaigns.models import Survey, SurveyUnit
from surveys.campaigns.tally.checking import roots_of
from surveys.campaigns.tally.models import RootKind, TallyLeaf
from surveys.campaigns.tally.trail_chain import chain, published_head
from surveys.organisation.models import Installation, Unit
from surveys.platform.texts import _
from surveys.release.digest import figure_rows, release_row, rules_row, tree_rows, turnout_rows
from surveys.release.items.recording import item_figure_rows
from surveys.release.models import Release
from surveys.release.weighting.released import mean_rows
from surveys.results.audit_package.readme import README

Files = Mapping[str, bytes]
"""File name → content."""

CHECKER: Final = "kontroll.py"
_LIST: Final = "innhold.json"


def package_files(session: Session, survey: Survey) -> Files:
    """Every file of the survey's package. Raises SurveyError when there is nothing that may be handed out."""
    releases = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number)
    ).all()
    if not releases:
        raise SurveyError(_("Undersøkelsen er ikke frigitt ennå, så det er ingenting å kontrollere."))
    require_answers(survey)
    leaves = session.scalars(
        select(TallyLeaf.leaf).where(TallyLeaf.survey_id == survey.id).order_by(TallyLeaf.leaf)
    ).all()
    if not survey.imported and len(leaves) < survey.minimum_group and _has_closing_root(session, survey):
        raise SurveyError(_("Færre enn minste gruppe har svart. Da er det ingenting som kan gis ut."))
    files = {
        "LES-MEG.txt": README.encode(),
        CHECKER: Path(__file__).with_name(CHECKER).read_bytes(),
        "undersokelse.json": _json(_about(session, survey, releases[-1])),
        "sporreskjema.yaml": survey.instrument.source,
        "tall.json": _json([_release(session, release) for release in releases]),
        "deltakelse.json": _json(turnout_rows(session, releases[-1])),
        "urne.json": _json(_roots(session, survey)),
        "avtrykk.txt": "".join(f"{leaf.hex()}\n" for leaf in leaves).encode(),
        "hendelser.txt": "".join(f"{entry.text}\n" for entry in chain(session, survey)).encode(),
    }
    return {**files, _LIST: _json({name: sha256(content).hexdigest() for name, content in files.items()})}


def _has_closing_root(session: Session, survey: Survey) -> bool:
    return any(root.kind == RootKind.CLOSING for root in roots_of(session, survey))


def _about(session: Session, survey: Survey, latest: Release) -> Mapping[str, Any]:
    head, own = published_head(session, survey), session.get(Installation, 1)
    return {
        "format": 2,
        "municipality": own.municipality if own else "",
        "survey": rules_row(survey, latest.minimum_group),
        "rules": {
            "three_classes_from": 10,
            "every_answer_from": 20,
            "least_range_of_a_hidden_mean": 0.25,
        },
        "units": _units(session, survey),
        "trail": {
            "published_entries": head.entries if head else 0,
            "published_head": head.head.hex() if head else None,
        },
    }


def _units(session: Session, survey: Survey) -> Mapping[str, Any]:
    rows = session.execute(
        select(SurveyUnit.unit_id, Unit.code, SurveyUnit.name)
        .join(Unit, Unit.id == SurveyUnit.unit_id)
        .where(SurveyUnit.survey_id == survey.id)
        .order_by(SurveyUnit.unit_id)
    )
    return {str(row.unit_id): {"code": row.code, "name": row.name} for row in rows}


def _release(session: Session, release: Release) -> Mapping[str, Any]:
    weighted, items = mean_rows(session, release), item_figure_rows(session, release)
    return {
        "release": release_row(release),
        "tree": tree_rows(session, release),
        "figures": figure_rows(session, release),
        **({"weighted": weighted} if weighted else {}),
        **({"items": items} if items else {}),
    }


def _roots(session: Session, survey: Survey) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "number": root.number,
            "kind": root.kind.value,
            "published_on": root.published_on.isoformat(),
            "root": root.root.hex(),
            "ballots": root.ballots,
        }
        for root in roots_of(session, survey)
    ]


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode()
