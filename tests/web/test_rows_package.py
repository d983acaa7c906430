"""The zip for analysts: a codebook, SPSS syntax, and an R script that finds the report's figures in the rows.

R is not needed here. With `MEDVIRK_RUN_R=1` the script is run on the surveys below, and what R found is stored in
`tests/reference/values/rows_*.csv`; our figures are held against that, and against the script that R ran.
"""

import csv
import datetime as dt
import io
import os
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from questionnaires import loading
from surveys.audit.models import AuditEntry
from surveys.campaigns.lifecycle import find_survey
from surveys.commands import medvirk
from surveys.platform.database import Database
from surveys.publishing.analysts.rows_package.codebook_xml import NAMESPACE
from surveys.publishing.analysts.rows_package.package import r_script
from surveys.publishing.analysts.rows_package.report_figures import QUALITY, ReportFigure, report_figures
from surveys.publishing.importing_answers import import_responses
from surveys.publishing.releasing import release
from tests.building import build_installation, build_units, keys_of
from tests.built_once import Builder, build_once

REFERENCE = Path(__file__).parents[1] / "reference"
TREE: Mapping[str, str | None] = {
    "K": None,
    "A": "K",
    "B": "K",
    "C": "K",
    "B1": "B",
    "B2": "B",
    "C1": "C",
    "C2": "C",
    "C3": "C",
}
# B2 is too small to be shown alone. In C2 everybody answers the highest, so its rows are given as C.
PEOPLE = {"A": 60, "B": 8, "B1": 40, "B2": 3, "C1": 70, "C2": 12, "C3": 30}
TYPES = {
    "A": "skole",
    "B": "skole",
    "B1": "skole",
    "B2": "skole",
    "C": "barnehage",
    "C1": "barnehage",
    "C2": "barnehage",
    "C3": "barnehage",
}
KEYS = ("rader", "andeler")
# B's own are many, or some answer is so rare among them that it is told as a bound, and the rows around carry no unit.
MORE_PEOPLE = {"rader": PEOPLE, "andeler": PEOPLE | {"B": 60}}
NAMED = ("unit", "kind", "breakdown", "category", "measure", "statistic")
Build = Callable[[str], dict[str, bytes]]
RUNS_R = bool(os.environ.get("MEDVIRK_RUN_R"))


def _answers(key: str) -> Iterator[str]:
    """The lines of the same file every time: correlated answers with gaps and «vet ikke»."""
    questionnaire = loading.parse((REFERENCE / "questionnaires" / f"{key}.yaml").read_bytes(), f"{key}.yaml")
    random = np.random.default_rng(20261129)
    items = questionnaire.items
    background = questionnaire.background
    yield ";".join(["enhet", *(item.key for item in items), *(one.key for one in background)])
    for unit, people in MORE_PEOPLE[key].items():
        for _person in range(people):
            general = random.normal() if unit != "C2" else 30.0
            cells = [unit]
            for factor in questionnaire.factors:
                theme = 0.5 * general + random.normal(0, 0.8)
                scale = factor.scale
                for item in factor.items:
                    place = 1 / (1 + np.exp(-(theme + random.normal(0, 0.9) + 0.5)))
                    value = scale.minimum + int(place * (scale.maximum - scale.minimum + 1))
                    value = scale.minimum + scale.maximum - value if item.reversed else value
                    gap = random.random()
                    is_unsure = scale.not_applicable is not None and gap < 0.2
                    cells.append("" if gap < 0.04 else "Vet ikke" if is_unsure else str(value))
            cells += ["fast" if random.random() < 0.7 else "midlertidig" for _question in background]
            yield ";".join(cells)


@pytest.fixture
def build(app: Flask, db: Database, tmp_path: Path) -> Build:
    """Takes in the survey with this key, releases it and writes the package; its files by name."""

    def built(key: str) -> dict[str, bytes]:
        build_once(app, db, RELEASED[key])
        zipped = tmp_path / "rader.zip"
        background = ("--background", "ansettelse") if key == "rader" else ()
        result = CliRunner().invoke(
            medvirk, ["export-microdata", key, str(zipped), *background], obj=lambda: app
        )
        assert result.exit_code == 0, result.output
        with zipfile.ZipFile(zipped) as packed:
            return {name.removeprefix(f"{key}/"): packed.read(name) for name in packed.namelist()}

    return built


def _released_means(app: Flask, db: Database) -> None:
    _release_imported(app, db, "rader")


def _released_shares(app: Flask, db: Database) -> None:
    _release_imported(app, db, "andeler")


RELEASED: Mapping[str, Builder] = {"rader": _released_means, "andeler": _released_shares}


def _release_imported(app: Flask, db: Database, key: str) -> None:
    with db.transaction() as session:
        build_installation(session)
        for code, unit in build_units(session, TREE).items():
            unit.type = TYPES.get(code, "")
    source = (REFERENCE / "questionnaires" / f"{key}.yaml").read_bytes()
    day = dt.date(2026, 3, 2)
    with TemporaryDirectory() as folder:
        file = Path(folder, "svar.csv")
        file.write_text("\n".join(_answers(key)), encoding="utf-8")
        report = import_responses(
            db, file, loading.parse(source, key), source, key, key.title(), day, "enhet", apply=True
        )
    assert report.applied, report.faults
    release(db, keys_of(app), key, today=day)


def _store_what_r_finds(files: Mapping[str, bytes], folder: Path, key: str) -> None:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    said = subprocess.run(
        ["Rscript", "figurer.R"],  # noqa: S607 (wherever R is)
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    found = (folder / "kontroll.csv").read_text(encoding="utf-8")
    stored_values(key).write_text(f"# {sha256(r_script()).hexdigest()}\n{found}", encoding="utf-8")


@pytest.mark.parametrize("key", KEYS)
def test_the_report_has_the_figures_that_r_found(
    build: Build, db: Database, tmp_path: Path, key: str
) -> None:
    """Every line that R judged the same, within what LES-MEG.txt says; and no line is new or gone."""
    files = build(key)
    if RUNS_R:
        _store_what_r_finds(files, tmp_path / "pakke", key)
    with db.reading() as session:
        ours = report_figures(session, find_survey(session, key))
    fingerprint, rows = read_stored(key)
    assert fingerprint == sha256(r_script()).hexdigest(), "figurer.R is changed: run MEDVIRK_RUN_R=1"
    theirs = {tuple(row[name] for name in NAMED): row for row in rows}
    assert len(theirs) == len(rows) == len(ours)
    assert not [row for row in rows if row["verdict"] == "avvik"]
    verdicts = Counter(row["verdict"] for row in rows)
    assert verdicts["samme"] > 150
    assert verdicts["noen rader står som enheten over"] + verdicts["gruppen er ikke i filen"] > 70
    for figure in ours:
        row = theirs[tuple(str(getattr(figure, name)) for name in NAMED)]
        if row["verdict"] == "samme":
            assert float(row["computed"]) == pytest.approx(figure.value, abs=promised(figure)), figure


def promised(figure: ReportFigure) -> float:
    """How near R's figure is to ours, as LES-MEG.txt has it. No theme here has more than twelve statements."""
    if figure.kind == QUALITY and figure.statistic.startswith(("cfa_", "fiml_")):
        is_of_the_fit = ":" not in figure.statistic
        return 1e-3 * max(1, abs(figure.value)) if is_of_the_fit else 1e-4
    return 1e-4 if figure.statistic == "omega" else 1e-6


def test_the_codebook_has_the_elements_of_ddi_codebook_2_5_in_their_order(build: Build) -> None:
    files = build("rader")
    root = ET.fromstring(files["kodebok.xml"])  # noqa: S314 (ours)
    assert root.tag == f"{{{NAMESPACE}}}codeBook"
    faults = list(order_faults(root))
    assert not faults
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(ids) == len(set(ids))
    for name, attribute in REFERENCES:
        for element in root.iter(f"{{{NAMESPACE}}}{name}"):
            assert set(element.get(attribute, "").split()) <= set(ids)
    for (name, attribute), allowed in VALUES.items():
        found = {element.get(attribute) for element in root.iter(f"{{{NAMESPACE}}}{name}")}
        assert found <= allowed, (name, attribute)
    variables = {one.get("name"): one for one in root.iter(f"{{{NAMESPACE}}}var")}
    header = files["svar.csv"].decode().splitlines()[0].split(",")
    assert list(variables) == header
    led03 = variables["LED03"]
    values = [
        (one.findtext(f"{{{NAMESPACE}}}catValu"), one.get("missing"))
        for one in led03.iter(f"{{{NAMESPACE}}}catgry")
    ]
    assert values == [(str(code), "N") for code in range(1, 6)] + [("98", "Y"), ("99", "Y")]
    assert "6 minus svaret" in (led03.findtext(f".//{{{NAMESPACE}}}drvdesc") or "")


def test_the_structure_of_the_codebook_is_really_checked(build: Build) -> None:
    written = build("andeler")["kodebok.xml"]
    root = ET.fromstring(written)  # noqa: S314 (ours)
    variable = next(root.iter(f"{{{NAMESPACE}}}var"))
    variable.insert(0, variable[-1])
    assert list(order_faults(root))
    root = ET.fromstring(written)  # noqa: S314 (ours)
    ranges = next(root.iter(f"{{{NAMESPACE}}}invalrng"))
    ranges.clear()
    assert list(order_faults(root)) == ["invalrng without item or range"]


def test_the_syntax_scores_as_the_report_does(build: Build) -> None:
    syntax = build("rader")["syntaks.sps"].decode("utf-8-sig")
    assert "COMPUTE LED03_s=6 - LED03." in syntax
    assert "COMPUTE LED_skaare=MEAN.2(LED01,LED02,LED03_s,LED04)." in syntax
    assert "COMPUTE MOT_skaare=MEAN.2(MOT01,MOT02,MOT03)." in syntax
    assert "MISSING VALUES LED01 (98, 99)." in syntax
    assert "VARIABLE LABELS" in syntax
    assert "'Lederen min er ''alltid'' borte.'" in syntax
    assert max(map(len, syntax.splitlines())) < 256


def test_the_package_says_what_it_is_and_is_in_the_trail(build: Build, db: Database) -> None:
    files = build("rader")
    told = files["LES-MEG.txt"].decode("utf-8-sig")
    named = {name for name in files if name != "LES-MEG.txt"}
    assert all(name in told for name in named)
    assert "Radene er ikke vektet" in told
    rows = list(csv.DictReader(io.StringIO(files["svar.csv"].decode())))
    assert len(rows) == sum(PEOPLE.values())
    assert {row["LED01"] for row in rows} <= {"", "1", "2", "3", "4", "5", "98"}
    page = files["kodebok.html"].decode()
    assert "Snudd: skåres som 6 minus svaret." in page
    with db.reading() as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "microdata.exported")).one()


def stored_values(key: str) -> Path:
    return REFERENCE / "values" / f"rows_{key}.csv"


def read_stored(key: str) -> tuple[str, list[dict[str, str]]]:
    """The fingerprint of the script that R ran, and what it wrote."""
    first, rest = stored_values(key).read_text(encoding="utf-8").split("\n", 1)
    return first.removeprefix("# "), list(csv.DictReader(io.StringIO(rest)))


def order_faults(element: ET.Element) -> Iterator[str]:
    """Children that DDI-Codebook 2.5 does not have there, or not in that order."""
    name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    children = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    allowed = CHILDREN.get(name, ())
    yield from (f"{name}/{child}" for child in children if child not in allowed)
    places = [allowed.index(child) for child in children if child in allowed]
    if places != sorted(places):
        yield f"{name}: {children}"
    for needed in REQUIRED.get(name, ()):
        if not set(needed) & set(children):
            yield f"{name} without {' or '.join(needed)}"
    for child in element:
        yield from order_faults(child)


# What must be there: one of each group.
REQUIRED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "codeBook": (("stdyDscr",),),
    "stdyDscr": (("citation",),),
    "citation": (("titlStmt",),),
    "titlStmt": (("titl",),),
    "valrng": (("item", "range"),),
    "invalrng": (("item", "range"),),
}
# Attributes of which the schema has a list, as far as the codebook uses them; those that name an ID.
VALUES: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("var", "intrvl"): frozenset({"contin", "discrete"}),
    ("varGrp", "type"): frozenset({"section", "multipleResp", "grid", "subject", "other"}),
    ("varFormat", "type"): frozenset({"character", "numeric"}),
    ("catgry", "missing"): frozenset({"Y", "N"}),
}
REFERENCES: Final = (("varGrp", "var"), ("var", "files"), ("location", "fileid"))

# The sequences of codebook.xsd (DDI-Codebook 2.5, 2012), as far as the codebook uses them and their neighbours.
CHILDREN: Final[Mapping[str, tuple[str, ...]]] = {
    "codeBook": ("docDscr", "stdyDscr", "fileDscr", "dataDscr", "otherMat"),
    "docDscr": ("citation", "guide", "docStatus", "docSrc", "controlledVocabUsed", "notes"),
    "citation": (
        "titlStmt",
        "rspStmt",
        "prodStmt",
        "distStmt",
        "serStmt",
        "verStmt",
        "biblCit",
        "holdings",
        "notes",
    ),
    "titlStmt": ("titl", "subTitl", "altTitl", "parTitl", "IDNo"),
    "rspStmt": ("AuthEnty", "othId"),
    "prodStmt": ("producer", "copyright", "prodDate", "prodPlac", "software", "fundAg", "grantNo"),
    "stdyDscr": (
        "citation",
        "studyAuthorization",
        "stdyInfo",
        "studyDevelopment",
        "method",
        "dataAccs",
        "othrStdyMat",
    ),
    "stdyInfo": (
        "studyBudget",
        "subject",
        "abstract",
        "sumDscr",
        "qualityStatement",
        "notes",
        "exPostEvaluation",
    ),
    "subject": ("keyword", "topcClas"),
    "sumDscr": (
        *("timePrd", "collDate", "nation", "geogCover", "geogUnit", "geoBndBox", "boundPoly"),
        *("anlyUnit", "universe", "dataKind"),
    ),
    "method": ("dataColl", "notes", "anlyInfo", "stdyClas", "dataProcessing", "codingInstructions"),
    "dataColl": (
        *("timeMeth", "dataCollector", "collectorTraining", "frequenc", "sampProc", "sampleFrame"),
        *(
            "targetSampleSize",
            "deviat",
            "collMode",
            "resInstru",
            "instrumentDevelopment",
            "sources",
            "collSitu",
        ),
        *("actMin", "ConOps", "weight", "cleanOps"),
    ),
    "fileDscr": ("fileTxt", "locMap", "notes"),
    "fileTxt": (
        *(
            "fileName",
            "fileCitation",
            "dataFingerprint",
            "fileCont",
            "fileStrc",
            "dimensns",
            "fileType",
            "format",
        ),
        *("filePlac", "dataChck", "ProcStat", "dataMsng", "software", "verStmt"),
    ),
    "dimensns": ("caseQnty", "varQnty", "logRecL", "recPrCas", "recNumTot"),
    "dataDscr": ("varGrp", "nCubeGrp", "var", "nCube", "notes"),
    "varGrp": ("labl", "txt", "concept", "defntn", "universe", "notes"),
    "var": (
        *("location", "labl", "imputation", "security", "embargo", "respUnit", "anlysUnit", "qstn", "valrng"),
        *(
            "invalrng",
            "undocCod",
            "universe",
            "TotlResp",
            "sumStat",
            "txt",
            "stdCatgry",
            "catgryGrp",
            "catgry",
        ),
        *("codInstr", "verStmt", "concept", "derivation", "varFormat", "geoMap", "catLevel", "notes"),
    ),
    "qstn": ("preQTxt", "qstnLit", "postQTxt", "forward", "backward", "ivuInstr"),
    "valrng": ("item", "range", "key", "notes"),
    "invalrng": ("item", "range", "key", "notes"),
    "catgry": ("catValu", "labl", "txt", "catStat", "mrow"),
    "derivation": ("drvdesc", "drvcmd"),
}
