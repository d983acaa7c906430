"""What is wrong with a text that others will read: in an action, and in a reply to a measurement."""

from analysis.personal_numbers import has_personal_number
from surveys.actions.models import MOST_CHARACTERS
from surveys.platform.texts import _


def written(text: str) -> str:
    """Browsers count a line break as one character and send two."""
    return text.replace("\r\n", "\n").strip()


def text_fault(name: str, text: str) -> str:
    """name: what the text is called, in words. «» when nothing is wrong."""
    if len(text) > MOST_CHARACTERS:
        return _(
            "%(name)s kan ha høyst %(most)s tegn. Du har skrevet %(number)s.",
            name=name,
            most=MOST_CHARACTERS,
            number=len(text),
        )
    if has_personal_number(text):
        return _("%(name)s har et fødselsnummer eller D-nummer. Ta det bort.", name=name)
    return ""
