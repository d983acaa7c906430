"""Codes on paper: letters, cards, posters."""
