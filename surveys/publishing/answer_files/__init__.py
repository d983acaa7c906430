"""Files of answers from other tools: how they are understood, what is wrong with them, and what is remembered."""
