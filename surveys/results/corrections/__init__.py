"""What corrections of a release changed, for those who read the figures that were corrected."""
