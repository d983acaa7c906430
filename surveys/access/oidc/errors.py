"""Why a sign-in with the provider did not succeed. The messages are for the log: they name no person."""


class ProviderDownError(Exception):
    """The provider does not answer, or not with what it must."""


class TokenRefusedError(Exception):
    """The provider answered, and the answer proves nothing: wrong signature, receiver, time or person."""


class AccountClosedError(Exception):
    """The person's account here has been closed."""


class NoRolesError(Exception):
    """The person has no account here, and the provider's claims give her no role."""
