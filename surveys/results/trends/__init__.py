"""Three surveys or more: the direction of each theme over the years."""
