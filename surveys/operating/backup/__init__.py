"""Backups: one encrypted file with the whole database, taken while Medvirk runs, and put back in an empty place."""
