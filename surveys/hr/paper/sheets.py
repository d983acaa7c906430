"""Codes on paper: letters to invited people without an e-mail address, and sheets of loose codes.

A letter has no name. Letters to the same unit are handed out sealed and shuffled, so nobody knows who has which code.
"""

import datetime as dt
import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import trail as audit
from surveys.campaigns import codes
from surveys.campaigns.channels import gets_messages
from surveys.campaigns.invitations import Recipient, invite, uses_roster
from surveys.campaigns.lifecycle import SurveyError, require_open
from surveys.campaigns.models import Invitation, Survey
from surveys.campaigns.open_group import invites_by_name, raise_to_open_group
from surveys.campaigns.scope import asked_units
from surveys.organisation.tree import in_order
from surveys.platform import code_format
from surveys.platform.localisation import number
from surveys.platform.texts import _

MOST_LETTERS: Final = 1000
MOST_LOOSE_CODES: Final = 500


@dataclass(frozen=True)
class PrintedCode:
    """What a letter or a card is made from, apart from the database. `code` is grouped: «ABCD-EFGH-JKMN»."""

    code: str
    unit_name: str
    language: str
    is_leader: bool


@dataclass(frozen=True)
class PaperPile:
    """How many letters wait to be made for print, and how many have been. It says nothing of who has answered."""

    waiting: int
    printed: int


NO_LETTERS: Final = PaperPile(0, 0)


def pile(session: Session, survey: Survey) -> PaperPile:
    letters = _letters(session, survey)
    waiting = sum(each.printed_on is None for each in letters)
    return PaperPile(waiting, len(letters) - waiting)


def require_printable(survey: Survey) -> None:
    """Raises SurveyError unless codes of the survey can be printed now."""
    require_open(survey, _("Undersøkelsen må være åpen før koder kan skrives ut."))


def require_letters(session: Session, survey: Survey) -> None:
    """Raises SurveyError unless the survey is open and has letters, printed or not."""
    require_printable(survey)
    if pile(session, survey) == NO_LETTERS:
        raise SurveyError(_("Det er ingen brev å skrive ut."))


def letters_to_print(
    session: Session, survey: Survey, top_id: int, today: dt.date, *, again: bool
) -> list[Invitation]:
    """The letters to print for a unit and all below it: those that wait, or, with `again`, those printed before.

    Every letter that waits is made, also of somebody who has answered by another way: that hers was missing would tell
    it. A used code is not printed again. So that a missing letter does not tell that one of few has answered, letters
    that were made together with fewer than the minimum group are only made again on that day, and then all of them.
    Raises SurveyError when the survey is not open or they are too many at once.
    """
    require_printable(survey)
    chosen = _with_all_below(survey, top_id)
    letters = _letters(session, survey)
    sizes = Counter(_made_together(each) for each in letters)

    def is_wanted(letter: Invitation) -> bool:
        if not again:
            return letter.printed_on is None
        if sizes[_made_together(letter)] < survey.minimum_group:
            return letter.printed_on == today
        return letter.printed_on is not None and not letter.delivered

    wanted = [each for each in letters if each.unit_id in chosen and is_wanted(each)]
    if len(wanted) > MOST_LETTERS:
        raise SurveyError(
            _(
                "Det er %(count)s brev. Vi lager høyst %(most)s om gangen: velg en mindre enhet.",
                count=number(len(wanted), 0),
                most=number(MOST_LETTERS, 0),
            )
        )
    return wanted


def mark_printed(session: Session, survey: Survey, letters: Sequence[Invitation], today: dt.date) -> None:
    """Notes that the letters' codes have been shown, in the letters and in the audit trail."""
    last = session.scalar(select(func.max(Invitation.printed_batch)).where(Invitation.survey_id == survey.id))
    for letter in letters:
        if letter.printed_on is None:
            letter.printed_on, letter.printed_batch = today, (last or 0) + 1
    audit.record(session, "survey.codes_shown", survey.key, letters=len(letters))


def loose_codes(
    session: Session, survey: Survey, recipient: Recipient, count: int, batch: str, secret: bytes
) -> list[Invitation]:
    """`count` loose codes like `recipient`, newly invited. The same `batch` again gives the same codes, not new ones.

    `secret` is `Secrets.codes`. Raises SurveyError when the survey is not open, the unit is not asked, they are too
    many, or the batch was made for something else.
    """
    require_printable(survey)
    if recipient.unit_id not in asked_units(survey):
        raise SurveyError(_("Velg en av enhetene i undersøkelsen."))
    if not 1 <= count <= MOST_LOOSE_CODES:
        raise SurveyError(_("Skriv et tall fra 1 til %(most)s.", most=MOST_LOOSE_CODES))
    nonces = [_nonce(secret, survey, batch, index) for index in range(count)]
    made = _made_before(session, nonces, secret)
    if not made:
        _require_company(session, survey, recipient.unit_id)
        if not uses_roster(survey):
            raise_to_open_group(session, survey)
        wanted = [
            Recipient(recipient.unit_id, language=recipient.language, loose=True, nonce=nonce)
            for nonce in nonces
        ]
        made = invite(session, survey, wanted, secret)
        audit.record(session, "survey.codes_made", survey.key, unit_id=recipient.unit_id, codes=count)
    elif len(made) != count or {(each.unit_id, each.language) for each in made} != {
        (recipient.unit_id, recipient.language)
    }:
        raise SurveyError(_("Disse kodene er laget før, med andre valg. Last siden på nytt og prøv igjen."))
    audit.record(session, "survey.codes_shown", survey.key, loose=count)
    return made


def printed_codes(survey: Survey, invitations: Iterable[Invitation], secret: bytes) -> list[PrintedCode]:
    """What to print, unit by unit in the order of the tree, and in an order within each that tells nothing."""
    nodes = in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in survey.units)
    index = {node.unit_id: (number, node.name) for number, node in enumerate(nodes)}
    ordered = sorted(invitations, key=lambda each: (index[each.unit_id], each.code_hash))
    return [
        PrintedCode(
            code_format.grouped(codes.code_for(secret, each.nonce)),
            index[each.unit_id][1],
            each.language,
            each.audience == "leaders",
        )
        for each in ordered
    ]


def _with_all_below(survey: Survey, top_id: int) -> frozenset[int]:
    """The unit and all below it as the tree stood when the survey opened. Parents stand before their children."""
    found = {top_id}
    for node in in_order((unit.unit_id, unit.parent_id, unit.name, unit.type) for unit in survey.units):
        if node.parent_id in found:
            found.add(node.unit_id)
    return frozenset(found)


def _letters(session: Session, survey: Survey) -> Sequence[Invitation]:
    """Every invitation that can only reach its reader on paper."""
    return session.scalars(
        select(Invitation).where(
            Invitation.survey_id == survey.id,
            ~gets_messages(),
            ~Invitation.loose,
            ~Invitation.self_started,
        )
    ).all()


def _made_together(letter: Invitation) -> tuple[int, str, str, dt.date | None, int | None]:
    """Letters that cannot be told from each other: whoever makes one alone knows whose code is on it."""
    return letter.unit_id, letter.audience, letter.language, letter.printed_on, letter.printed_batch


def _nonce(secret: bytes, survey: Survey, batch: str, index: int) -> bytes:
    return hmac.digest(secret, f"loose:{survey.id}:{batch}:{index}".encode(), sha256)[:16]


def _made_before(session: Session, nonces: Iterable[bytes], secret: bytes) -> list[Invitation]:
    hashes = [codes.code_hash(secret, codes.code_for(secret, nonce)) for nonce in nonces]
    return list(session.scalars(select(Invitation).where(Invitation.code_hash.in_(hashes))))


def _require_company(session: Session, survey: Survey, unit_id: int) -> None:
    """Raises SurveyError where loose codes would be made beside fewer named invitations than the minimum group.

    Whoever makes them knows what is answered with them, and could take it from the unit's figures. A survey that
    invites nobody by name has only such codes.
    """
    if not invites_by_name(session, survey):
        return
    named = (Invitation.survey_id == survey.id, ~Invitation.loose, ~Invitation.self_started)
    invited = session.scalar(
        select(func.count()).select_from(Invitation).where(*named, Invitation.unit_id == unit_id)
    )
    if (invited or 0) < survey.minimum_group:
        raise SurveyError(
            _(
                "Færre enn %(group)s er invitert ved navn i denne enheten, og koder til utdeling kunne vist hva de "
                "svarte. Inviter dem i enheten ved navn, også dem som får brev.",
                group=survey.minimum_group,
            )
        )
