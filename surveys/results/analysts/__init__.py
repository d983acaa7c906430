"""What analysts get: the report of a response file, and rows that nobody can be found in."""
