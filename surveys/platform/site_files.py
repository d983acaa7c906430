"""Where the templates, style sheets, translations and migrations are: files that are no Python modules."""

from pathlib import Path
from typing import Final

_INSTALLED: Final = Path(__file__).parents[1] / "_site_files"
_CHECKOUT: Final = Path(__file__).parents[2]


def site_files() -> Path:
    """The folder of `templates`, `static`, `translations` and `migrations`.

    A wheel has them inside the package (`setup.py` puts them there); a checkout has them at the top.
    """
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
