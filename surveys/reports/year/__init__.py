"""The year of a scorecard: dates, what waits, which surveys were run, and reminders to those it waits for."""
