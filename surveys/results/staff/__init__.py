"""The page where a unit's staff read its result: by a link from their leader, or signed in."""
