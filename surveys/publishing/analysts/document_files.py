"""The report of `medvirk analyse` as files: one HTML page that stands alone, and a PDF that screen readers can use."""

import json
from dataclasses import asdict

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from surveys.platform.site_files import site_files
from surveys.publishing.analysts.parts import ReportDocument

_TEMPLATES = site_files() / "templates" / "publishing"


def as_html(document: ReportDocument) -> str:
    """One page with its style inside: it needs no other file and asks no other host."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    style = (site_files() / "static" / "css" / "analysis_report.css").read_text(encoding="utf-8")
    template = environment.get_template("analysis_report.html")
    return template.render(document=document, style=Markup(style))  # noqa: S704 (our own file)


def as_pdf(document: ReportDocument) -> bytes:
    """PDF/UA-1: tagged, with headings and table headers."""
    import typst

    content = json.dumps(asdict(document), ensure_ascii=False)
    made = typst.compile(
        _TEMPLATES / "analysis_report.typ",
        format="pdf",
        sys_inputs={"document": content},
        pdf_standards=["ua-1"],
    )
    return bytes(made)
