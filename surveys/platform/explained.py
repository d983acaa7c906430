"""Requests that are refused with words of their own, instead of the general ones for the status."""

from werkzeug.exceptions import BadRequest


class ExplainedError(BadRequest):
    """A request that cannot be taken: what is wrong, and what the reader can do. In the page's language."""

    def __init__(self, heading: str, advice: str) -> None:
        super().__init__(heading)
        self.heading = heading
        self.advice = advice
