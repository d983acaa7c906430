"""A package with everything released of a survey, and a program that checks it without Medvirk."""
