"""Indicators that politicians propose, and the answers to them."""
