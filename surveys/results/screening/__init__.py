"""Which of all the units have really changed."""
