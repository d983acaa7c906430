"""Mails to leaders that their units' result is theirs to read: help first, no figure, once for each news."""
