"""HR's forms for figures from other tools: the file is looked at first, and sent along until it is confirmed."""

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from surveys.platform.texts import _l
from surveys.release.history.models import ImportedKind

LARGEST_PACKED: Final = 400_000
"""Characters. A form field may hold half a megabyte; larger files go by the command line."""

_LARGEST_UNPACKED: Final = 8_000_000
_SOURCE: Final = _l("Skriv hvor tallene kommer fra.")
_YEAR: Final = _l("Skriv året med fire sifre, fra 1990.")
_KIND: Final = _l("Velg hva tallene er.")


class HistoryForm(FlaskForm):
    """What the figures are. `packed`: the file, on the way from the preview to the confirmation."""

    kind = SelectField(_l("Hva er tallene?"), validate_choice=False, default=ImportedKind.HISTORY.value)
    source = StringField(_l("Hvor kommer tallene fra?"), validators=[InputRequired(_SOURCE), Length(max=200)])
    instrument = StringField(
        _l("Spørreskjema eller verktøy (når filen ikke sier det)"), validators=[Length(max=200)]
    )
    year = StringField(
        _l("År (når filen ikke sier det)"),
        validators=[Regexp(r"\s*((199[0-9]|20[0-9]{2})\s*)?$", message=_YEAR)],
    )
    comparable = BooleanField(_l("Tallene kan sammenlignes med våre"))
    file = FileField(_l("Fil (CSV eller XLSX)"))
    packed = HiddenField()

    def offer(self, kinds: Sequence[tuple[ImportedKind, object]]) -> None:
        """The kinds the reader may import."""
        self.kind.choices = [(kind.value, text) for kind, text in kinds]

    def validate_kind(self, field: Any) -> None:
        if field.data not in {value for value, _text in field.choices}:
            raise ValidationError(_KIND)

    def validate_source(self, field: Any) -> None:
        if not (field.data or "").strip():
            raise ValidationError(_SOURCE)

    def validate_file(self, _field: Any) -> None:
        """A file, or one that was looked at already."""
        if self.content() is None:
            raise ValidationError(_l("Velg en fil."))
        if len(self.packed.data) > LARGEST_PACKED:
            raise ValidationError(
                _l(
                    "Filen er for stor for nettsiden. Del den opp, eller be driften bruke medvirk import-history."
                )
            )

    def content(self) -> bytes | None:
        """The file's bytes, sent now or packed earlier; None without any."""
        sent = self.file.data
        if not self.packed.data and sent is not None and not isinstance(sent, str):
            self.packed.data = packed(sent.read())
        try:
            return unpacked(self.packed.data or "") or None
        except ValueError:
            return None


def packed(content: bytes) -> str:
    """A file as text for a hidden field."""
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def unpacked(text: str) -> bytes:
    """The file again. Raises ValueError for what `packed` has not made, or what is far too large."""
    try:
        opener = zlib.decompressobj()
        content = opener.decompress(base64.b64decode(text, validate=True), _LARGEST_UNPACKED)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("not a packed file") from error
    if not opener.eof:
        raise ValueError("the packed file is cut off or too large")
    return content
