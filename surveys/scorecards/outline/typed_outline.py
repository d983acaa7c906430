"""What somebody typed on the outline page, laid on the draft: only the fields that she changed herself.

The page tells which draft it was made from. What others have changed since is kept, unless it is the same field.
"""

from collections.abc import Mapping
from dataclasses import replace

from surveys.scorecards.models import CardKind
from surveys.scorecards.outline.editing import with_codes_followed
from surveys.scorecards.outline.nodes import CardOutline, OutlineNode, reworded, with_nodes


def with_typed(outline: CardOutline, page: CardOutline, form: Mapping[str, str]) -> CardOutline:
    """`page`: the draft that the page was made from. Fields that the form does not have are left."""
    before = {node.id: node for _level, node in page.walk()}

    def changed(node: OutlineNode) -> OutlineNode:
        known = before.get(node.id, node)
        title = (
            reworded(known.title, form.get(f"tittel-{node.id}", ""))
            if f"tittel-{node.id}" in form
            else known.title
        )
        code = "".join(form.get(f"kode-{node.id}", known.code).split())
        if title != known.title:
            node = replace(node, title=title)
        return replace(node, code=code) if code != known.code else node

    outline = with_codes_followed(outline, with_nodes(outline, changed))
    if "tittel" in form and (title := reworded(page.title, form["tittel"])) != page.title:
        outline = replace(outline, title=title)
    if "visjon" in form and (vision := reworded(page.vision, form["visjon"])) != page.vision:
        outline = replace(outline, vision=vision)
    return _with_kind(outline, form)


def _with_kind(outline: CardOutline, form: Mapping[str, str]) -> CardOutline:
    """The choices that the page sends as a group: an unticked box is not sent."""
    if "innstillinger" not in form:
        return outline
    return replace(
        outline,
        kind=CardKind.STATISTICS if form.get("statistikk") == "ja" else CardKind.STEERING,
        extends=form.get("utvider") == "ja",
        unit_type=form.get("enhetstype", outline.unit_type).strip(),
    )
