"""HR's way from counted to published: preview, merging, release, correction."""
