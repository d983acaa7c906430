"""Requests that are refused with words of their own, instead of the general ones for the status."""

from werkzeug.exceptions import BadRequest, NotFound


class ExplainedError(BadRequest):
    """A request that cannot be taken: what is wrong, and what the reader can do. In the page's language."""

    def __init__(self, heading: str, advice: str) -> None:
        super().__init__(heading)
        self.heading = heading
        self.advice = advice


class MovedOnError(NotFound):
    """What the address names is no longer there, for an old tab or the way back: in use, deleted or taken over.

    Also said of what never was there, or is somebody else's: the words tell nobody which. way: the words of the link to
    `address`, where the reader can go on.
    """

    def __init__(self, heading: str, advice: str, way: str, address: str) -> None:
        super().__init__(heading)
        self.heading = heading
        self.advice = advice
        self.way = way
        self.address = address
