"""One address on several people of a file: the same person with several numbers, or a mailbox that several people read.

Nobody but the municipality knows which, so it is asked; what was answered is remembered for the next file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from surveys.files.report import ImportQuestion, lines_in_words
from surveys.organisation.import_answers import ImportAnswers, QuestionKind, SharedAddress
from surveys.organisation.people_lines import PersonLine
from surveys.organisation.people_matching import RosterPerson
from surveys.platform.texts import _


@dataclass(frozen=True)
class SettledAddresses:
    """The lines after what is known of shared addresses. same: kept number → the numbers that were joined to it."""

    lines: Sequence[PersonLine]
    questions: Sequence[ImportQuestion]
    same: Mapping[str, Sequence[str]]
    notes: Sequence[str]


def settle(
    lines: Sequence[PersonLine],
    stored: Sequence[RosterPerson],
    answers: ImportAnswers,
    known_same: Mapping[str, Sequence[str]],
) -> SettledAddresses:
    """known_same: what was answered about an earlier file, as `SettledAddresses.same`."""
    by_address: dict[str, list[PersonLine]] = {}
    for line in lines:
        if line.email:
            by_address.setdefault(line.address, []).append(line)
    shared = {address: own for address, own in by_address.items() if len(own) > 1}
    if not shared:
        return SettledAddresses(lines, (), {}, ())
    known = KnownAnswers(stored, known_same)
    numbers = {person.employee_number for person in stored if person.active}
    instead: dict[str, PersonLine | None] = {}
    questions: list[ImportQuestion] = []
    same: dict[str, list[str]] = {}
    mailboxes = 0
    for address, own in shared.items():
        meaning = answers.about(address) or known.about(address, own)
        if meaning is None:
            questions.append(_question(address, own))
        elif meaning is SharedAddress.MAILBOX:
            mailboxes += 1
            instead |= {one.employee_number: replace(one, email="", shared_mailbox=True) for one in own}
        else:
            kept = _deciding(own, numbers)
            joined = [one.employee_number for one in own if one is not kept]
            same[kept.employee_number] = joined
            instead |= dict.fromkeys(joined)
    settled = [instead.get(line.employee_number, line) for line in lines]
    return SettledAddresses(
        [line for line in settled if line is not None], questions, same, _notes(len(same), mailboxes)
    )


class KnownAnswers:
    """What was answered about earlier files. It was about people, so it holds when all of them have new numbers."""

    def __init__(self, stored: Sequence[RosterPerson], known_same: Mapping[str, Sequence[str]]) -> None:
        """known_same: as for `settle`."""
        sharing = [person for person in stored if person.shared_mailbox]
        self._mailbox_numbers = {person.employee_number for person in sharing}
        self._mailbox_people = {
            (person.name.casefold(), person.unit_id) for person in sharing if person.active
        }
        self._same = [{kept, *joined} for kept, joined in known_same.items()]
        self._names = {
            person.email.casefold(): person.name.casefold()
            for person in stored
            if person.active and person.employee_number in known_same
        }

    def about(self, address: str, own: Sequence[PersonLine]) -> SharedAddress | None:
        """The answer, when it was about all of these lines; `address` in lower case is theirs."""
        if all(self._reads_mailbox(line) for line in own):
            return SharedAddress.MAILBOX
        numbers = {line.employee_number for line in own}
        names = {line.name.casefold() for line in own}
        if any(numbers <= known for known in self._same) or names == {self._names.get(address)}:
            return SharedAddress.PERSON
        return None

    def _reads_mailbox(self, line: PersonLine) -> bool:
        known = (line.name.casefold(), line.unit_id) in self._mailbox_people
        return known or line.employee_number in self._mailbox_numbers


def _deciding(own: Sequence[PersonLine], known_numbers: Collection[str]) -> PersonLine:
    """The main position, else the number that is known already, else the first."""
    return max(own, key=lambda line: (line.is_main, line.employee_number in known_numbers))


def _question(address: str, own: Sequence[PersonLine]) -> ImportQuestion:
    who = ", ".join(f"{line.name} ({line.employee_number})" for line in own)
    lines = lines_in_words(sorted(line.line for line in own))
    text = _(
        "Adressen %(address)s står på flere personer, på linje %(lines)s: %(who)s.",
        address=own[0].email,
        lines=lines,
        who=who,
    )
    return ImportQuestion(QuestionKind.SHARED_ADDRESS, text, len(own), address)


def _notes(persons: int, mailboxes: int) -> tuple[str, ...]:
    notes = []
    if persons:
        notes.append(
            _("Personer med flere numre og én adresse: %(count)s. Hovedstillingen gjelder.", count=persons)
        )
    if mailboxes:
        notes.append(
            _("Delte postkasser: %(count)s. De som har en slik, får koden på papir.", count=mailboxes)
        )
    return tuple(notes)
