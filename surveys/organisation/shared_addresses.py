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
    mailbox_numbers = {person.employee_number for person in stored if person.shared_mailbox}
    numbers = {person.employee_number for person in stored if person.active}
    instead: dict[str, PersonLine | None] = {}
    questions: list[ImportQuestion] = []
    same: dict[str, list[str]] = {}
    mailboxes = 0
    for address, own in shared.items():
        meaning = answers.about(address) or _remembered(own, mailbox_numbers, known_same)
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


def _deciding(own: Sequence[PersonLine], known_numbers: Collection[str]) -> PersonLine:
    """The main position, else the number that is known already, else the first."""
    return max(own, key=lambda line: (line.is_main, line.employee_number in known_numbers))


def _remembered(
    own: Sequence[PersonLine], mailbox_numbers: Collection[str], known_same: Mapping[str, Sequence[str]]
) -> SharedAddress | None:
    """The answer about an earlier file, when it was about all of these."""
    numbers = {line.employee_number for line in own}
    if numbers <= set(mailbox_numbers):
        return SharedAddress.MAILBOX
    if any(numbers <= {kept, *joined} for kept, joined in known_same.items()):
        return SharedAddress.PERSON
    return None


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
