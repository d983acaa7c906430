"""What a mail server's refusal means and what to do, in words, for whoever reads it on a page.

The answer's enhanced status code (RFC 3463, with later codes of IANA's registry) says most, else its basic code
(RFC 5321 and its extensions). What Python says when there was no answer is known by its words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from surveys.platform.code_format import LENGTH, normalised
from surveys.platform.texts import _


class MailFaultKind(StrEnum):
    """What is wrong, as far as the answer tells it."""

    NO_ADDRESS = "no_address"
    CLOSED = "closed"
    FULL = "full"
    WRITTEN_WRONG = "written_wrong"
    NO_DOMAIN = "no_domain"
    REFUSED = "refused"
    PASSING = "passing"
    NO_CONNECTION = "no_connection"
    NOT_ENCRYPTED = "not_encrypted"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"


_OPERATORS: Final = frozenset(
    {
        MailFaultKind.NO_CONNECTION,
        MailFaultKind.NOT_ENCRYPTED,
        MailFaultKind.SIGN_IN,
        MailFaultKind.SENDER,
        MailFaultKind.REFUSED,
    }
)


@dataclass(frozen=True)
class MailFault:
    """meaning, advice: sentences. line: what the server said, for whoever knows mail servers; «» when nothing."""

    kind: MailFaultKind
    meaning: str
    advice: str
    line: str = ""

    @property
    def is_for_operators(self) -> bool:
        """Whether whoever runs the installation can mend it, and nobody who writes addresses."""
        return self.kind in _OPERATORS


def mail_fault(line: str, address: str = "") -> MailFault:
    """The words for a server's answer, or for what Python says when there was none. address: whom the mail was for.

    Other people's addresses in the answer, and codes and paths of links, are left out of `line`.
    """
    kind = kind_of(line)
    meaning, advice = _words(kind)
    return MailFault(kind, meaning, advice, _without_others(line, address))


_ANSWER: Final = re.compile(r"\s*([245]\d\d)[ -]\s*(?:#?([245])\.(\d{1,3})\.(\d{1,3})\b)?")

_Kind = MailFaultKind
_BY_DETAIL: Final[Mapping[tuple[int, int], MailFaultKind]] = {
    (1, 0): _Kind.NO_ADDRESS,
    (1, 1): _Kind.NO_ADDRESS,
    (1, 2): _Kind.NO_DOMAIN,
    (1, 3): _Kind.WRITTEN_WRONG,
    (1, 6): _Kind.NO_ADDRESS,
    (1, 7): _Kind.SENDER,
    (1, 8): _Kind.SENDER,
    (1, 10): _Kind.NO_DOMAIN,  # null MX, RFC 7505
    (2, 1): _Kind.CLOSED,
    (2, 2): _Kind.FULL,
    (2, 3): _Kind.TOO_LARGE,
    (3, 4): _Kind.TOO_LARGE,
    (4, 1): _Kind.NO_CONNECTION,
    (4, 2): _Kind.NO_CONNECTION,
    (4, 4): _Kind.NO_DOMAIN,  # no route
    (6, 7): _Kind.WRITTEN_WRONG,  # letters that the server does not take, RFC 6531
    (7, 4): _Kind.NOT_ENCRYPTED,
    (7, 5): _Kind.NOT_ENCRYPTED,
    (7, 8): _Kind.SIGN_IN,  # RFC 4954
    (7, 9): _Kind.SIGN_IN,
    (7, 10): _Kind.NOT_ENCRYPTED,
    (7, 11): _Kind.NOT_ENCRYPTED,
    (7, 13): _Kind.CLOSED,
}
"""(subject, detail) of an enhanced status code."""

_BY_SUBJECT: Final[Mapping[int, MailFaultKind]] = {1: _Kind.NO_ADDRESS, 7: _Kind.REFUSED}

_BY_CODE: Final[Mapping[int, MailFaultKind]] = {
    454: _Kind.NOT_ENCRYPTED,  # RFC 3207
    501: _Kind.WRITTEN_WRONG,
    521: _Kind.NO_DOMAIN,  # takes no mail, RFC 7504
    523: _Kind.TOO_LARGE,
    530: _Kind.SIGN_IN,
    534: _Kind.SIGN_IN,
    535: _Kind.SIGN_IN,
    538: _Kind.NOT_ENCRYPTED,
    550: _Kind.NO_ADDRESS,
    551: _Kind.NO_ADDRESS,
    552: _Kind.FULL,
    553: _Kind.WRITTEN_WRONG,
    554: _Kind.REFUSED,
    556: _Kind.NO_DOMAIN,
}
_LASTING: Final = frozenset(
    {_Kind.FULL, _Kind.NO_DOMAIN, _Kind.NOT_ENCRYPTED, _Kind.SIGN_IN, _Kind.TOO_LARGE}
)
"""What an answer of the passing class (4) still says; the rest of that class is only asked to come back."""

_SPAM: Final = re.compile(
    r"spam|junk|polic|block|blacklist|reputation|dmarc|\bspf\b|dkim|virus|banned", re.IGNORECASE
)
_STARTTLS: Final = re.compile(r"starttls|\btls\b|\bssl|encrypt|certificate", re.IGNORECASE)
_AUTHENTICATION: Final = re.compile(r"\bauth|credential|password|SMTPAuthenticationError", re.IGNORECASE)
_NO_LINE: Final = re.compile(
    r"errno|timed? ?out|connect|refused|unreachable|broken pipe|gaierror|name or service|name resolution|"
    r"nodename|TimeoutError|SMTPServerDisconnected|SMTPHeloError|OSError",
    re.IGNORECASE,
)


def kind_of(line: str) -> MailFaultKind:
    """What the answer says is wrong.

    >>> kind_of("550 5.1.1 <x@y.no>: user unknown"), kind_of("450 4.7.1 Greylisted"), kind_of("timed out")
    (<MailFaultKind.NO_ADDRESS: 'no_address'>, <MailFaultKind.PASSING: 'passing'>, <MailFaultKind.NO_CONNECTION: \
'no_connection'>)
    """
    answer = _ANSWER.match(line)
    if answer is None:
        return _without_answer(line)
    code = int(answer[1])
    kind = _enhanced(int(answer[3]), int(answer[4]), line) if answer[2] else _basic(code, line)
    if kind is _Kind.UNKNOWN:
        kind = _BY_CODE.get(code, kind)
    if (answer[2] or answer[1][0]) == "4" and kind not in _LASTING:
        return _Kind.PASSING
    return kind


def _enhanced(subject: int, detail: int, line: str) -> MailFaultKind:
    if subject == 7 and detail <= 1:
        # «Not authorised», of whatever is asked for: only the words tell.
        if _STARTTLS.search(line):
            return _Kind.NOT_ENCRYPTED
        if line.lstrip().startswith("53"):
            return _Kind.SIGN_IN
    return _BY_DETAIL.get((subject, detail)) or _BY_SUBJECT.get(subject, _Kind.UNKNOWN)


def _basic(code: int, line: str) -> MailFaultKind:
    """Of a code without an enhanced one: the same code is used of several faults, and the words tell them apart."""
    if code in {530, 454} and _STARTTLS.search(line):
        return _Kind.NOT_ENCRYPTED
    if code == 454 and _AUTHENTICATION.search(line):
        return _Kind.SIGN_IN
    if code == 552 and re.search(r"size|large|big", line, re.IGNORECASE):
        return _Kind.TOO_LARGE
    if code in {550, 553, 554} and _SPAM.search(line):
        return _Kind.REFUSED
    return _BY_CODE.get(code, _Kind.UNKNOWN)


def _without_answer(line: str) -> MailFaultKind:
    if _STARTTLS.search(line):
        return _Kind.NOT_ENCRYPTED
    if _AUTHENTICATION.search(line):
        return _Kind.SIGN_IN
    return _Kind.NO_CONNECTION if _NO_LINE.search(line) else _Kind.UNKNOWN


def _words(kind: MailFaultKind) -> tuple[str, str]:
    """(meaning, advice)."""
    correct = _(
        "Se etter skrivefeil, og rett adressen. Er den riktig skrevet, spør personen, eller skriv ut brevet."
    )
    operators = _("Si fra til dem som drifter Medvirk. Det gjelder trolig alle e-poster, ikke bare denne.")
    words: Mapping[MailFaultKind, tuple[str, str]] = {
        _Kind.NO_ADDRESS: (_("Adressen finnes ikke."), correct),
        _Kind.CLOSED: (
            _("Postkassen er stengt."),
            _("Spør hvilken adresse personen bruker nå, og rett den, eller skriv ut brevet."),
        ),
        _Kind.FULL: (
            _("Postkassen er full."),
            _("Be personen rydde, og send på nytt, eller skriv ut brevet."),
        ),
        _Kind.WRITTEN_WRONG: (_("Adressen er skrevet slik at e-posttjeneren ikke godtar den."), correct),
        _Kind.NO_DOMAIN: (
            _("Det som står etter @ i adressen, finnes ikke eller tar ikke imot e-post."),
            _("Se etter skrivefeil etter @, og rett adressen. Er den riktig, skriv ut brevet."),
        ),
        _Kind.REFUSED: (
            _("E-posttjeneren stoppet e-posten som søppelpost, eller etter egne regler."),
            _(
                "Adressen er trolig riktig. Be dem som drifter Medvirk, om å se på svaret fra serveren. "
                "Skriv ut brevet hvis det haster."
            ),
        ),
        _Kind.PASSING: (
            _("E-posttjeneren kunne ikke ta imot da vi prøvde."),
            _(
                "Adressen er trolig riktig. Send på nytt senere. Går det ikke da heller, si fra til dem som drifter "
                "Medvirk, eller skriv ut brevet."
            ),
        ),
        _Kind.NO_CONNECTION: (_("Medvirk fikk ikke kontakt med e-posttjeneren."), operators),
        _Kind.NOT_ENCRYPTED: (_("Medvirk fikk ikke en kryptert forbindelse med e-posttjeneren."), operators),
        _Kind.SIGN_IN: (_("E-posttjeneren godtok ikke innloggingen fra Medvirk."), operators),
        _Kind.SENDER: (_("E-posttjeneren godtok ikke avsenderadressen til Medvirk."), operators),
        _Kind.TOO_LARGE: (
            _("E-posten er for stor for mottakeren."),
            _("Kort ned det du har skrevet i e-posten, eller skriv ut brevet."),
        ),
        _Kind.UNKNOWN: (
            _("E-posttjeneren tok ikke imot e-posten."),
            _(
                "Se om adressen er riktig. Er den det, be dem som drifter Medvirk, om å se på svaret fra serveren."
            ),
        ),
    }
    return words[kind]


_LONGEST: Final = 300  # characters of an answer
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]\"',;:=]+@[^\s<>()\[\]\"',;:]*[^\s<>()\[\]\"',;:.]")
_PATH: Final = re.compile(r"([A-Za-z0-9-]+\.[A-Za-z]{2,}(?::\d+)?)/\S+")
_WORD: Final = re.compile(rf"[0-9A-Za-z][0-9A-Za-z-]{{{LENGTH - 1},}}")


def _without_others(line: str, address: str) -> str:
    """One line, with «…» for other addresses, for what follows a host in a link, and for codes."""
    text = " ".join("".join(each if each.isprintable() else " " for each in line).split())[:_LONGEST]
    own = address.casefold()
    text = _ADDRESS.sub(lambda found: found[0] if found[0].casefold() == own else "…@…", text)
    text = _PATH.sub(r"\1/…", text)
    return _WORD.sub(lambda found: "…" if normalised(found[0]) else found[0], text)
