"""The files of the package, from a survey's exported rows."""

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from surveys.campaigns.models import Survey
from surveys.instruments.in_use import questionnaire_of
from surveys.organisation.models import Installation
from surveys.platform.localisation import localised
from surveys.platform.site_files import site_files
from surveys.publishing.analysts.document_files import page_alone
from surveys.publishing.analysts.rows_package.codebook_xml import ROWS_FILE, codebook_xml
from surveys.publishing.analysts.rows_package.readme import readme
from surveys.publishing.analysts.rows_package.report_figures import report_figures
from surveys.publishing.analysts.rows_package.spss import spss_syntax
from surveys.publishing.analysts.rows_package.study import Study
from surveys.publishing.analysts.rows_package.tables import (
    factors_csv,
    report_csv,
    rows_csv,
    units_csv,
    variables_csv,
)
from surveys.release.analysts.microdata import Microdata
from surveys.release.analysts.microdata_files import write
from surveys.release.analysts.row_variables import VariableKind, coded_rows, row_variables
from surveys.release.weighting.models import CountedWeightedMean

if TYPE_CHECKING:
    import pandas as pd

    from surveys.release.analysts.row_variables import RowVariable

SCRIPT: Final = "figurer.R"


def package_files(session: Session, survey: Survey, found: Microdata, today: dt.date) -> dict[str, bytes]:
    """File name → content. found: the survey's rows, as `export_microdata` gives them."""
    study = _study(session, survey, found, today)
    return {
        "LES-MEG.txt": readme(study).encode("utf-8-sig"),
        ROWS_FILE: rows_csv(found.rows, study.variables),
        "svar.sav": _sav(found.rows, study),
        "kodebok.html": page_alone("rows_package/kodebok.html", study=study, localised=localised).encode(),
        "kodebok.xml": codebook_xml(study),
        "syntaks.sps": spss_syntax(study).encode("utf-8-sig"),
        SCRIPT: r_script(),
        "rapport.csv": report_csv(report_figures(session, survey)),
        "enheter.csv": units_csv(survey),
        "variabler.csv": variables_csv(study.variables),
        "temaer.csv": factors_csv(study.factors, study.questionnaire),
    }


def r_script() -> bytes:
    """The same for every survey: what it needs to know is in the tables beside it."""
    return (site_files() / "templates" / "publishing" / "rows_package" / SCRIPT).read_bytes()


def _study(session: Session, survey: Survey, found: Microdata, today: dt.date) -> Study:
    questionnaire = questionnaire_of(survey.instrument)
    variables = row_variables(found.rows.columns, questionnaire)
    installation = session.scalar(select(Installation))
    return Study(
        key=survey.key,
        title=localised(survey.title),
        municipality=installation.municipality if installation else "",
        opens_on=survey.opens_on,
        closes_on=survey.closes_on,
        made_on=today,
        rows=len(found.rows),
        minimum_group=survey.minimum_group,
        questionnaire=questionnaire,
        variables=variables,
        left_out=tuple(_left_out(found)),
        counts=_counts(found.rows, variables),
        is_weighted=session.scalar(_own_weighted(survey)) is not None,
    )


def _own_weighted(survey: Survey) -> Select[str]:
    return select(CountedWeightedMean.measure).where(CountedWeightedMean.survey_id == survey.id).limit(1)


def _left_out(found: Microdata) -> Iterator[str]:
    if found.left_out:
        yield f"Bakgrunn som er utelatt fordi noen ville blitt for få: {', '.join(found.left_out)}."
    if found.factors_left_out:
        yield f"Temaer som bare noen fikk, er ikke med: {', '.join(found.factors_left_out)}."


def _counts(rows: "pd.DataFrame", variables: "tuple[RowVariable, ...]") -> dict[str, dict[int, int]]:
    coded = coded_rows(rows, variables)
    return {
        variable.name: dict(Counter(coded[variable.name].dropna().astype(int).tolist()))
        for variable in variables
        if variable.kind != VariableKind.UNIT
    }


def _sav(rows: "pd.DataFrame", study: Study) -> bytes:
    """pyreadstat writes to a path only."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "svar.sav"
        write(file, rows, study.questionnaire)
        return file.read_bytes()
