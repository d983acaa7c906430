"""What a mail server's refusal means is told in words, and the answer itself without what is not the reader's."""

import pytest

from surveys.campaigns.failure_words import failure_words
from surveys.campaigns.handing_over import CHANGED_OUTSIDE, UNSURE
from surveys.platform.code_format import check_character, grouped
from surveys.platform.mail_faults import MailFaultKind, kind_of, mail_fault

Kind = MailFaultKind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("550 5.1.1 <k@y.no>: Recipient address rejected: User unknown", Kind.NO_ADDRESS),
        ("550-5.1.1 The account does not exist.\n5.1.1 Learn more", Kind.NO_ADDRESS),
        ("550 No such user here", Kind.NO_ADDRESS),
        ("550 5.2.1 Mailbox disabled", Kind.CLOSED),
        ("552 5.2.2 Over quota", Kind.FULL),
        ("452 4.2.2 The mailbox is full", Kind.FULL),
        ("553 5.1.3 Bad recipient address syntax", Kind.WRITTEN_WRONG),
        ("550 5.1.2 Host unknown", Kind.NO_DOMAIN),
        ("450 4.1.2 Recipient address rejected: Domain not found", Kind.NO_DOMAIN),
        ("556 5.1.10 Recipient address has null MX", Kind.NO_DOMAIN),
        ("550 5.7.1 Message rejected due to content restrictions", Kind.REFUSED),
        ("550 5.7.26 Unauthenticated email is not accepted due to DMARC policy", Kind.REFUSED),
        ("554 Blocked, see http://blocklist.example", Kind.REFUSED),
        ("550 Rejected as spam", Kind.REFUSED),
        ("450 4.7.1 Greylisted, try again", Kind.PASSING),
        ("451 4.3.0 Temporary failure", Kind.PASSING),
        ("421 Service not available", Kind.PASSING),
        ("[Errno 111] Connection refused", Kind.NO_CONNECTION),
        ("timed out", Kind.NO_CONNECTION),
        ("Connection unexpectedly closed", Kind.NO_CONNECTION),
        ("gaierror", Kind.NO_CONNECTION),
        ("STARTTLS extension not supported by server.", Kind.NOT_ENCRYPTED),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", Kind.NOT_ENCRYPTED),
        ("530 5.7.0 Must issue a STARTTLS command first", Kind.NOT_ENCRYPTED),
        ("454 4.7.0 TLS not available due to local problem", Kind.NOT_ENCRYPTED),
        ("535 5.7.8 Authentication credentials invalid", Kind.SIGN_IN),
        ("530 5.7.0 Authentication required", Kind.SIGN_IN),
        ("SMTPAuthenticationError", Kind.SIGN_IN),
        ("553 5.1.8 Sender address rejected: Domain not found", Kind.SENDER),
        ("552 5.3.4 Message size exceeds fixed maximum", Kind.TOO_LARGE),
        ("552 Message too large", Kind.TOO_LARGE),
        ("500 What?", Kind.UNKNOWN),
    ],
)
def test_each_kind_of_answer_has_its_words(line: str, kind: MailFaultKind) -> None:
    assert kind_of(line) is kind
    fault = mail_fault(line)
    assert fault.meaning
    assert fault.advice
    assert not any(digits in fault.meaning + fault.advice for digits in ("550", "5.1", "SMTP"))


def test_the_answer_is_kept_without_other_addresses_codes_and_links() -> None:
    body = "3J7QABCDEFG"
    code = body + check_character(body)
    said = (
        "554 5.7.1 <Kari@y.no>: forwarded to <kari.privat@gmail.example>, orcpt=rfc822;ola@b.no\n"
        f"blocked https://medvirk.y.no/svar/{grouped(code)} and {code} and {grouped(code).lower()}"
    )
    line = mail_fault(said, "kari@y.no").line
    assert "<Kari@y.no>" in line
    for hidden in ("privat", "gmail", "ola@", "svar/", "3J7Q", "3j7q", "\n"):
        assert hidden not in line
    assert "554 5.7.1" in line
    assert "medvirk.y.no/…" in line
    assert "Kari" not in mail_fault(said, "annen@y.no").line


def test_what_never_came_to_a_server_is_not_called_a_servers() -> None:
    own = failure_words(CHANGED_OUTSIDE, "kari@y.no")
    assert "endret utenom Medvirk" in own.meaning
    assert own.line == ""
    unsure = failure_words(f"{UNSURE}: timed out", "kari@y.no", unsure=True)
    assert unsure.meaning == "Vi vet ikke om meldingen kom fram."
    assert unsure.line == "timed out"
    by_sms = failure_words("Tjenesten svarte 400.", "")
    assert by_sms.meaning == "SMS-tjenesten tok ikke imot meldingen."
    assert by_sms.line == "Tjenesten svarte 400."
    assert failure_words(f"{UNSURE}: uten svar", "", unsure=True).meaning == unsure.meaning
