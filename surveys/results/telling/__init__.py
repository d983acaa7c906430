"""«Dette sa vi – dette gjør vi»: what a unit answered and what it does, for the wall and for the web."""
