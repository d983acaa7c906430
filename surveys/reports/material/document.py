"""A unit's result as a document: PDF/UA-1, with what its page says, the pictures drawn and the table at the end."""

from dataclasses import asdict
from typing import Any, Final

from surveys.platform.texts import _
from surveys.reports.material.contents import UnitMaterial
from surveys.reports.typesetting import typeset

TEMPLATE: Final = "unit_result"


def as_document(material: UnitMaterial) -> bytes:
    """The PDF. Call it in the material's own language: the few labels are of the template."""
    return typeset(TEMPLATE, document_content(material), material.released_on)


def document_content(material: UnitMaterial) -> dict[str, Any]:
    """What the template reads."""
    return {
        **asdict(material),
        "released_on": material.released_on.isoformat(),
        "title": material.title,
        "labels": {
            "page": _("Side"),
            "themes": _("Tema for tema"),
            "about": _("Om tallene"),
        },
        "key": _key(material),
        "reading": _reading(),
    }


def _key(material: UnitMaterial) -> str:
    """What the signs in the pictures mean."""
    parts = [_("Fylt prikk: snittet. Tykk strek: usikkerheten.")]
    if material.compared_years:
        parts.append(_("Åpen prikk: forrige gang."))
    if material.reference:
        parts.append(_("Loddrett strek: %(reference)s.", reference=material.reference))
    return " ".join(parts)


def _reading() -> list[str]:
    return [
        _(
            "Snittet er gjennomsnittet av svarene til dem som har svart på minst halvparten av påstandene i temaet."
        ),
        _(
            "Usikkerheten sier hvor mye snittet kan svinge bare fordi det er få som svarer. «Tydelig» betyr at "
            "endringen er større enn det tilfeldigheter vanligvis gir."
        ),
        _("Tallene gjelder gruppa og sier ingenting om enkeltpersoner."),
    ]
