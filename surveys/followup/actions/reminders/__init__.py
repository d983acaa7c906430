"""Mails to leaders about the plan of their unit: put in an outbox, and sent at most once."""
