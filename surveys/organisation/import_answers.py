"""What is asked about a file before it is used, and what somebody answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class QuestionKind(StrEnum):
    """What a question is about."""

    SAME_PEOPLE = "same_people"
    SHARED_ADDRESS = "shared_address"
    LEAVING = "leaving"


class SharedAddress(StrEnum):
    """Why one address stands on several people."""

    # One person with several numbers: one invitation, by her main position.
    PERSON = "person"
    # A mailbox that several people read: all are kept, and get their codes on paper.
    MAILBOX = "mailbox"


@dataclass(frozen=True)
class ImportAnswers:
    """The answers so far. None: not answered.

    same_people: whether people with new numbers are those that were here. leaving: how many may go out.
    shared: address in lower case → why it is on several people; `shared_otherwise` for those that are not named.
    drop_bad_addresses: people whose address is none are taken in without it.
    """

    same_people: bool | None = None
    leaving: int | None = None
    shared: Mapping[str, SharedAddress] = field(default_factory=dict)
    shared_otherwise: SharedAddress | None = None
    drop_bad_addresses: bool = False

    @property
    def is_given(self) -> bool:
        """Whether anything has been answered."""
        return self != ImportAnswers()

    def about(self, address: str) -> SharedAddress | None:
        return self.shared.get(address, self.shared_otherwise)


NO_ANSWERS: Final = ImportAnswers()
