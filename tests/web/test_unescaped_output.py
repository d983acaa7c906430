"""Everything that reaches a page without being escaped, and why it may. A new one fails here until it is judged."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

# What may be handed to Markup, in `file: call`, and why nobody outside can put anything into it.
ALLOWED = {
    "surveys/hr/paper/printing.py: Markup(html)": "our own template, escaped as it was rendered",
    "surveys/platform/qr.py: Markup(drawn.replace('<svg ', f'<svg role=\"img\" aria-label=\"{escape(label)}\" ', 1))": (
        "segno draws from numbers; the label is escaped"
    ),
    "surveys/platform/localisation.py: Markup()": "empty",
    "surveys/platform/localisation.py: Markup(' lang=\"{}\"').format(code)": "Markup.format escapes",
    "surveys/platform/localisation.py: Markup(' lang=\"{}\" dir=\"{}\"').format(code, direction)": (
        "Markup.format escapes"
    ),
    "surveys/publishing/analysts/document_files.py: Markup(figure.replace('<', '\\\\u003c'))": "JSON without «<»",
    "surveys/publishing/analysts/document_files.py: Markup(script)": "a script of ours, read from our own files",
    "surveys/publishing/analysts/document_files.py: Markup(style)": "a style sheet of ours, read from our own files",
    "surveys/respond/fixed_pages.py: Markup(' checked')": "a word of ours",
    "surveys/respond/fixed_pages.py: Markup(' selected')": "a word of ours",
    "surveys/respond/fixed_pages.py: Markup(' hidden')": "a word of ours",
    "surveys/respond/fixed_pages.py: Markup()": "empty",
    "surveys/respond/fixed_pages.py: Markup(f'\\x00{len(self.calls) - 1}\\x00')": "a number between two NULs",
    "surveys/respond/pictograms.py: Markup()": "empty",
    "surveys/respond/pictograms.py: Markup(Path(file).read_text(encoding='utf-8').strip())": (
        "a picture among our own files; the name comes from a list of those that exist"
    ),
}  # fmt: skip

# Ways past the escaping in templates and in the browser: none is used.
IN_TEMPLATES = re.compile(r"\|\s*safe\b|autoescape\s+false|\|\s*xmlattr\b|Markup\(")
IN_SCRIPTS = re.compile(r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")


def _unescaped(source: str) -> list[str]:
    """Every use of Markup, with `.format` when it follows."""
    if "Markup" not in source:
        return []
    tree = ast.parse(source)
    inner = {
        id(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and _makes_markup(node.func.value)
    }
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in inner)
    return [
        ast.unparse(call)
        for call in calls
        if _makes_markup(call) or (isinstance(call.func, ast.Attribute) and _makes_markup(call.func.value))
    ]


def _makes_markup(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Markup"


def _files(*folders: str, ends: str) -> list[Path]:
    found = [file for folder in folders for file in sorted((ROOT / folder).rglob(f"*{ends}"))]
    assert found
    return found


def test_what_is_not_escaped_has_a_reason() -> None:
    used = {
        f"{file.relative_to(ROOT)}: {call}"
        for file in [ROOT / "app.py", *_files("surveys", "analysis", "questionnaires", ends=".py")]
        for call in _unescaped(file.read_text())
    }
    assert used - set(ALLOWED) == set(), "judge it, and write the reason in ALLOWED"
    assert set(ALLOWED) - used == set(), "these are no longer used"


def test_no_template_switches_escaping_off() -> None:
    found = [
        str(file)
        for file in _files("templates", ends="")
        if file.is_file() and IN_TEMPLATES.search(file.read_text())
    ]
    assert found == []


def test_no_script_of_ours_writes_markup() -> None:
    found = [file.name for file in _files("static/js", ends=".js") if IN_SCRIPTS.search(file.read_text())]
    assert found == []


def test_a_new_one_is_found() -> None:
    assert _unescaped(
        "from markupsafe import Markup\nx = Markup(name)\ny = markupsafe.Markup('{}').format(name)\n"
    ) == [
        "Markup(name)",
        "markupsafe.Markup('{}').format(name)",
    ]
    assert IN_TEMPLATES.search("{{ name | safe }}")
