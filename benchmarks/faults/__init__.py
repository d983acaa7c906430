"""Processes that are killed at random moments, and what is lost or doubled by it: see benchmarks/kills.py."""
