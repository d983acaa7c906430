"""The pages of a unit's plan: its actions, their state, and whether they helped."""
