"""Handing one SMS to the gateway: what its answer means, and what no answer means.

A gateway has no standard answers, so the status alone is read, and by the same rule as for mail: what may have been
sent is never sent again by itself.
"""

from typing import Final

from surveys.campaigns.handing_over import NotTakenError, UnsureError
from surveys.platform.config import Settings
from surveys.platform.guarded_http import GuardedConnection, NoAnswerError
from surveys.platform.sms_template import request_for

# Too many at once, or closed for a while. Both say that nothing was done.
_COME_BACK: Final = frozenset({429, 503})
# Signed in wrongly, not paid for, no such page, not this way: the settings are wrong, and not this message.
_SETTINGS_ARE_WRONG: Final = frozenset({401, 402, 403, 404, 405})


def connected_gateway(settings: Settings) -> GuardedConnection:
    """A connection for one message. Raises NotSentError, and then nothing has been sent."""
    return GuardedConnection(settings.sms_url, allow_private=settings.sms_allow_private)


def hand_over_sms(gateway: GuardedConnection, settings: Settings, number: str, text: str) -> None:
    """One message. Raises NotTakenError when the gateway says no, UnsureError when it may have taken it."""
    request = request_for(settings, number, text)
    try:
        answer = gateway.request(request.method, request.target, request.headers, request.body)
    except NoAnswerError as error:
        raise UnsureError(str(error)) from error
    status = answer.status
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotTakenError(
            f"Tjenesten svarte {status} og viste til en annen adresse. Medvirk følger ikke slike svar.",
            passing=True,
            line_is_dead=True,
        )
    if status in _COME_BACK | _SETTINGS_ARE_WRONG:
        raise NotTakenError(f"Tjenesten svarte {status}.", passing=True, line_is_dead=True)
    if status >= 500:
        # 500, 502 and 504 come from what stands in front, when what stands behind may have sent it.
        raise UnsureError(f"Tjenesten svarte {status}.")
    raise NotTakenError(f"Tjenesten svarte {status}.", passing=False)
