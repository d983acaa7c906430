"""Pages made small on the wire, in lengths that tell nothing (docs/decisions/010).

A page is compressed only when no cookie came into it: then no other site can make a browser fetch it with somebody's
rights and read secrets out of its length. Whoever watches the network still sees lengths, and a page of answers is
longer for some answers than for others, so every page is padded to a multiple of `STEP`.
"""

import struct
import zlib

from flask import Flask, Response, request
from isal import isal_zlib

# Bytes. A page of statements varies by some tens of bytes with the answers; few pages come near a step's edge.
STEP = 512
# ISA-L's own middle way. A page of 7 kB becomes as short as with zlib's level 3, in a third of the time.
_LEVEL = 2

# Redirects lead on, and nobody reads what stands in them.
_WITHOUT_A_BODY = frozenset({204, 301, 302, 303, 304, 307, 308})

# RFC 1952: magic number, deflate, an extra field follows, no time, no flags, unknown system.
_HEAD = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff"
# The extra field: its length, and in it one subfield («MV») with a length of its own. Browsers skip it.
_EXTRA = struct.Struct("<H2sH")
_TRAIL = struct.Struct("<II")
_AROUND = len(_HEAD) + _EXTRA.size + _TRAIL.size


def gzipped(page: bytes) -> bytes:
    """The page as a gzip file whose length is a multiple of `STEP`; the padding stands in the header."""
    deflating = isal_zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflating.compress(page) + deflating.flush()
    padding = -(_AROUND + len(packed)) % STEP
    extra = _EXTRA.pack(padding + 4, b"MV", padding) + bytes(padding)
    return _HEAD + extra + packed + _TRAIL.pack(zlib.crc32(page), len(page))


def _may_be_compressed(response: Response) -> bool:
    """Respondents' pages never look at a cookie: what stands in them is the same with one and without."""
    if response.status_code in _WITHOUT_A_BODY or response.is_streamed or response.mimetype != "text/html":
        return False
    return request.blueprint == "respond" or "Cookie" not in request.headers


def _takes_gzip() -> bool:
    """What every browser sends is known at a glance; anything with weights is read as the standard says."""
    accepted = request.headers.get("Accept-Encoding", "")
    return (
        bool(request.accept_encodings["gzip"]) if ";" in accepted or "*" in accepted else "gzip" in accepted
    )


def _vary_by_encoding(response: Response) -> None:
    """The set that Werkzeug makes of the header takes its time: only where something else is in it already."""
    if "Vary" in response.headers:
        response.vary.add("Accept-Encoding")
    else:
        response.headers["Vary"] = "Accept-Encoding"


def init_app(app: Flask) -> None:
    @app.after_request
    def compress(response: Response) -> Response:
        if _may_be_compressed(response):
            _vary_by_encoding(response)
            if _takes_gzip():
                response.set_data(gzipped(response.get_data()))
                response.headers["Content-Encoding"] = "gzip"
        return response
