"""The codes of answers that are no value: left blank, «not applicable», never asked, and not kept at counting.

They are kept apart in every answer. A one-byte answer has them as 252–255, so its values end at 250. A two-byte
answer (a number or a point in time) has them as 65532–65535, so its values end at 65000.
"""

from typing import Final

BLANK: Final = 255
NOT_APPLICABLE: Final = 254
NOT_ASKED: Final = 253
NOT_KEPT: Final = 252
LARGEST_VALUE: Final = 250

WIDE_BLANK: Final = 65_535
WIDE_NOT_APPLICABLE: Final = 65_534
WIDE_NOT_ASKED: Final = 65_533
WIDE_NOT_KEPT: Final = 65_532
LARGEST_WIDE_VALUE: Final = 65_000
