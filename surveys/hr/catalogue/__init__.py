"""The instruments on offer: versions side by side, and a preview of each."""
