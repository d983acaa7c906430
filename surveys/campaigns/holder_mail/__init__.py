"""Mails to those who hold the keys of a ballot box: put in an outbox of their own, and sent at most once."""
