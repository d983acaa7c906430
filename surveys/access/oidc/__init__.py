"""Sign-in with OpenID Connect: the municipality's own sign-in service says who somebody is and what to."""
