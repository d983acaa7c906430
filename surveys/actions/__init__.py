"""A unit's actions (tiltak): what is stored of them, and the rules that cards, result pages and the plan share."""
