"""What is deleted after how long: the rules, and what they have deleted."""
