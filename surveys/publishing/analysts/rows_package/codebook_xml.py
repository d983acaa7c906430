"""The codebook as DDI-Codebook 2.5 (DDI Alliance 2012): what archives and catalogues of data read.

The order of the elements is part of that standard.
"""

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from surveys.platform.localisation import localised
from surveys.publishing.analysts.rows_package.study import Study
from surveys.release.analysts.row_variables import RowVariable, VariableKind

NAMESPACE: Final = "ddi:codebook:2_5"
_SCHEMA: Final = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_FILE: Final = "F1"
ROWS_FILE: Final = "svar.csv"


def codebook_xml(study: Study) -> bytes:
    """The whole codebook; UTF-8 with a declaration."""
    root = ET.Element(
        "codeBook",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA}",
            "version": "2.5",
            "xml:lang": "nb",
        },
    )
    _document(root, study)
    _study(root, study)
    _file(root, study)
    _data(root, study)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


def _add(parent: ET.Element, name: str, text: str = "", /, **attributes: str) -> ET.Element:
    found = ET.SubElement(parent, name, attributes)
    found.text = text or None
    return found


def _citation(parent: ET.Element, title: str, study: Study) -> ET.Element:
    citation = _add(parent, "citation")
    titles = _add(citation, "titlStmt")
    _add(titles, "titl", title)
    _add(titles, "IDNo", study.key, agency="Medvirk")
    return citation


def _document(root: ET.Element, study: Study) -> None:
    citation = _citation(_add(root, "docDscr"), f"Kodebok: {study.title}", study)
    production = _add(citation, "prodStmt")
    _add(production, "producer", study.municipality)
    _add(production, "prodDate", study.made_on.isoformat(), date=study.made_on.isoformat())
    _add(production, "software", "Medvirk")


def _study(root: ET.Element, study: Study) -> None:
    described = _add(root, "stdyDscr")
    citation = _citation(described, study.title, study)
    responsible = _add(citation, "rspStmt")
    _add(responsible, "AuthEnty", study.municipality)
    information = _add(described, "stdyInfo")
    subject = _add(information, "subject")
    for factor in study.factors:
        _add(subject, "keyword", localised(factor.title))
    _add(information, "abstract", f"Spørreskjema: {study.instrument}.")
    summary = _add(information, "sumDscr")
    for event, day in (("start", study.opens_on), ("end", study.closes_on)):
        _add(summary, "collDate", day.isoformat(), event=event, date=day.isoformat())
    _add(summary, "nation", "Norge", abbr="NO")
    _add(summary, "anlyUnit", "Person")
    _add(summary, "universe", study.kind_of_people)
    _add(summary, "dataKind", "Svar på spørreskjema")
    method = _add(described, "method")
    collection = _add(method, "dataColl")
    _add(collection, "timeMeth", "Tverrsnitt")
    _add(collection, "collMode", "Spørreskjema på nett, uten navn")
    _add(collection, "weight", study.weights)
    _add(collection, "cleanOps", study.coarse)
    for words in study.left_out:
        _add(method, "notes", words)


def _file(root: ET.Element, study: Study) -> None:
    text = _add(_add(root, "fileDscr", ID=_FILE), "fileTxt")
    _add(text, "fileName", ROWS_FILE)
    size = _add(text, "dimensns")
    _add(size, "caseQnty", str(study.rows))
    _add(size, "varQnty", str(len(study.variables)))
    _add(text, "fileType", "CSV, komma, UTF-8", charset="UTF-8")
    _add(text, "dataMsng", "97, 98, 99 og tom celle er ikke svar.")


def _data(root: ET.Element, study: Study) -> None:
    data = _add(root, "dataDscr")
    for factor in study.factors:
        members = " ".join(_id(variable) for variable in study.of_factor(factor))
        group = _add(data, "varGrp", ID=f"G_{factor.key}", name=factor.key, type="subject", var=members)
        _add(group, "labl", localised(factor.title))
        if factor.definition:
            _add(group, "defntn", localised(factor.definition))
    for variable in study.variables:
        _variable(data, variable, study)


def _id(variable: RowVariable) -> str:
    return f"V_{variable.name}"


def _variable(data: ET.Element, variable: RowVariable, study: Study) -> None:
    is_unit = variable.kind == VariableKind.UNIT
    found = _add(data, "var", ID=_id(variable), name=variable.name, files=_FILE, intrvl="discrete")
    _add(found, "location", fileid=_FILE)
    _add(found, "labl", variable.label)
    if not is_unit:
        _add(_add(found, "qstn"), "qstnLit", variable.label)
        _ranges(found, variable)
    for codes, missing in ((variable.values, "N"), (variable.missing, "Y")):
        for code, label in codes:
            category = _add(found, "catgry", missing=missing)
            _add(category, "catValu", str(code))
            _add(category, "labl", label)
            _add(category, "catStat", str(study.count(variable, code)), type="freq")
    if variable.reversed and variable.factor:
        scale = variable.factor.scale
        derivation = _add(found, "derivation")
        _add(
            derivation,
            "drvdesc",
            f"Snudd: skåres som {scale.minimum + scale.maximum} minus svaret. {study.scoring}",
        )
    _add(found, "varFormat", type="character" if is_unit else "numeric")


def _ranges(found: ET.Element, variable: RowVariable) -> None:
    values = [code for code, _label in variable.values]
    _add(_add(found, "valrng"), "range", min=str(min(values)), max=str(max(values)))
    _items(_add(found, "invalrng"), [code for code, _label in variable.missing])


def _items(parent: ET.Element, codes: Sequence[int]) -> None:
    for code in codes:
        _add(parent, "item", VALUE=str(code))
