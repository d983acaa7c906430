"""QR codes as SVG inside a page: no request, no script, sharp at any size and on paper."""

import segno
from markupsafe import Markup, escape


def qr_svg(address: str, label: str) -> Markup:
    """The address as a QR code of error level M or better, black on white with its quiet zone, in light and dark.

    `label` is what a screen reader says. The size is the style sheet's.
    """
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    # segno draws paths from numbers only, so nothing of the address reaches the markup.
    return Markup(drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))  # noqa: S704
