"""How an invited person can be reached: by e-mail, else by SMS when a gateway is set up, else by letter."""

from sqlalchemy import ColumnElement, and_, false, or_

from surveys.campaigns.models import Invitation, MessageChannel
from surveys.platform.sms_gateway import sms_is_set_up


def channel_of(invitation: Invitation) -> MessageChannel | None:
    """None: her code is on paper."""
    if invitation.email:
        return MessageChannel.MAIL
    if invitation.phone and invitation.printed_on is None and sms_is_set_up():
        return MessageChannel.SMS
    return None


def gets_sms() -> ColumnElement[bool]:
    """`channel_of` for a question to the database. Whoever has had her code printed gets no SMS beside the letter."""
    if not sms_is_set_up():
        return false()
    return and_(Invitation.email == "", Invitation.phone.is_not(None), Invitation.printed_on.is_(None))


def gets_messages() -> ColumnElement[bool]:
    """Whether she gets mail or SMS."""
    return or_(Invitation.email != "", gets_sms())
