"""The report of `medvirk analyse` as files: an HTML page that needs no other, and a PDF that screen readers can use."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from surveys.platform.site_files import site_files
from surveys.publishing.analysts.parts import ReportDocument

_TEMPLATES = site_files() / "templates" / "publishing"
_STYLE = "css/analysis_report.css"


def as_html(document: ReportDocument, figures: Mapping[str, str] | None = None) -> str:
    """One page with its style inside: it needs no other file and asks no other host.

    figures: title of a table → Plotly's JSON of the figure above it. With figures, Plotly is in the file too, and the
    page's own policy lets nothing but these scripts and this style run.
    """
    scripts = [_static("vendor/plotly-cartesian.min.js"), _static("js/report_figures.js")] if figures else []
    return page_alone(
        "analysis_report.html",
        document=document,
        scripts=[Markup(script) for script in scripts],  # noqa: S704 (our own files)
        figures={title: _in_script(figure) for title, figure in (figures or {}).items()},
        policy=_policy(_static(_STYLE), scripts) if scripts else "",
    )


def page_alone(template: str, **values: object) -> str:
    """A page with its style inside. template: below templates/publishing."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    style = _static(_STYLE)
    return environment.get_template(template).render(style=Markup(style), **values)  # noqa: S704 (our own file)


def _static(name: str) -> str:
    return (site_files() / "static" / name).read_text(encoding="utf-8")


def _in_script(figure: str) -> Markup:
    """JSON that cannot end the element it is in."""
    return Markup(figure.replace("<", "\\u003c"))  # noqa: S704 (JSON without «<»)


def _policy(style: str, scripts: Sequence[str]) -> str:
    """Plotly adds an empty style element and puts its rules in by script."""
    allowed = " ".join(_hashed(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_hashed(style)} {_hashed('')}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hashed(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"


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
