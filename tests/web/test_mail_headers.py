"""What every mail says about itself, in its own copy and on the wire."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from surveys.platform import clock
from surveys.platform.config import Settings
from surveys.platform.mail_headers import new_message

OLA = Address("Ola Nordmann", addr_spec="ola@example.no")


def _message() -> EmailMessage:
    settings = Settings(mail_from="Undersøkelser <hr@fjordvik.example>")
    return new_message(settings, "Fjordvik kommune", OLA, "Emne")


def test_it_has_what_spam_filters_ask_for() -> None:
    message = _message()
    assert str(message["From"]) == "Fjordvik kommune <hr@fjordvik.example>"
    assert abs((parsedate_to_datetime(message["Date"]) - clock.now()).total_seconds()) < 60
    assert message["Message-ID"].endswith("@fjordvik.example>")
    assert message["Message-ID"] != _message()["Message-ID"]


def test_it_says_that_a_machine_sent_it_promises_no_list_and_asks_for_no_answer() -> None:
    message = _message()
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert not {"Precedence", "List-Unsubscribe", "Reply-To", "Return-Receipt-To"} & set(message.keys())
